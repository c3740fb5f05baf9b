import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { type Http, type HttpApp, inTenant } from '../../platform/http/index.ts';
import { listWorkflows, oncePers, setAutoReply, type WorkflowRow } from './defaults.ts';

export interface WorkflowRoutesDeps {
  db: Database;
  gate: Http['gate'];
}

const workflowBody = z
  .object({
    id: z.string(),
    numberId: z.string().nullable().describe("null = the workspace's own, for numbers that have none"),
    name: z.string(),
    kind: z.enum(['auto-reply']),
    isDefault: z.boolean(),
    isActive: z.boolean(),
    aiEnabled: z.boolean(),
    text: z.string().describe('May hold {{workspace.name}} and {{contact.name}}.'),
    oncePer: z
      .enum(oncePers)
      .describe(
        'Whether each message of a person is answered, the first of a day, or the first since the conversation was closed.',
      ),
    awayText: z
      .string()
      .describe('Said instead while it is closed, once. May also hold {{opens.date}} and {{opens.time}}.'),
    awayActive: z.boolean(),
    createdAt: z.string(),
  })
  .meta({ id: 'Workflow' });

function present({ workspaceId: _, createdAt, ...workflow }: WorkflowRow): z.infer<typeof workflowBody> {
  return { ...workflow, createdAt: createdAt.toISOString() };
}

/** /v1/workflows */
export function workflowRoutes(deps: WorkflowRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/workflows',
      {
        onRequest: gate('workspace:read'),
        schema: {
          tags: ['workflows'],
          description: 'All workflows of the workspace, its own first. There are few: no pages.',
          response: { 200: z.object({ data: z.array(workflowBody), nextCursor: z.null() }) },
        },
      },
      async (request) => ({
        data: (await inTenant(db, request, listWorkflows)).map(present),
        nextCursor: null,
      }),
    );

    app.patch(
      '/v1/workflows/:id',
      {
        onRequest: gate('workspace:write'),
        schema: {
          tags: ['workflows'],
          params: z.strictObject({ id: z.uuid() }),
          body: z
            .strictObject({
              name: z.string().trim().min(1).max(200),
              text: z.string().min(1).max(4096),
              oncePer: z.enum(oncePers),
              isActive: z.boolean(),
              aiEnabled: z.boolean(),
              awayText: z.string().min(1).max(4096),
              awayActive: z.boolean(),
            })
            .partial(),
          response: { 200: workflowBody },
        },
      },
      async (request) =>
        present(await inTenant(db, request, (tx) => setAutoReply(tx, request.params.id, request.body))),
    );
  };
}
