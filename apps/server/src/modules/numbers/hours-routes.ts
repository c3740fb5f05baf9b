import { businessHours } from '@chaski/contracts';
import { z } from 'zod';
import { type HttpApp, inTenant, principalOf } from '../../platform/http/index.ts';
import { type NumberHours, numberHours } from './hours.ts';
import type { NumberRoutesDeps } from './routes.ts';

const hoursBody = z
  .object({
    numberId: z.string(),
    hours: businessHours.nullable().describe('Those that hold; null: somebody is always there.'),
    isOwn: z.boolean().describe("false: the workspace's."),
    open: z.boolean().describe('Whether somebody is there now.'),
    since: z.string().nullable(),
    until: z.string().nullable().describe('When that changes; null: not within two months.'),
  })
  .meta({ id: 'NumberHours' });

function present({ state, ...one }: NumberHours): z.infer<typeof hoursBody> {
  return {
    ...one,
    open: state.open,
    since: state.since?.toISOString() ?? null,
    until: state.until?.toISOString() ?? null,
  };
}

/** /v1/business-hours: read here; written with the workspace's settings and with each number. */
export function hoursRoutes({
  db,
  gate,
}: Pick<NumberRoutesDeps, 'db' | 'gate'>): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.get(
      '/v1/business-hours',
      {
        onRequest: gate('numbers:read'),
        schema: {
          tags: ['numbers'],
          description: 'When somebody is there, number by number. There are few: no pages.',
          response: { 200: z.object({ data: z.array(hoursBody), nextCursor: z.null() }) },
        },
      },
      async (request) => ({
        data: (await inTenant(db, request, (tx) => numberHours(tx, principalOf(request).numberIds))).map(
          present,
        ),
        nextCursor: null,
      }),
    );
  };
}
