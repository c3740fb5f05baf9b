import { statement, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';

export interface NoteRow {
  id: string;
  conversationId: string;
  text: string;
  authorKind: string;
  authorId: string | null;
  mentions: string[];
  createdAt: Date;
  updatedAt: Date;
}
type Row = NoteRow & Record<string, unknown>;

const columns = `n.id, n.conversation_id as "conversationId", n.text, n.author_kind as "authorKind",
  n.author_id as "authorId", n.created_at as "createdAt", n.updated_at as "updatedAt",
  array(select x.user_id::text from note_mentions x
    where x.workspace_id = n.workspace_id and x.note_id = n.id order by x.user_id) as mentions`;

const list = statement(
  'conversations.notes',
  `select ${columns} from notes n where n.workspace_id = $1 and n.conversation_id = $2
     and ($3::timestamptz is null or (n.created_at, n.id) < ($3::timestamptz, $4::uuid))
   order by n.created_at desc, n.id desc limit $5 offset $6`,
);

/** Newest first, after (createdAt, id). */
export function selectNotes(tx: TenantTx, conversationId: string, page: Slice): Promise<NoteRow[]> {
  const { after, limit, offset = 0 } = page;
  const { at = null, id = null } = after ?? {};
  return tx.query<Row>(list, [tx.workspaceId, conversationId, at, id, limit, offset]);
}

const one = statement(
  'conversations.note',
  `select ${columns} from notes n where n.workspace_id = $1 and n.conversation_id = $2 and n.id = $3
   for no key update of n`,
);

/** Locked to the end of the transaction. */
export async function selectNote(tx: TenantTx, conversationId: string, id: string): Promise<NoteRow | null> {
  return (await tx.query<Row>(one, [tx.workspaceId, conversationId, id]))[0] ?? null;
}

const insert = statement(
  'conversations.insert_note',
  `insert into notes (workspace_id, id, conversation_id, text, author_kind, author_id, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $7)`,
);

export async function insertNote(tx: TenantTx, conversationId: string, text: string): Promise<string> {
  const now = tx.now();
  const id = newId(now.getTime());
  const { kind, id: actorId } = tx.actor;
  await tx.execute(insert, [tx.workspaceId, id, conversationId, text, kind, actorId, now.toISOString()]);
  return id;
}

const update = statement(
  'conversations.update_note',
  'update notes set text = $3, updated_at = $4 where workspace_id = $1 and id = $2',
);

export async function updateNoteText(tx: TenantTx, id: string, text: string): Promise<void> {
  await tx.execute(update, [tx.workspaceId, id, text, tx.now().toISOString()]);
}

const remove = statement(
  'conversations.delete_note',
  'delete from notes where workspace_id = $1 and id = $2',
);

export async function deleteNoteRow(tx: TenantTx, id: string): Promise<void> {
  await tx.execute(remove, [tx.workspaceId, id]);
}

const mention = statement(
  'conversations.mention',
  `insert into note_mentions (workspace_id, user_id, note_id, conversation_id, created_at)
   select $1, u, $2, $3, $5::timestamptz from unnest($4::uuid[]) u order by u
   on conflict do nothing returning user_id as "userId"`,
);

const forget = statement(
  'conversations.forget_mentions',
  'delete from note_mentions where workspace_id = $1 and note_id = $2 and user_id <> all ($3::uuid[])',
);

/** Exactly these members are mentioned; gives back those who were not before. */
export async function setMentions(
  tx: TenantTx,
  conversationId: string,
  noteId: string,
  userIds: readonly string[],
): Promise<string[]> {
  await tx.execute(forget, [tx.workspaceId, noteId, userIds]);
  if (userIds.length === 0) return [];
  const rows = await tx.query<{ userId: string }>(mention, [
    tx.workspaceId,
    noteId,
    conversationId,
    userIds,
    tx.now().toISOString(),
  ]);
  return rows.map((row) => row.userId);
}
