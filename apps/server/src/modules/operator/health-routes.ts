import { z } from 'zod';
import { listDeadEvents } from '../../platform/events/index.ts';
import type { HttpApp } from '../../platform/http/index.ts';
import { jobCounts } from '../../platform/queue/index.ts';
import { sendQueueCounts } from '../messages/index.ts';
import type { OperatorDeps } from './routes.ts';
import { databaseSize } from './size.ts';

const counts = z.object({
  waiting: z.number(),
  active: z.number(),
  completed: z.number(),
  failed: z.number(),
});

const healthBody = z
  .object({
    inbound: z.object({
      waiting: z.number().describe('Webhook bodies stored and not processed.'),
      oldestSeconds: z.number().nullable(),
      parked: z.number(),
    }),
    sends: z.object({
      due: z.number(),
      claimed: z.number(),
      unconfirmed: z.number(),
      dead: z.number(),
    }),
    deadEvents: z.number().describe('At most 10,001.'),
    jobs: z.record(z.string(), counts),
    database: z.object({
      bytes: z.number(),
      largest: z.array(z.object({ table: z.string(), bytes: z.number() })),
    }),
  })
  .meta({ id: 'SystemHealth' });

export function healthRoutes(app: HttpApp, { db, gate, inboundLag }: OperatorDeps): void {
  app.get(
    '/v1/operator/health',
    {
      onRequest: gate.operator({ keys: true }),
      schema: {
        tags: ['operator'],
        description: 'What waits, what gave up, and how large it all is.',
        response: { 200: healthBody },
      },
    },
    async () => {
      return {
        inbound: await inboundLag(),
        sends: await db.withSystem('count sends for the operator', (tx) => sendQueueCounts(tx)),
        deadEvents: (await listDeadEvents(db, { limit: 10_001 })).length,
        jobs: await jobCounts(db),
        database: await databaseSize(db),
      };
    },
  );
}
