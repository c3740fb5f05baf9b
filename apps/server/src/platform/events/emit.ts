import type { Actor, Tx } from '../db/index.ts';
import { newId } from '../ids.ts';
import { storableJson } from '../storable.ts';
import { insertAudit, insertEvents, makePartition } from './queries.ts';

export interface NewEvent {
  workspaceId: string;
  name: string;
  /** Ids and small facts; whoever needs more reads it by id. */
  data: Record<string, unknown>;
  /** Who caused it; whoever acts in the transaction, if not said. */
  actor?: Actor | null;
  /** When it happened; the transaction's time, if not said. */
  at?: Date;
  /** Also a line of the audit: what a person, a key or an operator did. Exactly one per request that changes anything. */
  audit?: {
    target: { kind: string; id: string | null };
    /** What was and what is, without secrets and without what people wrote to each other. */
    before?: Record<string, unknown> | null;
    after?: Record<string, unknown> | null;
  };
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

interface Told {
  event: NewEvent;
  id: string;
  at: Date;
}

const told = new WeakMap<Tx, Told[]>();

/**
 * Writes events in the caller's transaction, in the given order. They travel with its commit, all of a transaction
 * together: a batch of webhooks emits five times.
 */
export async function emit(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const now = tx.now();
  const fresh = events.map((event) => ({ event, id: newId(now.getTime()), at: event.at ?? now }));
  const before = told.get(tx);
  if (before) {
    before.push(...fresh);
    return;
  }
  told.set(tx, fresh);
  tx.atCommit(() => written(tx, fresh));
  tx.afterCommit(() => {
    for (const listener of listeners) listener();
  });
}

function written(tx: Tx, all: readonly Told[]) {
  const now = tx.now();
  // The day of writing, in UTC: partitions age by arrival, `at` may lie anywhere.
  const day = now.toISOString().slice(0, 10);
  const actor = actorText(tx.actor);
  const audited = all.flatMap(({ event }) => (event.audit === undefined ? [] : [event]));
  return [
    // Asked each time instead of remembered: a day made by a transaction that rolled back, or dropped since, would be
    // remembered wrongly, and asking travels along for about 20 µs.
    { statement: makePartition, values: ['events', day] },
    {
      statement: insertEvents,
      values: [
        day,
        all.map(({ event }) => event.workspaceId),
        all.map(({ id }) => id),
        all.map(({ event }) => event.name),
        all.map(({ at }) => at.toISOString()),
        all.map(({ event }) =>
          event.actor === undefined ? actor : event.actor === null ? 'null' : actorText(event.actor),
        ),
        all.map(({ event }) => storableJson(event.data)),
      ],
    },
    ...(audited.length === 0 ? [] : [{ statement: insertAudit, values: auditRows(tx, audited, now) }]),
  ];
}

/** Who, without where from: events leave the house, addresses of people do not. */
function actorText(actor: Actor): string {
  return JSON.stringify({ kind: actor.kind, id: actor.id, role: actor.role });
}

function auditRows(tx: Tx, audited: readonly NewEvent[], now: Date): unknown[] {
  const actors = audited.map((event) => event.actor ?? tx.actor);
  const origin = actors[0]?.origin ?? tx.actor.origin;
  const said = (part: Record<string, unknown> | null | undefined) => (part ? storableJson(part) : null);
  return [
    audited.map((event) => event.workspaceId),
    audited.map(() => newId(now.getTime())),
    now.toISOString(),
    audited.map((event) => event.name),
    actors.map((actor) => actor.kind),
    actors.map((actor) => actor.id),
    actors.map((actor) => actor.role),
    audited.map((event) => event.audit?.target.kind ?? ''),
    audited.map((event) => event.audit?.target.id ?? null),
    origin?.ip ?? null,
    origin?.userAgent ?? null,
    origin?.requestId ?? null,
    origin?.impersonatorId ?? null,
    audited.map((event) => said(event.audit?.before)),
    audited.map((event) => said(event.audit?.after)),
  ];
}
