import { statement, type TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';

export const maxNoteLength = 4_000;

/** What the team writes down about a person; the person never sees it. */
export interface NoteRow {
  id: string;
  contactId: string;
  text: string;
  authorKind: string;
  authorId: string | null;
  createdAt: Date;
  updatedAt: Date;
}

const columns = `id, contact_id as "contactId", text, author_kind as "authorKind", author_id as "authorId",
  created_at as "createdAt", updated_at as "updatedAt"`;
type Row = NoteRow & Record<string, unknown>;

const list = statement(
  'contacts.notes',
  `select ${columns} from contact_notes where workspace_id = $1 and contact_id = $2
     and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
   order by created_at desc, id desc limit $5 offset $6`,
);
const one = statement(
  'contacts.note',
  `select ${columns} from contact_notes where workspace_id = $1 and contact_id = $2 and id = $3`,
);
const insert = statement(
  'contacts.insert_note',
  `insert into contact_notes (workspace_id, id, contact_id, text, author_kind, author_id, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $7) returning ${columns}`,
);
const update = statement(
  'contacts.update_note',
  `update contact_notes set text = $3, updated_at = $4 where workspace_id = $1 and id = $2 returning ${columns}`,
);
const remove = statement(
  'contacts.delete_note',
  'delete from contact_notes where workspace_id = $1 and id = $2',
);

/** Newest first. */
export function listNotes(tx: TenantTx, contactId: string, page: Slice): Promise<NoteRow[]> {
  return tx.query<Row>(list, [
    tx.workspaceId,
    contactId,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
}

export async function getNote(tx: TenantTx, contactId: string, id: string): Promise<NoteRow> {
  const [row] = await tx.query<Row>(one, [tx.workspaceId, contactId, id]);
  if (!row) throw errors.notFound('note', { id });
  return row;
}

export async function addNote(tx: TenantTx, contactId: string, text: string): Promise<NoteRow> {
  const [row] = await tx.query<Row>(insert, [
    tx.workspaceId,
    newId(),
    contactId,
    text,
    tx.actor.kind,
    tx.actor.id,
    tx.now().toISOString(),
  ]);
  await said(tx, 'created', row!);
  return row!;
}

const insertMany = statement(
  'contacts.insert_notes',
  `insert into contact_notes (workspace_id, id, contact_id, text, author_kind, author_id, created_at, updated_at)
   select $1, t.id, t.contact_id, t.text, $5, $6, $7, $7
   from unnest($2::uuid[], $3::uuid[], $4::text[]) as t (id, contact_id, text)
   where not exists (
     select from contact_notes n
     where n.workspace_id = $1 and n.contact_id = t.contact_id and n.text = t.text)
   returning contact_id as "contactId"`,
);

/** Those that say something new, of a list that may come twice; answers whom. Told and audited as the list is. */
export async function addNotes(
  tx: TenantTx,
  notes: readonly { contactId: string; text: string }[],
): Promise<string[]> {
  const given = [...new Map(notes.map((note) => [`${note.contactId} ${note.text}`, note])).values()];
  if (given.length === 0) return [];
  const rows = await tx.query<{ contactId: string }>(insertMany, [
    tx.workspaceId,
    given.map(() => newId()),
    given.map(({ contactId }) => contactId),
    given.map(({ text }) => text),
    tx.actor.kind,
    tx.actor.id,
    tx.now().toISOString(),
  ]);
  return rows.map(({ contactId }) => contactId);
}

export async function updateNote(
  tx: TenantTx,
  contactId: string,
  id: string,
  text: string,
): Promise<NoteRow> {
  await getNote(tx, contactId, id);
  const [row] = await tx.query<Row>(update, [tx.workspaceId, id, text, tx.now().toISOString()]);
  await said(tx, 'updated', row!);
  return row!;
}

export async function deleteNote(tx: TenantTx, contactId: string, id: string): Promise<void> {
  const row = await getNote(tx, contactId, id);
  await tx.execute(remove, [tx.workspaceId, id]);
  await said(tx, 'deleted', row);
}

/** Without the text: it is about a person, and the audit is kept longer than they may be. */
function said(tx: TenantTx, what: 'created' | 'updated' | 'deleted', note: NoteRow): Promise<void> {
  return emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: `contact_note.${what}`,
      data: { contactId: note.contactId, noteId: note.id },
      audit: { target: { kind: 'contact_note', id: note.id }, after: { contactId: note.contactId } },
    },
  ]);
}
