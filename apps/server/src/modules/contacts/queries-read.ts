import { statement, type TenantTx } from '../../platform/db/index.ts';
import { type ContactRow, selectContacts } from './queries.ts';

export interface ContactFilter {
  /** Any alias of these digits: the number as WhatsApp wrote it, or one of its other writings. */
  phones: readonly string[] | null;
  optedOut: boolean | null;
  blocked: boolean | null;
  /** Has all of them. */
  labelIds: readonly string[] | null;
  /** Equal in all of them. */
  attributes: Record<string, unknown> | null;
  country: string | null;
  createdAfter: string | null;
  createdBefore: string | null;
  seenAfter: string | null;
  seenBefore: string | null;
  /** A tsquery of words: see words.ts. */
  words: string | null;
}

// Whoever may reach certain conversations only knows the people of those: row security filters the view.
const reached = (limited: string) => `(not ${limited}::boolean or exists (
    select from contact_reach r where r.workspace_id = c.workspace_id and r.contact_id = c.id))`;

const list = statement(
  'contacts.list',
  `select c.id from contacts c
    where c.workspace_id = $1 and c.merged_into is null and c.erased_at is null
      and ($2::text[] is null or c.phone = any($2::text[]) or exists (
        select from identities i where i.workspace_id = c.workspace_id and i.kind = 'phone'
          and i.value = any($2::text[]) and i.contact_id = c.id))
      and ($3::boolean is null or c.opted_out = $3)
      and ($4::boolean is null or (c.blocked_at is not null) = $4)
      and ($5::uuid[] is null or (
        select count(*) from contact_labels l where l.workspace_id = c.workspace_id and l.contact_id = c.id
          and l.label_id = any($5::uuid[])) = cardinality($5::uuid[]))
      and ($6::jsonb is null or c.attributes @> $6::jsonb)
      and ($7::text is null or c.country = $7)
      and ($8::timestamptz is null or c.created_at >= $8)
      and ($9::timestamptz is null or c.created_at < $9)
      and ($10::timestamptz is null or c.last_seen_at >= $10)
      and ($11::timestamptz is null or c.last_seen_at < $11)
      and ($12::text is null or c.id in (select find_contacts($12::text::tsquery, 10000)))
      and ${reached('$13')}
      and ($14::timestamptz is null or (c.created_at, c.id) < ($14::timestamptz, $15::uuid))
    order by c.created_at desc, c.id desc limit $16 offset $17`,
);

/** Does row security hide conversations, and with them people, from whoever acts. */
export const isLimited = (tx: TenantTx): boolean =>
  tx.actor.reach !== undefined && (tx.actor.reach.numberIds !== null || tx.actor.reach.ownOnly);

/** Newest first, after (createdAt, id) or so many rows further. */
export async function selectContactList(
  tx: TenantTx,
  filter: ContactFilter,
  limit: number,
  place: { after: readonly [string, string] | null; offset?: number },
): Promise<ContactRow[]> {
  const ids = await tx.query<{ id: string }>(list, [
    tx.workspaceId,
    filter.phones,
    filter.optedOut,
    filter.blocked,
    filter.labelIds,
    filter.attributes && JSON.stringify(filter.attributes),
    filter.country,
    filter.createdAfter,
    filter.createdBefore,
    filter.seenAfter,
    filter.seenBefore,
    filter.words,
    isLimited(tx),
    place.after?.[0] ?? null,
    place.after?.[1] ?? null,
    limit,
    place.offset ?? 0,
  ]);
  if (ids.length === 0) return [];
  const keys = ids.map(({ id }) => ({ workspaceId: tx.workspaceId, id }));
  const rows = new Map<string, ContactRow>((await selectContacts(tx, keys)).map((row) => [row.id, row]));
  return ids.flatMap(({ id }) => rows.get(id) ?? []);
}

const visible = statement(
  'contacts.visible',
  `select c.id from contacts c
    where c.workspace_id = $1 and c.id = any($2::uuid[]) and c.erased_at is null and ${reached('$3')}`,
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
