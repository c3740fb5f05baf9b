import { randomBytes } from 'node:crypto';
import type { SystemTx } from '../../platform/db/index.ts';
import { newId } from '../../platform/ids.ts';
import { type KeyRing, type Place, seal, unseal } from '../../platform/seal.ts';
import { insertKey, type KeyRow, selectKeys } from './queries.ts';

export interface AuditKey {
  id: string;
  key: Buffer;
}

const placeOf = (rowId: string): Place => ({
  workspaceId: null,
  table: 'audit_keys',
  column: 'sealed_key',
  rowId,
});

/**
 * Every key that ever made seals, newest first. They are random and lie sealed in the database, so that the sealing key
 * can be rotated while old chains go on being checked.
 */
export async function readKeys(tx: SystemTx, ring: KeyRing): Promise<AuditKey[]> {
  const rows = await tx.query<KeyRow>(selectKeys);
  return rows.map(({ id, sealedKey }) => ({
    id,
    key: Buffer.from(unseal(ring, placeOf(id), sealedKey), 'base64'),
  }));
}

/** The key that makes new seals; the caller holds the chains' lock, so that two first sealers do not make two. */
export async function currentKey(tx: SystemTx, ring: KeyRing): Promise<AuditKey> {
  const [known] = await readKeys(tx, ring);
  if (known) return known;
  const made = { id: newId(), key: randomBytes(32) };
  await tx.execute(insertKey, [made.id, seal(ring, placeOf(made.id), made.key.toString('base64')), tx.now()]);
  return made;
}
