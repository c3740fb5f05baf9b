import type { ConsentPurpose, ConsentScope } from '@chaski/contracts';
import { statement, type TenantTx, type Tx } from '../../platform/db/index.ts';

export interface ConsentRow {
  workspaceId: string;
  id: string;
  contactId: string;
  action: 'opt-out' | 'opt-in';
  scope: ConsentScope;
  source: string;
  keyword: string | null;
  proof: string | null;
  at: Date;
}

export type ConsentHistoryRow = Omit<ConsentRow, 'workspaceId' | 'contactId'>;

const insert = statement(
  'contacts.insert_consents',
  `insert into consents (workspace_id, id, contact_id, action, scope, source, keyword, proof, at, created_at)
   select t.*, $10::timestamptz
   from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
               $9::timestamptz[]) as t`,
);

export async function insertConsents(tx: Tx, consents: readonly ConsentRow[]): Promise<void> {
  await tx.execute(insert, [
    consents.map((c) => c.workspaceId),
    consents.map((c) => c.id),
    consents.map((c) => c.contactId),
    consents.map((c) => c.action),
    consents.map((c) => c.scope),
    consents.map((c) => c.source),
    consents.map((c) => c.keyword),
    consents.map((c) => c.proof),
    consents.map((c) => c.at.toISOString()),
    tx.now().toISOString(),
  ]);
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

const stopped = statement(
  'contacts.said_stop',
  `select distinct k.contact_id as id from consents k
   where k.workspace_id = $1 and k.contact_id = any($2::uuid[]) and k.action = 'opt-out' and k.source = 'keyword'
     and k.scope in ('all', 'marketing')
     and not exists (
       select from consents o where o.workspace_id = k.workspace_id and o.contact_id = k.contact_id
         and o.action = 'opt-in' and o.source <> 'whatsapp' and o.scope in ('all', 'marketing') and o.at > k.at)`,
);

/** Those of these who said STOP and have not been opted in to marketing since. */
export async function saidStop(tx: TenantTx, contactIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(stopped, [tx.workspaceId, contactIds]);
  return new Set(rows.map(({ id }) => id));
}

/** One word, about one of the things that words are about: a purpose, or WhatsApp's own preference. */
export interface PurposeWord {
  word: ConsentRow;
  about: ConsentPurpose | 'whatsapp';
}

// Says of each purpose what its newest word says; what arrives late changes nothing. WhatsApp's own preference and the
// person's words to us are two things: START does not undo the first. WhatsApp tells whole seconds: within one, nobody
// knows what came first, and an opt-out wins. Times that we took ourselves (our own API, a body without a time) have
// milliseconds and are compared by them; see `outdone`.
const apply = statement(
  'contacts.apply_consents',
  `with input as (
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
       as t (workspace_id, contact_id, word_id, about, action, source, at)
   ), newest as (
     select i.* from input i
     where not exists (
       select from consents k where k.workspace_id = i.workspace_id and k.contact_id = i.contact_id
         and (k.source = 'whatsapp') = (i.about = 'whatsapp')
         and (k.scope in ('all', i.about) or i.about = 'whatsapp')
         and k.at >= date_trunc('second', i.at)
         and case
           when k.source in ('keyword', 'whatsapp') and k.at = date_trunc('second', k.at)
             or i.source in ('keyword', 'whatsapp') and i.at = date_trunc('second', i.at) then
             date_trunc('second', k.at) > date_trunc('second', i.at)
               or (k.action = 'opt-out' and i.action = 'opt-in')
           else k.at > i.at end)
   ), said as (
     select workspace_id, contact_id,
       max(action) filter (where about = 'service') as service,
       max(action) filter (where about = 'utility') as utility,
       max(action) filter (where about = 'marketing') as marketing,
       max(action) filter (where about = 'whatsapp') as whatsapp,
       max(at) filter (where about = 'whatsapp') as whatsapp_at
     from newest group by 1, 2
   ), written as (
     update contacts c set
       consent_service = case s.service when 'opt-out' then 'out' when 'opt-in' then 'in' else c.consent_service end,
       consent_utility = case s.utility when 'opt-out' then 'out' when 'opt-in' then 'in' else c.consent_utility end,
       consent_marketing = case s.marketing when 'opt-out' then 'out' when 'opt-in' then 'in' else c.consent_marketing end,
       marketing_stopped_at = case s.whatsapp when 'opt-out' then s.whatsapp_at when 'opt-in' then null
         else c.marketing_stopped_at end,
       marketing_resumed_at = case s.whatsapp when 'opt-in' then s.whatsapp_at when 'opt-out' then null
         else c.marketing_resumed_at end,
       updated_at = $8::timestamptz
     from said s where c.workspace_id = s.workspace_id and c.id = s.contact_id
   )
   select word_id as id from newest`,
);

// What the purposes come to, and the newest word that made it so. A statement of its own: it reads what the one before
// it wrote, whoever that was.
const sumUp = statement(
  'contacts.sum_up_consents',
  `update contacts c set opted_out = n.scope is not null, opt_out_scope = n.scope, opted_out_at = k.at,
     opt_out_source = k.source, opt_out_keyword = k.keyword
   from (
     select x.*, case
       when x.consent_service = 'out' and x.consent_utility = 'out' and x.consent_marketing = 'out' then 'all'
       when x.consent_marketing = 'out' then 'marketing'
       when x.consent_utility = 'out' then 'utility'
       when x.consent_service = 'out' then 'service' end as scope
     from unnest($1::uuid[], $2::uuid[]) as t (workspace_id, id)
     join contacts x using (workspace_id, id)
   ) n
   left join lateral (
     select w.at, w.source, w.keyword from consents w
      where w.workspace_id = n.workspace_id and w.contact_id = n.id and n.scope is not null
        and w.action = 'opt-out' and w.source <> 'whatsapp'
        and (w.scope = 'all' or w.scope = 'service' and n.consent_service = 'out'
          or w.scope = 'utility' and n.consent_utility = 'out' or w.scope = 'marketing' and n.consent_marketing = 'out')
      order by w.at desc, w.id desc limit 1
   ) k on true
   where c.workspace_id = n.workspace_id and c.id = n.id`,
);

/** Answers the ids of the words that count for anything now. The contacts are locked. */
export async function applyConsents(tx: Tx, words: readonly PurposeWord[]): Promise<Set<string>> {
  const people = [
    ...new Map(words.map(({ word }) => [`${word.workspaceId}|${word.contactId}`, word])).values(),
  ];
  const [counted] = await tx.batch([
    {
      statement: apply,
      values: [
        words.map(({ word }) => word.workspaceId),
        words.map(({ word }) => word.contactId),
        words.map(({ word }) => word.id),
        words.map(({ about }) => about),
        words.map(({ word }) => word.action),
        words.map(({ word }) => word.source),
        words.map(({ word }) => word.at.toISOString()),
        tx.now().toISOString(),
      ],
    },
    {
      statement: sumUp,
      values: [people.map((word) => word.workspaceId), people.map((word) => word.contactId)],
    },
  ]);
  return new Set(counted!.map((row) => row.id as string));
}

const stricter = statement(
  'contacts.set_stricter',
  `update contacts c set
     consent_service = case when s.service then 'out' else c.consent_service end,
     consent_utility = case when s.utility then 'out' else c.consent_utility end,
     consent_marketing = case when s.marketing then 'out' else c.consent_marketing end,
     marketing_stopped_at = coalesce(c.marketing_stopped_at, s.stopped_at),
     marketing_resumed_at = case when s.stopped_at is null then c.marketing_resumed_at end,
     updated_at = $6::timestamptz
   from (
     select workspace_id, contact_id,
       bool_or(source <> 'whatsapp' and scope in ('all', 'service')) as service,
       bool_or(source <> 'whatsapp' and scope in ('all', 'utility')) as utility,
       bool_or(source <> 'whatsapp' and scope in ('all', 'marketing')) as marketing,
       min(at) filter (where source = 'whatsapp') as stopped_at
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
       as t (workspace_id, contact_id, scope, source, at)
     group by 1, 2
   ) s
   where c.workspace_id = s.workspace_id and c.id = s.contact_id`,
);

/** Opt-outs that count whatever was said since. They stand in the history already; the contacts are locked. */
export async function setStricter(tx: Tx, words: readonly ConsentRow[]): Promise<void> {
  if (words.length === 0) return;
  const people = [...new Map(words.map((word) => [`${word.workspaceId}|${word.contactId}`, word])).values()];
  await tx.batch([
    {
      statement: stricter,
      values: [
        words.map((row) => row.workspaceId),
        words.map((row) => row.contactId),
        words.map((row) => row.scope),
        words.map((row) => row.source),
        words.map((row) => row.at.toISOString()),
        tx.now().toISOString(),
      ],
    },
    {
      statement: sumUp,
      values: [people.map((word) => word.workspaceId), people.map((word) => word.contactId)],
    },
  ]);
}
