/** Who may use a number, asked of a server that answers as WhatsApp does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCloudProvider } from '../index.ts';

let answers: Record<string, { status: number; body: unknown }>;
const seen: { url: string; token: string | undefined }[] = [];
const server = createServer((request, response) => {
  seen.push({ url: request.url ?? '', token: request.headers.authorization });
  const { status, body } = answers[request.url ?? ''] ?? { status: 404, body: 'no' };
  response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
});
const provider = createCloudProvider();
let baseUrl: string;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await provider.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const ask = (accountRef: string | null = null) =>
  provider.numberInfo({
    credential: { provider: 'cloud', token: 't', baseUrl, version: 'v24.0' },
    phoneNumberId: '106',
    accountRef,
    timeoutMs: 20_000,
  });
const number = '/v24.0/106?fields=display_phone_number,verified_name';
const known = {
  [number]: { status: 200, body: { id: '106', display_phone_number: '+1 555', verified_name: 'A' } },
};
const account = '/v24.0/9/phone_numbers?fields=id&limit=100';

test('a number that the token may use is told with its name', async () => {
  answers = known;
  expect(await ask()).toEqual({ outcome: 'ok', displayPhoneNumber: '+1 555', verifiedName: 'A' });
  expect(seen.at(-1)).toEqual({ url: number, token: 'Bearer t' });
});

test('a made-up token, an unknown id and an object that is no number are refused', async () => {
  answers = {
    [number]: { status: 401, body: { error: { code: 190, message: 'Invalid OAuth access token' } } },
  };
  expect(await ask()).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('190') });
  answers = { [number]: { status: 400, body: { error: { code: 100, message: 'Unsupported get request' } } } };
  expect(await ask()).toMatchObject({ outcome: 'refused' });
  answers = { [number]: { status: 200, body: { id: '106', name: 'an account' } } };
  expect(await ask()).toMatchObject({ outcome: 'refused' });
});

test('what is no answer of WhatsApp, and a limit, is unreachable', async () => {
  answers = { [number]: { status: 502, body: '<html>' } };
  expect(await ask()).toMatchObject({ outcome: 'unreachable' });
  answers = { [number]: { status: 200, body: '<html>' } };
  expect(await ask()).toMatchObject({ outcome: 'unreachable' });
  answers = { [number]: { status: 400, body: { error: { code: 4, message: 'limit' } } } };
  expect(await ask()).toMatchObject({ outcome: 'unreachable' });
  const nobody = await provider.numberInfo({
    credential: { provider: 'cloud', token: 't', baseUrl: 'http://127.0.0.1:1', version: 'v24.0' },
    phoneNumberId: '106',
    timeoutMs: 20_000,
  });
  expect(nobody).toMatchObject({ outcome: 'unreachable' });
});

test('the account that is named must have the number, on whatever page', async () => {
  const next = { cursors: { after: 'c 2' }, next: 'https://elsewhere.test' };
  answers = {
    ...known,
    [account]: { status: 200, body: { data: [{ id: '1' }], paging: next } },
    [`${account}&after=c%202`]: { status: 200, body: { data: [{ id: '106' }] } },
  };
  expect(await ask('9')).toMatchObject({ outcome: 'ok' });
  answers = { ...known, [account]: { status: 200, body: { data: [{ id: '1' }] } } };
  expect(await ask('9')).toMatchObject({ outcome: 'refused' });
  answers = { ...known, [account]: { status: 403, body: { error: { code: 10, message: 'no' } } } };
  expect(await ask('9')).toMatchObject({ outcome: 'refused' });
});
