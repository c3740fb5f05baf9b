import { z } from 'zod';
import { errors } from '../../platform/errors.ts';
import { type HttpApp, idempotent, principalOf } from '../../platform/http/index.ts';
import { defaultNumber, retrySubscription } from '../numbers/index.ts';
import { hidden } from './hidden.ts';
import type { CompatDeps } from './routes.ts';

const answer = z.object({
  success: z.literal(true),
  accountId: z.string(),
  webhooksSubscribed: z.boolean(),
  webhooksSubscribedAt: z.string().nullable(),
});

/** S2's "Retry subscription": of the account that the workspace writes from. The outcome comes with the job. */
export function subscriptionRoutes(app: HttpApp, { db, gate }: CompatDeps): void {
  app.post(
    '/api/v1/onboarding/esb/retry-subscription',
    { onRequest: gate('numbers:write'), schema: hidden({ response: { 202: answer } }) },
    idempotent(db, async (tx, request) => {
      if (principalOf(request).numberIds !== null) {
        throw errors.forbidden(
          'This API key may use certain numbers only, and accounts hold the tokens of all.',
        );
      }
      const number = await defaultNumber(tx);
      if (!number) throw errors.notFound('number', {});
      const account = await retrySubscription(tx, number.accountId);
      return {
        status: 202,
        body: {
          success: true,
          accountId: account.id,
          webhooksSubscribed: account.webhooksSubscribedAt !== null,
          webhooksSubscribedAt: account.webhooksSubscribedAt?.toISOString() ?? null,
        },
      };
    }),
  );
}
