import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import {
  etagOf,
  guardUnchanged,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  sliceOf,
} from '../../platform/http/index.ts';
import type { ConversationRoutesDeps } from './paths.ts';
import { memberNames } from './people.ts';
import { memberBody, presentMember } from './present.ts';
import { selectTeams, type TeamRow } from './queries-teams.ts';
import { createTeam, deleteTeam, getTeam, updateTeam } from './teams.ts';

const oneTeam = z.strictObject({ id: z.uuid() });
const name = z.string().trim().min(1).max(100);
const memberIds = z.array(z.uuid()).max(500);
const newTeam = z.strictObject({ name, memberIds: memberIds.default([]) });
const byName = z.tuple([z.string(), z.uuid()]);

const teamBody = z
  .object({
    id: z.string(),
    name: z.string(),
    members: z.array(memberBody),
    createdAt: z.string(),
    updatedAt: z.string(),
    etag: z.string().describe('For If-Match.'),
  })
  .meta({ id: 'Team' });

async function presenter(
  tx: TenantTx,
  rows: readonly TeamRow[],
): Promise<(row: TeamRow) => z.infer<typeof teamBody>> {
  const names = await memberNames(
    tx,
    rows.flatMap((row) => row.memberIds),
  );
  return (row) => ({
    id: row.id,
    name: row.name,
    members: row.memberIds.map((id) => presentMember(id, names)),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    etag: etagOf(row.updatedAt),
  });
}

const presentOne = async (tx: TenantTx, row: TeamRow) => (await presenter(tx, [row]))(row);

/** /v1/teams */
export function teamRoutes(app: HttpApp, { db, gate }: ConversationRoutesDeps): void {
  app.get(
    '/v1/teams',
    {
      onRequest: gate('team:read'),
      schema: {
        tags: ['teams'],
        querystring: listQuery,
        response: { 200: listOf(teamBody) },
      },
    },
    (request) =>
      inTenant(db, request, async (tx) => {
        const { limit } = request.query;
        const rows = await selectTeams(tx, sliceOf(request.query, byName));
        return page(rows, limit, (row) => [row.name, row.id], await presenter(tx, rows));
      }),
  );

  app.post(
    '/v1/teams',
    {
      onRequest: gate('team:write'),
      schema: { tags: ['teams'], body: newTeam, response: { 201: teamBody } },
    },
    idempotent(db, async (tx, request) => ({
      status: 201,
      body: await presentOne(tx, await createTeam(tx, request.body as z.infer<typeof newTeam>)),
    })),
  );

  app.get(
    '/v1/teams/:id',
    {
      onRequest: gate('team:read'),
      schema: { tags: ['teams'], params: oneTeam, response: { 200: teamBody } },
    },
    (request) => inTenant(db, request, async (tx) => presentOne(tx, await getTeam(tx, request.params.id))),
  );

  app.patch(
    '/v1/teams/:id',
    {
      onRequest: gate('team:write'),
      schema: {
        tags: ['teams'],
        description: 'With `If-Match: <etag>` refused with 412 when somebody changed it meanwhile.',
        params: oneTeam,
        body: z.strictObject({
          name: name.optional(),
          memberIds: memberIds.optional().describe('Exactly these are its members then.'),
        }),
        response: { 200: teamBody },
      },
    },
    (request) =>
      inTenant(db, request, async (tx) =>
        presentOne(
          tx,
          await updateTeam(tx, request.params.id, request.body, (at) => guardUnchanged(request, 'team', at)),
        ),
      ),
  );

  app.delete(
    '/v1/teams/:id',
    {
      onRequest: gate('team:write'),
      schema: {
        tags: ['teams'],
        description: 'Its conversations stay, without a team.',
        params: oneTeam,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      await inTenant(db, request, (tx) => deleteTeam(tx, request.params.id));
      return reply.status(204).send(null);
    },
  );
}
