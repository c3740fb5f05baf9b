import { z } from 'zod';
import { type HttpApp, operatorOf } from '../../platform/http/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { sizeOfMedia } from '../media/index.ts';
import { getOperatedWorkspace, usageOf, usageParts, usageQuery } from '../workspaces/index.ts';
import type { OperatorDeps } from './routes.ts';

const usageBody = z
  .object({ storage: z.object({ files: z.number().int(), bytes: z.number().int() }), ...usageParts })
  .meta({ id: 'OperatedUsage' });

export function usageRoutes(app: HttpApp, { db, gate }: OperatorDeps): void {
  app.get(
    '/v1/operator/workspaces/:id/usage',
    {
      onRequest: gate.operator({ keys: true }),
      schema: {
        tags: ['operator'],
        description: 'What a workspace received, sent and stores, by month, kind and number.',
        params: z.strictObject({ id: z.uuid() }),
        querystring: usageQuery,
        response: { 200: usageBody },
      },
    },
    async (request) => {
      const { id } = await db.withSystem('a workspace for the operator', (tx) =>
        getOperatedWorkspace(tx, request.params.id),
      );
      return db.withTenant(id as WorkspaceId, operatorOf(request), async (tx) => ({
        storage: await sizeOfMedia(tx),
        ...(await usageOf(tx, id, { month: request.query.month, only: null })),
      }));
    },
  );
}
