/** Who is let in without credentials: this machine speaking for itself, nobody else. */
import Fastify from 'fastify';
import { afterAll, expect, it } from 'vitest';
import { isNeighbour } from './open-door.ts';

const app = Fastify({ trustProxy: ['127.0.0.1'] });
app.get('/', async (request) => ({ neighbour: isNeighbour(request) }));
afterAll(() => app.close());

async function asked(headers: Record<string, string>, remoteAddress = '127.0.0.1'): Promise<boolean> {
  const reply = await app.inject({
    url: '/',
    headers: { host: 'localhost:3000', ...headers },
    remoteAddress,
  });
  return (reply.json() as { neighbour: boolean }).neighbour;
}

it.each([
  [{}, '127.0.0.1'],
  [{ host: '127.0.0.1:3000' }, '127.0.0.1'],
  [{ host: '[::1]:3000' }, '::1'],
  [{ origin: 'http://localhost:5173' }, '127.0.0.1'],
])('%j from %s is a neighbour', async (headers, from) => {
  expect(await asked(headers, from)).toBe(true);
});

it.each([
  ['another machine', {}, '192.168.1.9'],
  ['a machine of the world', {}, '203.0.113.7'],
  ['a proxy that says for whom', { 'x-forwarded-for': '203.0.113.7' }, '127.0.0.1'],
  ['a proxy that says it was this machine', { 'x-forwarded-for': '127.0.0.1' }, '127.0.0.1'],
  ['a proxy of another habit', { 'x-real-ip': '127.0.0.1' }, '127.0.0.1'],
  ['a proxy by the standard', { forwarded: 'for=127.0.0.1' }, '127.0.0.1'],
  ['a name that was made to lead here', { host: 'evil.example' }, '127.0.0.1'],
  ['a page of another site', { origin: 'https://evil.example' }, '127.0.0.1'],
  ['a page in a sandbox', { origin: 'null' }, '127.0.0.1'],
  ['a name that only begins like ours', { host: 'localhost.evil.example' }, '127.0.0.1'],
])('%s is none', async (_who, headers, from) => {
  expect(await asked(headers, from)).toBe(false);
});
