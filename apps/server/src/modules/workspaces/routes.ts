import { z } from 'zod';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { type Http, type HttpApp, inTenant, principalOf } from '../../platform/http/index.ts';
import { updateWorkspace } from './change.ts';
import { limitsFor, type PlanLimits, planBody } from './plans.ts';
import { readWorkspace, type WorkspaceRow } from './read.ts';
import { settingsPatch, workspaceSettings } from './settings.ts';
import { monthOf, readUsage } from './usage.ts';

export interface WorkspaceRoutesDeps {
  db: Database;
  gate: Http['gate'];
}

const workspaceBody = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.enum(['active', 'suspended']),
    plan: planBody,
    settings: workspaceSettings,
    usage: z.object({ month: z.string(), counts: z.record(z.string(), z.number()) }),
    createdAt: z.string(),
  })
  .meta({ id: 'Workspace' });

async function present(
  tx: TenantTx,
  workspace: WorkspaceRow,
  plan: PlanLimits,
): Promise<z.infer<typeof workspaceBody>> {
  return {
    id: workspace.id,
    name: workspace.name,
    status: workspace.status,
    plan,
    settings: workspace.settings,
    usage: { month: monthOf(tx.now()), counts: await readUsage(tx) },
    createdAt: workspace.createdAt.toISOString(),
  };
}

/** /v1/workspace: the one the key belongs to. */
export function workspaceRoutes(deps: WorkspaceRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/workspace',
      {
        onRequest: gate('workspace:read'),
        schema: { tags: ['workspace'], response: { 200: workspaceBody } },
      },
      async (request) => {
        const plan = await limitsFor(db, principalOf(request).workspaceId);
        return inTenant(db, request, async (tx) => present(tx, await readWorkspace(tx), plan));
      },
    );

    app.patch(
      '/v1/workspace',
      {
        onRequest: gate('workspace:write'),
        schema: {
          tags: ['workspace'],
          body: z
            .strictObject({ name: z.string().trim().min(1).max(200), settings: settingsPatch })
            .partial(),
          response: { 200: workspaceBody },
        },
      },
      async (request) => {
        const plan = await limitsFor(db, principalOf(request).workspaceId);
        return inTenant(db, request, async (tx) =>
          present(tx, await updateWorkspace(tx, request.body), plan),
        );
      },
    );
  };
}
