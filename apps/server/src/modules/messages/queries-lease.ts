import { statement } from '../../platform/db/index.ts';

/** SQL of who sends for which number: number_leases, and the claims that hang on them; reads send_numbers. */

/** Numbers that some process holds. */
export const leasesHeld = statement(
  'messages.leases_held',
  'select count(*)::int as held from number_leases where holder is not null and expires_at > $1::timestamptz',
);

/** Where something waits: a loose scan over (number, priority), one index probe each, however long the queues are. */
export const queueHeads = statement(
  'messages.queue_heads',
  `with recursive heads as (
     (select workspace_id, number_id, priority, due_at from send_queue where state = 'due'
       order by number_id, priority, due_at limit 1)
     union all
     select n.* from heads h cross join lateral (
       select workspace_id, number_id, priority, due_at from send_queue
       where state = 'due' and (number_id, priority) > (h.number_id, h.priority)
       order by number_id, priority, due_at limit 1) n
   )
   select workspace_id, number_id, min(due_at) as due_at from heads group by 1, 2`,
);

/** Class of the advisory locks that say a holder's process lives ('chas'). */
export const aliveClass = 0x63686173;

/** Whether the process behind `l.holder` lives: its session holds an advisory lock. */
const holderLives = `exists (
       select 1 from pg_locks k where k.locktype = 'advisory' and k.granted and k.objsubid = 2
         and k.database = (select oid from pg_database where datname = current_database())
         and k.classid = ${aliveClass}::oid and k.objid = (hashtext(l.holder::text)::bigint & 4294967295)::oid)`;

/**
 * Takes leases that nobody holds, that ran out, or whose holder's process is gone: its session, and with it its
 * advisory lock, ended. Waiting for the clock alone would cost 15 s after every restart.
 */
export const acquireLeases = statement(
  'messages.acquire_leases',
  `insert into number_leases as l (workspace_id, number_id, holder, fence, expires_at)
   select workspace_id, number_id, $3::uuid, 1, $5::timestamptz
   from unnest($1::uuid[], $2::uuid[]) r(workspace_id, number_id) order by 1, 2
   on conflict (workspace_id, number_id) do update
     set holder = excluded.holder, fence = l.fence + 1, expires_at = excluded.expires_at
     where l.holder is null or l.expires_at <= $4::timestamptz or not ${holderLives}
   returning workspace_id, number_id, fence`,
);

/**
 * Numbers with a claim that nobody can finish: the lease is free, ran out, or its holder is gone. Without this a claim
 * left by a crash would wait until its number has something else to send. A loose scan, like `queueHeads`.
 */
export const leftClaims = statement(
  'messages.left_claims',
  `with recursive claims as (
     (select workspace_id, number_id from send_queue where state = 'claimed' order by number_id, claimed_at limit 1)
     union all
     select n.* from claims c cross join lateral (
       select workspace_id, number_id from send_queue where state = 'claimed' and number_id > c.number_id
       order by number_id, claimed_at limit 1) n
   )
   select c.workspace_id, c.number_id from claims c
   left join number_leases l on l.workspace_id = c.workspace_id and l.number_id = c.number_id
   where l.holder is null or l.expires_at <= $1::timestamptz or not ${holderLives}`,
);

/** Locked in the order in which `acquireLeases` takes them. */
const oursInOrder = `
     select l.workspace_id, l.number_id from unnest($1::uuid[], $2::uuid[], $3::bigint[]) r(workspace_id, number_id, fence)
     join number_leases l on l.workspace_id = r.workspace_id and l.number_id = r.number_id and l.fence = r.fence
       and l.holder = $4::uuid
     order by l.workspace_id, l.number_id for no key update of l`;

/** Only those still ours come back. */
export const renewLeases = statement(
  'messages.renew_leases',
  `with ours as materialized (${oursInOrder})
   update number_leases l set expires_at = $5::timestamptz from ours o
   where l.workspace_id = o.workspace_id and l.number_id = o.number_id
   returning l.number_id`,
);

export const releaseLeases = statement(
  'messages.release_leases',
  `with ours as materialized (${oursInOrder})
   update number_leases l set holder = null from ours o
   where l.workspace_id = o.workspace_id and l.number_id = o.number_id`,
);

export interface SendNumberRecord {
  workspace_id: string;
  number_id: string;
  phone_number_id: string;
  provider: string;
  mps: number;
  status: string;
  account_id: string;
  app_id: string;
  /** The account stands for one that was never told. */
  portfolio: string;
  paused_reason: string | null;
}

export const sendNumbers = statement(
  'messages.send_numbers',
  `select s.* from unnest($1::uuid[], $2::uuid[]) r(workspace_id, number_id)
   join send_numbers s on s.workspace_id = r.workspace_id and s.number_id = r.number_id`,
);

/** Claims that no living call belongs to: under an older fence, or under ours but not in flight here. */
export const orphanedClaims = statement(
  'messages.orphaned_claims',
  `select workspace_id, number_id, message_id, conversation_id, attempt_id, attempts, fence, priority from send_queue
   where number_id = $1 and workspace_id = $2 and state = 'claimed' and fence < $3`,
);

export const claimsOfFence = statement(
  'messages.claims_of_fence',
  `select workspace_id, number_id, message_id, conversation_id, attempt_id, attempts, fence, priority from send_queue
   where number_id = $1 and workspace_id = $2 and state = 'claimed' and fence = $3`,
);

/** What the number sent lately, to seed its buckets: attempt ids are UUIDv7, the primary key finds them. */
export const recentAttempts = statement(
  'messages.recent_attempts',
  `select m.conversation_id, a.started_at from message_attempts a
   join messages m on m.workspace_id = a.workspace_id and m.id = a.message_id
   where a.workspace_id = $1 and a.id >= $3::uuid and a.number_id = $2
     and (a.outcome is null or a.outcome <> 'not-sent')
   order by a.started_at`,
);
