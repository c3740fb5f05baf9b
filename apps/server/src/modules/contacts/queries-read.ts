import type { SegmentFilter } from '@chaski/contracts';
import { statement, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { type ContactRow, selectContacts } from './queries.ts';
import { compileFilter, isLimited, reached } from './queries-filter.ts';

/** Newest first, after (createdAt, id) or so many rows further. */
export async function selectContactList(
  tx: TenantTx,
  filter: SegmentFilter,
  page: Slice,
): Promise<ContactRow[]> {
  const { where, values } = compileFilter(tx, filter);
  const put = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const after = page.after
    ? `and (c.created_at, c.id) < (${put(page.after.at, 'timestamptz')}, ${put(page.after.id, 'uuid')})`
    : '';
  const ids = await tx.query<{ id: string }>(
    `select c.id from contacts c where ${where} ${after}
     order by c.created_at desc, c.id desc limit ${put(page.limit, 'int')} offset ${put(page.offset ?? 0, 'int')}`,
    values,
  );
  if (ids.length === 0) return [];
  const keys = ids.map(({ id }) => ({ workspaceId: tx.workspaceId, id }));
  const rows = new Map<string, ContactRow>((await selectContacts(tx, keys)).map((row) => [row.id, row]));
  return ids.flatMap(({ id }) => rows.get(id) ?? []);
}

const visible = statement(
  'contacts.visible',
  `select c.id from contacts c
    where c.workspace_id = $1 and c.id = any($2::uuid[]) and c.erased_at is null
      and (not $3::boolean or ${reached})`,
);

/** Those of these contacts that whoever acts may see, in the order given. */
export async function selectVisible(tx: TenantTx, ids: readonly string[]): Promise<ContactRow[]> {
  if (ids.length === 0) return [];
  const seen = await tx.query<{ id: string }>(visible, [tx.workspaceId, ids, isLimited(tx)]);
  const keys = seen.map(({ id }) => ({ workspaceId: tx.workspaceId, id }));
  const rows = new Map<string, ContactRow>((await selectContacts(tx, keys)).map((row) => [row.id, row]));
  return ids.flatMap((id) => rows.get(id) ?? []);
}

const count = statement(
  'contacts.count',
  'select count(*) from contacts where workspace_id = $1 and merged_into is null and erased_at is null',
);

export async function countContacts(tx: TenantTx): Promise<number> {
  return (await tx.query<{ count: number }>(count, [tx.workspaceId]))[0]!.count;
}

const block = statement(
  'contacts.block',
  `update contacts set blocked_at = case when $3::boolean then coalesce(blocked_at, $4::timestamptz) end,
     updated_at = $4
    where workspace_id = $1 and id = any($2::uuid[]) and (blocked_at is not null) <> $3
    returning id`,
);

/** Answers those for whom it changed something. */
export async function setBlocked(
  tx: TenantTx,
  contactIds: readonly string[],
  blocked: boolean,
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(block, [
    tx.workspaceId,
    [...contactIds].sort(),
    blocked,
    tx.now().toISOString(),
  ]);
  return rows.map(({ id }) => id);
}

const update = statement(
  'contacts.update',
  `update contacts set name = $3, email = $4, company = $5, language = $6, attributes = $7::jsonb, updated_at = $8
    where workspace_id = $1 and id = $2`,
);

export interface ContactFields {
  name: string | null;
  email: string | null;
  company: string | null;
  language: string | null;
  attributes: ContactRow['attributes'];
}

export async function setFields(tx: TenantTx, id: string, fields: ContactFields): Promise<void> {
  await tx.execute(update, [
    tx.workspaceId,
    id,
    fields.name,
    fields.email,
    fields.company,
    fields.language,
    JSON.stringify(fields.attributes),
    tx.now().toISOString(),
  ]);
}
