/**
 * The two statements that count, over messages and timelines, for the job (every workspace) and for what is younger
 * than the job (one workspace, under its row security). $1 and $2: from and before; `own` narrows to one workspace.
 */
export const nil = '00000000-0000-0000-0000-000000000000';

const within = (column: string, own: string) =>
  `${column} >= $1::timestamptz and ${column} < $2::timestamptz ${own}`;
const quarter = (column: string) => `date_bin('15 minutes', ${column}, '2000-01-01T00:00:00Z'::timestamptz)`;

/** Rows of analytics_counts. */
export const counted = (own: '' | 'and workspace_id = $3::uuid'): string => `
  with happened as (
    select s.workspace_id, ${quarter('s.created_at')} as at, s.conversation_id, s.number_id,
      coalesce(s.member_id, '${nil}') as member_id, m.measure, m.reason
    from analytics_said s cross join lateral (values
      ('received', '', s.direction = 'in'),
      ('sent', s.source, s.direction = 'out' and (s.rank > 0 or s.source = 'phone-app' or s.status = 'unconfirmed')),
      ('delivered', '', s.direction = 'out' and s.rank >= 4),
      ('read', '', s.direction = 'out' and s.rank >= 5),
      ('failed', coalesce(s.error_code, 'unknown'), s.direction = 'out' and s.status = 'failed'),
      ('unconfirmed', '', s.direction = 'out' and s.status = 'unconfirmed'),
      ('priced', coalesce(s.pricing ->> 'category', 'unknown') || '|' || coalesce(s.pricing ->> 'type', 'regular') || '|' || coalesce(s.country, ''),
        s.direction = 'out' and s.pricing is not null)
    ) as m (measure, reason, counts)
    where m.counts and ${within('s.created_at', own)}
    union all
    select workspace_id, ${quarter('at')}, conversation_id, number_id, coalesce(member_id, '${nil}'),
      case name when 'conversation.opened' then 'opened' else 'closed' end, ''
    from analytics_done where ${within('at', own)}
  )
  select workspace_id, at, measure, number_id, member_id, '${nil}'::uuid as label_id, reason, count(*)::bigint as n
  from happened group by 1, 2, 3, 4, 5, 7
  union all
  select h.workspace_id, h.at, h.measure, h.number_id, h.member_id, l.label_id, h.reason, count(*)::bigint
  from happened h join analytics_labels l on l.workspace_id = h.workspace_id and l.conversation_id = h.conversation_id
  group by 1, 2, 3, 4, 5, 6, 7`;

/** An answer by a person: a member's, or one typed on the phone. */
const byPerson = (s: string) =>
  `${s}.direction = 'out' and not ${s}.automated and (${s}.member_id is not null or ${s}.source = 'phone-app')`;

/** Rows of analytics_waits. Times are those that people saw; a wait that began after its end is a clock's, and nothing. */
export const waited = (own: '' | 'and workspace_id = $3::uuid'): string => `
  with answers as (
    select s.*, b.at as answered_before from analytics_said s
    left join lateral (
      select p.shown_at as at from analytics_said p
      where p.workspace_id = s.workspace_id and p.conversation_id = s.conversation_id and ${byPerson('p')}
        and p.shown_at < s.shown_at
      order by p.shown_at desc limit 1
    ) b on true
    where ${byPerson('s')} and ${within('s.created_at', own)}
  ), answered as (
    select a.*, w.since, (
      select max(d.at) from analytics_done d
      where d.workspace_id = a.workspace_id and d.conversation_id = a.conversation_id and d.name = 'conversation.closed'
        and d.at <= w.since
    ) as closed_before
    from answers a cross join lateral (
      select min(i.shown_at) as since from analytics_said i
      where i.workspace_id = a.workspace_id and i.conversation_id = a.conversation_id and i.direction = 'in'
        and i.shown_at < a.shown_at and (a.answered_before is null or i.shown_at > a.answered_before)
    ) w where w.since is not null
  ), closed as (
    select c.*, (
      select min(i.shown_at) from analytics_said i
      where i.workspace_id = c.workspace_id and i.conversation_id = c.conversation_id and i.direction = 'in'
        and i.shown_at < c.at and (c.closed_before is null or i.shown_at > c.closed_before)
    ) as since
    from (
      select d.*, (
        select max(b.at) from analytics_done b
        where b.workspace_id = d.workspace_id and b.conversation_id = d.conversation_id
          and b.name = 'conversation.closed' and b.at < d.at
      ) as closed_before
      from analytics_done d where d.name = 'conversation.closed' and ${within('d.at', own)}
    ) c
  ), waits as (
    select workspace_id, ${quarter('created_at')} as at, id, 'answer' as kind, conversation_id, number_id, member_id,
      shown_at - since as wait, shown_at as ended from answered
    union all
    select workspace_id, ${quarter('created_at')}, id, 'first', conversation_id, number_id, member_id,
      shown_at - since, shown_at from answered
    where answered_before is null or answered_before < closed_before
    union all
    select workspace_id, ${quarter('at')}, id, 'resolution', conversation_id, number_id, member_id, at - since, at
    from closed where since is not null
  )
  select w.workspace_id, w.at, w.id, w.kind, w.number_id, coalesce(w.member_id, '${nil}') as member_id,
    array(select l.label_id from analytics_labels l
          where l.workspace_id = w.workspace_id and l.conversation_id = w.conversation_id) as label_ids,
    extract(epoch from w.wait)::integer as seconds,
    case when h.hours is not null then open_seconds(h.hours, w.ended - w.wait, w.ended) end as open_seconds
  from waits w
  left join analytics_hours h on h.workspace_id = w.workspace_id and h.number_id = w.number_id`;
