import { type SystemTx, statement, type TenantTx } from '../../platform/db/index.ts';
import { counted, nil, waited } from './counted.ts';

const progressName = 'roll';

const lock = statement(
  'analytics.lock',
  `select until from analytics_progress where name = '${progressName}' for update`,
);
const begin = statement(
  'analytics.begin',
  `insert into analytics_progress (name, until)
   select '${progressName}', coalesce((select min(created_at) from analytics_said), $1::timestamptz)
   on conflict (name) do nothing`,
);
const move = statement(
  'analytics.move',
  `update analytics_progress set until = $1::timestamptz where name = '${progressName}'`,
);

/** Up to when everything is made, with the right to go on alone until the transaction ends. */
export async function lockProgress(tx: SystemTx): Promise<Date> {
  const [row] = await tx.query<{ until: Date }>(lock, []);
  if (row) return row.until;
  await tx.execute(begin, [tx.now().toISOString()]);
  return lockProgress(tx);
}

export async function moveProgress(tx: SystemTx, until: Date): Promise<void> {
  await tx.execute(move, [until.toISOString()]);
}

const forgetCounts = statement(
  'analytics.forget_counts',
  'delete from analytics_counts where at >= $1::timestamptz and at < $2::timestamptz',
);
const forgetWaits = statement(
  'analytics.forget_waits',
  'delete from analytics_waits where at >= $1::timestamptz and at < $2::timestamptz',
);
const keepCounts = statement(
  'analytics.keep_counts',
  `insert into analytics_counts (workspace_id, at, measure, number_id, member_id, label_id, reason, n) ${counted('')}`,
);
const keepWaits = statement(
  'analytics.keep_waits',
  `insert into analytics_waits (workspace_id, at, id, kind, number_id, member_id, label_ids, seconds,
     open_seconds)
   select * from (${waited('')}) w where w.seconds >= 0`,
);

/** Makes a stretch of time anew, of every workspace. Both ends are quarters. */
export async function remake(tx: SystemTx, from: Date, before: Date): Promise<void> {
  const stretch = [from.toISOString(), before.toISOString()];
  await tx.execute(forgetCounts, stretch);
  await tx.execute(forgetWaits, stretch);
  await tx.execute(keepCounts, stretch);
  await tx.execute(keepWaits, stretch);
}

export interface Asked {
  from: Date;
  before: Date;
  zone: string;
  numberId: string | null;
  memberId: string | null;
  labelId: string | null;
  /** Waits count business hours only, where a number has any. */
  openOnly: boolean;
}

const until = statement(
  'analytics.until',
  `select until from analytics_progress where name = '${progressName}'`,
);

/**
 * $1 where the job ended and the young begins, $2 before, $3 workspace, $4 zone, $5 number, $6 member, $7 label, $8 from;
 * of waits $9 whether business hours alone count.
 */
const narrowed = `($5::uuid is null or r.number_id = $5) and ($6::uuid is null or r.member_id = $6)`;

const counts = statement(
  'analytics.counts',
  `with rows as materialized (
     select r.* from (
       select at, measure, number_id, member_id, label_id, reason, n from analytics_counts
       where workspace_id = $3 and at >= $8::timestamptz and at < $1::timestamptz
       union all
       select at, measure, number_id, member_id, label_id, reason, n
       from (${counted('and workspace_id = $3::uuid')}) young
     ) r where ${narrowed}
   ), base as (
     select *, at at time zone $4 as local from rows where label_id = coalesce($7::uuid, '${nil}')
   )
   select 'total' as part, measure, '' as key, sum(n)::bigint as n from base group by measure
   union all select 'day', measure, to_char(local, 'YYYY-MM-DD'), sum(n)::bigint from base group by 2, 3
   union all select 'hour', measure, extract(isodow from local)::text || ':' || extract(hour from local)::text,
     sum(n)::bigint from base where measure in ('received', 'sent') group by 2, 3
   union all select 'number', measure, number_id::text, sum(n)::bigint from base group by 2, 3
   union all select 'member', measure, member_id::text, sum(n)::bigint from base
     where member_id <> '${nil}' group by 2, 3
   union all select 'label', measure, label_id::text, sum(n)::bigint from rows
     where label_id <> '${nil}' and ($7::uuid is null or label_id = $7) group by 2, 3
   union all select 'reason', measure, reason, sum(n)::bigint from base
     where measure in ('sent', 'failed') group by 2, 3
   union all select 'priced', measure, to_char(at at time zone 'UTC', 'YYYY-MM-DD') || '|' || reason, sum(n)::bigint
     from base where measure = 'priced' group by 2, 3`,
);

const waits = statement(
  'analytics.waits',
  `with base as materialized (
     select r.at, r.kind, r.number_id, r.member_id, r.label_ids,
       case when $9::boolean then coalesce(r.open_seconds, r.seconds) else r.seconds end as seconds,
       r.at at time zone $4 as local from (
       select at, kind, number_id, member_id, label_ids, seconds, open_seconds from analytics_waits
       where workspace_id = $3 and at >= $8::timestamptz and at < $1::timestamptz
       union all
       select at, kind, number_id, member_id, label_ids, seconds, open_seconds
       from (${waited('and workspace_id = $3::uuid')}) young where seconds >= 0
     ) r where ${narrowed} and ($7::uuid is null or $7 = any (r.label_ids))
   ), parts as (
     select 'total' as part, kind, '' as key, seconds from base
     union all select 'day', kind, to_char(local, 'YYYY-MM-DD'), seconds from base
     union all select 'number', kind, number_id::text, seconds from base
     union all select 'member', kind, member_id::text, seconds from base where member_id <> '${nil}'
     union all select 'label', kind, l::text, seconds from base cross join unnest(label_ids) l
       where $7::uuid is null or l = $7
   )
   select part, kind, key, count(*)::bigint as n,
     round(percentile_cont(0.5) within group (order by seconds))::integer as median,
     round(percentile_cont(0.9) within group (order by seconds))::integer as p90
   from parts group by part, kind, key`,
);

export interface CountRow {
  part: 'total' | 'day' | 'hour' | 'number' | 'member' | 'label' | 'reason' | 'priced';
  measure: string;
  key: string;
  n: number;
}

export interface WaitRow {
  part: 'total' | 'day' | 'number' | 'member' | 'label';
  kind: 'first' | 'answer' | 'resolution';
  key: string;
  n: number;
  /** Seconds. */
  median: number;
  p90: number;
}

/** Everything a report is made of, of the caller's workspace. */
export async function selectReport(
  tx: TenantTx,
  asked: Asked,
): Promise<{ counts: CountRow[]; waits: WaitRow[] }> {
  const [row] = await tx.query<{ until: Date }>(until, []);
  const made = Math.min(Math.max(row?.until.getTime() ?? 0, asked.from.getTime()), asked.before.getTime());
  const values = [
    new Date(made).toISOString(),
    asked.before.toISOString(),
    tx.workspaceId,
    asked.zone,
    asked.numberId,
    asked.memberId,
    asked.labelId,
    asked.from.toISOString(),
  ];
  return {
    counts: (await tx.query<CountRow & Record<string, unknown>>(counts, values)).map((one) => ({
      ...one,
      n: Number(one.n),
    })),
    waits: (await tx.query<WaitRow & Record<string, unknown>>(waits, [...values, asked.openOnly])).map(
      (one) => ({
        ...one,
        n: Number(one.n),
      }),
    ),
  };
}
