import { type SystemTx, statement, type TenantTx, type Tx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';

export interface SuppressionRow {
  id: string;
  kind: 'phone' | 'bsuid';
  /** null once the person was erased. */
  value: string | null;
  scope: 'all' | 'marketing';
  source: string;
  proof: string | null;
  at: Date;
  createdAt: Date;
}
type Row = SuppressionRow & Record<string, unknown>;

export interface NewSuppression {
  workspaceId: string;
  id: string;
  kind: 'phone' | 'bsuid';
  value: string;
  /** Kept to be shown; else only its hash is. */
  isShown: boolean;
  scope: 'all' | 'marketing';
  source: string;
  proof: string | null;
  at: Date;
}

const columns = `s.id, s.kind, s.value, s.scope, s.source, s.proof, s.at, s.created_at as "createdAt"`;

// Another writing of an address that stands there is the same address: the wider scope counts, and who put it there.
const insert = statement(
  'contacts.suppress',
  `insert into suppressions as s (workspace_id, id, kind, hash, value, scope, source, proof, at, created_at)
   select t.workspace_id, t.id, t.kind, address_hash(t.workspace_id, t.kind, t.value),
     case when t.is_shown then t.value end, t.scope, t.source, t.proof, t.at, $10::timestamptz
   from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[],
               $9::timestamptz[])
     as t (workspace_id, id, kind, value, is_shown, scope, source, proof, at)
   order by t.workspace_id, address_hash(t.workspace_id, t.kind, t.value)
   on conflict (workspace_id, hash) do update set
     value = coalesce(s.value, excluded.value),
     scope = case when s.scope = 'all' then s.scope else excluded.scope end,
     source = case when s.source = 'erasure' then excluded.source else s.source end,
     proof = coalesce(excluded.proof, s.proof)
   returning ${columns}, s.id = any($2::uuid[]) as "isNew"`,
);

/** Each address at most once: two writings of one number in a statement are one row twice. */
export function insertSuppressions(
  tx: Tx,
  rows: readonly NewSuppression[],
): Promise<(SuppressionRow & { isNew: boolean })[]> {
  return tx.query<Row & { isNew: boolean }>(insert, [
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.id),
    rows.map((row) => row.kind),
    rows.map((row) => row.value),
    rows.map((row) => row.isShown),
    rows.map((row) => row.scope),
    rows.map((row) => row.source),
    rows.map((row) => row.proof),
    rows.map((row) => row.at.toISOString()),
    tx.now().toISOString(),
  ]);
}

const list = statement(
  'contacts.suppressions',
  `select ${columns} from suppressions s where s.workspace_id = $1
     and ($2::text is null or s.hash in (address_hash($1, 'phone', $2), address_hash($1, 'bsuid', $2)))
     and ($3::timestamptz is null or (s.created_at, s.id) < ($3, $4::uuid))
   order by s.created_at desc, s.id desc limit $5 offset $6`,
);

/** Newest first; `address` finds one in any writing. */
export function selectSuppressions(
  tx: TenantTx,
  address: string | null,
  page: Slice,
): Promise<SuppressionRow[]> {
  return tx.query<Row>(list, [
    tx.workspaceId,
    address,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
}

const remove = statement(
  'contacts.unsuppress',
  `delete from suppressions s where s.workspace_id = $1 and s.id = $2 returning ${columns}`,
);

export async function deleteSuppression(tx: TenantTx, id: string): Promise<SuppressionRow | null> {
  return (await tx.query<Row>(remove, [tx.workspaceId, id]))[0] ?? null;
}

const lift = statement(
  'contacts.lift_suppressions',
  `delete from suppressions s using unnest($1::uuid[], $2::uuid[]) as t (workspace_id, contact_id)
     join identities i using (workspace_id, contact_id)
   where s.workspace_id = i.workspace_id and s.hash = i.address_hash and s.source = 'erasure'`,
);

/** What stands there only because somebody was erased who had said no: now they say yes themselves. */
export async function liftErased(
  tx: Tx,
  people: readonly { workspaceId: string; contactId: string }[],
): Promise<void> {
  if (people.length === 0) return;
  await tx.execute(lift, [people.map((one) => one.workspaceId), people.map((one) => one.contactId)]);
}

const among = statement(
  'contacts.suppressed_among',
  `select i.contact_id as id, min(s.scope) as scope from identities i
     join suppressions s on s.workspace_id = i.workspace_id and s.hash = i.address_hash
    where i.workspace_id = $1 and i.contact_id = any($2::uuid[]) group by i.contact_id`,
);

/** What the suppression list says about any address of these; `all` before `marketing`. */
export async function suppressedAmong(
  tx: TenantTx,
  contactIds: readonly string[],
): Promise<Map<string, 'all' | 'marketing'>> {
  const rows = await tx.query<{ id: string; scope: 'all' | 'marketing' }>(among, [
    tx.workspaceId,
    contactIds,
  ]);
  return new Map(rows.map((row) => [row.id, row.scope]));
}

const saidNo = statement(
  'contacts.addresses_that_said_no',
  `select i.kind, i.value, coalesce(c.opted_out_at, c.marketing_stopped_at) as at,
     case when c.opt_out_scope = 'all' then 'all' else 'marketing' end as scope
   from contacts c join identities i on i.workspace_id = c.workspace_id and i.contact_id = c.id
   where c.workspace_id = $1 and c.id = any($2::uuid[]) and i.kind in ('phone', 'bsuid')
     and (c.consent_marketing = 'out' or c.marketing_stopped_at is not null)`,
);

export function addressesThatSaidNo(
  tx: SystemTx,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<{ kind: 'phone' | 'bsuid'; value: string; at: Date; scope: 'all' | 'marketing' }[]> {
  return tx.query(saidNo, [workspaceId, contactIds]);
}

const blank = statement(
  'contacts.blank_suppressions',
  `update suppressions s set value = null, proof = null from identities i
   where i.workspace_id = $1 and i.contact_id = any($2::uuid[])
     and s.workspace_id = i.workspace_id and s.hash = i.address_hash`,
);

/** Only the hashes stay. */
export async function blankSuppressions(
  tx: SystemTx,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<void> {
  await tx.execute(blank, [workspaceId, contactIds]);
}
