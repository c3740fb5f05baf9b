import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type Told, tell } from './activity.ts';
import { noteParticipants } from './participants.ts';
import { existing } from './people.ts';
import type { ConversationRow } from './queries.ts';
import {
  deleteNoteRow,
  insertNote,
  type NoteRow,
  selectNote,
  setMentions,
  updateNoteText,
} from './queries-notes.ts';

/** Says something to the team alone. Whoever is mentioned is told, and finds the conversation in their view. */
export async function createNote(
  tx: TenantTx,
  conversation: ConversationRow,
  given: { text: string; mentions: readonly string[] },
): Promise<NoteRow> {
  const id = await insertNote(tx, conversation.id, given.text);
  const mentioned = await existing(setMentions(tx, conversation.id, id, distinct(given.mentions)));
  await noteParticipants(tx, [conversation.id], 'noted');
  await tell(tx, [
    told(conversation, 'note.created', id, null, { mentions: mentioned }),
    ...mentionsOf(conversation, id, mentioned),
  ]);
  return findNote(tx, conversation.id, id);
}

/** Only its author edits a note. `guard` refuses a state that they have not seen. */
export async function updateNote(
  tx: TenantTx,
  conversation: ConversationRow,
  id: string,
  given: {
    text?: string | undefined;
    mentions?: readonly string[] | undefined;
  },
  guard: (updatedAt: Date) => void,
): Promise<NoteRow> {
  const before = await findNote(tx, conversation.id, id);
  if (before.authorKind !== tx.actor.kind || before.authorId !== tx.actor.id) {
    throw errors.forbidden('Only its author edits a note.', { reason: 'not_author' });
  }
  guard(before.updatedAt);
  const mentions = given.mentions ? distinct(given.mentions) : before.mentions;
  await updateNoteText(tx, id, given.text ?? before.text);
  const mentioned = await existing(setMentions(tx, conversation.id, id, mentions));
  await tell(tx, [
    told(conversation, 'note.updated', id, { mentions: before.mentions }, { mentions }),
    ...mentionsOf(conversation, id, mentioned),
  ]);
  return findNote(tx, conversation.id, id);
}

/** Its author, or whoever leads the workspace, takes a note away. */
export async function deleteNote(tx: TenantTx, conversation: ConversationRow, id: string): Promise<void> {
  const before = await findNote(tx, conversation.id, id);
  const isAuthor = before.authorKind === tx.actor.kind && before.authorId === tx.actor.id;
  if (!isAuthor && !['owner', 'admin'].includes(tx.actor.role)) {
    throw errors.forbidden('Only its author, an admin or an owner deletes a note.', { reason: 'not_author' });
  }
  await deleteNoteRow(tx, id);
  await tell(tx, [told(conversation, 'note.deleted', id, { mentions: before.mentions }, null)]);
}

async function findNote(tx: TenantTx, conversationId: string, id: string): Promise<NoteRow> {
  const note = await selectNote(tx, conversationId, id);
  if (!note) throw errors.notFound('note', { id });
  return note;
}

const distinct = (ids: readonly string[]) => [...new Set(ids)].sort();

/** Who is named, never what is said. */
function told(
  conversation: ConversationRow,
  name: string,
  noteId: string,
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): Told {
  return {
    ...conversation,
    name,
    data: { noteId },
    audit: {
      target: { kind: 'note', id: noteId },
      before: before && { conversationId: conversation.id, ...before },
      after: after && { conversationId: conversation.id, ...after },
    },
  };
}

function mentionsOf(conversation: ConversationRow, noteId: string, userIds: readonly string[]): Told[] {
  return userIds.map((userId) => ({
    ...conversation,
    name: 'conversation.mentioned',
    data: { noteId, userId },
  }));
}
