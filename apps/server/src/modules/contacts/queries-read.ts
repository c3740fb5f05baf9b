import { statement, type TenantTx } from '../../platform/db/index.ts';
import { type ContactRow, selectContacts } from './queries.ts';

export interface ContactFilter {
  /** Any alias of these digits: the number as WhatsApp wrote it, or one of its other writings. */
  phones: readonly string[] | null;
  optedOut: boolean | null;
}

const list = statement(
  'contacts.list',
  `select c.id from contacts c
    where c.workspace_id = $1
      and ($2::text[] is null or c.phone = any($2::text[]) or exists (
        select from identities i where i.workspace_id = c.workspace_id and i.kind = 'phone'
          and i.value = any($2::text[]) and i.contact_id = c.id))
      and ($3::boolean is null or c.opted_out = $3)
      and ($4::timestamptz is null or (c.created_at, c.id) < ($4::timestamptz, $5::uuid))
    order by c.created_at desc, c.id desc limit $6`,
);

/** Newest first, after (createdAt, id). */
export async function selectContactList(
  tx: TenantTx,
  filter: ContactFilter,
  limit: number,
  after: readonly [string, string] | null,
): Promise<ContactRow[]> {
  const ids = await tx.query<{ id: string }>(list, [
    tx.workspaceId,
    filter.phones,
    filter.optedOut,
    after?.[0] ?? null,
    after?.[1] ?? null,
    limit,
  ]);
  if (ids.length === 0) return [];
  const keys = ids.map(({ id }) => ({ workspaceId: tx.workspaceId, id }));
  const rows = new Map<string, ContactRow>((await selectContacts(tx, keys)).map((row) => [row.id, row]));
  return ids.flatMap(({ id }) => rows.get(id) ?? []);
}

export interface ConsentHistoryRow {
  id: string;
  action: 'opt-out' | 'opt-in';
  scope: 'all' | 'marketing';
  source: string;
  keyword: string | null;
  evidence: string | null;
  at: Date;
}

const consents = statement(
  'contacts.consent_history',
  `select id, action, scope, source, keyword, evidence, at from consents
    where workspace_id = $1 and contact_id = $2 order by at desc, id desc limit 100`,
);

/** The last 100 words, newest first. */
export function selectConsents(tx: TenantTx, contactId: string): Promise<ConsentHistoryRow[]> {
  return tx.query<ConsentHistoryRow & Record<string, unknown>>(consents, [tx.workspaceId, contactId]);
}

const block = statement(
  'contacts.block',
  `update contacts set blocked_at = case when $3::timestamptz is null then null else coalesce(blocked_at, $3) end,
     updated_at = $4
    where workspace_id = $1 and id = $2 and (blocked_at is null) <> ($3::timestamptz is null)`,
);

/** True when it changed something. */
export async function setBlocked(tx: TenantTx, contactId: string, blocked: boolean): Promise<boolean> {
  const now = tx.now().toISOString();
  return (await tx.execute(block, [tx.workspaceId, contactId, blocked ? now : null, now])) > 0;
}
