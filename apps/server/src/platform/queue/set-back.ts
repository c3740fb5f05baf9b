import type { Database } from '../db/index.ts';
import { setBack } from './queries.ts';

/** The clock was set back: jobs that were due are due. */
export async function setJobsBack(db: Database): Promise<number> {
  const [result] = await db.runSystem('jobs ahead of the clock', [{ statement: setBack }]);
  return Number(result?.rows[0]?.count ?? 0);
}
