import { type BusinessHours, businessHours, type HoursState, hoursAt } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import { readWorkspace } from '../workspaces/index.ts';
import { type HoursRecord, hoursOfNumbers } from './queries-hours.ts';

/** What the database holds. What no longer fits counts as not set: nobody is told that we are closed by mistake. */
export function hoursOf(stored: unknown): BusinessHours | null {
  const read = businessHours.safeParse(stored);
  return read.success ? read.data : null;
}

export interface NumberHours {
  numberId: string;
  /** Those that hold: its own, else the workspace's; null: somebody is always there. */
  hours: BusinessHours | null;
  isOwn: boolean;
  state: HoursState;
}

/** When somebody is there, for each number. `only`: those that a key may use. */
export async function numberHours(tx: TenantTx, only: readonly string[] | null): Promise<NumberHours[]> {
  const { settings } = await readWorkspace(tx);
  const rows = await tx.query<HoursRecord>(hoursOfNumbers, [tx.workspaceId, only]);
  return rows.map((row) => {
    const own = hoursOf(row.business_hours);
    const hours = own ?? settings.businessHours;
    return { numberId: row.id, hours, isOwn: own !== null, state: hoursAt(hours, tx.now()) };
  });
}
