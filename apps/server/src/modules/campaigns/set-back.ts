import type { Database } from '../../platform/db/index.ts';
import { wakeAhead } from './queries.ts';

/**
 * The clock was set back: running campaigns look again, and `step` goes on for everybody whose time had come by the last
 * moment the campaign itself knows. What was planned for later stays planned for the time it says.
 */
export function setCampaignsBack(db: Database): Promise<number> {
  return db.withSystem('campaigns ahead of the clock', (tx) => wakeAhead(tx));
}
