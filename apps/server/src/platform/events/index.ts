/**
 * events — the durable outbox: what happened in the product, told to everybody who listens, exactly once per cursor.
 *
 * Words: an *event* is written in the transaction that did it; the *sequencer* numbers committed events (`seq`); a
 * *consumer* is a handler with a cursor over that number; a *dead letter* is one event that one consumer could not
 * take; the *feed* reads a workspace's events by number.
 *
 * Tables: events (by day), event_queue (committed, not numbered yet), event_seq, event_consumers, event_dead_letters.
 *
 * Always true:
 * - an event is committed with its change or not at all;
 * - `seq` is gapless and follows the commits: whoever has read up to 41 will never meet a new 40, however long another
 *   writer, in this or another database, stays open (numbers are given to what can be deleted from the queue, no
 *   snapshot horizon is waited for);
 * - a handler's changes and its cursor commit together;
 * - a workspace's events are handled in order; workspaces take turns, so that one's flood delays another's first event
 *   by four batches at most;
 * - one poison event is set aside with its error, the rest go on in order.
 */
export { type Consumer, defineConsumer } from './consumers.ts';
export { type DeadEvent, listDeadEvents, retryDeadEvent } from './dead.ts';
export { emit, type NewEvent } from './emit.ts';
export { eraseEvents } from './erase.ts';
export {
  eventBounds,
  eventsBetween,
  newsAfter,
  numberAt,
  readEvents,
  type StoredEvent,
  type Stretch,
} from './read.ts';
export { dropSpentEventDays, ensureEventDays } from './retention.ts';
export { announceEvents, type EventsRuntime, startEvents } from './start.ts';
