import type { z } from 'zod';
import type { SystemTx, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId, type WorkspaceId } from '../../platform/ids.ts';
import { planNames } from './plans.ts';
import { insertWorkspace, updateWorkspaceRow, type WorkspaceRecord } from './queries.ts';
import { readWorkspace, toWorkspace, type WorkspaceRow } from './read.ts';
import type { settingsPatch } from './settings.ts';

export interface NewWorkspace {
  /** Given only where an id must be known beforehand (demo, imports). */
  id?: WorkspaceId;
  name: string;
  plan?: string;
  settings?: z.infer<typeof settingsPatch>;
}

/** What stands above this module adds its own rows in the same transaction (the default workflow). */
export interface CreateWorkspaceHooks {
  onWorkspaceCreated?(tx: SystemTx, workspace: WorkspaceRow): Promise<void>;
}

/** Makes a tenant. A verb of the installation: no workspace can make another. */
export async function createWorkspace(
  tx: SystemTx,
  command: NewWorkspace,
  hooks: CreateWorkspaceHooks = {},
): Promise<WorkspaceRow> {
  const name = command.name.trim();
  if (name.length < 1 || name.length > 200) {
    throw errors.invalidRequest([{ path: 'name', message: 'A name has 1 to 200 characters.' }]);
  }
  const plan = command.plan ?? 'free';
  if (!planNames.includes(plan)) {
    throw errors.invalidRequest([{ path: 'plan', message: `Plans are ${planNames.join(', ')}.` }]);
  }
  const [row] = await tx.query<WorkspaceRecord & Record<string, unknown>>(insertWorkspace, [
    command.id ?? newId<WorkspaceId>(tx.now().getTime()),
    name,
    plan,
    JSON.stringify(command.settings ?? {}),
    tx.now().toISOString(),
  ]);
  const workspace = toWorkspace(row!);
  await hooks.onWorkspaceCreated?.(tx, workspace);
  return workspace;
}

/** Renames, or sets some of the settings; the others stay. */
export async function updateWorkspace(
  tx: TenantTx,
  change: { name?: string | undefined; settings?: z.infer<typeof settingsPatch> | undefined },
): Promise<WorkspaceRow> {
  const before = await readWorkspace(tx);
  const [row] = await tx.query<WorkspaceRecord & Record<string, unknown>>(updateWorkspaceRow, [
    tx.workspaceId,
    change.name ?? null,
    JSON.stringify(change.settings ?? {}),
  ]);
  if (!row) throw errors.notFound('workspace');
  const after = toWorkspace(row);
  // What was named, as it was and as it is: the other settings are no news.
  const named = Object.keys(change.settings ?? {}) as (keyof WorkspaceRow['settings'])[];
  const said = (workspace: WorkspaceRow) => ({
    name: workspace.name,
    settings: Object.fromEntries(named.map((key) => [key, workspace.settings[key]])),
  });
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'workspace.updated',
      data: { settings: named },
      audit: {
        target: { kind: 'workspace', id: tx.workspaceId },
        before: said(before),
        after: said(after),
      },
    },
  ]);
  return after;
}
