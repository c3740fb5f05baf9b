import type { TenantTx } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import { countContacts } from './queries-read.ts';

/** How many more contacts a plan of so many has room for; null = any number. */
export async function roomLeft(tx: TenantTx, limit: number | null): Promise<number | null> {
  return limit === null ? null : Math.max(0, limit - (await countContacts(tx)));
}

/** People who write to us are never refused: this is for whoever adds contacts by hand or by list. */
export const noRoom = (): AppError =>
  new AppError(
    'quota_exceeded',
    403,
    'The plan of this workspace has no room for more contacts. Remove some, or ask for a larger plan.',
    { quota: 'contacts' },
  );
