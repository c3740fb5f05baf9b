import { statement, type TenantTx, type Tx } from '../../platform/db/index.ts';
import type { ConsentRow } from './queries.ts';

export interface ConsentHistoryRow {
  id: string;
  action: 'opt-out' | 'opt-in';
  scope: 'all' | 'marketing';
  source: string;
  keyword: string | null;
  proof: string | null;
  at: Date;
}

const history = statement(
  'contacts.consent_history',
  `select id, action, scope, source, keyword, proof, at from consents
    where workspace_id = $1 and contact_id = $2 order by at desc, id desc limit 100`,
);

/** The last 100 words, newest first. */
export function selectConsents(tx: TenantTx, contactId: string): Promise<ConsentHistoryRow[]> {
  return tx.query<ConsentHistoryRow & Record<string, unknown>>(history, [tx.workspaceId, contactId]);
}

const stricter = statement(
  'contacts.set_stricter',
  `update contacts c set
     opted_out = c.opted_out or t.source <> 'whatsapp',
     opted_out_at = case when t.source <> 'whatsapp' then t.at else c.opted_out_at end,
     opt_out_source = case when t.source <> 'whatsapp' then t.source else c.opt_out_source end,
     opt_out_keyword = case when t.source <> 'whatsapp' then t.keyword else c.opt_out_keyword end,
     opt_out_scope = case when t.source <> 'whatsapp' then t.scope else c.opt_out_scope end,
     marketing_stopped_at = case when t.source = 'whatsapp' then coalesce(c.marketing_stopped_at, t.at)
       else c.marketing_stopped_at end,
     updated_at = $7::timestamptz
   from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
     as t (workspace_id, contact_id, scope, source, keyword, at)
   where c.workspace_id = t.workspace_id and c.id = t.contact_id`,
);

/** Opt-outs that count whatever was said since. The contacts are locked. */
export async function setStricter(tx: Tx, words: readonly ConsentRow[]): Promise<void> {
  // Two kinds of word about one contact are two statements: one update cannot touch a row twice.
  for (const theirs of [false, true]) {
    const rows = words.filter((word) => (word.source === 'whatsapp') === theirs);
    if (rows.length === 0) continue;
    await tx.execute(stricter, [
      rows.map((row) => row.workspaceId),
      rows.map((row) => row.contactId),
      rows.map((row) => row.scope),
      rows.map((row) => row.source),
      rows.map((row) => row.keyword),
      rows.map((row) => row.at.toISOString()),
      tx.now().toISOString(),
    ]);
  }
}
