import { createHash, randomBytes } from 'node:crypto';
import { scopes } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { insertKey, keysOfWorkspace, revokeKeyRow } from './queries.ts';

export interface ApiKeyRow {
  id: string;
  name: string;
  scopes: string[];
  /** null = every number of the workspace */
  numberIds: string[] | null;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** 16 letters of 5 bits. No `_`, which parts the key. */
function newKeyId(): string {
  return Array.from(randomBytes(16), (byte) => alphabet[byte & 31]).join('');
}

export function hashSecret(secret: Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Makes a key. The answer is the only place where it is ever seen. */
export async function createApiKey(
  tx: TenantTx,
  command: {
    name: string;
    scopes?: readonly string[];
    numberIds?: readonly string[] | null;
    expiresAt?: Date | null;
  },
): Promise<{ id: string; key: string }> {
  const wanted = command.scopes ?? ['*'];
  const unknown = wanted.filter((scope) => !scopes.includes(scope));
  if (wanted.length === 0 || unknown.length > 0) {
    throw errors.invalidRequest([{ path: 'scopes', message: `Scopes are ${scopes.join(', ')}.` }]);
  }
  const id = newKeyId();
  const secret = randomBytes(32);
  await tx.execute(insertKey, [
    tx.workspaceId,
    id,
    command.name,
    hashSecret(secret),
    wanted,
    command.numberIds ?? null,
    tx.now().toISOString(),
    command.expiresAt?.toISOString() ?? null,
  ]);
  return { id, key: `ck_${id}_${secret.toString('base64url')}` };
}

/** Makes sure that a key whose text is known beforehand (the demo's) opens this workspace. */
export async function ensureApiKey(tx: TenantTx, command: { name: string; key: string }): Promise<void> {
  const [, id, secret] = /^ck_([A-Za-z0-9-]+)_([A-Za-z0-9_-]+)$/.exec(command.key) ?? [];
  if (!id || !secret) throw errors.configuration('A key looks like ck_<id>_<secret>.');
  const known = (await listApiKeys(tx)).some((row) => row.id === id);
  if (known) return;
  await tx.execute(insertKey, [
    tx.workspaceId,
    id,
    command.name,
    hashSecret(Buffer.from(secret, 'base64url')),
    ['*'],
    null,
    tx.now().toISOString(),
    null,
  ]);
}

export async function listApiKeys(tx: TenantTx): Promise<ApiKeyRow[]> {
  const rows = await tx.query<{
    id: string;
    name: string;
    scopes: string[];
    number_ids: string[] | null;
    created_at: Date;
    last_used_at: Date | null;
    expires_at: Date | null;
    revoked_at: Date | null;
  }>(keysOfWorkspace, [tx.workspaceId]);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    numberIds: row.number_ids,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  }));
}

/** Refused everywhere within a second. Revoking twice keeps the first time. */
export async function revokeApiKey(tx: TenantTx, id: string): Promise<void> {
  const rows = await tx.query(revokeKeyRow, [tx.workspaceId, id, tx.now().toISOString()]);
  if (rows.length === 0) throw errors.notFound('API key', { id });
}
