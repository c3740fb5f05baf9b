import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { calledName, getContact } from '../contacts/index.ts';
import { readWorkspace } from '../workspaces/index.ts';
import { memberOf, personIn } from './participants.ts';
import { existing, memberNames } from './people.ts';
import type { ConversationRow } from './queries.ts';
import {
  countUse,
  deleteQuickReplyRow,
  type QuickReplyRow,
  selectQuickReply,
  upsertQuickReply,
} from './queries-quick-replies.ts';
import { fillIn, unknownVariables, variableNames } from './variables.ts';

interface Given {
  shortcut: string;
  text: string;
  mediaId: string | null;
}

/** One of the workspace's, or of the acting member's own. */
export async function getQuickReply(
  tx: TenantTx,
  id: string,
  how: 'read' | 'lock' = 'read',
): Promise<QuickReplyRow> {
  const reply = await selectQuickReply(tx, memberOf(tx), id, how);
  if (!reply) throw errors.notFound('quick reply', { id });
  return reply;
}

/** `mayShare`: whether the caller may write what the whole workspace uses. */
export async function createQuickReply(
  tx: TenantTx,
  given: Given & { scope: 'workspace' | 'own' },
  mayShare: boolean,
): Promise<QuickReplyRow> {
  const ownerId = given.scope === 'own' ? personIn(tx, 'keep quick replies of their own') : null;
  refuseUnshared(ownerId, mayShare);
  return save(tx, { id: newId(tx.now().getTime()), ownerId, ...pick(given) }, null);
}

/** `guard` refuses a state that the caller has not seen. */
export async function updateQuickReply(
  tx: TenantTx,
  id: string,
  given: { [K in keyof Given]?: Given[K] | undefined },
  mayShare: boolean,
  guard: (updatedAt: Date) => void,
): Promise<QuickReplyRow> {
  const before = await getQuickReply(tx, id, 'lock');
  refuseUnshared(before.ownerId, mayShare);
  guard(before.updatedAt);
  const { shortcut = before.shortcut, text = before.text, mediaId = before.mediaId } = given;
  return save(tx, { id, ownerId: before.ownerId, shortcut, text, mediaId }, before);
}

export async function deleteQuickReply(tx: TenantTx, id: string, mayShare: boolean): Promise<void> {
  const before = await getQuickReply(tx, id, 'lock');
  refuseUnshared(before.ownerId, mayShare);
  await deleteQuickReplyRow(tx, id);
  await told(tx, 'quick_reply.deleted', id, before, null);
}

/** The text as it would be said in this conversation by whoever acts. */
export async function renderQuickReply(
  tx: TenantTx,
  reply: QuickReplyRow,
  conversation: ConversationRow,
): Promise<string> {
  const member = memberOf(tx);
  const [contact, names, workspace] = [
    conversation.contactId === null ? null : await getContact(tx, tx.workspaceId, conversation.contactId),
    await memberNames(tx, [member]),
    await readWorkspace(tx),
  ];
  return fillIn(reply.text, {
    'contact.name': contact && calledName(contact),
    'agent.name': (member && names.get(member)) || null,
    'workspace.name': workspace.name,
  });
}

/** Renders it and counts that it was used. */
export async function takeQuickReply(
  tx: TenantTx,
  reply: QuickReplyRow,
  conversation: ConversationRow,
): Promise<string> {
  const text = await renderQuickReply(tx, reply, conversation);
  await countUse(tx, reply.id);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'quick_reply.used',
      data: { quickReplyId: reply.id, conversationId: conversation.id },
      audit: {
        target: { kind: 'quick_reply', id: reply.id },
        after: { conversationId: conversation.id },
      },
    },
  ]);
  return text;
}

function refuseUnshared(ownerId: string | null, mayShare: boolean): void {
  if (ownerId === null && !mayShare) {
    throw errors.forbidden('Quick replies of the whole workspace are for admins and owners to change.', {
      missing: ['team:write'],
    });
  }
}

const pick = ({ shortcut, text, mediaId }: Given): Given => ({ shortcut, text, mediaId });

async function save(
  tx: TenantTx,
  reply: Given & { id: string; ownerId: string | null },
  before: QuickReplyRow | null,
): Promise<QuickReplyRow> {
  const unknown = unknownVariables(reply.text);
  if (unknown.length > 0) {
    throw errors.invalidRequest([
      {
        path: 'text',
        message: `Nobody knows ${unknown.map((name) => `{{${name}}}`).join(', ')}; there are ${variableNames.join(', ')}.`,
      },
    ]);
  }
  try {
    const after = await existing(upsertQuickReply(tx, reply));
    await told(tx, before ? 'quick_reply.updated' : 'quick_reply.created', reply.id, before, after);
    return after;
  } catch (error) {
    if (/^quick_replies_(shared|own)$/.test((error as { constraint?: string }).constraint ?? '')) {
      throw errors.conflict('shortcut_taken', 'There is a quick reply with this shortcut.', {
        shortcut: reply.shortcut,
      });
    }
    throw error;
  }
}

const look = (reply: QuickReplyRow | null) =>
  reply && { shortcut: reply.shortcut, ownerId: reply.ownerId, mediaId: reply.mediaId };

function told(
  tx: TenantTx,
  name: string,
  id: string,
  before: QuickReplyRow | null,
  after: QuickReplyRow | null,
): Promise<void> {
  return emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { quickReplyId: id },
      audit: { target: { kind: 'quick_reply', id }, before: look(before), after: look(after) },
    },
  ]);
}
