import { rateCard } from '@chaski/contracts';
import { z } from 'zod';
import { type HttpApp, operatorOf } from '../../platform/http/index.ts';
import { presentRateCard, rateCardBody } from './present.ts';
import { listRateCards, loadRateCard } from './rates.ts';
import type { CampaignRoutesDeps } from './routes.ts';

/** /v1/operator/rate-cards */
export function rateCardRoutes({
  db,
  gate,
}: Pick<CampaignRoutesDeps, 'db' | 'gate'>): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.get(
      '/v1/operator/rate-cards',
      {
        onRequest: gate.operator(),
        schema: {
          tags: ['operator'],
          description: 'All of them, the newest day first. There are few: no pages.',
          response: { 200: z.object({ data: z.array(rateCardBody), nextCursor: z.null() }) },
        },
      },
      async () => ({
        data: (await db.withSystem('rate cards for the operator', listRateCards)).map(presentRateCard),
        nextCursor: null,
      }),
    );

    app.post(
      '/v1/operator/rate-cards',
      {
        onRequest: gate.operator(),
        schema: {
          tags: ['operator'],
          description:
            'A new version of what messages cost, from a day on. Plans keep the prices that they were made with.',
          body: rateCard,
          response: { 201: rateCardBody },
        },
      },
      async (request, reply) => {
        const row = await db.withSystem('the operator loads a rate card', (tx) =>
          loadRateCard(tx, request.body, operatorOf(request)),
        );
        return reply.status(201).send(presentRateCard(row));
      },
    );
  };
}
