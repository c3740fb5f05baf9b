/** The app lock: whoever holds it is the app of this folder. */
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { newSession, POLL_MS, type Postmaster } from './embedded-postmaster.ts';
import { EmbeddedError } from './embedded-user.ts';

/** 'chaski' and 'app' in ASCII: two-part advisory keys are a space of their own, far from hashed ones. */
const APP_LOCK = [0x63686173, 0x617070] as const;
/** A killed app's session is gone within milliseconds; a racing start decides within one connect. */
const LOCK_PATIENCE_MS = 1_500;

/**
 * Takes the app lock for as long as `client`'s session lives. Advisory locks count per database, so every caller
 * connects to the same one (`postgres`).
 */
async function holdAppLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1, $2) as held', [
    ...APP_LOCK,
  ]);
  return rows[0]?.held === true;
}

/** A session that holds the app lock, or the refusal that names who has it. */
export async function takeLock(postmaster: Postmaster): Promise<pg.Client> {
  const session = newSession(postmaster, 'postgres', `chaski-app:${process.pid}`);
  await session.connect();
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  try {
    for (;;) {
      if (await holdAppLock(session)) return session;
      if (Date.now() > deadline) break;
      await pause(POLL_MS);
    }
    const { rows } = await session.query<{ name: string }>(
      `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
        where l.locktype = 'advisory' and l.granted and l.classid = $1 and l.objid = $2`,
      [...APP_LOCK],
    );
    const holder = /:(\d+)$/.exec(rows[0]?.name ?? '')?.[1];
    throw new EmbeddedError(
      'already_running',
      `Another chaski${holder === undefined ? '' : ` (pid ${holder})`} is already running on this data folder. ` +
        'Stop it first, or start with another --data-dir.',
      { holder },
    );
  } catch (error) {
    await session.end().catch(() => {});
    throw error;
  }
}
