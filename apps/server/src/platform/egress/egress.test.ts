import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { createEgress } from './index.ts';
import { isPrivate } from './private.ts';

const asked: { url: string | undefined; body: string }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    asked.push({ url: request.url, body });
    if (request.url === '/never') return;
    if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' });
    else response.writeHead(201);
    response.end(request.url === '/long' ? 'x'.repeat(100_000) : 'taken');
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const call = { headers: {}, body: Buffer.from('hello'), timeoutMs: 20_000, maxBytes: 1_000 };
const here = `127.0.0.1:${port}`;

test('what is private is refused, however it is written, and nothing is asked there', async () => {
  const egress = createEgress();
  for (const url of [
    `https://${here}/`,
    `https://localhost:${port}/`,
    `https://[::1]:${port}/`,
    `https://[::ffff:127.0.0.1]:${port}/`,
    `https://2130706433:${port}/`,
    `https://0x7f.1:${port}/`,
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/',
    `http://${here}/`,
    `https://user:secret@example.com/`,
    'ftp://example.com/',
    'nonsense',
  ]) {
    expect([url, (await egress.post(url, call)).is]).toEqual([url, 'refused']);
  }
  expect(asked).toEqual([]);
});

test('a host that is allowed is called, its redirects are not followed, long answers are cut', async () => {
  const egress = createEgress({ allowed: [here] });
  expect(await egress.post(`http://${here}/push`, call)).toMatchObject({
    is: 'answered',
    status: 201,
    body: Buffer.from('taken'),
  });
  expect(await egress.post(`http://${here}/moved`, call)).toMatchObject({ is: 'answered', status: 302 });
  const long = await egress.post(`http://${here}/long`, call);
  expect(long.is === 'answered' && long.body.length <= 1_000).toBe(true);
  expect(asked.map(({ url, body }) => `${url} ${body}`)).toEqual([
    '/push hello',
    '/moved hello',
    '/long hello',
  ]);
});

test('who does not answer in time has failed', async () => {
  const egress = createEgress({ allowed: [here] });
  expect((await egress.post(`http://${here}/never`, { ...call, timeoutMs: 300 })).is).toBe('failed');
});

test.each([
  ['8.8.8.8', false],
  ['172.15.0.1', false],
  ['172.16.0.1', true],
  ['100.64.0.1', true],
  ['::ffff:10.0.0.1', true],
  ['::ffff:8.8.8.8', false],
  ['2606:4700::1111', false],
  ['fd00::1', true],
  ['64:ff9b::a00:1', true],
])('%s: private %s', (address, verdict) => {
  expect(isPrivate(address)).toBe(verdict);
});
