import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import type { Database, SystemTx } from '../../platform/db/index.ts';
import {
  challengeIn,
  challengeMs,
  descriptor,
  handleOf,
  type Purpose,
  type RelyingParty,
  rememberChallenge,
  takeChallenge,
} from './passkey-challenges.ts';
import { listPasskeys, type PasskeyRecord, toPasskey } from './passkeys.ts';
import { passkeyByCredential, usePasskeyRow } from './queries-passkey.ts';

/** What the browser is given to sign in: with any passkey that it holds for us, or with one of this person's. */
export async function beginPasskey(
  tx: SystemTx,
  party: RelyingParty,
  userId: string | null,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const options = await generateAuthenticationOptions({
    rpID: party.id,
    // Alone it stands for two factors, so the device must have asked for a finger or a PIN.
    userVerification: userId === null ? 'required' : 'preferred',
    ...(userId === null ? {} : { allowCredentials: (await listPasskeys(tx, userId)).map(descriptor) }),
    timeout: challengeMs,
  });
  await rememberChallenge(tx, options.challenge, userId === null ? 'sign-in' : 'second-factor', userId);
  return options;
}

/** A signature that was verified: of whom, and how often the authenticator says it signed. */
export interface PasskeyUse {
  passkeyId: string;
  userId: string;
  counter: number;
}

/**
 * Checks a signature, alone (`userId` null) or as the second factor of that person. Null for every kind of no: unknown
 * passkey, somebody else's, another site's, a challenge used before or too old, a counter that went back.
 */
export async function verifyPasskey(
  db: Database,
  party: RelyingParty,
  userId: string | null,
  response: AuthenticationResponseJSON,
): Promise<PasskeyUse | null> {
  const challenge = challengeIn(response);
  const taken = await takeChallenge(db, challenge);
  const purpose: Purpose = userId === null ? 'sign-in' : 'second-factor';
  if (taken?.purpose !== purpose || taken.userId !== userId) return null;
  const passkey = await db.withSystem('a passkey that signed', async (tx) => {
    const [row] = await tx.query<PasskeyRecord>(passkeyByCredential, [response.id]);
    return row ? toPasskey(row) : null;
  });
  if (!passkey || (userId !== null && passkey.userId !== userId)) return null;
  const { userHandle } = response.response;
  if (userHandle && !Buffer.from(userHandle, 'base64url').equals(handleOf(passkey.userId))) return null;
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: userId === null,
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(passkey.publicKey),
      counter: passkey.counter,
    },
    // Also a counter that went back arrives here: two authenticators claim to be one.
  }).catch(() => null);
  if (!verified?.verified) return null;
  return {
    passkeyId: passkey.id,
    userId: passkey.userId,
    counter: verified.authenticationInfo.newCounter,
  };
}

/** Notes the use. False: another answer with this count or a later one came first, or the passkey is gone. */
export async function usePasskey(tx: SystemTx, use: PasskeyUse): Promise<boolean> {
  const used = await tx.query(usePasskeyRow, [use.passkeyId, use.counter, tx.now().toISOString()]);
  return used.length > 0;
}
