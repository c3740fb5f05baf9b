/**
 * authenticator — a passkey in software, as a phone or a stick would be: ES256 by node:crypto, CBOR by hand. Its keys,
 * counter and flags can be set, so that tests make what a real one never would.
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';

type Cbor = number | string | Uint8Array | Map<number | string, Cbor>;

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
}

function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([k, v]) => [cbor(k), cbor(v)])]);
}

const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();
const b64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url');

export interface Authenticator {
  readonly credentialId: string;
  /** Signatures it says it made; raised by each, and set by tests. */
  counter: number;
  /** Whether it asked for a finger or a PIN. */
  verifiesUser: boolean;
  create(options: { challenge: string; rp: { id?: string }; user: { id: string } }): RegistrationResponseJSON;
  get(options: { challenge: string; rpId?: string }): AuthenticationResponseJSON;
}

/** `counts: false`: as passkeys that sync, whose counter stays 0. */
export function authenticator(origin: string, { counts = true }: { counts?: boolean } = {}): Authenticator {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(20);
  let handle = '';
  const self: Authenticator = {
    credentialId: b64(id),
    counter: 0,
    verifiesUser: true,
    create({ challenge, rp, user }) {
      handle = user.id;
      const { x, y } = publicKey.export({ format: 'jwk' });
      const coordinate = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
      const cose = cbor(
        new Map<number, Cbor>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, coordinate(x)],
          [-3, coordinate(y)],
        ]),
      );
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cose]);
      const authData = Buffer.concat([data(rp.id ?? '', 0x40), attested]);
      return {
        id: b64(id),
        rawId: b64(id),
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: client('webauthn.create', challenge),
          attestationObject: b64(
            cbor(
              new Map<string, Cbor>([
                ['fmt', 'none'],
                ['attStmt', new Map()],
                ['authData', authData],
              ]),
            ),
          ),
          transports: ['internal'],
        },
      };
    },
    get({ challenge, rpId }) {
      if (counts) self.counter += 1;
      const authenticatorData = data(rpId ?? '', 0);
      const clientDataJSON = client('webauthn.get', challenge);
      const signed = Buffer.concat([authenticatorData, sha256(Buffer.from(clientDataJSON, 'base64url'))]);
      return {
        id: b64(id),
        rawId: b64(id),
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON,
          authenticatorData: b64(authenticatorData),
          signature: b64(sign('sha256', signed, privateKey)),
          userHandle: handle,
        },
      };
    },
  };
  /** What it signs about itself: for which site, who was there, how often. */
  function data(rpId: string, more: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(self.counter);
    return Buffer.concat([
      sha256(rpId),
      Buffer.from([0x01 | (self.verifiesUser ? 0x04 : 0) | more]),
      counter,
    ]);
  }
  const client = (type: string, challenge: string): string =>
    b64(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  return self;
}
