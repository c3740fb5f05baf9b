import type pg from 'pg';

/**
 * fair-share — how much of a work that processes divide among themselves one of them may hold.
 *
 * A *partner* is a process that holds a shared advisory lock on the session with which it holds its part. Whoever dies
 * is no partner any more the moment its session ends, and whatever it held is free: nothing is to be cleaned up.
 */

/** Class of these locks ('chfs'); apart from those that hold the parts themselves. */
const partnerClass = 0x63686673;

/** Makes the process behind this session a partner in a work, as long as the session lives. */
export async function joinWork(session: pg.Client, work: string): Promise<void> {
  await session.query('select pg_advisory_lock_shared($1::int, hashtext($2))', [partnerClass, work]);
}

/** How many processes share a work; at least one, which asks. */
export async function partnersOf(session: pg.Client, work: string): Promise<number> {
  const { rows } = await session.query<{ partners: number }>(
    `select count(*)::int as partners from pg_locks
     where locktype = 'advisory' and granted and mode = 'ShareLock' and objsubid = 2
       and database = (select oid from pg_database where datname = current_database())
       and classid = $1::int::oid and objid = (hashtext($2)::bigint & 4294967295)::oid`,
    [partnerClass, work],
  );
  return Math.max(1, rows[0]?.partners ?? 1);
}

/** What one of so many may hold; the last part is nobody's surplus. */
export function shareOf(total: number, partners: number): number {
  return Math.ceil(total / partners);
}
