import { z } from 'zod';
import { errors } from '../../platform/errors.ts';
import {
  byTime,
  type HttpApp,
  listOf,
  listQuery,
  operatorOf,
  page,
  sliceOf,
} from '../../platform/http/index.ts';
import {
  decideNumber,
  listNumbersEverywhere,
  type NumberRow,
  numberBody,
  presentNumber,
  workspaceOfNumber,
} from '../numbers/index.ts';
import { workspacesFor } from '../workspaces/index.ts';
import type { OperatorDeps } from './routes.ts';

const body = numberBody
  .extend({ workspaceId: z.string(), workspaceName: z.string() })
  .meta({ id: 'OperatedNumber' });

/** With whose it is: who approves a number wants to know. */
const presentFor =
  (owners: Awaited<ReturnType<typeof workspacesFor>>) =>
  (row: NumberRow): z.infer<typeof body> => ({
    ...presentNumber(row),
    workspaceId: row.workspaceId,
    workspaceName: owners.get(row.workspaceId)?.name ?? '',
  });

export function numberRoutes(app: HttpApp, { db, gate }: OperatorDeps): void {
  app.get(
    '/v1/operator/numbers',
    {
      onRequest: gate.operator({ keys: true }),
      schema: {
        tags: ['operator'],
        querystring: listQuery.extend({
          status: z.enum(['pending', 'active', 'refused', 'suspended']).optional(),
          workspaceId: z.uuid().optional(),
        }),
        response: { 200: listOf(body) },
      },
    },
    async (request) => {
      const { limit, status, workspaceId } = request.query;
      return db.withSystem('numbers for the operator', async (tx) => {
        const rows = await listNumbersEverywhere(
          tx,
          { status: status ?? null, workspaceId: workspaceId ?? null },
          sliceOf(request.query, byTime),
        );
        const owners = await workspacesFor(
          tx,
          rows.map((row) => row.workspaceId),
        );
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.id], presentFor(owners));
      });
    },
  );

  app.patch(
    '/v1/operator/numbers/:id',
    {
      onRequest: gate.operator({ keys: true }),
      schema: {
        tags: ['operator'],
        description:
          'Approves (active), refuses or suspends a number. What came for it while it was not approved appears once it is.',
        params: z.strictObject({ id: z.uuid() }),
        body: z.strictObject({
          status: z.enum(['active', 'refused', 'suspended']),
          reason: z.string().max(500).optional().describe('Its workspace is told.'),
        }),
        response: { 200: body },
      },
    },
    (request) =>
      db.withSystem('the operator decides about a number', async (tx) => {
        const { id } = request.params;
        const workspaceId = await workspaceOfNumber(tx, id);
        if (workspaceId === null) throw errors.notFound('number', { id });
        const number = await decideNumber(
          tx,
          { workspaceId, id },
          {
            status: request.body.status,
            reason: request.body.reason ?? null,
            actor: operatorOf(request),
          },
        );
        return presentFor(await workspacesFor(tx, [workspaceId]))(number);
      }),
  );
}
