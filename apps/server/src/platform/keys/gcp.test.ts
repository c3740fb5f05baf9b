import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { type GcpOptions, gcpKeys, keysFrom } from './index.ts';

const one = '11'.repeat(32);
const two = '22'.repeat(32);
const secret = 'projects/p1/secrets/chaski-sealing-keys';
const kmsKey = 'projects/p1/locations/eu/keyRings/r/cryptoKeys/k';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

let google: Server;
let endpoint: string;
let secretText: string;

/** Whether the assertion is signed by the account's key, for this address and this hour. */
function assertionIsRight(assertion: string): boolean {
  const [head = '', claims = '', signature = ''] = assertion.split('.');
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const seconds = Date.now() / 1_000;
  return (
    createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(pair.publicKey, signature, 'base64url') &&
    said.iss === 'chaski@p1.example.com' &&
    said.aud === `${endpoint}/token` &&
    said.iat <= seconds &&
    said.exp > seconds
  );
}

beforeEach(async () => {
  secretText = one;
  google = createServer(async (request, reply) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const end = (status: number, answer: unknown) => {
      reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    };
    const refuse = (status: number, name: string) => end(status, { error: { status: name, message: 'No.' } });
    if (request.url === '/computeMetadata/v1/instance/service-accounts/default/token') {
      const isAsked = request.headers['metadata-flavor'] === 'Google';
      return isAsked ? end(200, { access_token: 'good-token' }) : refuse(403, 'PERMISSION_DENIED');
    }
    if (request.url === '/token') {
      const right = assertionIsRight(new URLSearchParams(body).get('assertion') ?? '');
      return right ? end(200, { access_token: 'good-token' }) : refuse(401, 'UNAUTHENTICATED');
    }
    if (request.headers.authorization !== 'Bearer good-token') return refuse(401, 'UNAUTHENTICATED');
    if (request.url === `/v1/${secret}/versions/latest:access` && request.method === 'GET') {
      return end(200, { payload: { data: Buffer.from(secretText).toString('base64') } });
    }
    if (request.url === `/v1/${kmsKey}:decrypt` && request.method === 'POST') {
      const text = Buffer.from(JSON.parse(body).ciphertext, 'base64').toString();
      return end(200, { plaintext: Buffer.from(text.slice(8), 'hex').toString('base64') });
    }
    refuse(404, 'NOT_FOUND');
  });
  await new Promise<void>((resolve) => google.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(google.address() as AddressInfo).port}`;
});
afterEach(() => {
  google.closeAllConnections();
  google.close();
});

function source(options: Partial<GcpOptions> = {}) {
  return gcpKeys({
    secret,
    kmsKey: null,
    serviceAccount: null,
    endpoint,
    metadataEndpoint: endpoint,
    clock: systemClock,
    ...options,
  });
}

const wrapped = (hex: string) => `kms:${Buffer.from(`wrapped:${hex}`).toString('base64')}`;

test('keys come from the secret, by the machine’s account; wrapped ones are opened by KMS', async () => {
  expect(await keysFrom(source())).toEqual([one]);
  secretText = `${wrapped(two)},${one}`;
  expect(await keysFrom(source({ kmsKey }))).toEqual([two, one]);
  await expect(keysFrom(source())).rejects.toThrow(/GCP_KMS_KEY/);
});

test('by a service account’s key file, whose assertion is checked', async () => {
  const file = (key: string) =>
    JSON.stringify({
      client_email: 'chaski@p1.example.com',
      private_key: key,
      token_uri: `${endpoint}/token`,
    });
  const own = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(await keysFrom(source({ serviceAccount: file(own) }))).toEqual([one]);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const foreign = other.export({ type: 'pkcs8', format: 'pem' }).toString();
  await expect(keysFrom(source({ serviceAccount: file(foreign) }))).rejects.toThrow(/401 UNAUTHENTICATED/);
  await expect(keysFrom(source({ serviceAccount: '{}' }))).rejects.toThrow(/no key file/);
});

test('away, refused or not there: fails with the reason', async () => {
  await expect(keysFrom(source({ secret: 'projects/p1/secrets/other' }))).rejects.toThrow(/404 NOT_FOUND No/);
  // Where somebody listened a moment ago.
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const nobody = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
  await new Promise((resolve) => gone.close(resolve));
  await expect(keysFrom(source({ metadataEndpoint: nobody }))).rejects.toThrow(
    /cannot be read \(ECONNREFUSED\)/,
  );
});
