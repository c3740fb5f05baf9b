import type {
  CampaignAudience,
  CampaignMessage,
  CampaignOptions,
  CampaignSchedule,
  CampaignState,
  PauseReason,
} from '@chaski/contracts';
import { type SystemTx, statement, type TenantTx, type Tx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import type { NumberId, WorkspaceId } from '../../platform/ids.ts';

/** All SQL of the table campaigns. */

export interface CampaignRow {
  workspaceId: WorkspaceId;
  id: string;
  name: string;
  numberId: NumberId;
  state: CampaignState;
  pausedReason: PauseReason | null;
  pausedDetail: string | null;
  message: CampaignMessage | null;
  audience: CampaignAudience | null;
  schedule: CampaignSchedule;
  options: CampaignOptions;
  listKey: string | null;
  planState: 'none' | 'waiting' | 'ready' | 'failed';
  planVersion: number;
  planRows: number;
  planAfter: string | null;
  planError: string | null;
  plannedAt: Date | null;
  rateCardId: string | null;
  currency: string | null;
  parentId: string | null;
  authorKind: string;
  authorId: string | null;
  hands: string[];
  approvedBy: string | null;
  approvedAt: Date | null;
  startsAt: Date | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  wakesAt: Date | null;
  /** Why it sends less than it could. */
  waitsFor: 'tier' | 'quiet_hours' | null;
  lastQueuedAt: Date | null;
  judgedOk: number;
  judgedFailed: number;
  createdAt: Date;
  updatedAt: Date;
}

const columns = `c.workspace_id as "workspaceId", c.id, c.name, c.number_id as "numberId", c.state,
  c.paused_reason as "pausedReason", c.paused_detail as "pausedDetail", c.message, c.audience, c.schedule, c.options,
  c.list_key as "listKey", c.plan_state as "planState", c.plan_version as "planVersion", c.plan_rows as "planRows",
  c.plan_after as "planAfter", c.plan_error as "planError", c.planned_at as "plannedAt",
  c.rate_card_id as "rateCardId", c.currency, c.parent_id as "parentId", c.author_kind as "authorKind",
  c.author_id as "authorId", c.hands, c.approved_by as "approvedBy", c.approved_at as "approvedAt",
  c.starts_at as "startsAt", c.started_at as "startedAt", c.finished_at as "finishedAt", c.wakes_at as "wakesAt", c.waits_for as "waitsFor",
  c.last_queued_at as "lastQueuedAt", c.judged_ok as "judgedOk", c.judged_failed as "judgedFailed",
  c.created_at as "createdAt", c.updated_at as "updatedAt"`;

type Row = CampaignRow & Record<string, unknown>;

const insert = statement(
  'campaigns.insert',
  `insert into campaigns as c (workspace_id, id, name, number_id, message, audience, schedule, options, list_key,
     parent_id, author_kind, author_id, hands, created_at, updated_at)
   values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8::jsonb, $9, $10, $11, $12, $13::text[], $14, $14)
   returning ${columns}`,
);

export interface NewCampaign {
  id: string;
  name: string;
  numberId: string;
  message: CampaignMessage | null;
  audience: CampaignAudience | null;
  schedule: CampaignSchedule;
  options: CampaignOptions;
  listKey: string | null;
  parentId: string | null;
  authorKind: string;
  authorId: string | null;
  hands: readonly string[];
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

export async function insertCampaign(tx: Tx, workspaceId: string, row: NewCampaign): Promise<CampaignRow> {
  const [made] = await tx.query<Row>(insert, [
    workspaceId,
    row.id,
    row.name,
    row.numberId,
    json(row.message),
    json(row.audience),
    json(row.schedule),
    json(row.options),
    row.listKey,
    row.parentId,
    row.authorKind,
    row.authorId,
    row.hands,
    tx.now().toISOString(),
  ]);
  return made!;
}

const one = statement(
  'campaigns.get',
  `select ${columns} from campaigns c where c.workspace_id = $1 and c.id = $2`,
);
const locked = statement(
  'campaigns.lock',
  `select ${columns} from campaigns c where c.workspace_id = $1 and c.id = $2 for update`,
);

export async function selectCampaign(tx: Tx, workspaceId: string, id: string): Promise<CampaignRow | null> {
  return (await tx.query<Row>(one, [workspaceId, id]))[0] ?? null;
}

/** The row lock is the order of everything that changes a campaign. */
export async function lockCampaign(tx: Tx, workspaceId: string, id: string): Promise<CampaignRow | null> {
  return (await tx.query<Row>(locked, [workspaceId, id]))[0] ?? null;
}

const list = statement(
  'campaigns.list',
  `select ${columns} from campaigns c
   where c.workspace_id = $1 and ($2::text[] is null or c.state = any($2::text[]))
     and ($3::text is null or strpos(lower(c.name), lower($3)) > 0)
     and ($4::uuid is null or c.parent_id = $4)
     and ($5::uuid[] is null or c.number_id = any($5::uuid[]))
     and ($6::timestamptz is null or (c.created_at, c.id) < ($6::timestamptz, $7::uuid))
   order by c.created_at desc, c.id desc limit $8 offset $9`,
);

export function selectCampaigns(
  tx: TenantTx,
  filter: {
    states: readonly string[] | null;
    words: string | null;
    parentId: string | null;
    numberIds: readonly string[] | null;
  },
  page: Slice,
): Promise<CampaignRow[]> {
  return tx.query<Row>(list, [
    tx.workspaceId,
    filter.states,
    filter.words,
    filter.parentId,
    filter.numberIds,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
}

const lockAll = statement(
  'campaigns.lock_all',
  `select ${columns} from campaigns c
   where c.workspace_id = any($1::uuid[]) and c.id = any($2::uuid[]) order by c.id for update`,
);

/** Several, in one order, for whoever learned what became of their messages. */
export async function lockCampaigns(
  tx: SystemTx,
  refs: readonly { workspaceId: string; campaignId: string }[],
): Promise<Map<string, CampaignRow>> {
  if (refs.length === 0) return new Map();
  const rows = await tx.query<Row>(lockAll, [
    [...new Set(refs.map((ref) => ref.workspaceId))],
    [...new Set(refs.map((ref) => ref.campaignId))],
  ]);
  return new Map(rows.map((row) => [row.id, row]));
}

const byIds = statement(
  'campaigns.by_ids',
  `select ${columns} from campaigns c where c.workspace_id = $1 and c.id = any($2::uuid[]) order by c.created_at, c.id`,
);

export function selectByIds(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<CampaignRow[]> {
  return tx.query<Row>(byIds, [workspaceId, ids]);
}

/** What the rest of the module may write: columns by their name in `CampaignRow`. */
export type CampaignChange = {
  [Key in keyof Omit<
    CampaignRow,
    'workspaceId' | 'id' | 'authorKind' | 'authorId' | 'createdAt' | 'parentId' | 'updatedAt'
  >]?: (Key extends 'numberId' ? string : CampaignRow[Key]) | undefined;
};

// One statement for every change: what is not in the document stays. Times travel as text, null clears.
const change = statement(
  'campaigns.change',
  `update campaigns c set
     name = case when $3::jsonb ? 'name' then $3 ->> 'name' else c.name end,
     number_id = case when $3 ? 'numberId' then ($3 ->> 'numberId')::uuid else c.number_id end,
     state = case when $3 ? 'state' then $3 ->> 'state' else c.state end,
     paused_reason = case when $3 ? 'pausedReason' then $3 ->> 'pausedReason' else c.paused_reason end,
     paused_detail = case when $3 ? 'pausedDetail' then $3 ->> 'pausedDetail' else c.paused_detail end,
     message = case when $3 ? 'message' then nullif($3 -> 'message', 'null'::jsonb) else c.message end,
     audience = case when $3 ? 'audience' then nullif($3 -> 'audience', 'null'::jsonb) else c.audience end,
     schedule = case when $3 ? 'schedule' then $3 -> 'schedule' else c.schedule end,
     options = case when $3 ? 'options' then $3 -> 'options' else c.options end,
     list_key = case when $3 ? 'listKey' then $3 ->> 'listKey' else c.list_key end,
     plan_state = case when $3 ? 'planState' then $3 ->> 'planState' else c.plan_state end,
     plan_version = case when $3 ? 'planVersion' then ($3 ->> 'planVersion')::int else c.plan_version end,
     plan_rows = case when $3 ? 'planRows' then ($3 ->> 'planRows')::int else c.plan_rows end,
     plan_after = case when $3 ? 'planAfter' then ($3 ->> 'planAfter')::uuid else c.plan_after end,
     plan_error = case when $3 ? 'planError' then $3 ->> 'planError' else c.plan_error end,
     planned_at = case when $3 ? 'plannedAt' then ($3 ->> 'plannedAt')::timestamptz else c.planned_at end,
     rate_card_id = case when $3 ? 'rateCardId' then ($3 ->> 'rateCardId')::uuid else c.rate_card_id end,
     currency = case when $3 ? 'currency' then $3 ->> 'currency' else c.currency end,
     hands = case when $3 ? 'hands' then array(select jsonb_array_elements_text($3 -> 'hands')) else c.hands end,
     approved_by = case when $3 ? 'approvedBy' then $3 ->> 'approvedBy' else c.approved_by end,
     approved_at = case when $3 ? 'approvedAt' then ($3 ->> 'approvedAt')::timestamptz else c.approved_at end,
     starts_at = case when $3 ? 'startsAt' then ($3 ->> 'startsAt')::timestamptz else c.starts_at end,
     started_at = case when $3 ? 'startedAt' then ($3 ->> 'startedAt')::timestamptz else c.started_at end,
     finished_at = case when $3 ? 'finishedAt' then ($3 ->> 'finishedAt')::timestamptz else c.finished_at end,
     wakes_at = case when $3 ? 'wakesAt' then ($3 ->> 'wakesAt')::timestamptz else c.wakes_at end,
     waits_for = case when $3 ? 'waitsFor' then $3 ->> 'waitsFor' else c.waits_for end,
     last_queued_at = case when $3 ? 'lastQueuedAt' then ($3 ->> 'lastQueuedAt')::timestamptz else c.last_queued_at end,
     judged_ok = case when $3 ? 'judgedOk' then ($3 ->> 'judgedOk')::int else c.judged_ok end,
     judged_failed = case when $3 ? 'judgedFailed' then ($3 ->> 'judgedFailed')::int else c.judged_failed end,
     updated_at = $4::timestamptz
   where c.workspace_id = $1 and c.id = $2 returning ${columns}`,
);

export async function changeCampaign(
  tx: Tx,
  workspaceId: string,
  id: string,
  changed: CampaignChange,
): Promise<CampaignRow> {
  const [row] = await tx.query<Row>(change, [
    workspaceId,
    id,
    JSON.stringify(changed),
    tx.now().toISOString(),
  ]);
  return row!;
}

const remove = statement('campaigns.delete', 'delete from campaigns where workspace_id = $1 and id = $2');

export async function deleteCampaign(tx: TenantTx, id: string): Promise<void> {
  await tx.execute(remove, [tx.workspaceId, id]);
}

const naming = statement(
  'campaigns.naming_list',
  'select 1 from campaigns where workspace_id = $1 and list_key = $2 limit 1',
);

/** Whether a campaign has this file as its list. */
export async function namesList(tx: Tx, workspaceId: string, key: string): Promise<boolean> {
  return (await tx.query(naming, [workspaceId, key])).length > 0;
}

const pasting = statement(
  'campaigns.pasting',
  `select c.id, c.audience from campaigns c where c.workspace_id = $1 and c.audience ->> 'kind' = 'phones'
     and exists (select from jsonb_array_elements_text(c.audience -> 'phones') p(said)
       where octet_length(p.said) > length(p.said) or regexp_replace(p.said, '[^0-9]', '', 'g') ~ $2)
   order by c.id for update of c`,
);

/**
 * Locks campaigns among whose pasted numbers these may be, by their last six digits; whatever is not ASCII may be a
 * digit of another script.
 */
export function lockPasting(
  tx: SystemTx,
  workspaceId: string,
  endings: readonly string[],
): Promise<{ id: string; audience: CampaignAudience }[]> {
  return tx.query(pasting, [workspaceId, endings.join('|')]);
}

const setAudience = statement(
  'campaigns.set_audience',
  'update campaigns set audience = $3::jsonb where workspace_id = $1 and id = $2',
);

/** Of a locked campaign, without the mark of a change: nobody made one. */
export async function writeAudience(
  tx: SystemTx,
  workspaceId: string,
  id: string,
  audience: CampaignAudience,
): Promise<void> {
  await tx.execute(setAudience, [workspaceId, id, JSON.stringify(audience)]);
}

const due = statement(
  'campaigns.due',
  `select c.workspace_id as "workspaceId", c.id from campaigns c
   where c.state in ('scheduled', 'running') and c.wakes_at <= $1::timestamptz
   order by c.wakes_at, c.id limit $2`,
);

/** Campaigns that have something to do, whoever waited longest first. */
export function selectDue(tx: SystemTx, limit: number): Promise<{ workspaceId: string; id: string }[]> {
  return tx.query(due, [tx.now().toISOString(), limit]);
}

const wakeAll = statement(
  'campaigns.wake_ahead',
  `update campaigns c set wakes_at = $1::timestamptz where c.state = 'running' and c.wakes_at > $1::timestamptz
     and greatest(c.started_at, c.last_queued_at) > $1::timestamptz`,
);

/** Those that know of a moment ahead of the clock look again now; answers how many. */
export function wakeAhead(tx: SystemTx): Promise<number> {
  return tx.execute(wakeAll, [tx.now().toISOString()]);
}

const sharing = statement(
  'campaigns.sharing',
  `select count(*) as count from campaigns c where c.workspace_id = $1 and c.number_id = $2 and c.state = 'running'`,
);

/** How many campaigns run on a number. */
export async function countRunning(tx: Tx, workspaceId: string, numberId: string): Promise<number> {
  return (await tx.query<{ count: number }>(sharing, [workspaceId, numberId]))[0]!.count;
}

const live = statement(
  'campaigns.live',
  `select ${columns} from campaigns c
   where c.workspace_id = any($1::uuid[]) and c.state in ('scheduled', 'running', 'awaiting_approval') order by c.id`,
);

/** Those that a notice of WhatsApp may concern. */
export function selectLive(tx: SystemTx, workspaceIds: readonly string[]): Promise<CampaignRow[]> {
  return tx.query<Row>(live, [workspaceIds]);
}

const judge = statement(
  'campaigns.judge',
  `update campaigns c set judged_ok = c.judged_ok + r.ok, judged_failed = c.judged_failed + r.failed,
     wakes_at = least(c.wakes_at, r.wakes_at)
   from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::timestamptz[]) r(workspace_id, id, ok, failed, wakes_at)
   where c.workspace_id = r.workspace_id and c.id = r.id returning ${columns}`,
);

/** Adds outcomes to what campaigns are judged by; `wakesAt`: somebody is to be tried again then. */
export function addOutcomes(
  tx: SystemTx,
  outcomes: readonly {
    workspaceId: string;
    id: string;
    ok: number;
    failed: number;
    wakesAt: Date | null;
  }[],
): Promise<CampaignRow[]> {
  const rows = [...outcomes].sort((a, b) => (a.id < b.id ? -1 : 1));
  return tx.query<Row>(judge, [
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.id),
    rows.map((row) => row.ok),
    rows.map((row) => row.failed),
    rows.map((row) => row.wakesAt?.toISOString() ?? null),
  ]);
}

const tell = statement(
  'campaigns.tell',
  `update campaigns c set told_at = $3::timestamptz
   from unnest($1::uuid[], $2::uuid[]) r(workspace_id, id)
   where c.workspace_id = r.workspace_id and c.id = r.id
     and (c.told_at is null or c.told_at <= $3::timestamptz - interval '1 second')
   returning c.workspace_id as "workspaceId", c.id`,
);

/** Those whose progress was not told within the last second: the feed gets one line a second, not one a person. */
export function takeTelling(
  tx: Tx,
  campaigns: readonly { workspaceId: string; id: string }[],
): Promise<{ workspaceId: string; id: string }[]> {
  const rows = [...campaigns].sort((a, b) => (a.id < b.id ? -1 : 1));
  return tx.query(tell, [
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.id),
    tx.now().toISOString(),
  ]);
}
