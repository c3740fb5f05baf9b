import { type SystemTx, statement, type TenantTx } from '../../platform/db/index.ts';
import { document, tokens } from '../../platform/fold.ts';
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
  `insert into notes (workspace_id, id, conversation_id, text, author_kind, author_id, created_at, updated_at, document)
   values ($1, $2, $3, $4, $5, $6, $7, $7, $8::text::tsvector)`,
);

export async function insertNote(tx: TenantTx, conversationId: string, text: string): Promise<string> {
  const now = tx.now();
  const id = newId(now.getTime());
  const { kind, id: actorId } = tx.actor;
  const words = documentOf(tx.workspaceId, text);
  await tx.execute(insert, [
    tx.workspaceId,
    id,
    conversationId,
    text,
    kind,
    actorId,
    now.toISOString(),
    words,
  ]);
  return id;
}

const update = statement(
  'conversations.update_note',
  `update notes set text = $3, updated_at = $4, document = $5::text::tsvector
   where workspace_id = $1 and id = $2`,
);

export async function updateNoteText(tx: TenantTx, id: string, text: string): Promise<void> {
  const words = documentOf(tx.workspaceId, text);
  await tx.execute(update, [tx.workspaceId, id, text, tx.now().toISOString(), words]);
}

/** The words of a note as they are searched. */
function documentOf(workspaceId: string, text: string): string {
  return document(
    tokens(text).map(({ word }) => word),
    [`w:${workspaceId}`],
  );
}

// Row by row, also what the caller may not see: where the next round begins is the last hit, shown or not.
const find = statement(
  'conversations.find_notes',
  `select found.id, found.at, n.*
   from find_notes($2::text::tsquery, $3::uuid[], $4::timestamptz, $5::uuid, $6::timestamptz, $7::timestamptz, $8)
     as found (id, at)
   left join lateral (
     select n.conversation_id as "conversationId", c.contact_id as "contactId", c.number_id as "numberId", n.text,
       n.author_kind as "authorKind", n.author_id as "authorId", n.created_at as "createdAt"
     from notes n join conversations c on c.workspace_id = n.workspace_id and c.id = n.conversation_id
     where n.workspace_id = $1 and n.id = found.id limit 1) n on true
   order by found.at desc, found.id desc`,
);

export interface FoundNote extends Omit<NoteRow, 'mentions' | 'updatedAt'> {
  contactId: string | null;
  numberId: string;
}

export interface NotesAsked {
  query: string;
  /** Null: any. */
  threads: readonly string[] | null;
  from: string | null;
  to: string | null;
}

/**
 * Of the `wanted` newest notes with these words behind a place those in conversations that the caller may see, newest
 * first; `next`: where those behind them begin, null at the end.
 */
export async function findNotes(
  tx: TenantTx,
  asked: NotesAsked,
  after: { at: string; id: string } | null,
  wanted: number,
): Promise<{ notes: FoundNote[]; next: { at: string; id: string } | null }> {
  const rows = await tx.query<FoundNote & { at: Date } & Record<string, unknown>>(find, [
    tx.workspaceId,
    asked.query,
    asked.threads,
    after?.at ?? null,
    after?.id ?? null,
    asked.from,
    asked.to,
    wanted,
  ]);
  const last = rows.length < wanted ? undefined : rows.at(-1);
  return {
    notes: rows.filter(({ conversationId }) => conversationId !== null),
    next: last ? { at: last.at.toISOString(), id: last.id } : null,
  };
}

const undocumented = statement(
  'conversations.undocumented_notes',
  `select workspace_id as "workspaceId", id, text from notes where document is null
   order by workspace_id, id limit $1 for no key update skip locked`,
);
const describe = statement(
  'conversations.document_notes',
  `update notes n set document = t.document::tsvector
   from unnest($1::uuid[], $2::uuid[], $3::text[]) as t (workspace_id, id, document)
   where n.workspace_id = t.workspace_id and n.id = t.id`,
);

/** Writes the words of notes that are older than their column; gives back how many there were. */
export async function documentNotes(tx: SystemTx, limit: number): Promise<number> {
  const rows = await tx.query<{ workspaceId: string; id: string; text: string }>(undocumented, [limit]);
  if (rows.length > 0) {
    await tx.execute(describe, [
      rows.map((row) => row.workspaceId),
      rows.map((row) => row.id),
      rows.map((row) => documentOf(row.workspaceId, row.text)),
    ]);
  }
  return rows.length;
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
