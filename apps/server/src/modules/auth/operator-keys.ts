import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Actor, Database, SystemTx } from '../../platform/db/index.ts';
import { errors, tolerate } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { forgetCallers, type Slice } from '../../platform/http/index.ts';
import { installation } from '../../platform/ids.ts';
import { hashSecret, newKeyId } from './keys.ts';
import {
  insertOperatorKey,
  operatorKeyById,
  operatorKeys,
  revokeOperatorKeyRow,
  touchOperatorKey,
} from './queries-operator-keys.ts';
import { remembered } from './remembered.ts';

/** A key of the installation, as its operator sees it: never its text. */
export interface OperatorKeyRow {
  id: string;
  name: string;
  createdBy: string | null;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

interface Row {
  id: string;
  name: string;
  created_by: string | null;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
  [column: string]: unknown;
}

const toKey = (row: Row): OperatorKeyRow => ({
  id: row.id,
  name: row.name,
  createdBy: row.created_by,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
});

const shape = /^co_([a-z2-7]{16})_([A-Za-z0-9_-]{43})$/;

/** Makes a key that acts as the operator. The answer is the only place where it is ever seen. */
export async function createOperatorKey(
  tx: SystemTx,
  command: { name: string; expiresAt?: Date | null | undefined },
  actor: Actor,
): Promise<{ id: string; key: string }> {
  const id = newKeyId();
  const secret = randomBytes(32);
  const expiresAt = command.expiresAt ?? null;
  const maker = actor.kind === 'user' ? actor.id : null;
  await tx.query(insertOperatorKey, [
    id,
    command.name,
    hashSecret(secret),
    maker,
    tx.now().toISOString(),
    expiresAt?.toISOString() ?? null,
  ]);
  await tell(tx, 'operator_key.created', id, actor, { name: command.name, expiresAt });
  return { id, key: `co_${id}_${secret.toString('base64url')}` };
}

/** Oldest first, revoked ones too. */
export async function listOperatorKeys(tx: SystemTx, page: Slice): Promise<OperatorKeyRow[]> {
  const { limit, after, offset = 0 } = page;
  const rows = await tx.query<Row>(operatorKeys, [after?.at ?? null, after?.id ?? null, limit, offset]);
  return rows.map(toKey);
}

/** Refused everywhere within a second. Revoking twice keeps the first time. */
export async function revokeOperatorKey(tx: SystemTx, id: string, actor: Actor): Promise<void> {
  const rows = await tx.query(revokeOperatorKeyRow, [id, tx.now().toISOString()]);
  if (rows.length === 0) throw errors.notFound('operator key', { id });
  await tell(tx, 'operator_key.revoked', id, actor, null);
}

async function tell(
  tx: SystemTx,
  name: string,
  id: string,
  actor: Actor,
  after: Record<string, unknown> | null,
): Promise<void> {
  await emit(tx, [
    {
      workspaceId: installation,
      name,
      actor,
      data: { keyId: id },
      audit: { target: { kind: 'operator_key', id }, after },
    },
  ]);
  tx.afterCommit(forgetCallers);
}

const known = remembered<{ id: string } | null>();
const nobody = Buffer.alloc(32);

/** The operator key that a text is, or null; known and unknown ids cost the same. */
export function authenticateOperatorKey(db: Database, token: string): Promise<{ id: string } | null> {
  const [, id, secret] = shape.exec(token) ?? [];
  if (id === undefined || secret === undefined) return Promise.resolve(null);
  const cacheKey = createHash('sha256').update(token).digest('base64');
  return known(db, cacheKey, () => verify(db, id, Buffer.from(secret, 'base64url')));
}

async function verify(db: Database, id: string, secret: Buffer): Promise<{ id: string } | null> {
  const [result] = await db.runSystem('authenticate an operator key', [
    { statement: operatorKeyById, values: [id] },
  ]);
  const row = result?.rows[0] as
    | {
        id: string;
        hash: Buffer;
        last_used_at: Date | null;
        expires_at: Date | null;
        revoked_at: Date | null;
      }
    | undefined;
  const now = db.clock.now();
  const same = timingSafeEqual(hashSecret(secret), row?.hash.length === 32 ? row.hash : nobody);
  if (!row || !same || row.revoked_at !== null) return null;
  if (row.expires_at !== null && row.expires_at <= now) return null;
  if (row.last_used_at === null || now.getTime() - row.last_used_at.getTime() > 60_000) {
    await tolerate(
      'last use of an operator key',
      db.runSystem('last use of an operator key', [
        { statement: touchOperatorKey, values: [id, now.toISOString()] },
      ]),
    );
  }
  return { id };
}
