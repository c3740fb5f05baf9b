/**
 * limits — how much may pass in a while, over all processes together.
 *
 * Words: a *rule* allows `max` in a window of seconds; a *bucket* is one rule for one key (an address, a user, an API
 * key, a workspace): full at first, and full again when the window that its first token opened is over; a *lease* is a
 * handful of its tokens that one process has taken and may spend without asking again; an *admission* is what the
 * rules say about a request.
 *
 * Tables: rate_buckets. With Redis its keys count instead; while it is away the table does, from the beginning.
 *
 * Always true: tokens are taken from the shared count before they are spent, so that all processes together never pass
 * more than the rule allows in its window; a lease that is not spent within the window is lost, so that they may pass
 * less, by what the others have leased; without the database everything passes, since what follows needs it anyway and
 * answers for itself.
 */
export { createAdmission, type PlanRates, type Rules } from './admit.ts';
export {
  type Buckets,
  createBuckets,
  floodGate,
  type Rule,
} from './buckets.ts';
export { forgetQuietKeys } from './counts-pg.ts';
export { createHandshakes, type Handshakes } from './handshakes.ts';
