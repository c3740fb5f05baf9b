import { z } from 'zod';
import { emit } from '../../platform/events/index.ts';
import {
  byTime,
  type Http,
  type HttpApp,
  listOf,
  listQuery,
  operatorOf,
  page,
  sliceOf,
} from '../../platform/http/index.ts';
import { installation } from '../../platform/ids.ts';
import type { ApplyDeps } from './apply.ts';
import { listRawEvents, rawEventBody } from './look.ts';
import { parkReasons } from './queries-items.ts';
import { listParked, replay } from './replay.ts';

const parkedBody = z
  .object({
    id: z.string(),
    reason: z.enum(parkReasons),
    detail: z.string(),
    workspaceId: z.string().nullable(),
    phoneNumberId: z.string().nullable(),
    hash: z.string().describe('Of the body it was in.'),
    path: z.string().describe('Where in the body.'),
    createdAt: z.string(),
  })
  .meta({ id: 'ParkedItem' });

const rawBody = z
  .object({
    n: z.number().int().describe('Its number: what `chaski replay` and the route for replays take.'),
    source: z.string(),
    appId: z.string(),
    bytes: z.number().int(),
    hash: z.string(),
    receivedAt: z.string(),
    processedAt: z.string().nullable(),
  })
  .meta({ id: 'RawEvent' });

const number = z.coerce.number().int().min(0);
/** Days first: they are the partitions, and numbers of two days lie side by side at midnight. */
const byDay = z.tuple([z.iso.date(), z.number().int()]).transform(([day, n]) => ({ day, n }));

/** What the operator may see and repeat of what came in: /v1/operator/parked, /raw-events, /replay. */
export function inboundOperatorRoutes(app: HttpApp, deps: ApplyDeps & { gate: Http['gate'] }): void {
  const { db, gate } = deps;
  app.get(
    '/v1/operator/parked',
    {
      onRequest: gate.operator(),
      schema: {
        tags: ['operator'],
        description: 'What came in and could not be applied, oldest first.',
        querystring: listQuery.extend({
          phoneNumberId: z.string().max(64).optional(),
          reason: z.enum(parkReasons).optional(),
        }),
        response: { 200: listOf(parkedBody) },
      },
    },
    async (request) => {
      const { limit, phoneNumberId, reason } = request.query;
      const rows = await listParked(db, { phoneNumberId, reason }, sliceOf(request.query, byTime));
      return page(
        rows,
        limit,
        (row) => [row.createdAt.toISOString(), row.id],
        ({ resolvedAt: _, ...row }) => ({ ...row, createdAt: row.createdAt.toISOString() }),
      );
    },
  );

  app.get(
    '/v1/operator/raw-events',
    {
      onRequest: gate.operator(),
      schema: {
        tags: ['operator'],
        description: 'Webhook bodies as they were received, newest first.',
        querystring: listQuery.extend({
          waiting: z.enum(['true', 'false']).optional().describe('true: those not processed yet.'),
        }),
        response: { 200: listOf(rawBody) },
      },
    },
    async (request) => {
      const { waiting, limit } = request.query;
      const rows = await listRawEvents(db, waiting === 'true', sliceOf(request.query, byDay));
      return page(
        rows,
        limit,
        (row) => [row.day, row.n],
        ({ day: _, ...row }) => ({
          ...row,
          receivedAt: row.receivedAt.toISOString(),
          processedAt: row.processedAt?.toISOString() ?? null,
        }),
      );
    },
  );

  app.get(
    '/v1/operator/raw-events/:n/body',
    {
      onRequest: gate.operator(),
      schema: {
        tags: ['operator'],
        description: 'The bytes of one body. People wrote what is in it: each look is a line of the audit.',
        params: z.strictObject({ n: number }),
      },
    },
    async (request, reply) => {
      const { n } = request.params;
      const body = await rawEventBody(db, n);
      await db.withSystem('the operator read a webhook body', (tx) =>
        emit(tx, [
          {
            workspaceId: installation,
            name: 'operator.raw_event_read',
            actor: operatorOf(request),
            data: { n },
            audit: { target: { kind: 'raw-event', id: String(n) } },
          },
        ]),
      );
      return reply
        .header('content-type', 'application/octet-stream')
        .header('content-disposition', `attachment; filename="raw-event-${n}.json"`)
        .send(body as never);
    },
  );

  app.post(
    '/v1/operator/replay',
    {
      onRequest: gate.operator(),
      schema: {
        tags: ['operator'],
        description: 'Applies bodies again. What is applied already changes nothing.',
        body: z.union([
          z
            .strictObject({ from: number, to: number })
            .refine(({ from, to }) => from <= to && to - from < 1_000, {
              path: ['to'],
              message: 'At most 1,000 numbers, from ≤ to.',
            }),
          z.strictObject({ parked: z.array(z.uuid()).min(1).max(500) }),
          z.strictObject({ phoneNumberId: z.string().min(1).max(64) }),
        ]),
        response: {
          200: z.object({ bodies: z.number(), items: z.number(), parked: z.number() }),
        },
      },
    },
    async (request) => {
      const wanted = request.body;
      await db.withSystem('the operator replays', (tx) =>
        emit(tx, [
          {
            workspaceId: installation,
            name: 'operator.replayed',
            actor: operatorOf(request),
            data: wanted,
            audit: { target: { kind: 'inbound', id: null }, after: wanted },
          },
        ]),
      );
      return replay(
        deps,
        'from' in wanted
          ? { range: wanted }
          : 'parked' in wanted
            ? { parked: { ids: wanted.parked } }
            : { parked: { phoneNumberId: wanted.phoneNumberId } },
      );
    },
  );
}
