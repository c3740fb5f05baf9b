import { statement } from '../../platform/db/index.ts';

/**
 * Rows of the queue that were written in what is now the future. Who never had a try was due at once; who waits after a
 * try waits as long as that said, from now on. Rows that somebody works with are left to them. The order stays: it is
 * `n`'s within one time.
 */
export const setQueueBack = statement(
  'messages.set_queue_back',
  `with ahead as (
     select q.workspace_id, q.message_id,
       case when q.attempts = 0 or q.claimed_at is null then $1::timestamptz
         else $1::timestamptz + (q.due_at - q.claimed_at) end as due_at
     from send_queue q
     where q.state in ('due', 'unconfirmed') and q.due_at > $1::timestamptz and q.due_at < 'infinity'
       and (q.attempts = 0 or q.claimed_at is null or q.claimed_at > $1::timestamptz)
     order by q.workspace_id, q.message_id for update skip locked
   )
   update send_queue q set due_at = a.due_at, claimed_at = least(q.claimed_at, $1::timestamptz)
   from ahead a where q.workspace_id = a.workspace_id and q.message_id = a.message_id`,
);
