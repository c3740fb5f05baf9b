import { z } from 'zod';
import { type HttpApp, operatorOf } from '../../platform/http/index.ts';
import { listPlans, planBody, planLimits, setPlan } from '../workspaces/index.ts';
import type { OperatorDeps } from './routes.ts';

/** /v1/operator/plans */
export function planRoutes(app: HttpApp, { db, gate }: OperatorDeps): void {
  app.get(
    '/v1/operator/plans',
    {
      onRequest: gate.operator({ keys: true }),
      schema: {
        tags: ['operator'],
        description: 'All plans, the smallest first. There are few: no pages.',
        response: { 200: z.object({ data: z.array(planBody), nextCursor: z.null() }) },
      },
    },
    async () => ({ data: await db.withSystem('plans for the operator', listPlans), nextCursor: null }),
  );

  app.patch(
    '/v1/operator/plans/:name',
    {
      onRequest: gate.operator({ keys: true }),
      schema: {
        tags: ['operator'],
        description:
          'Changes a plan, or makes one; what is left out stays, or is that of `free`. Every process goes by it within 5 s.',
        params: z.strictObject({
          name: z
            .string()
            .regex(
              /^[a-z][a-z0-9-]{0,39}$/,
              'Use up to 40 small letters, digits and hyphens, a letter first.',
            ),
        }),
        body: planLimits.partial().strict(),
        response: { 200: planBody },
      },
    },
    (request) =>
      db.withSystem('the operator changes a plan', (tx) =>
        setPlan(tx, request.params.name, request.body, operatorOf(request)),
      ),
  );
}
