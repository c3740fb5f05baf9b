import { z } from 'zod';
import {
  byTime,
  type HttpApp,
  listOf,
  listQuery,
  operatorOf,
  page,
  sliceOf,
} from '../../platform/http/index.ts';
import { countNumbersOf } from '../numbers/index.ts';
import {
  changeOperated,
  getOperatedWorkspace,
  listWorkspaces,
  type OperatedWorkspace,
} from '../workspaces/index.ts';
import type { OperatorDeps } from './routes.ts';

const oneWorkspace = z.strictObject({ id: z.uuid() });

const workspaceBody = z
  .object({
    id: z.string(),
    name: z.string(),
    plan: z.string(),
    status: z.enum(['active', 'suspended']),
    suspendedReason: z.string().nullable(),
    suspendedAt: z.string().nullable(),
    members: z.number().int(),
    numbers: z.number().int(),
    activeNumbers: z.number().int(),
    sentThisMonth: z.number().int(),
    createdAt: z.string(),
  })
  .meta({ id: 'OperatedWorkspace' });

function present(
  row: OperatedWorkspace,
  numbers: { count: number; active: number } | undefined,
): z.infer<typeof workspaceBody> {
  return {
    ...row,
    suspendedAt: row.suspendedAt?.toISOString() ?? null,
    numbers: numbers?.count ?? 0,
    activeNumbers: numbers?.active ?? 0,
    createdAt: row.createdAt.toISOString(),
  };
}

export function workspaceRoutes(app: HttpApp, { db, gate }: OperatorDeps): void {
  app.get(
    '/v1/operator/workspaces',
    {
      onRequest: gate.operator({ keys: true }),
      schema: {
        tags: ['operator'],
        querystring: listQuery.extend({
          status: z.enum(['active', 'suspended']).optional(),
          plan: z.string().max(60).optional(),
          q: z.string().min(1).max(200).optional().describe('Part of the name, or the id.'),
        }),
        response: { 200: listOf(workspaceBody) },
      },
    },
    async (request) => {
      const { limit, status, plan, q } = request.query;
      return db.withSystem('workspaces for the operator', async (tx) => {
        const rows = await listWorkspaces(
          tx,
          { status: status ?? null, plan: plan ?? null, q: q ?? null },
          sliceOf(request.query, byTime),
        );
        const numbers = await countNumbersOf(
          tx,
          rows.map((row) => row.id),
        );
        return page(
          rows,
          limit,
          (row) => [row.createdAt.toISOString(), row.id],
          (row) => present(row, numbers.get(row.id)),
        );
      });
    },
  );

  app.get(
    '/v1/operator/workspaces/:id',
    {
      onRequest: gate.operator({ keys: true }),
      schema: { tags: ['operator'], params: oneWorkspace, response: { 200: workspaceBody } },
    },
    (request) =>
      db.withSystem('a workspace for the operator', async (tx) => {
        const row = await getOperatedWorkspace(tx, request.params.id);
        return present(row, (await countNumbersOf(tx, [row.id])).get(row.id));
      }),
  );

  app.patch(
    '/v1/operator/workspaces/:id',
    {
      onRequest: gate.operator({ keys: true }),
      schema: {
        tags: ['operator'],
        description:
          'Another plan, or suspended and back. A suspended workspace keeps receiving; its people and keys are refused.',
        params: oneWorkspace,
        body: z
          .strictObject({
            plan: z.string().min(1).max(60).optional(),
            status: z.enum(['active', 'suspended']).optional(),
            reason: z.string().max(500).optional().describe('Of a suspension: its people are told.'),
          })
          .refine((body) => body.plan !== undefined || body.status !== undefined, {
            path: ['status'],
            message: 'Say a plan, a status, or both.',
          }),
        response: { 200: workspaceBody },
      },
    },
    (request) =>
      db.withSystem('the operator changes a workspace', async (tx) => {
        const row = await changeOperated(tx, request.params.id, request.body, operatorOf(request));
        return present(row, (await countNumbersOf(tx, [row.id])).get(row.id));
      }),
  );
}
