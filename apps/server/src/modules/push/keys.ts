import { createECDH } from 'node:crypto';
import type { Database } from '../../platform/db/index.ts';
import { newId } from '../../platform/ids.ts';
import { type KeyRing, type Place, seal, unseal } from '../../platform/seal.ts';
import { holdKeyTable, insertKeyRow, selectKeys } from './queries.ts';

export interface PushKeys {
  /** base64url, as browsers take it. */
  publicKey: string;
  privateKey: string;
}

const placeOf = (rowId: string): Place => ({
  workspaceId: null,
  table: 'push_keys',
  column: 'sealed_private',
  rowId,
});

/** The installation's key pair; made when the first browser asks for it. */
export function pushKeys(db: Database, ring: KeyRing): Promise<PushKeys> {
  return db.withSystem('the keys of push notices', async (tx) => {
    let row = await selectKeys(tx);
    if (!row) {
      await holdKeyTable(tx);
      row = await selectKeys(tx);
    }
    if (row) {
      return {
        publicKey: row.publicKey,
        privateKey: unseal(ring, placeOf(row.id), row.sealedPrivate),
      };
    }
    const pair = createECDH('prime256v1');
    const publicKey = pair.generateKeys('base64url');
    const privateKey = pair.getPrivateKey('base64url');
    const id = newId();
    await insertKeyRow(tx, { id, publicKey, sealedPrivate: seal(ring, placeOf(id), privateKey) });
    return { publicKey, privateKey };
  });
}
