import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import {
  type Consumer,
  type DeadEvent,
  listDeadEvents,
  retryDeadEvent,
} from '../../platform/events/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { isId } from '../../platform/ids.ts';
import { type DeadJob, listDeadJobs, retryJob } from '../../platform/queue/index.ts';
import { type DeadMessage, listDead, retryDead } from '../messages/index.ts';

/** In this order they are listed. */
export const deadKinds = ['message', 'job', 'event'] as const;
type DeadKind = (typeof deadKinds)[number];

export interface DeadLetter {
  kind: DeadKind;
  /** A message's UUID, a job's number, or an event's consumer and number, `name:123`. */
  id: string;
  workspaceId: string | null;
  what: string;
  attempts: number | null;
  error: string | null;
  since: Date;
}

/** The first line: stacks are for the log. */
const firstLine = (text: string | null | undefined) => text?.split('\n')[0] ?? null;

const ofMessage = (one: DeadMessage): DeadLetter => ({
  kind: 'message',
  id: one.messageId,
  workspaceId: one.workspaceId,
  what: one.state,
  attempts: one.attempts,
  error: one.reason ?? one.error?.message ?? null,
  since: one.createdAt,
});
const ofJob = (one: DeadJob): DeadLetter => ({
  kind: 'job',
  id: one.id,
  workspaceId: one.workspaceId,
  what: one.name,
  attempts: one.attempts,
  error: firstLine(one.error),
  since: one.failedAt,
});
const ofEvent = (one: DeadEvent): DeadLetter => ({
  kind: 'event',
  id: `${one.consumer}:${one.seq}`,
  workspaceId: one.workspaceId,
  what: one.name,
  attempts: null,
  error: firstLine(one.error),
  since: one.createdAt,
});

/** A job's number. */
const digits = /^\d{1,18}$/;
const eventId = /^(.{1,180}):(\d{1,18})$/;

/** The cursor of the list: each kind has keys of its own. */
export const byKind = z
  .union([
    z.tuple([z.literal('message'), z.uuid()]),
    z.tuple([z.literal('job'), z.string().regex(digits)]),
    z.tuple([z.literal('event'), z.string().regex(eventId)]),
  ])
  .transform(([kind, id]) => ({ kind, id }));

function readEventId(id: string): { consumer: string; seq: number } | null {
  const [, consumer, seq] = eventId.exec(id) ?? [];
  return consumer === undefined ? null : { consumer, seq: Number(seq) };
}

/** Messages, then jobs, then events that gave up, each oldest first; with `job`, jobs of that name alone. */
export async function listDeadLetters(
  db: Database,
  filter: { kind?: DeadKind | undefined; job?: string },
  { limit, after, offset = 0 }: Slice<{ kind: DeadKind; id: string }>,
): Promise<DeadLetter[]> {
  const kind = filter.job === undefined ? filter.kind : 'job';
  const begin = after === null ? 0 : deadKinds.indexOf(after.kind);
  const wanted = offset + limit;
  const rows: DeadLetter[] = [];
  for (const one of deadKinds.slice(begin)) {
    if (rows.length >= wanted) break;
    if (kind !== undefined && kind !== one) continue;
    const behind = after?.kind === one ? after.id : null;
    rows.push(...(await page(one, { limit: wanted - rows.length, after: behind })));
  }
  return rows.slice(offset);

  async function page(one: DeadKind, asked: { limit: number; after: string | null }): Promise<DeadLetter[]> {
    switch (one) {
      case 'message':
        return (await db.withSystem('list dead messages', (tx) => listDead(tx, asked))).map(ofMessage);
      case 'job':
        return (
          await listDeadJobs(db, { ...asked, ...(filter.job === undefined ? {} : { name: filter.job }) })
        ).map(ofJob);
      case 'event':
        return (
          await listDeadEvents(db, {
            ...asked,
            after: asked.after === null ? null : readEventId(asked.after),
          })
        ).map(ofEvent);
    }
  }
}

type Found =
  | ({ kind: 'message' } & DeadMessage)
  | ({ kind: 'job' } & DeadJob)
  | ({ kind: 'event' } & DeadEvent);

/** One of them with everything about it; null when it has not given up, or never was. */
export async function deadLetterOf(db: Database, kind: DeadKind, id: string): Promise<Found | null> {
  switch (kind) {
    case 'message': {
      if (!isId(id)) return null;
      const [found] = await db.withSystem('find a dead message', (tx) => listDead(tx, { messageId: id }));
      return found ? { kind, ...found } : null;
    }
    case 'job': {
      const [found] = digits.test(id) ? await listDeadJobs(db, { id }) : [];
      return found ? { kind, ...found } : null;
    }
    case 'event': {
      const key = readEventId(id);
      const [found] = key ? await listDeadEvents(db, key) : [];
      return found ? { kind, ...found } : null;
    }
  }
}

/** Tries it again, with fresh attempts: an event here and now, the others from their queue. False: nothing to retry. */
export async function retryDeadLetter(
  db: Database,
  consumers: readonly Consumer[],
  dead: Found,
): Promise<boolean> {
  switch (dead.kind) {
    case 'message':
      return (await db.withSystem('retry a dead message', (tx) => retryDead(tx, [dead]))) > 0;
    case 'job':
      return (await retryJob(db, dead.id)) === 'queued';
    case 'event':
      return (await retryDeadEvent(db, consumers, dead)) === 'handled';
  }
}

/** Which of the three an id is of, by its look. */
export function deadKindOf(id: string): DeadKind {
  if (isId(id)) return 'message';
  return id.includes(':') ? 'event' : 'job';
}
