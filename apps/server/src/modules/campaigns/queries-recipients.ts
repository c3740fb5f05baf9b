import { type SystemTx, statement, type TenantTx, type Tx } from '../../platform/db/index.ts';

/** SQL of the table campaign_recipients: who gets what and when. What became of it is queries-outcomes.ts's. */

export interface PlannedRecipient {
  n: number;
  contactId: string | null;
  address: string | null;
  country: string | null;
  zone: string | null;
  cells: Record<string, string> | null;
  filled: Record<string, string>;
  textHash: string | null;
  state: 'planned' | 'skipped';
  reason: string | null;
  dueAt: string | null;
  price: number | null;
}

// A line whose person has one below gives way to it: kept without them, and told as such.
const insert = statement(
  'campaigns.insert_recipients',
  `with input as (
     select * from jsonb_to_recordset($3::jsonb) as r(n int, "contactId" uuid, address text, country text, zone text,
       cells jsonb, filled jsonb, "textHash" text, state text, reason text, "dueAt" timestamptz, price bigint)
   ), numbered as (
     select i.*, i."contactId" is not null
       and row_number() over (partition by i."contactId" order by i.n desc) > 1 as again
     from input i
   )
   insert into campaign_recipients (workspace_id, campaign_id, n, contact_id, address, country, zone, cells, filled,
     text_hash, state, reason, due_at, price)
   select $1, $2, n, case when again then null else "contactId" end, address, country, zone,
     case when again then null else cells end, case when again then '{}' else filled end,
     case when again then null else decode("textHash", 'hex') end,
     case when again then 'skipped' else state end, case when again then 'duplicate' else reason end,
     case when again then null else "dueAt" end, case when again then null else price end
   from numbered order by n
   on conflict do nothing`,
);

// Of a plan that is being made: nobody has got anything.
const giveWay = statement(
  'campaigns.give_way',
  `update campaign_recipients set contact_id = null, cells = null, filled = '{}', text_hash = null, state = 'skipped',
     reason = 'duplicate', due_at = null, price = null
   where workspace_id = $1 and campaign_id = $2 and contact_id = any($3::uuid[]) and n < $4`,
);

/**
 * Of several lines of one person the last counts, as in an imported list: who adds to a list writes below. Lines before
 * `n` alone give way: a page that is written again, by a second planner of the same version, is what it was.
 */
export async function giveWayTo(
  tx: TenantTx,
  campaignId: string,
  people: readonly string[],
  n: number,
): Promise<void> {
  await tx.execute(giveWay, [tx.workspaceId, campaignId, people, n]);
}

export async function insertRecipients(
  tx: TenantTx,
  campaignId: string,
  rows: readonly PlannedRecipient[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(insert, [tx.workspaceId, campaignId, JSON.stringify(rows)]);
}

const clear = statement(
  'campaigns.clear_recipients',
  'delete from campaign_recipients where workspace_id = $1 and campaign_id = $2',
);

/** Forgets a plan of which nothing has gone. */
export async function clearRecipients(tx: Tx, workspaceId: string, campaignId: string): Promise<void> {
  await tx.execute(clear, [workspaceId, campaignId]);
}

export interface WaitingRecipient {
  n: number;
  contactId: string;
  country: string | null;
  zone: string | null;
  cells: Record<string, string> | null;
  filled: Record<string, string>;
  attempt: number;
  dueAt: Date;
  /** Of the try before. */
  messageId: string | null;
}

const waitingColumns = `r.n, r.contact_id as "contactId", r.country, r.zone, r.cells, r.filled, r.attempt,
  r.due_at as "dueAt", r.message_id as "messageId"`;

const waiting = statement(
  'campaigns.waiting_recipients',
  `select ${waitingColumns} from campaign_recipients r
   where r.workspace_id = $1 and r.campaign_id = $2 and r.state = 'planned' and r.n > $3 order by r.n limit $4`,
);

/** Who has not had a turn yet, line by line. */
export function selectWaiting(
  tx: Tx,
  workspaceId: string,
  campaignId: string,
  after: number,
  limit: number,
): Promise<WaitingRecipient[]> {
  return tx.query<WaitingRecipient & Record<string, unknown>>(waiting, [
    workspaceId,
    campaignId,
    after,
    limit,
  ]);
}

const refill = statement(
  'campaigns.refill_recipients',
  `update campaign_recipients r set filled = i.filled, text_hash = decode(i."textHash", 'hex'), zone = i.zone,
     state = i.state, reason = i.reason, due_at = greatest(i."dueAt", case when r.attempt > 0 then r.due_at end),
     price = i.price
   from jsonb_to_recordset($3::jsonb) as i(n int, zone text, filled jsonb, "textHash" text, state text, reason text,
     "dueAt" timestamptz, price bigint)
   where r.workspace_id = $1 and r.campaign_id = $2 and r.n = i.n and r.state = 'planned'`,
);

/** Fills anew what has not gone. */
export async function refillRecipients(
  tx: TenantTx,
  campaignId: string,
  rows: readonly Omit<PlannedRecipient, 'contactId' | 'address' | 'country' | 'cells'>[],
): Promise<void> {
  if (rows.length > 0) await tx.execute(refill, [tx.workspaceId, campaignId, JSON.stringify(rows)]);
}

const claim = statement(
  'campaigns.claim_recipients',
  `select ${waitingColumns} from campaign_recipients r
   where r.workspace_id = $1 and r.campaign_id = $2 and r.state = 'planned' and r.due_at <= $3::timestamptz
   order by r.due_at, r.n limit $4 for update`,
);

/** Whose turn it is by a time; the campaign's row is locked, so nobody else asks. */
export function claimRecipients(
  tx: SystemTx,
  workspaceId: string,
  campaignId: string,
  until: Date,
  limit: number,
): Promise<WaitingRecipient[]> {
  return tx.query<WaitingRecipient & Record<string, unknown>>(claim, [
    workspaceId,
    campaignId,
    until.toISOString(),
    limit,
  ]);
}

const settle = statement(
  'campaigns.settle_recipients',
  `update campaign_recipients r set state = i.state, reason = i.reason, due_at = coalesce(i."dueAt", r.due_at),
     message_id = coalesce(i."messageId", r.message_id), attempt = r.attempt + i.tried,
     queued_at = case when i.state = 'queued' then $4::timestamptz else r.queued_at end
   from jsonb_to_recordset($3::jsonb) as i(n int, state text, reason text, "dueAt" timestamptz, "messageId" uuid,
     tried int)
   where r.workspace_id = $1 and r.campaign_id = $2 and r.n = i.n`,
);

export interface Settled {
  n: number;
  state: 'planned' | 'queued' | 'skipped';
  reason: string | null;
  dueAt: string | null;
  messageId: string | null;
  /** 1 when a message was queued. */
  tried: 0 | 1;
}

export async function settleRecipients(
  tx: SystemTx,
  workspaceId: string,
  campaignId: string,
  rows: readonly Settled[],
): Promise<void> {
  if (rows.length > 0)
    await tx.execute(settle, [workspaceId, campaignId, JSON.stringify(rows), tx.now().toISOString()]);
}

const open = statement(
  'campaigns.open_recipients',
  `select (select min(r.due_at) from campaign_recipients r
       where r.workspace_id = $1 and r.campaign_id = $2 and r.state = 'planned') as "nextDue",
     exists (select from campaign_recipients r
       where r.workspace_id = $1 and r.campaign_id = $2 and r.state = 'queued') as queued,
     exists (select from campaign_recipients r
       where r.workspace_id = $1 and r.campaign_id = $2 and r.state in ('sent', 'unconfirmed')) as unsettled`,
);

interface Open {
  nextDue: Date | null;
  queued: boolean;
  /** Some were taken and neither delivered nor refused: they may still be tried again. */
  unsettled: boolean;
}

/** What is left to do. */
export async function openRecipients(tx: Tx, workspaceId: string, campaignId: string): Promise<Open> {
  return (await tx.query<Open & Record<string, unknown>>(open, [workspaceId, campaignId]))[0]!;
}

const queued = statement(
  'campaigns.queued_messages',
  `select r.message_id as "messageId" from campaign_recipients r
   where r.workspace_id = $1 and r.campaign_id = $2 and r.state = 'queued' order by r.message_id`,
);

export async function queuedMessages(tx: Tx, workspaceId: string, campaignId: string): Promise<string[]> {
  const rows = await tx.query<{ messageId: string }>(queued, [workspaceId, campaignId]);
  return rows.map((row) => row.messageId);
}

const cancelWaiting = statement(
  'campaigns.cancel_waiting',
  `update campaign_recipients r set state = 'cancelled', reason = 'campaign_cancelled'
   where r.workspace_id = $1 and r.campaign_id = $2
     and (r.state = 'planned' or (r.state = 'queued' and r.message_id = any($3::uuid[])))`,
);

/** Nobody else gets it: who waits, and whose message was taken back from the queue. */
export async function cancelWaitingRecipients(
  tx: TenantTx,
  campaignId: string,
  withdrawn: readonly string[],
): Promise<number> {
  return tx.execute(cancelWaiting, [tx.workspaceId, campaignId, withdrawn]);
}

const left = statement(
  'campaigns.left_out',
  `select r.contact_id as "contactId" from campaign_recipients r
   where r.workspace_id = $1 and r.campaign_id = $2 and r.state in ('skipped', 'cancelled') and r.contact_id is not null
     and ($3::uuid is null or r.contact_id > $3::uuid)
   order by r.contact_id limit $4`,
);

/** Who got nothing, by contact. */
export async function selectLeftOut(
  tx: Tx,
  workspaceId: string,
  campaignId: string,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await tx.query<{ contactId: string }>(left, [workspaceId, campaignId, after, limit]);
  return rows.map((row) => row.contactId);
}

const merged = statement(
  'campaigns.merged_contacts',
  `with pairs as (
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) p(workspace_id, kept_id, merged_id)
   ), theirs as (
     select r.workspace_id, r.campaign_id, r.n, p.kept_id, exists (
       select from campaign_recipients k where k.workspace_id = r.workspace_id and k.campaign_id = r.campaign_id
         and k.contact_id = p.kept_id) as twice
     from pairs p join campaign_recipients r on r.workspace_id = p.workspace_id and r.contact_id = p.merged_id
     where r.state = 'planned'
   )
   update campaign_recipients r set contact_id = case when t.twice then null else t.kept_id end,
     state = case when t.twice then 'skipped' else r.state end,
     reason = case when t.twice then 'duplicate' else r.reason end
   from theirs t where r.workspace_id = t.workspace_id and r.campaign_id = t.campaign_id and r.n = t.n`,
);

/** Two contacts turned out to be one person: who has had neither message gets one. */
export async function followMerges(
  tx: SystemTx,
  pairs: readonly { workspaceId: string; keptId: string; mergedId: string }[],
): Promise<void> {
  await tx.execute(merged, [
    pairs.map((pair) => pair.workspaceId),
    pairs.map((pair) => pair.keptId),
    pairs.map((pair) => pair.mergedId),
  ]);
}

const erase = statement(
  'campaigns.erase',
  `update campaign_recipients set address = null, cells = null, filled = '{}', text_hash = null, conversion = null,
     clicked_at = null, clicks = 0, error = null, state = case when state = 'planned' then 'cancelled' else state end,
     reason = case when state = 'planned' then 'erased' else reason end
   where workspace_id = $1 and contact_id = any($2::uuid[])`,
);
const eraseLoose = statement(
  'campaigns.erase_loose',
  `update campaign_recipients set address = null, cells = null
   where workspace_id = $1 and contact_id is null and address = any($2::text[])`,
);

/** What was kept about these people; that somebody had a line stays. */
export async function eraseRecipients(
  tx: SystemTx,
  workspaceId: string,
  contactIds: readonly string[],
  aliases: readonly string[],
): Promise<number> {
  const count = await tx.execute(erase, [workspaceId, contactIds]);
  return count + (await tx.execute(eraseLoose, [workspaceId, aliases]));
}
