import type { TenantTx } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import { holdQuota } from '../workspaces/index.ts';
import { countContacts } from './queries-read.ts';

/**
 * How many more contacts a plan of so many has room for; null = any number. Whoever asks holds the quota until the
 * transaction ends, so that two cannot both take the last place.
 */
export async function roomLeft(tx: TenantTx, limit: number | null): Promise<number | null> {
  if (limit === null) return null;
  await holdQuota(tx, tx.workspaceId, 'contacts');
  return Math.max(0, limit - (await countContacts(tx)));
}

/** People who write to us are never refused: this is for whoever adds contacts by hand or by list. */
export const noRoom = (): AppError =>
  new AppError(
    'quota_exceeded',
    403,
    'The plan of this workspace has no room for more contacts. Remove some, or ask for a larger plan.',
    { quota: 'contacts' },
  );
