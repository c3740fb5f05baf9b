import type { SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { deletePasskeyRow, passkeysOf, renamePasskeyRow } from './queries-passkey.ts';
import { dropRecoveryCodes } from './recovery-codes.ts';
import { factorsOf, hasSecondFactor } from './second-factor.ts';

/** Something that signs for a person: a phone, a laptop, a stick; WebAuthn's word is credential. */
export interface Passkey {
  id: string;
  userId: string;
  /** As the authenticator named it, base64url. */
  credentialId: string;
  publicKey: Buffer;
  counter: number;
  transports: string[];
  name: string;
  /** It lives in several devices at once. */
  synced: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

export interface PasskeyRecord {
  id: string;
  user_id: string;
  credential_id: string;
  public_key: Buffer;
  counter: number;
  transports: string[];
  name: string;
  synced: boolean;
  created_at: Date;
  last_used_at: Date | null;
  [column: string]: unknown;
}

export function toPasskey(row: PasskeyRecord): Passkey {
  return {
    id: row.id,
    userId: row.user_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: row.counter,
    transports: row.transports,
    name: row.name,
    synced: row.synced,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}

/** Oldest first. */
export async function listPasskeys(tx: SystemTx, userId: string): Promise<Passkey[]> {
  return (await tx.query<PasskeyRecord>(passkeysOf, [userId])).map(toPasskey);
}

export async function renamePasskey(
  tx: SystemTx,
  command: { userId: string; id: string; name: string },
): Promise<{ passkey: Passkey; nameBefore: string }> {
  const [row] = await tx.query<PasskeyRecord & { name_before: string }>(renamePasskeyRow, [
    command.userId,
    command.id,
    command.name,
  ]);
  if (!row) throw errors.notFound('passkey', { id: command.id });
  return { passkey: toPasskey(row), nameBefore: row.name_before };
}

/** With the last factor the recovery codes go. */
export async function removePasskey(tx: SystemTx, command: { userId: string; id: string }): Promise<Passkey> {
  const [row] = await tx.query<PasskeyRecord>(deletePasskeyRow, [command.userId, command.id]);
  if (!row) throw errors.notFound('passkey', { id: command.id });
  if (!hasSecondFactor(await factorsOf(tx, command.userId))) await dropRecoveryCodes(tx, command.userId);
  return toPasskey(row);
}
