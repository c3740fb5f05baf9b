/** YCloud's door: one address for every company, the secret chosen by the number, refused when none verifies. */
import { createHmac } from 'node:crypto';
import { parse } from '@chaski/providers';
import fc from 'fast-check';
import fastify from 'fastify';
import { afterAll, expect, it } from 'vitest';
import { seedWorkspace, testDatabase, testRing } from '../../../test/harness.ts';
import type { Database } from '../../platform/db/index.ts';
import { newId } from '../../platform/ids.ts';
import { createLog } from '../../platform/log.ts';
import { seal } from '../../platform/seal.ts';
import { loadSigningAccounts, useKeyRing } from '../numbers/index.ts';
import { createAcceptor } from './accept.ts';
import { applyBodies } from './apply.ts';
import { createDoorKeeper } from './apps.ts';
import { listParked } from './replay.ts';
import { inboundRoutes } from './routes.ts';
import { createYcloudKeeper } from './ycloud.ts';

const t = await testDatabase();
const { db } = t;
useKeyRing(db, testRing);
const log = createLog('silent');
const acceptor = createAcceptor({ db, signals: { announce: () => {} }, log });
const ycloud = createYcloudKeeper({
  load: () => loadSigningAccounts(db, testRing),
  log,
  clock: t.clock,
  maxAgeMs: 0,
  floorMs: 0,
});
const keeper = createDoorKeeper({ load: async () => [], log });
const server = fastify();
await server.register(async (scope) => inboundRoutes(scope, { keeper, ycloud, acceptor }));
afterAll(async () => {
  await server.close();
  await acceptor.close();
});

let made = 0;
/** A company whose account signs for itself, with an active number. */
async function company() {
  made += 1;
  const phone = `+1555000${3000 + made}`;
  const secret = `whsec_company_${made}`;
  const seeded = await seedWorkspace(db, {
    plan: 'unlimited',
    number: { phoneNumberId: phone, displayPhoneNumber: phone },
  });
  const { workspaceId, accountId } = seeded;
  const place = { workspaceId, table: 'accounts', column: 'sealed_webhook_secret', rowId: accountId };
  const key = `key${made}`;
  await db.withSystem('test: an account at YCloud', async (tx) => {
    await tx.execute(
      `update accounts set provider = 'ycloud', app_id = id, webhook_key = $2, sealed_webhook_secret = $3 where id = $1`,
      [accountId, key, seal(testRing, place, secret)],
    );
    await tx.execute("update numbers set provider = 'ycloud' where id = $1", [seeded.numberId]);
  });
  return { ...seeded, phone, secret, key };
}
const acme = await company();
const globex = await company();

const bytes = (event: object) => Buffer.from(JSON.stringify(event));
const said = (to: string, text: string, more: object = {}) =>
  bytes({
    id: `evt_${newId()}`,
    type: 'whatsapp.inbound_message.received',
    apiVersion: 'v2',
    createTime: t.clock.now().toISOString(),
    whatsappInboundMessage: {
      id: 'own',
      wamid: `wamid.${newId()}`,
      from: '+16505551234',
      to,
      sendTime: t.clock.now().toISOString(),
      type: 'text',
      text: { body: text },
      ...more,
    },
  });
const sign = (body: Uint8Array, secret: string, at = t.clock.now()) => {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},s=${createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')}`;
};
const post = (url: string, body: Buffer, signature?: string | string[]) =>
  server.inject({
    method: 'POST',
    url,
    payload: body,
    headers: {
      'content-type': 'application/json',
      ...(signature === undefined ? {} : { 'ycloud-signature': signature as string }),
    },
  });
const stored = (database: Database = db) =>
  database.withSystem('test', (tx) =>
    tx.query<{
      source: string;
      app_id: string;
      body: Buffer;
      signature: string;
      hash: Buffer;
      received_at: Date;
    }>('select source, app_id, body, signature, hash, received_at from raw_events order by n'),
  );
async function apply(): Promise<void> {
  const bodies = (await stored()).map((row) => ({
    day: null,
    hash: row.hash,
    source: row.source,
    appId: row.app_id,
    body: row.body,
    receivedAt: row.received_at,
  }));
  await applyBodies({ db, parse, log }, bodies);
}
const texts = (workspaceId: string) =>
  db
    .withSystem('test', (tx) =>
      tx.query<{ body: string }>(
        "select content #>> '{text,body}' as body from messages where workspace_id = $1 order by 1",
        [workspaceId],
      ),
    )
    .then((rows) => rows.map((row) => row.body));

const plain = '/webhooks/ycloud';

it('both addresses take what is signed with the secret of the number, stored before it is acknowledged', async () => {
  for (const [url, to, secret] of [
    [plain, acme.phone, acme.secret],
    [plain, globex.phone, globex.secret],
    ['/api/functions/v1/whatsapp-webhook', acme.phone, acme.secret],
    [`${plain}/${globex.key}`, globex.phone, globex.secret],
  ] as const) {
    const body = said(to, `to ${to} at ${url}`);
    const answer = await post(url, body, sign(body, secret));
    expect([answer.statusCode, answer.body], url).toEqual([200, 'OK']);
    const row = (await stored()).find((one) => one.body.equals(body));
    expect(row).toMatchObject({
      source: 'ycloud',
      app_id: to === acme.phone ? acme.accountId : globex.accountId,
      signature: expect.stringMatching(/^t=/),
    });
  }
  await apply();
  expect(await texts(acme.workspaceId)).toHaveLength(2);
  expect(await texts(globex.workspaceId)).toHaveLength(2);
});

it('refuses with 401, and stores nothing: another company’s secret, none, no signature, an unknown number or key', async () => {
  const before = (await stored()).length;
  const body = said(acme.phone, 'Not by acme');
  const cases: [string, Buffer, string | undefined][] = [
    [plain, body, sign(body, globex.secret)],
    [plain, body, sign(body, '')],
    [plain, body, undefined],
    [plain, body, 't=1'],
    [`${plain}/${globex.key}`, body, sign(body, acme.secret)],
    [`${plain}/nobody`, body, sign(body, acme.secret)],
    [plain, said('+15559999999', 'x'), undefined],
  ];
  const unknown = said('+15559999999', 'x');
  cases.push([plain, unknown, sign(unknown, acme.secret)]);
  // Naming two companies helps nobody.
  const both = said(acme.phone, 'x', { context: { from: globex.phone } });
  cases.push([plain, both, sign(both, 'made-up')]);
  for (const [url, given, signature] of cases) {
    expect((await post(url, given, signature)).statusCode, `${url} ${signature}`).toBe(401);
  }
  expect(await stored()).toHaveLength(before);
});

it('a signature a week old is taken, an older one and one from the future is not', async () => {
  const ago = (seconds: number) => new Date(t.clock.now().getTime() - seconds * 1000);
  for (const [seconds, status] of [
    [7 * 24 * 3600, 200],
    [7 * 24 * 3600 + 1, 401],
    [-299, 200],
    [-301, 401],
  ] as const) {
    const body = said(acme.phone, `late ${seconds}`);
    expect((await post(plain, body, sign(body, acme.secret, ago(seconds)))).statusCode, String(seconds)).toBe(
      status,
    );
  }
});

it('300 changed bodies and 300 changed signatures at the address of all: none gets in', async () => {
  const body = said(acme.phone, 'mutated');
  const signature = sign(body, acme.secret);
  const before = (await stored()).length;
  await fc.assert(
    fc.asyncProperty(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const other = Buffer.from(body);
      other[at] = (other[at] ?? 0) ^ flip;
      return (await post(plain, other, signature)).statusCode === 401;
    }),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.nat(signature.length - 1),
      fc.constantFrom(...'0123456789abcdef,=st'),
      async (at, c) => {
        fc.pre(signature[at] !== c);
        return (
          (await post(plain, body, signature.slice(0, at) + c + signature.slice(at + 1))).statusCode === 401
        );
      },
    ),
    { numRuns: 300 },
  );
  expect(await stored()).toHaveLength(before);
});

it('by the account where the body names no number; for a number nobody has, the account’s own address keeps it', async () => {
  const notice = bytes({
    id: 'evt_t',
    type: 'whatsapp.template.reviewed',
    createTime: t.clock.now().toISOString(),
    whatsappTemplate: {
      wabaId: acme.accountRef,
      name: 'hello',
      language: 'en',
      status: 'REJECTED',
      reason: 'X',
    },
  });
  expect((await post(plain, notice, sign(notice, globex.secret))).statusCode).toBe(401);
  expect((await post(plain, notice, sign(notice, acme.secret))).statusCode).toBe(200);
  const early = said('+15558887777', 'before the number');
  expect((await post(`${plain}/${acme.key}`, early, sign(early, acme.secret))).statusCode).toBe(200);
  await apply();
  const kept = await db.withSystem('test', (tx) =>
    tx.query<{ field: string; workspace_id: string }>('select field, workspace_id from notices'),
  );
  expect(kept).toEqual([{ field: 'message_template_status_update', workspace_id: acme.workspaceId }]);
  expect(await listParked(db, { phoneNumberId: '+15558887777' })).toMatchObject([
    { reason: 'unknown-number' },
  ]);
});

it('who signs for one number cannot speak for another: such an item is parked as of the wrong app', async () => {
  const body = said(globex.phone, 'from the neighbour');
  expect((await post(`${plain}/${acme.key}`, body, sign(body, acme.secret))).statusCode).toBe(200);
  await apply();
  expect(await listParked(db, { phoneNumberId: globex.phone })).toMatchObject([{ reason: 'wrong-app' }]);
  expect(await texts(globex.workspaceId)).not.toContain('from the neighbour');
});

it('the same event twice is one message', async () => {
  const body = said(acme.phone, 'only once');
  for (let n = 0; n < 2; n++) await post(plain, body, sign(body, acme.secret));
  await apply();
  await apply();
  expect((await texts(acme.workspaceId)).filter((text) => text === 'only once')).toHaveLength(1);
});

it('a secret saved elsewhere counts at the next body; while the database is away the known ones serve on', async () => {
  const late = await company();
  const body = said(late.phone, 'new here');
  expect((await post(plain, body, sign(body, late.secret))).statusCode).toBe(200);
  let away = false;
  const careful = createYcloudKeeper({
    load: async () => {
      if (away) throw new Error('away');
      return loadSigningAccounts(db, testRing);
    },
    log,
    clock: t.clock,
    maxAgeMs: 0,
    floorMs: 0,
  });
  expect(await careful.whoSigned(null, body, sign(body, late.secret))).toBe(late.accountId);
  away = true;
  expect(await careful.whoSigned(null, body, sign(body, late.secret))).toBe(late.accountId);
  expect(await careful.whoSigned(null, body, sign(body, 'made-up'))).toBeNull();
});
