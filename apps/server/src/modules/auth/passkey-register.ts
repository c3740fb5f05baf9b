import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Database, SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import {
  challengeIn,
  challengeMs,
  descriptor,
  handleOf,
  type RelyingParty,
  rememberChallenge,
  takeChallenge,
} from './passkey-challenges.ts';
import { listPasskeys, type Passkey, type PasskeyRecord, toPasskey } from './passkeys.ts';
import { insertPasskey } from './queries-passkey.ts';
import { makeRecoveryCodes } from './recovery-codes.ts';
import { factorsOf, hasSecondFactor } from './second-factor.ts';

/** More is a mistake, and the list of those to leave out travels with each registration. */
const mostPasskeys = 20;
/** EdDSA, ES256, RS256: what authenticators speak. Asked for more, the library tries out what Node calls experimental. */
const algorithms = [-8, -7, -257];

/** What the browser is given to make a passkey. */
export async function beginRegistration(
  tx: SystemTx,
  party: RelyingParty,
  person: { userId: string; email: string; name: string },
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const known = await listPasskeys(tx, person.userId);
  if (known.length >= mostPasskeys) {
    throw errors.conflict('too_many_passkeys', `A person has at most ${mostPasskeys} passkeys.`);
  }
  const options = await generateRegistrationOptions({
    rpName: 'Chaski',
    rpID: party.id,
    userName: person.email,
    userDisplayName: person.name || person.email,
    userID: handleOf(person.userId),
    attestationType: 'none',
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: known.map(descriptor),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    timeout: challengeMs,
  });
  await rememberChallenge(tx, options.challenge, 'register', person.userId);
  return options;
}

/** Checks what an authenticator made. */
export async function verifyRegistration(
  db: Database,
  party: RelyingParty,
  userId: string,
  response: RegistrationResponseJSON,
): Promise<NewPasskey> {
  const challenge = challengeIn(response);
  const taken = await takeChallenge(db, challenge);
  if (taken?.purpose !== 'register' || taken.userId !== userId) throw refused();
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: false,
    supportedAlgorithmIDs: algorithms,
  }).catch((cause: unknown) => {
    throw refused(cause);
  });
  if (!verified.verified) throw refused();
  const { credential, credentialBackedUp } = verified.registrationInfo;
  return {
    userId,
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: credential.transports ?? [],
    synced: credentialBackedUp,
  };
}

/** A passkey that was verified and is not kept yet. */
export type NewPasskey = Omit<Passkey, 'id' | 'name' | 'createdAt' | 'lastUsedAt'>;

/** Keeps a verified passkey. The first factor brings recovery codes; `null`: the person has some. */
export async function addPasskey(
  tx: SystemTx,
  passkey: NewPasskey,
  name: string,
): Promise<{ passkey: Passkey; recoveryCodes: string[] | null }> {
  const first = !hasSecondFactor(await factorsOf(tx, passkey.userId));
  const [row] = await tx.query<PasskeyRecord>(insertPasskey, [
    newId(tx.now().getTime()),
    passkey.userId,
    passkey.credentialId,
    passkey.publicKey,
    passkey.counter,
    passkey.transports,
    name,
    passkey.synced,
    tx.now().toISOString(),
  ]);
  if (!row) throw errors.conflict('passkey_known', 'This passkey is registered already.');
  return {
    passkey: toPasskey(row),
    recoveryCodes: first ? await makeRecoveryCodes(tx, passkey.userId) : null,
  };
}

const refused = (cause?: unknown) =>
  Object.assign(
    errors.unprocessable('passkey_refused', 'This passkey could not be registered. Begin again.'),
    { cause },
  );
