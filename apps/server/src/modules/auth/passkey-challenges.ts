import type { Database, SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import type { Passkey } from './passkeys.ts';
import { dropPasskeyChallenges, insertPasskeyChallenge, takePasskeyChallenge } from './queries-passkey.ts';

/** How long a person may look for the finger. */
export const challengeMs = 5 * 60_000;

/** For whom a passkey signs: the browser puts both into what is signed, so that no other site can use it. */
export interface RelyingParty {
  id: string;
  origin: string;
}

/**
 * The installation as browsers know it: its public address, or localhost while it has none. Never another Host header,
 * which whoever sends the request writes.
 */
export function relyingParty(publicUrl: string | null, host: string | undefined): RelyingParty {
  if (publicUrl !== null) {
    const { hostname, origin } = new URL(publicUrl);
    return { id: hostname, origin };
  }
  const local = /^((?:[a-z0-9-]+\.)?localhost)(?::\d{1,5})?$/.exec(host ?? '');
  if (!local) {
    throw errors.unprocessable(
      'passkeys_unavailable',
      'Passkeys belong to one address. Set PUBLIC_URL, or open the installation at localhost.',
    );
  }
  // As browsers write it: without a port that goes without saying.
  return { id: local[1]!, origin: new URL(`http://${host}`).origin };
}

/** What an authenticator is asked for. */
export type Purpose = 'register' | 'sign-in' | 'second-factor';

/** Keeps what a passkey is asked to sign, until the first answer. */
export async function rememberChallenge(
  tx: SystemTx,
  challenge: string,
  purpose: Purpose,
  userId: string | null,
): Promise<void> {
  const now = tx.now();
  await tx.execute(dropPasskeyChallenges, [now.toISOString()]);
  await tx.execute(insertPasskeyChallenge, [
    challenge,
    purpose,
    userId,
    new Date(now.getTime() + challengeMs).toISOString(),
  ]);
}

/**
 * Spends a challenge, in a transaction of its own: an answer that does not count must not leave it there for a second
 * try. Null: not ours, used before, too old.
 */
export async function takeChallenge(
  db: Database,
  challenge: string,
): Promise<{ purpose: Purpose; userId: string | null } | null> {
  return db.withSystem("spend a passkey's challenge", async (tx) => {
    const [row] = await tx.query<{ purpose: Purpose; user_id: string | null; expires_at: Date }>(
      takePasskeyChallenge,
      [challenge],
    );
    return row && row.expires_at > tx.now() ? { purpose: row.purpose, userId: row.user_id } : null;
  });
}

/** The challenge that was signed; '' where there is none to find. */
export function challengeIn({ response }: { response: { clientDataJSON: string } }): string {
  try {
    const said: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString('utf8'));
    const challenge = (said as { challenge?: unknown } | null)?.challenge;
    return typeof challenge === 'string' ? challenge : '';
  } catch {
    return '';
  }
}

/** A passkey as browsers are told of it. */
export const descriptor = (passkey: Passkey) => ({
  id: passkey.credentialId,
  transports: passkey.transports,
});

/** The person's id as bytes: authenticators keep it, so it must tell nothing. */
export function handleOf(userId: string): Uint8Array<ArrayBuffer> {
  if (!isId(userId)) throw errors.internal();
  return Uint8Array.from(Buffer.from(userId.replaceAll('-', ''), 'hex'));
}
