/** The command line beside a running program: each command does what it says, and says what to do next. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { begunFolder } from './begun.ts';
import { chaski, type Folder, list, type Message, type Product, startProduct, until } from './product.ts';

// Products are started inside some tests, in up to two minutes on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

let folder: Folder;
let product: Product;
/** Environment of the program and of the commands, as .env would hold it. */
let env: Record<string, string> = {};
/** A number whose sends WhatsApp fails every time, and the message that tries. */
let failing: { numberId: string; messageId: string };

const run = (...args: string[]) => chaski(args, { dataDir: folder.path, env });
const runWith = (input: string, ...args: string[]) => chaski(args, { dataDir: folder.path, env, input });

async function message(id: string): Promise<Message> {
  return (await product.api(`/v1/messages/${id}`)).body as Message;
}

async function becomes(id: string, status: string, limitMs = 20_000): Promise<Message> {
  let seen = await message(id);
  await until(
    async () => {
      seen = await message(id);
      return seen.status === status;
    },
    limitMs,
    () => `the message is ${seen.status}, not ${status}: ${JSON.stringify(seen)}\n${product.output()}`,
  );
  return seen;
}

async function send(body: string, numberId?: string): Promise<string> {
  const sent = await product.api('/v1/messages', {
    body: { to: '+15550001001', type: 'text', text: { body }, ...(numberId ? { numberId } : {}) },
  });
  expect(sent.status).toBe(201);
  return (sent.body as Message).id;
}

beforeAll(async () => {
  folder = await begunFolder();
  product = await startProduct({ dataDir: folder.path });
  const added = await product.api('/v1/numbers', {
    body: { phoneNumberId: '200000000000001', token: 'mock_failing', displayPhoneNumber: '+1 555 010 0001' },
  });
  expect(added.status).toBe(201);
  const numberId = (added.body as { id: string }).id;
  // Five tries take half a minute; the other tests run meanwhile.
  await product.simulator('/_sim/faults', {
    id: 'server_error',
    probability: 1,
    numberId: '200000000000001',
  });
  failing = { numberId, messageId: await send('five times', numberId) };
});
afterAll(() => folder?.remove());

test('keys api: a key works at once, is listed without its secret, and is refused once revoked', async () => {
  const made = await run('keys', 'api', 'create', '--name', 'Reports', '--scopes', 'messages:read', '--json');
  expect(made.code).toBe(0);
  const [row] = made.rows() as { id: string; key: string }[];
  const headers = { authorization: `Bearer ${row?.key}` };
  expect((await product.api('/v1/messages', { headers })).status).toBe(200);
  expect(
    (
      await product.api('/v1/messages', {
        headers,
        body: { to: '+15550001001', type: 'text', text: { body: 'no' } },
      })
    ).status,
  ).toBe(403);
  const listed = await run('keys', 'api', 'list');
  expect(listed.out).toContain('Reports');
  expect(listed.out).not.toContain(row?.key.split('_').slice(2).join('_'));
  expect((await run('keys', 'api', 'revoke', row?.id ?? '')).code).toBe(0);
  await until(
    async () => (await product.api('/v1/messages', { headers })).status === 401,
    20_000,
    () => 'a revoked key still works',
  );
  const twice = await run('keys', 'api', 'revoke', '01980000-0000-7000-8000-000000000000');
  expect(twice.code).toBe(1);
  expect(twice.err).not.toMatch(/^ +at /m);
});

test('rate-card: a version is loaded from lines, listed, and in force at once', async () => {
  const file = `${folder.path}-prices.csv`;
  writeFileSync(file, '\ufeffcountry,category,price\r\nBR,marketing,0.0625\r\n*,utility,0.0008\r\n');
  const version = ['--name', 'USD 2026-10', '--currency', 'USD', '--valid-from', '2026-01-01'];
  const loaded = await run('rate-card', 'load', file, ...version, '--json');
  expect(loaded.code, loaded.err).toBe(0);
  expect(loaded.rows()).toMatchObject([{ name: 'USD 2026-10', currency: 'USD', rates: 2 }]);
  expect((await run('rate-card', 'list')).out).toContain('USD 2026-10');
  expect((await product.api('/v1/rate-card')).body).toMatchObject({
    data: {
      name: 'USD 2026-10',
      validFrom: '2026-01-01',
      rates: { BR: { marketing: 62_500 }, '*': { utility: 800 } },
    },
  });
  const wrong = await run('rate-card', 'load', file, ...version.slice(0, 3), 'dollars', ...version.slice(4));
  expect(wrong.code).not.toBe(0);
  expect(wrong.err).toContain('three letters');
  expect(wrong.err).not.toMatch(/^ +at /m);
});

test('workspace: listed; a second one must be named where one is meant', async () => {
  const [demo] = (await run('workspace', 'list', '--json')).rows();
  expect(demo).toMatchObject({ name: 'Demo' });
  const made = await run('workspace', 'create', '--name', 'Second', '--json');
  expect(made.code).toBe(0);
  const which = await run('keys', 'api', 'create');
  expect(which).toMatchObject({ code: 1 });
  expect(which.err).toContain('--workspace');
  expect(which.err).toContain(String(demo?.id));
});

test('admin: a password can be given, and is shown once where it is not', async () => {
  const made = await run('admin', 'create', '--email', 'ops@example.com', '--name', 'Ops');
  expect(made.code).toBe(0);
  expect(made.out).toMatch(/Password: \S{12,}/);
  const reset = await runWith(
    'a long enough password\n',
    'admin',
    'reset-password',
    '--email',
    'ops@example.com',
    '--password-stdin',
  );
  expect(reset.code).toBe(0);
  expect(reset.out).not.toContain('a long enough password');
  const weak = await runWith(
    'short\n',
    'admin',
    'reset-password',
    '--email',
    'ops@example.com',
    '--password-stdin',
  );
  expect(weak.code).toBe(1);
});

test('replay: what came for an unknown number is applied once the number is there, and only once', async () => {
  const phoneNumberId = '300000000000001';
  const body = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '1',
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '15550100003', phone_number_id: phoneNumberId },
              contacts: [{ profile: { name: 'Early Bird' }, wa_id: '15550009999' }],
              messages: [
                {
                  from: '15550009999',
                  id: 'wamid.early',
                  timestamp: String(Math.floor(Date.now() / 1000)),
                  type: 'text',
                  text: { body: 'too early' },
                },
              ],
            },
          },
        ],
      },
    ],
  });
  expect((await product.webhook('/webhooks/cloud', body)).status).toBe(200);
  let parked: Record<string, unknown>[] = [];
  await until(
    async () => {
      parked = (await run('replay', '--list', '--number', phoneNumberId, '--json')).rows();
      return parked.length === 1;
    },
    30_000,
    () => 'it was not parked',
  );
  expect(parked[0]).toMatchObject({ reason: 'unknown-number' });
  // Still nobody's: says so, and how to see why.
  const early = await run('replay', '--parked');
  expect(early.code).toBe(1);
  expect(early.err).toContain('chaski replay --list');

  const demo = (await run('workspace', 'list', '--json')).rows().find(({ name }) => name === 'Demo');
  const added = await runWith(
    'mock_early',
    ...['number', 'add', '--phone-number-id', phoneNumberId, '--display', '+1 555 010 0003'],
    ...['--token-file', '-', '--workspace', String(demo?.id), '--json'],
  );
  expect(added).toMatchObject({ code: 0 });
  const numberId = String(added.rows()[0]?.id);
  expect((await run('replay', '--parked')).code).toBe(0);
  const there = () => list<Message>(product, `/v1/messages?numberId=${numberId}`);
  // The number was made in the simulator too: its reply goes out.
  await until(
    async () =>
      (await there()).some(({ direction, status }) => direction === 'out' && status === 'delivered'),
    30_000,
    () => `no reply went out:\n${product.output()}`,
  );
  const once = await there();
  expect(once.map(({ content }) => content.text?.body).sort()).toEqual([
    'thanks for reaching us\n- team Demo',
    'too early',
  ]);
  expect((await run('replay', '--list', '--json')).rows()).toEqual([]);
  expect((await run('replay', '--parked')).code).toBe(0);
  // Without an end it says how much that is, and nothing is applied.
  const open = await run('replay', '--from', '1');
  expect(open.code).toBe(1);
  const [, bodies, newest] = /would apply (\d+) bodies, from 1 to the newest \((\d+)\)/.exec(open.err) ?? [];
  expect(open.err).toContain(`--from 1 --to ${newest}`);
  const all = await run('replay', '--from', '1', '--all', '--json');
  expect(all.code).toBe(0);
  expect(all.err).toMatch(/Applying \d+ bodies, from 1 to the newest/);
  expect(Number(all.rows()[0]?.bodies)).toBeGreaterThanOrEqual(Number(bodies));
  // Something said afterwards has been answered, so the replayed would have been too.
  const last = await send('after the replay');
  await becomes(last, 'delivered');
  expect((await there()).map(({ id }) => id)).toEqual(once.map(({ id }) => id));
  const wrong = await run('replay');
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain('Say what to replay');
});

test('queue: an outcome nobody knows is listed, explained and sent again by hand', async () => {
  // Of this number only: the failing one still tries.
  await product.simulator('/_sim/faults', {
    id: 'server_error_bare',
    count: 1,
    numberId: product.ready.numbers[0]?.phoneNumberId,
  });
  const id = await send('known to nobody');
  await becomes(id, 'unconfirmed');
  const row = (await run('queue', 'list', '--json')).rows().find((one) => one.id === id);
  expect(row).toMatchObject({ kind: 'message', what: 'unconfirmed' });
  const inspected = JSON.parse((await run('queue', 'inspect', id)).out) as Record<string, unknown>;
  expect(inspected).toMatchObject({ messageId: id, state: 'unconfirmed' });
  expect((await run('queue', 'retry', id)).out).toContain('queued again');
  await becomes(id, 'delivered');
  const again = await run('queue', 'retry', id);
  expect(again.code).toBe(1);
  expect(again.err).toContain('chaski queue list');
});

test('queue: a message that failed five times is a dead letter until somebody retries it', async () => {
  await becomes(failing.messageId, 'failed', 90_000);
  const row = (await run('queue', 'list', '--json')).rows().find((one) => one.id === failing.messageId);
  expect(row).toMatchObject({ kind: 'message', what: 'dead', attempts: 5 });
  const counts = await run('queue', 'counts', '--json');
  expect(counts.code).toBe(0);
  expect(counts.rows()[0]).toMatchObject({ what: 'messages', failed: 1, unconfirmed: 0 });
  const noEvent = await run('queue', 'retry', 'auto-reply:1');
  expect(noEvent).toMatchObject({ code: 1 });
  expect(noEvent.err).toContain('chaski queue list');
  const { attempts } = (await product.api(`/v1/messages/${failing.messageId}`)).body as {
    attempts: unknown[];
  };
  expect(attempts).toHaveLength(5);
  await product.simulator('/_sim/faults', { id: 'server_error', count: 0 });
  expect((await run('queue', 'retry', failing.messageId)).out).toContain('queued again');
  await becomes(failing.messageId, 'delivered');
  const { messages } = (await product.simulator('/_sim/transcript?phone=15550001001')) as {
    messages: unknown[];
  };
  expect(messages.filter((one) => JSON.stringify(one).includes('five times'))).toHaveLength(1);
});

test('keys rotate: everything is sealed anew while sends go on; then the old key may go', async () => {
  const old = readFileSync(`${folder.path}/secrets.json`, 'utf8');
  const oldKey = (JSON.parse(old) as { sealingKey: string }).sealingKey;
  const newKey = randomBytes(32).toString('hex');
  const alone = await run('keys', 'rotate');
  expect(alone.code).toBe(0);
  expect(alone.out).toContain('There is one key only');

  expect(await product.stop()).toBe(0);
  env = { SEALING_KEYS: `${newKey},${oldKey}` };
  product = await startProduct({ dataDir: folder.path, env });
  const sending = Promise.all(Array.from({ length: 20 }, (_, n) => send(`during ${n}`)));
  const rotated = await run('keys', 'rotate');
  expect(rotated.code).toBe(0);
  expect(rotated.out).toMatch(/Sealed anew with key \S+: [1-9]\d*; could not be opened: 0/);
  expect(rotated.out).toMatch(/it may go from SEALING_KEYS/);
  for (const id of await sending) await becomes(id, 'delivered', 40_000);

  expect(await product.stop()).toBe(0);
  env = { SEALING_KEYS: newKey };
  product = await startProduct({ dataDir: folder.path, env });
  await becomes(await send('with the new key alone'), 'delivered');
});
