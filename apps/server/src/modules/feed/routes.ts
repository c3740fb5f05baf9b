import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { eventBounds, eventsBetween } from '../../platform/events/index.ts';
import { type Caller, type Http, type HttpApp, idempotent, inTenant } from '../../platform/http/index.ts';
import type { Signals } from '../../platform/signals.ts';
import { eventBody, presentEvent } from './present.ts';
import { makeTicket } from './tickets.ts';

export interface FeedRoutesDeps {
  db: Database;
  gate: Http['gate'];
  signals: Signals;
}

const names = z
  .string()
  .max(2_000)
  .regex(/^[a-z_]+\.[a-z_]+(,[a-z_]+\.[a-z_]+)*$/, 'Event names separated by commas.')
  .transform((list) => list.split(','));

/** A long poll looks again at most so often: each look is a query, whatever workspace the news was for. */
const lookMs = 100;
/** Numbers that one request walks over, whether they match or not. */
const walked = 5_000;

/** /v1/events and tickets for sockets. */
export function feedRoutes(deps: FeedRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate, signals } = deps;
  return async (app) => {
    const closing = new AbortController();
    // Who waits is answered at once: closing waits for requests.
    app.addHook('preClose', async () => closing.abort());

    app.get(
      '/v1/events',
      {
        onRequest: gate('events:read'),
        schema: {
          tags: ['events'],
          description: 'Everything that happened, in its order, after a number. Go on with `nextAfter`.',
          querystring: z.strictObject({
            after: z.coerce.number().int().min(0).default(0),
            limit: z.coerce.number().int().min(1).max(1_000).default(100),
            names: names.optional().describe('Only these, such as message.received,message.sent.'),
            wait: z.coerce
              .number()
              .int()
              .min(0)
              .max(25)
              .default(0)
              .describe('Seconds to wait for the first event when there is none.'),
          }),
          response: {
            200: z.object({
              data: z.array(eventBody),
              nextAfter: z.number().int(),
              hasMore: z.boolean(),
            }),
          },
        },
      },
      async (request) => {
        const { after, limit, wait, names: wanted = null } = request.query;
        const gone = new AbortController();
        request.raw.once('close', () => gone.abort());
        const stop = AbortSignal.any([gone.signal, closing.signal]);
        const end = performance.now() + wait * 1_000;
        let place = after;
        for (;;) {
          const { first, last } = await eventBounds(db);
          if (place > 0 && place < first - 1) {
            throw errors.conflict(
              'events_gone',
              'Events after that number are no longer kept. Read the lists again and go on from `first`.',
              { first: first - 1 },
            );
          }
          const found = await inTenant(db, request, async (tx) => {
            const data = [];
            for (let seen = 0; seen < walked && data.length < limit && place < last; ) {
              const size = Math.max(limit - data.length, wanted === null ? 0 : 500);
              const stretch = await eventsBetween(tx, place, last, size, wanted);
              seen += size;
              const fits = stretch.events.slice(0, limit - data.length);
              data.push(...fits);
              place = fits.length < stretch.events.length ? fits.at(-1)!.seq : stretch.last;
            }
            return data;
          });
          if (found.length > 0 || stop.aborted || performance.now() >= end) {
            return { data: found.map(presentEvent), nextAfter: place, hasMore: place < last };
          }
          if (place >= last) await news(signals, Math.max(1, end - performance.now()), stop);
        }
      },
    );

    app.post(
      '/v1/realtime/ticket',
      {
        onRequest: gate('conversations:read'),
        schema: {
          tags: ['events'],
          description: 'Lets one socket in, within 30 seconds: /realtime/v1/websocket?ticket=…',
          response: { 201: z.object({ ticket: z.string(), expiresAt: z.string() }) },
        },
      },
      idempotent(db, async (tx, request: FastifyRequest) => {
        const { ticket, expiresAt } = await makeTicket(tx, callerOf(request));
        return { status: 201, body: { ticket, expiresAt: expiresAt.toISOString() } };
      }),
    );
  };
}

/** Who asks, without where from: that is the ticket maker's address, not the socket's. */
function callerOf({ person, principal }: Pick<FastifyRequest, 'person' | 'principal'>): Caller {
  if (!principal) return { person, principal };
  const { origin: _origin, ...actor } = principal.actor;
  return { person, principal: { ...principal, actor } };
}

/** Waits for the next signal of events, not sooner than 100 ms, or for the end. */
async function news(signals: Signals, ms: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const started = performance.now();
  let soon: NodeJS.Timeout | null = null;
  const off = signals.on('events', () => {
    soon ??= setTimeout(resolve, Math.max(0, lookMs - (performance.now() - started)));
  });
  const timer = setTimeout(resolve, ms);
  stop.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  off();
  clearTimeout(timer);
  if (soon) clearTimeout(soon);
}
