import type { Database, TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { selectAuditRetentions, selectRetentions, type WorkspaceRecord, workspacesById } from './queries.ts';
import { parseSettings, type WorkspaceSettings } from './settings.ts';

export interface WorkspaceRow {
  id: WorkspaceId;
  name: string;
  plan: string;
  status: 'active' | 'suspended';
  settings: WorkspaceSettings;
  createdAt: Date;
}

export function toWorkspace(record: WorkspaceRecord): WorkspaceRow {
  return {
    id: record.id as WorkspaceId,
    name: record.name,
    plan: record.plan,
    status: record.status,
    settings: parseSettings(record.settings),
    createdAt: record.created_at,
  };
}

/** Name, state and complete settings of many workspaces at once; a missing one is missing from the map. */
export async function workspacesFor(tx: Tx, ids: readonly string[]): Promise<Map<string, WorkspaceRow>> {
  const unique = [...new Set(ids)].sort();
  if (unique.length === 0) return new Map();
  const rows = await tx.query<WorkspaceRecord & Record<string, unknown>>(workspacesById, [unique]);
  return new Map(rows.map((row) => [row.id, toWorkspace(row)]));
}

export async function readWorkspace(tx: TenantTx): Promise<WorkspaceRow> {
  const found = (await workspacesFor(tx, [tx.workspaceId])).get(tx.workspaceId);
  if (!found) throw errors.notFound('workspace');
  return found;
}

/** The workspaces that keep their audit for so many days only. */
export function auditRetentions(db: Database): Promise<{ workspaceId: WorkspaceId; days: number }[]> {
  return db.withSystem('how long audits are kept', (tx) =>
    tx.query<{ workspaceId: WorkspaceId; days: number }>(selectAuditRetentions),
  );
}

/** After how many months each workspace's messages and files go. `all`: also those that said nothing about it. */
export async function retentions(
  db: Database,
  all: boolean,
): Promise<{ workspaceId: WorkspaceId; retention: WorkspaceSettings['retention'] }[]> {
  const rows = await db.withSystem('how long messages are kept', (tx) =>
    tx.query<{ id: WorkspaceId; settings: unknown }>(selectRetentions, [all]),
  );
  return rows.map(({ id, settings }) => ({ workspaceId: id, retention: parseSettings(settings).retention }));
}
