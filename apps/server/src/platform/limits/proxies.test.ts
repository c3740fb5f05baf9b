import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { behindProxies } from './proxies.ts';

const trusted = ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', 'loopback', 'uniquelocal'];
const app = Fastify({ trustProxy: trusted });
app.get('/', async (request) => ({ ip: request.ip }));

/** What Fastify says, and what we say of the same request. */
async function both(from: string, forwarded: string | undefined): Promise<[string, string]> {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const reply = await app.inject({ method: 'GET', url: '/', remoteAddress: from, headers });
  const request = { socket: { remoteAddress: from }, headers } as unknown as IncomingMessage;
  return [reply.json().ip, behindProxies(trusted)(request)];
}

const near = fc.constantFrom(
  '10.1.2.3',
  '192.0.2.7',
  '2001:db8::5',
  '127.0.0.1',
  '::1',
  '::ffff:10.1.2.3',
  'fc00::9',
);
const far = fc.constantFrom(
  '198.51.100.4',
  '203.0.113.9',
  '2001:4860::8',
  '::ffff:203.0.113.9',
  'unknown',
  '192.0.2.8',
);
const place = fc.oneof(near, far);

test('a socket comes from where Fastify says that a request comes from', async () => {
  await fc.assert(
    fc.asyncProperty(
      place.filter((address) => address !== 'unknown'),
      fc.option(fc.array(place, { maxLength: 4 }), { nil: undefined }),
      fc.constantFrom(',', ', ', ' , '),
      async (from, chain, comma) => {
        const [fastify, ours] = await both(from, chain?.join(comma));
        expect(ours).toBe(fastify);
      },
    ),
    { numRuns: 300 },
  );
});

test('without a proxy of ours nobody is believed', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.9' };
  const request = { socket: { remoteAddress: '198.51.100.4' }, headers } as unknown as IncomingMessage;
  expect(behindProxies([])(request)).toBe('198.51.100.4');
  expect(behindProxies(trusted)(request)).toBe('198.51.100.4');
});
