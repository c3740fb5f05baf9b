import type { Actor, Tx } from '../db/index.ts';
import { newId } from '../ids.ts';
import { insertEvents, makePartition } from './queries.ts';

export interface NewEvent {
  workspaceId: string;
  name: string;
  /** Ids and small facts; whoever needs more reads it by id. */
  data: Record<string, unknown>;
  /** Who caused it; whoever acts in the transaction, if not said. */
  actor?: Actor | null;
  /** When it happened; the transaction's time, if not said. */
  at?: Date;
}

const listeners = new Set<() => void>();

/**
 * Called after every commit that wrote events, in this process: the sequencer is woken so. Process-wide because a
 * transaction does not know who listens; a call too many costs one look at an empty queue.
 */
export function onEmitted(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Writes events in the caller's transaction, in the given order: one round trip, however many. */
export async function emit(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const now = tx.now();
  // The day of writing, in UTC: partitions age by arrival, `at` may lie anywhere.
  const day = now.toISOString().slice(0, 10);
  const actor = JSON.stringify(tx.actor);
  await tx.batch([
    // Asked each time instead of remembered: a day made by a transaction that rolled back, or dropped since, would be
    // remembered wrongly, and asking travels along for about 20 µs.
    { statement: makePartition, values: ['events', day] },
    {
      statement: insertEvents,
      values: [
        day,
        events.map((event) => event.workspaceId),
        events.map(() => newId(now.getTime())),
        events.map((event) => event.name),
        events.map((event) => (event.at ?? now).toISOString()),
        events.map((event) => (event.actor === undefined ? actor : JSON.stringify(event.actor))),
        events.map((event) => jsonText(event.data)),
      ],
    },
  ]);
  tx.afterCommit(() => {
    for (const listener of listeners) listener();
  });
}

// jsonb refuses U+0000 and lone surrogates, and WhatsApp's texts may hold both (JSON.stringify escapes them, so that
// they are found here): one such text must not abort the batch that it came with.
const refused = /\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/g;

function jsonText(data: Record<string, unknown>): string {
  const text = JSON.stringify(data);
  return text.replace(refused, (found) => (found === '\\\\' ? found : '\\ufffd'));
}
