import type { RecipientState } from '@chaski/contracts';
import { type SystemTx, statement, type TenantTx } from '../../platform/db/index.ts';

/** SQL of the table campaign_recipients: what became of each message, what people did then, who is tried again. */

export interface Word {
  workspaceId: string;
  messageId: string;
  state: Extract<RecipientState, 'unconfirmed' | 'sent' | 'failed' | 'delivered' | 'read'>;
  at: Date;
  error: { code: string; message: string } | null;
  /** WhatsApp bills it. */
  billed: boolean | null;
}

export interface Moved {
  workspaceId: string;
  campaignId: string;
  n: number;
  contactId: string;
  messageId: string;
  state: RecipientState;
  attempt: number;
  error: { code: string; message: string } | null;
}

// States only rise: queued < unconfirmed < sent < failed < delivered < read. Somebody who is to be tried again is
// 'planned' with the message that failed; a late word that it arrived after all takes them off the list. WhatsApp's times
// are whole seconds: what came later is not told to have come earlier.
const rank = (state: string) =>
  `array_position(array['planned', 'queued', 'unconfirmed', 'sent', 'failed', 'delivered', 'read'], ${state})`;
const move = statement(
  'campaigns.move_recipients',
  `with words as (
     select distinct on (workspace_id, message_id) * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[],
       $5::jsonb[], $6::boolean[]) w(workspace_id, message_id, state, at, error, billed)
     order by workspace_id, message_id, ${rank('state')} desc
   ), found as (
     select r.workspace_id, r.campaign_id, r.n, w.state, w.at, w.error, w.billed
     from words w join campaign_recipients r on r.workspace_id = w.workspace_id and r.message_id = w.message_id
     where r.state in ('planned', 'queued', 'unconfirmed', 'sent', 'failed', 'delivered')
       and ${rank('w.state')} > ${rank('r.state')}
       and not (r.state = 'planned' and w.state in ('unconfirmed', 'sent', 'failed'))
     order by 1, 2, 3 for update of r
   )
   update campaign_recipients r set state = f.state,
     error = case when f.state = 'failed' then f.error end,
     reason = case when f.state = 'failed' then f.error ->> 'code' when f.state = 'unconfirmed' then 'unknown_outcome' end,
     sent_at = case when f.state in ('sent', 'delivered', 'read') then coalesce(r.sent_at, f.at) else r.sent_at end,
     delivered_at = case when f.state in ('delivered', 'read') then coalesce(r.delivered_at, greatest(f.at, r.sent_at)) else r.delivered_at end,
     read_at = case when f.state = 'read' then greatest(f.at, r.sent_at, r.delivered_at) else r.read_at end,
     failed_at = case when f.state = 'failed' then f.at else null end,
     cost = case when f.state in ('delivered', 'read')
       then case when f.billed is false then 0 else coalesce(r.cost, r.price) end else r.cost end
   from found f where r.workspace_id = f.workspace_id and r.campaign_id = f.campaign_id and r.n = f.n
   returning r.workspace_id as "workspaceId", r.campaign_id as "campaignId", r.n, r.contact_id as "contactId",
     r.message_id as "messageId", r.state, r.attempt, r.error`,
);

/** What became of messages; answers the recipients that moved. Messages of nobody's campaign match nothing. */
export function moveRecipients(tx: SystemTx, words: readonly Word[]): Promise<Moved[]> {
  return tx.query<Moved & Record<string, unknown>>(move, [
    words.map((word) => word.workspaceId),
    words.map((word) => word.messageId),
    words.map((word) => word.state),
    words.map((word) => word.at.toISOString()),
    words.map((word) => (word.error === null ? null : JSON.stringify(word.error))),
    words.map((word) => word.billed),
  ]);
}

const named = statement(
  'campaigns.of_messages',
  `select distinct r.workspace_id as "workspaceId", r.campaign_id as "campaignId"
   from unnest($1::uuid[], $2::uuid[]) w(workspace_id, message_id)
   join campaign_recipients r on r.workspace_id = w.workspace_id and r.message_id = w.message_id`,
);

/** The campaigns that these messages belong to; most messages belong to none. */
export function campaignsOfMessages(
  tx: SystemTx,
  words: readonly Pick<Word, 'workspaceId' | 'messageId'>[],
): Promise<{ workspaceId: string; campaignId: string }[]> {
  return tx.query(named, [words.map((word) => word.workspaceId), words.map((word) => word.messageId)]);
}

const again = statement(
  'campaigns.plan_again',
  `update campaign_recipients r set state = 'planned', due_at = i.due_at, reason = i.reason
   from unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[], $5::text[]) i(workspace_id, campaign_id, n, due_at, reason)
   where r.workspace_id = i.workspace_id and r.campaign_id = i.campaign_id and r.n = i.n and r.state = 'failed'`,
);

/** Failed, and to be tried again at a time. */
export async function planAgain(
  tx: SystemTx,
  rows: readonly { workspaceId: string; campaignId: string; n: number; dueAt: Date; reason: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(again, [
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.campaignId),
    rows.map((row) => row.n),
    rows.map((row) => row.dueAt.toISOString()),
    rows.map((row) => row.reason),
  ]);
}

const capped = statement(
  'campaigns.capped_since',
  `select r.contact_id as "contactId", max(r.failed_at) as at from campaign_recipients r
   where r.workspace_id = $1 and r.contact_id = any($2::uuid[]) and r.error ->> 'code' = '131049'
     and r.failed_at > $3::timestamptz
   group by 1`,
);

/** To whom of these people WhatsApp brought no marketing since a time, in whichever campaign, and when. */
export async function cappedSince(
  tx: SystemTx,
  workspaceId: string,
  contactIds: readonly string[],
  since: Date,
): Promise<Map<string, Date>> {
  const rows = await tx.query<{ contactId: string; at: Date }>(capped, [
    workspaceId,
    contactIds,
    since.toISOString(),
  ]);
  return new Map(rows.map((row) => [row.contactId, row.at]));
}

const retry = statement(
  'campaigns.retry_failed',
  `update campaign_recipients r set state = 'planned', due_at = greatest($3::timestamptz,
       case when r.reason = '131049' then r.failed_at + interval '24 hours' end), reason = 'again'
   where r.workspace_id = $1 and r.campaign_id = $2 and r.state = 'failed'
     and ($4::text[] is null or r.reason = any($4::text[]))
   returning r.message_id as "messageId"`,
);

/** All that failed (for these reasons) once more; the marketing cap not before its day is over. */
export async function retryFailed(
  tx: TenantTx,
  campaignId: string,
  reasons: readonly string[] | null,
): Promise<{ messageId: string | null }[]> {
  return tx.query<{ messageId: string | null }>(retry, [
    tx.workspaceId,
    campaignId,
    tx.now().toISOString(),
    reasons,
  ]);
}

const reached = `lateral (
     select r.campaign_id, r.n from campaign_recipients r
     where r.workspace_id = e.workspace_id and r.contact_id = e.contact_id and r.sent_at is not null
       and r.sent_at <= e.at and r.sent_at > e.at - interval '7 days'
     order by r.sent_at desc limit 1) last`;
const note = (name: string, set: string, unless: string) =>
  statement(
    name,
    `with said as (
       select distinct on (e.workspace_id, e.contact_id) e.workspace_id, e.message_id, e.at, last.campaign_id, last.n
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) e(workspace_id, contact_id, message_id, at)
       cross join ${reached} order by e.workspace_id, e.contact_id, e.at
     )
     update campaign_recipients r set ${set} from said s
     where r.workspace_id = s.workspace_id and r.campaign_id = s.campaign_id and r.n = s.n and ${unless} is null
     returning r.workspace_id as "workspaceId", r.campaign_id as "campaignId", r.n, r.contact_id as "contactId"`,
  );
const noteReplies = note(
  'campaigns.note_replies',
  'replied_at = s.at, reply_message_id = s.message_id',
  'r.replied_at',
);
const noteOptOuts = note('campaigns.note_opt_outs', 'opted_out_at = s.at', 'r.opted_out_at');

export interface Said {
  workspaceId: string;
  contactId: string;
  messageId: string | null;
  at: Date;
}
export interface Reached {
  workspaceId: string;
  campaignId: string;
  n: number;
  contactId: string;
}

/** Counts for the campaign that reached the person last, within seven days; once. */
export function noteSaid(tx: SystemTx, what: 'reply' | 'opt-out', said: readonly Said[]): Promise<Reached[]> {
  return tx.query<Reached & Record<string, unknown>>(what === 'reply' ? noteReplies : noteOptOuts, [
    said.map((one) => one.workspaceId),
    said.map((one) => one.contactId),
    said.map((one) => one.messageId),
    said.map((one) => one.at.toISOString()),
  ]);
}

const convert = statement(
  'campaigns.convert',
  `update campaign_recipients r set converted_at = $4::timestamptz, conversion = $5::jsonb
   where r.workspace_id = $1 and r.campaign_id = $2 and r.contact_id = $3 returning r.n`,
);

/** The line whose person did what the campaign was for, or null. */
export async function noteConversion(
  tx: TenantTx,
  campaignId: string,
  contactId: string,
  at: Date,
  conversion: Record<string, unknown>,
): Promise<number | null> {
  const [row] = await tx.query<{ n: number }>(convert, [
    tx.workspaceId,
    campaignId,
    contactId,
    at.toISOString(),
    JSON.stringify(conversion),
  ]);
  return row?.n ?? null;
}

const ofContact = statement(
  'campaigns.of_contact',
  `select r.campaign_id as "campaignId", r.sent_at as "sentAt", r.message_id as "messageId",
     r.replied_at as "repliedAt", r.reply_message_id as "replyMessageId", r.state
   from campaign_recipients r
   where r.workspace_id = $1 and r.contact_id = $2 and r.sent_at is not null order by r.sent_at desc limit 20`,
);

export interface ContactCampaign {
  campaignId: string;
  sentAt: Date;
  messageId: string;
  repliedAt: Date | null;
  replyMessageId: string | null;
  state: RecipientState;
}

/** The campaigns that reached a person, newest first. */
export function selectOfContact(tx: TenantTx, contactId: string): Promise<ContactCampaign[]> {
  return tx.query<ContactCampaign & Record<string, unknown>>(ofContact, [tx.workspaceId, contactId]);
}
