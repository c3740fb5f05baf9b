import { statement, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import type { ContactFields } from './queries-read.ts';

export interface ImportRow {
  id: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  options: unknown;
  blobKey: string | null;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  reason: string | null;
  actorKind: string;
  actorId: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}
type Row = ImportRow & Record<string, unknown>;

const columns = `id, state, options, blob_key as "blobKey", rows, created, updated, unchanged, skipped, reason,
  actor_kind as "actorKind", actor_id as "actorId", created_at as "createdAt", finished_at as "finishedAt"`;

const insert = statement(
  'contacts.insert_import',
  `insert into contact_imports (workspace_id, id, options, blob_key, actor_kind, actor_id, created_at)
   values ($1, $2, $3::jsonb, $4, $5, $6, $7) returning ${columns}`,
);

export async function insertImport(
  tx: TenantTx,
  given: { id: string; options: unknown; blobKey: string },
): Promise<ImportRow> {
  const [row] = await tx.query<Row>(insert, [
    tx.workspaceId,
    given.id,
    JSON.stringify(given.options),
    given.blobKey,
    tx.actor.kind,
    tx.actor.id,
    tx.now().toISOString(),
  ]);
  return row!;
}

const one = statement(
  'contacts.import',
  `select ${columns} from contact_imports where workspace_id = $1 and id = $2`,
);
const locked = statement('contacts.lock_import', `${one.text} for update`);

export async function selectImport(tx: TenantTx, id: string, lock = false): Promise<ImportRow | null> {
  return (await tx.query<Row>(lock ? locked : one, [tx.workspaceId, id]))[0] ?? null;
}

const list = statement(
  'contacts.imports',
  `select ${columns} from contact_imports where workspace_id = $1
     and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
   order by created_at desc, id desc limit $4 offset $5`,
);

export function selectImports(tx: TenantTx, page: Slice): Promise<ImportRow[]> {
  return tx.query<Row>(list, [
    tx.workspaceId,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
}

const advance = statement(
  'contacts.advance_import',
  `update contact_imports set state = 'running', rows = $3, created = created + $4, updated = updated + $5,
     unchanged = unchanged + $6, skipped = skipped + $7
    where workspace_id = $1 and id = $2`,
);
const finish = statement(
  'contacts.finish_import',
  `update contact_imports set state = $3, reason = $4, blob_key = null, finished_at = $5
    where workspace_id = $1 and id = $2`,
);
const problems = statement(
  'contacts.insert_import_problems',
  `insert into contact_import_problems (workspace_id, import_id, row, field, reason, skipped)
   select $1, $2, t.* from unnest($3::integer[], $4::text[], $5::text[], $6::boolean[]) as t
   on conflict do nothing`,
);

export interface ImportCounts {
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
}

export interface ProblemRow {
  row: number;
  field: string;
  reason: string;
  skipped: boolean;
}

/** How far it is, with what was found on the way: in the transaction that did it. */
export async function advanceImport(
  tx: TenantTx,
  id: string,
  rows: number,
  counts: ImportCounts,
  found: readonly ProblemRow[],
): Promise<void> {
  await tx.batch([
    {
      statement: advance,
      values: [tx.workspaceId, id, rows, counts.created, counts.updated, counts.unchanged, counts.skipped],
    },
    {
      statement: problems,
      values: [
        tx.workspaceId,
        id,
        found.map((one) => one.row),
        found.map((one) => one.field),
        found.map((one) => one.reason),
        found.map((one) => one.skipped),
      ],
    },
  ]);
}

export async function finishImport(
  tx: TenantTx,
  id: string,
  state: 'done' | 'failed',
  reason: string | null,
): Promise<void> {
  await tx.execute(finish, [tx.workspaceId, id, state, reason, tx.now().toISOString()]);
}

const problemPage = statement(
  'contacts.import_problems',
  `select row, field, reason, skipped from contact_import_problems
    where workspace_id = $1 and import_id = $2 and (row, field) > ($3, $4) order by row, field limit $5`,
);

export function selectProblems(
  tx: TenantTx,
  id: string,
  after: { row: number; field: string },
  limit: number,
): Promise<ProblemRow[]> {
  return tx.query<ProblemRow & Record<string, unknown>>(problemPage, [
    tx.workspaceId,
    id,
    after.row,
    after.field,
    limit,
  ]);
}

const updateMany = statement(
  'contacts.update_many',
  `update contacts c set name = t.name, email = t.email, company = t.company, language = t.language,
     attributes = t.attributes::jsonb, updated_at = $8
   from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
     as t (id, name, email, company, language, attributes)
   where c.workspace_id = $1 and c.id = t.id`,
);

/** The contacts are locked. */
export async function setManyFields(
  tx: TenantTx,
  rows: readonly (ContactFields & { id: string })[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(updateMany, [
    tx.workspaceId,
    rows.map((row) => row.id),
    rows.map((row) => row.name),
    rows.map((row) => row.email),
    rows.map((row) => row.company),
    rows.map((row) => row.language),
    rows.map((row) => JSON.stringify(row.attributes)),
    tx.now().toISOString(),
  ]);
}
