import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import {
  byTime,
  type Http,
  type HttpApp,
  inTenant,
  listOf,
  listQuery,
  page,
  principalOf,
  sliceOf,
} from '../../platform/http/index.ts';
import { listNumbers } from '../numbers/index.ts';
import { type ParkReason, selectParkedOf } from './queries-items.ts';

const parkedBody = z
  .object({
    id: z.string(),
    reason: z.enum(['unknown-number', 'number-not-active', 'unreadable', 'failed']),
    explanation: z.string(),
    phoneNumberId: z.string().nullable(),
    createdAt: z.string(),
  })
  .meta({ id: 'WaitingItem' });

const explanations: Record<Exclude<ParkReason, 'wrong-app'>, string> = {
  'unknown-number': 'It names a number that is not here. Add the number and it is applied.',
  'number-not-active': 'The number is not active yet. What came for it is applied when it is.',
  unreadable: 'WhatsApp sent it in a shape that this program does not understand. A later version may.',
  failed: 'Applying it failed. Whoever runs this installation sees why and can repeat it.',
};

/** /v1/parked: what came in for the own workspace and could not be applied. Reasons in words, never what was written. */
export function parkedRoutes({
  db,
  gate,
}: {
  db: Database;
  gate: Http['gate'];
}): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.get(
      '/v1/parked',
      {
        onRequest: gate('events:read'),
        schema: {
          tags: ['numbers'],
          description: 'What came in for this workspace and could not be applied, newest first.',
          querystring: listQuery,
          response: { 200: listOf(parkedBody) },
        },
      },
      async (request) => {
        const { limit } = request.query;
        const { workspaceId, numberIds } = principalOf(request);
        const phoneNumberIds =
          numberIds === null
            ? null
            : (
                await inTenant(db, request, (tx) =>
                  listNumbers(tx, { limit: numberIds.length, only: numberIds }),
                )
              ).map((number) => number.phoneNumberId);
        const rows = await selectParkedOf(db, workspaceId, phoneNumberIds, sliceOf(request.query, byTime));
        return page(
          rows,
          limit,
          (row) => [row.createdAt.toISOString(), row.id],
          ({ id, reason, phoneNumberId, createdAt }) => {
            const told = reason as keyof typeof explanations;
            return {
              id,
              reason: told,
              explanation: explanations[told],
              phoneNumberId,
              createdAt: createdAt.toISOString(),
            };
          },
        );
      },
    );
  };
}
