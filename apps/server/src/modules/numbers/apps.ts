import { randomBytes } from 'node:crypto';
import type { Database, SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type AppId, newId, type WorkspaceId } from '../../platform/ids.ts';
import { type KeyRing, seal, unseal } from '../../platform/seal.ts';
import {
  appById,
  appsForWorkspace,
  doorApps,
  insertApp,
  insertSecret,
  liveSecrets,
  retireSecretRow,
} from './queries.ts';

/** An app as the inbound door reads it; secrets still sealed. */
export interface DoorAppRow {
  id: AppId;
  key: string;
  provider: string;
  isDefault: boolean;
  /** Speaks for `mock_` numbers only. */
  isSimulator: boolean;
  workspaceId: WorkspaceId | null;
  verifyToken: string;
  /** Newest first; several while a rotation is under way. */
  secrets: { id: string; sealed: string }[];
}

/** As `DoorAppRow`, with the secrets opened: for the memory of the door alone. */
export interface DoorApp extends Omit<DoorAppRow, 'secrets'> {
  secrets: string[];
}

export interface AppRow {
  id: AppId;
  key: string;
  provider: string;
  name: string;
  workspaceId: WorkspaceId | null;
  isDefault: boolean;
  isSimulator: boolean;
  createdAt: Date;
}

interface AppRecord {
  id: string;
  key: string;
  provider: string;
  name: string;
  workspace_id: string | null;
  is_default: boolean;
  is_simulator: boolean;
  created_at: Date;
}

function toApp(row: AppRecord): AppRow {
  return {
    id: row.id as AppId,
    key: row.key,
    provider: row.provider,
    name: row.name,
    workspaceId: row.workspace_id as WorkspaceId | null,
    isDefault: row.is_default,
    isSimulator: row.is_simulator,
    createdAt: row.created_at,
  };
}

export function secretPlace(workspaceId: string | null, secretId: string) {
  return { workspaceId, table: 'app_secrets', column: 'sealed_secret', rowId: secretId };
}

/** Every app with its live secrets, oldest app first. */
export async function listDoorApps(tx: SystemTx): Promise<DoorAppRow[]> {
  const rows = await tx.query<
    AppRecord & {
      verify_token: string;
      secrets: { id: string; sealed: string }[];
    } & Record<string, unknown>
  >(doorApps);
  return rows.map((row) => ({
    id: row.id as AppId,
    key: row.key,
    provider: row.provider,
    isDefault: row.is_default,
    isSimulator: row.is_simulator,
    workspaceId: row.workspace_id as WorkspaceId | null,
    verifyToken: row.verify_token,
    secrets: row.secrets,
  }));
}

/** The apps with their secrets opened. The door keeps the answer and asks again every few seconds. */
export async function loadDoor(db: Database, ring: KeyRing): Promise<DoorApp[]> {
  const rows = await db.withSystem('apps of the inbound door', listDoorApps);
  return rows.map((row) => ({
    ...row,
    secrets: row.secrets.map((secret) =>
      unseal(ring, secretPlace(row.workspaceId, secret.id), secret.sealed),
    ),
  }));
}

/** Apps that a workspace's accounts may be bound to: its own first, then the installation's. */
export async function appsFor(tx: SystemTx, workspaceId: string): Promise<AppRow[]> {
  const rows = await tx.query<AppRecord & Record<string, unknown>>(appsForWorkspace, [workspaceId]);
  return rows.map(toApp);
}

/** Makes an app with its first secret. `key` is its part of the webhook address. */
export async function addApp(
  tx: SystemTx,
  deps: { ring: KeyRing },
  command: {
    name: string;
    secret: string;
    verifyToken: string;
    key?: string;
    id?: AppId;
    provider?: string;
    workspaceId?: string | null;
    isDefault?: boolean;
    isSimulator?: boolean;
  },
): Promise<AppRow> {
  if (command.secret.trim() === '') {
    throw errors.invalidRequest([
      { path: 'secret', message: 'The app secret may not be empty: without it no webhook can be trusted.' },
    ]);
  }
  const id = command.id ?? newId<AppId>(tx.now().getTime());
  const key = command.key ?? randomBytes(9).toString('base64url');
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(key)) {
    throw errors.invalidRequest([{ path: 'key', message: 'Letters, digits, - and _, at most 64.' }]);
  }
  const workspaceId = command.workspaceId ?? null;
  const inserted = await tx.query(insertApp, [
    id,
    key,
    command.provider ?? 'cloud',
    command.name,
    workspaceId,
    command.isDefault ?? false,
    command.isSimulator ?? false,
    command.verifyToken,
    tx.now().toISOString(),
  ]);
  if (inserted.length === 0) throw errors.conflict('app_key_taken', `The app key ${key} is taken.`, { key });
  await addSecret(tx, deps.ring, workspaceId, id, command.secret);
  return (await readApp(tx, id))!;
}

/** Adds a secret beside the live ones: both verify until the old one is retired. Answers the new secret's id. */
export async function rotateSecret(
  tx: SystemTx,
  deps: { ring: KeyRing },
  command: { appId: string; secret: string },
): Promise<string> {
  const app = await readApp(tx, command.appId);
  if (!app) throw errors.notFound('app', { appId: command.appId });
  return addSecret(tx, deps.ring, app.workspaceId, app.id, command.secret);
}

/** Ends a rotation. The last live secret cannot go: the door would refuse everything. */
export async function retireSecret(
  tx: SystemTx,
  command: { appId: string; secretId: string },
): Promise<void> {
  const [live] = await tx.query<{ count: number }>(liveSecrets, [command.appId]);
  if ((live?.count ?? 0) <= 1) {
    throw errors.conflict('last_secret', 'This is the last secret of the app. Add the new one first.', {
      appId: command.appId,
    });
  }
  const rows = await tx.query(retireSecretRow, [command.appId, command.secretId, tx.now().toISOString()]);
  if (rows.length === 0) throw errors.notFound('secret', { secretId: command.secretId });
}

async function readApp(tx: SystemTx, id: string): Promise<AppRow | null> {
  const [row] = await tx.query<AppRecord & Record<string, unknown>>(appById, [id]);
  return row ? toApp(row) : null;
}

async function addSecret(
  tx: SystemTx,
  ring: KeyRing,
  workspaceId: string | null,
  appId: string,
  secret: string,
): Promise<string> {
  const id = newId(tx.now().getTime());
  await tx.execute(insertSecret, [
    id,
    appId,
    seal(ring, secretPlace(workspaceId, id), secret),
    tx.now().toISOString(),
  ]);
  return id;
}
