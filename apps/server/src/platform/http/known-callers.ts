/**
 * Who a credential stands for is remembered for a second by whoever answers `Authenticate`. What changes somebody's
 * rights in this process calls `forgetCallers` after its commit, so that the very next request reads the database;
 * other processes follow within that second. Process-wide and without arguments: a caller too many that is read anew
 * costs one look-up.
 */
let epoch = 0;

/** To be kept beside what is remembered: once it differs, the memory no longer counts. */
export const callersEpoch = (): number => epoch;

/** `tx.afterCommit(forgetCallers)`: after any change of sessions, members, keys, users, or a workspace's state. */
export function forgetCallers(): void {
  epoch++;
}
