import { createHash, randomBytes } from 'node:crypto';
import { scopes } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { forgetCallers, type Slice } from '../../platform/http/index.ts';
import {
  holdersOfKey,
  insertKey,
  keysOfWorkspace,
  lockKey,
  revokeKeyRow,
  rotateKeyRow,
  updateKey,
} from './queries.ts';

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
  /** Until when the text before the last rotation is taken too. */
  oldTextUntil: Date | null;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** 16 letters of 5 bits. No `_`, which parts the key. */
export function newKeyId(): string {
  return Array.from(randomBytes(16), (byte) => alphabet[byte & 31]).join('');
}

export function hashSecret(secret: Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** What a key may be given at most: what its maker holds. Null: by command or program, no limit. */
export interface KeyMaker {
  scopes: readonly string[];
  numberIds: readonly string[] | null;
}

export interface KeyChange {
  name?: string | undefined;
  scopes?: readonly string[] | undefined;
  numberIds?: readonly string[] | null | undefined;
  expiresAt?: Date | null | undefined;
}

function checkScopes(wanted: readonly string[], maker: KeyMaker | null): void {
  const unknown = wanted.filter((scope) => !scopes.includes(scope));
  if (wanted.length === 0 || unknown.length > 0) {
    throw errors.invalidRequest([{ path: 'scopes', message: `Scopes are ${scopes.join(', ')}.` }]);
  }
  // A key that makes keys must not make a greater one. People are leads already; what only owners may do asks for the
  // role, which no key has.
  if (maker === null) return;
  const missing = wanted.filter((scope) => !holds(maker.scopes, scope));
  if (missing.length > 0) throw errors.forbidden(`Your own key lacks ${missing.join(', ')}.`, { missing });
}

function holds(held: readonly string[], scope: string): boolean {
  const [area] = scope.split(':');
  return held.includes('*') || held.includes(scope) || held.includes(`${area}:*`);
}

function checkNumbers(wanted: readonly string[] | null, maker: KeyMaker | null): void {
  const limit = maker?.numberIds ?? null;
  if (limit === null || wanted?.every((id) => limit.includes(id))) return;
  throw errors.forbidden('You may give a key only numbers that you may use yourself.', {
    reason: 'limited_reach',
  });
}

/** Makes a key. The answer is the only place where it is ever seen. */
export async function createApiKey(
  tx: TenantTx,
  command: {
    name: string;
    scopes?: readonly string[] | undefined;
    numberIds?: readonly string[] | null | undefined;
    expiresAt?: Date | null | undefined;
  },
  maker: KeyMaker | null = null,
): Promise<{ id: string; key: string }> {
  const wanted = command.scopes ?? ['*'];
  const numberIds = command.numberIds ?? null;
  checkScopes(wanted, maker);
  checkNumbers(numberIds, maker);
  const id = newKeyId();
  const secret = randomBytes(32);
  await tx.execute(insertKey, [
    tx.workspaceId,
    id,
    command.name,
    hashSecret(secret),
    wanted,
    numberIds,
    tx.now().toISOString(),
    command.expiresAt?.toISOString() ?? null,
    await peopleBehind(tx),
  ]);
  await tell(tx, 'api_key.created', id, null, {
    name: command.name,
    scopes: wanted,
    numberIds,
    expiresAt: command.expiresAt ?? null,
  });
  return { id, key: textOf(id, secret) };
}

/**
 * The people in whose hand the acting person or key is: where a second person has to say yes, a key must not be
 * somebody's other self. A key that a key made is in the same hands; one made by command is in nobody's.
 */
export async function peopleBehind(tx: TenantTx): Promise<string[]> {
  const { kind, id } = tx.actor;
  if (id === null) return [];
  if (kind === 'user') return [id];
  const [key] = await tx.query<{ holders: string[] }>(holdersOfKey, [tx.workspaceId, id]);
  return key?.holders ?? [];
}

const textOf = (id: string, secret: Buffer) => `ck_${id}_${secret.toString('base64url')}`;

async function tell(
  tx: TenantTx,
  name: string,
  id: string,
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): Promise<void> {
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { keyId: id },
      audit: { target: { kind: 'api_key', id }, before, after },
    },
  ]);
  tx.afterCommit(forgetCallers);
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
    [],
  ]);
}

interface KeyRecord {
  id: string;
  name: string;
  scopes: string[];
  number_ids: string[] | null;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
  old_hash_until: Date | null;
  [column: string]: unknown;
}

const toKey = (row: KeyRecord): ApiKeyRow => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes,
  numberIds: row.number_ids,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  oldTextUntil: row.old_hash_until,
});

/** Oldest first, revoked ones too; all of them unless a page is asked for. */
export async function listApiKeys(tx: TenantTx, page: Slice | null = null): Promise<ApiKeyRow[]> {
  const rows = await tx.query<KeyRecord>(keysOfWorkspace, [
    tx.workspaceId,
    page?.after?.at ?? null,
    page?.after?.id ?? null,
    page?.limit ?? null,
    page?.offset ?? 0,
  ]);
  return rows.map(toKey);
}

/** The key, locked until the transaction ends. */
async function lockApiKey(tx: TenantTx, id: string): Promise<ApiKeyRow> {
  const [row] = await tx.query<KeyRecord>(lockKey, [tx.workspaceId, id]);
  if (!row) throw errors.notFound('API key', { id });
  return toKey(row);
}

const said = ({ name, scopes: held, numberIds, expiresAt }: ApiKeyRow) => ({
  name,
  scopes: held,
  numberIds,
  expiresAt,
});

/** Renames, or sets scopes, numbers and expiry anew. A revoked key stays as it was. */
export async function changeApiKey(
  tx: TenantTx,
  id: string,
  change: KeyChange,
  maker: KeyMaker | null = null,
): Promise<ApiKeyRow> {
  const before = await lockApiKey(tx, id);
  if (before.revokedAt !== null)
    throw errors.conflict('api_key_revoked', 'This key is revoked. Make a new one.');
  const after: ApiKeyRow = {
    ...before,
    name: change.name ?? before.name,
    scopes: change.scopes ? [...change.scopes] : before.scopes,
    numberIds: change.numberIds === undefined ? before.numberIds : change.numberIds && [...change.numberIds],
    expiresAt: change.expiresAt === undefined ? before.expiresAt : change.expiresAt,
  };
  checkScopes(after.scopes, maker);
  checkNumbers(after.numberIds, maker);
  await tx.execute(updateKey, [
    tx.workspaceId,
    id,
    after.name,
    after.scopes,
    after.numberIds,
    after.expiresAt?.toISOString() ?? null,
  ]);
  await tell(tx, 'api_key.updated', id, said(before), said(after));
  return after;
}

/** A new text for the same key; the one so far is taken for `graceMs` more, so that programs can change over. */
export async function rotateApiKey(
  tx: TenantTx,
  id: string,
  graceMs: number,
  maker: KeyMaker | null = null,
): Promise<{ id: string; key: string; oldTextUntil: Date }> {
  const before = await lockApiKey(tx, id);
  if (before.revokedAt !== null)
    throw errors.conflict('api_key_revoked', 'This key is revoked. Make a new one.');
  // Its text is about to be shown: nobody may get hold of a greater key this way.
  checkScopes(before.scopes, maker);
  checkNumbers(before.numberIds, maker);
  const secret = randomBytes(32);
  const oldTextUntil = new Date(tx.now().getTime() + graceMs);
  await tx.execute(rotateKeyRow, [
    tx.workspaceId,
    id,
    hashSecret(secret),
    oldTextUntil.toISOString(),
    await peopleBehind(tx),
  ]);
  await tell(tx, 'api_key.rotated', id, null, { oldTextUntil });
  return { id, key: textOf(id, secret), oldTextUntil };
}

/** Refused everywhere within a second. Revoking twice keeps the first time. */
export async function revokeApiKey(tx: TenantTx, id: string): Promise<void> {
  const rows = await tx.query(revokeKeyRow, [tx.workspaceId, id, tx.now().toISOString()]);
  if (rows.length === 0) throw errors.notFound('API key', { id });
  await tell(tx, 'api_key.revoked', id, null, null);
}
