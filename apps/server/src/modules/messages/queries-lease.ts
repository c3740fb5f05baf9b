import { statement } from '../../platform/db/index.ts';

/** Numbers that some process holds. */
export const leasesHeld = statement(
  'messages.leases_held',
  'select count(*)::int as held from number_leases where holder is not null and expires_at > $1::timestamptz',
);
