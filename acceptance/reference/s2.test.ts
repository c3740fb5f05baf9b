/** S2, the parity checklist: its commands as its document prints them, against one started program. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Contact,
  chaski,
  dataFolder,
  freePort,
  list,
  type Message,
  type Product,
  sign,
  startProduct,
  until,
} from '../product.ts';
import { type Answered, curl, http } from './asking.ts';

let folder: Awaited<ReturnType<typeof dataFolder>>;
let product: Product;

/** Its "Local (.env.local)", with secrets filled in; Redis and AWS are not asked for. */
const env = {
  TOKEN_MASTER_KEY: '5f'.repeat(32),
  START_WEBHOOK_WORKER: 'true',
  META_APP_SECRET: 'from-meta-dashboard',
  META_VERIFY_TOKEN: 'your-choice',
};

beforeAll(async () => {
  folder = await dataFolder();
  product = await startProduct({
    dataDir: folder.path,
    args: ['--port', String(await freePort())],
    env,
  });
});
afterAll(() => folder?.remove());

/** <token>: a key of the demo's workspace. */
const token = () => ({ '<token>': product.ready.apiKey });

test('its names of settings are understood, and ours are told', () => {
  for (const said of [
    'TOKEN_MASTER_KEY is read as SEALING_KEYS',
    'META_APP_SECRET is read as APP_SECRETS',
    'META_VERIFY_TOKEN is read as VERIFY_TOKEN',
    'START_WEBHOOK_WORKER is understood but asks for nothing here',
  ]) {
    expect(product.output()).toContain(said);
  }
});

test('3a. Test Token Storage: /api/v1/auth/me with POST and GET; 401 without', async () => {
  const printed = `curl -X POST http://localhost:5000/api/v1/auth/me \\
  -H "Authorization: Bearer <token>"`;
  expect(await curl(product, printed, token())).toMatchObject({
    status: 200,
    body: { success: true, user: null, workspace: { name: 'Demo', plan: 'unlimited' } },
  });
  // "Token Storage Failing" prints it without a host.
  expect(
    await curl(product, 'curl -X POST /api/v1/auth/me -H "Authorization: Bearer <token>"', token()),
  ).toMatchObject({ status: 200 });
  expect(await curl(product, printed, { ...token(), POST: 'GET' })).toMatchObject({ status: 200 });
  expect((await http(product, 'POST /api/v1/auth/me')).status).toBe(401);
});

/** 3b. "Test Opt-Out Detection", the body byte for byte: no metadata, no id, no type, no time. */
const stop = `{
    "object":"whatsapp_business_account",
    "entry":[{
      "changes":[{
        "value":{
          "messages":[{
            "from":"919876543210",
            "text":{"body":"STOP"}
          }]
        }
      }]
    }]
  }`;

const webhook = (body: string) =>
  curl(
    product,
    `curl -X POST http://localhost:5000/api/v1/webhook \\
  -H "Content-Type: application/json" \\
  -H "X-Hub-Signature-256: sha256=..." \\
  -d '${body}'`,
    { 'sha256=...': sign(body, product.ready.appSecret) },
  );

async function contact(): Promise<Contact | undefined> {
  return (await list<Contact>(product, '/v1/contacts')).find(({ phone }) => phone === '919876543210');
}

const sendTo = (contactId: string): Promise<Answered> =>
  curl(
    product,
    `curl http://localhost:5000/api/v1/messages/send -X POST \\
    -H "Authorization: Bearer <token>" \\
    -H "Content-Type: application/json" \\
    -d '{"contactId":"xxx","body":"test"}'`,
    { ...token(), xxx: contactId },
  );

test('3b. Test Opt-Out Detection: STOP opts out, the next message fails with 403, START ends it', async () => {
  expect((await webhook(stop)).status).toBe(200);
  let found: Contact | undefined;
  await until(
    async () => {
      found = await contact();
      return found?.optOut.status === true;
    },
    30_000,
    () => `nobody is opted out: ${JSON.stringify(found)}\n${product.output()}`,
  );
  expect(found?.optOut).toMatchObject({ status: true, keyword: expect.stringMatching(/^stop$/i) });
  const id = found?.id ?? '';
  expect(await sendTo(id)).toMatchObject({
    status: 403,
    body: { error: { code: 'opted_out', message: expect.any(String) } },
  });
  expect((await product.api('/v1/can-send?to=%2B919876543210')).body).toMatchObject({
    verdict: 'blocked',
    code: 'opted_out',
  });

  // One confirmation, no auto-reply, however often the body comes.
  expect((await webhook(stop)).status).toBe(200);
  const said = () => list<Message>(product, `/v1/messages?contactId=${id}`);
  await until(
    async () => (await said()).some(({ direction, status }) => direction === 'out' && status === 'delivered'),
    30_000,
    () => product.output(),
  );
  const all = await said();
  expect(all.map(({ direction, purpose }) => `${direction} ${purpose}`)).toEqual([
    'out consent-receipt',
    expect.stringMatching(/^in /),
  ]);
  expect(all[0]?.dedupeKey).toMatch(/^consent:/);

  expect((await webhook(stop.replace('STOP', 'START'))).status).toBe(200);
  await until(
    async () => (await contact())?.optOut.status === false,
    30_000,
    () => product.output(),
  );
  expect(await sendTo(id)).toMatchObject({
    status: 201,
    body: { success: true, status: 'queued', message: { contactId: id } },
  });
});

test('a signature that does not fit is 401; the verify token opens with the challenge', async () => {
  const forged = await curl(
    product,
    `curl -X POST http://localhost:5000/api/v1/webhook -H "X-Hub-Signature-256: sha256=..." -d '${stop}'`,
  );
  expect(forged.status).toBe(401);
  const verified = await http(
    product,
    `GET /api/v1/webhook?hub.mode=subscribe&hub.verify_token=${env.META_VERIFY_TOKEN}&hub.challenge=42`,
  );
  expect([verified.status, verified.body]).toEqual([200, '42']);
});

test('3c. Test Rate Limiting: after 100 requests 429 with X-RateLimit headers; another workspace has its own counter', async () => {
  const run = (...args: string[]) => chaski(args, { dataDir: folder.path, env });
  const keys: string[] = [];
  for (const name of ['Free one', 'Free two']) {
    await run('workspace', 'create', '--name', name, '--plan', 'free');
    const made = await run('keys', 'api', 'create', '--workspace', name, '--json');
    keys.push((made.rows()[0] as { key: string }).key);
  }
  const [one = '', two = ''] = keys;
  const loop = `for i in {1..110}; do
  curl http://localhost:5000/api/v1/messages/send -X POST \\
    -H "Authorization: Bearer <token>" \\
    -H "Content-Type: application/json" \\
    -d '{"contactId":"xxx","body":"test"}' &
done`;
  const times = Number(/\{1\.\.(\d+)\}/.exec(loop)?.[1]);
  const command = /curl[^&]+/.exec(loop)?.[0].trim() ?? '';
  const answers = await Promise.all(
    Array.from({ length: times }, () => curl(product, command, { '<token>': one })),
  );
  // Counted before it is looked at: xxx is nobody.
  const counts = Object.groupBy(answers, ({ status }) => String(status));
  expect([counts['404']?.length, counts['429']?.length]).toEqual([100, 10]);
  for (const { headers } of answers) {
    expect(headers.get('x-ratelimit-limit')).toMatch(/^\d+$/);
    expect(headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/);
    expect(headers.get('x-ratelimit-reset')).toMatch(/^\d+$/);
  }
  expect(counts['429']?.[0]).toMatchObject({
    body: { error: { code: 'rate_limited', details: { limit: 'points', key: 'workspace', max: 100 } } },
  });
  expect((await curl(product, command, { '<token>': two })).status).toBe(404);
});

test('3d. Test Webhook Queue: what waits can be seen, and it is worked off', async () => {
  const counts = async () => {
    const said = await chaski(['queue', 'counts', '--json'], { dataDir: folder.path, env });
    expect(said.code).toBe(0);
    const rows = said.out
      .split('\n')
      .filter((line) => line.startsWith('{"what"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return rows.find(({ what }) => what === 'messages');
  };
  let found: Record<string, unknown> | undefined;
  await until(
    async () => {
      found = await counts();
      return found?.waiting === 0 && found.active === 0;
    },
    60_000,
    () => `it is not worked off: ${JSON.stringify(found)}`,
  );
  expect(found).toMatchObject({ failed: expect.any(Number), unconfirmed: expect.any(Number) });
});

test('Audit logs: a message sent and a contact made are one entry each', async () => {
  const audit = async () => {
    const { body } = await product.api('/v1/audit?limit=100');
    return (body as { data: { action: string }[] }).data.map(({ action }) => action);
  };
  const before = await audit();
  const made = await product.api('/v1/contacts', { body: { phone: '+15550009999', name: 'Made' } });
  expect(made.status).toBe(201);
  const id = (await contact())?.id ?? '';
  expect((await sendTo(id)).status).toBe(201);
  const after = await audit();
  expect(after).toHaveLength(before.length + 2);
  expect(after.slice(0, 2)).toEqual(['message.queued', expect.stringMatching(/^contact\./)]);
});

test('No plain tokens in logs', () => {
  expect(product.output()).not.toContain(env.META_APP_SECRET);
  expect(product.output()).not.toContain(env.TOKEN_MASTER_KEY);
});

test('ESB: its addresses answer 501 and name the capability', async () => {
  for (const printed of ['GET /api/v1/onboarding/esb/start', 'POST /api/v1/onboarding/esb/start']) {
    expect(await http(product, printed), printed).toMatchObject({
      status: 501,
      body: { error: { code: 'not_available', details: { capability: expect.any(String) } } },
    });
  }
});

test('5. Retry subscription: the app is subscribed again, webhooksSubscribed is true and says since when', async () => {
  const retry = `curl -X POST http://localhost:5000/api/v1/onboarding/esb/retry-subscription \\
  -H "Authorization: Bearer <token>"`;
  const before = Date.now() - 1000;
  expect(await curl(product, retry, token())).toMatchObject({ status: 202, body: { success: true } });
  await until(
    async () => {
      const { body } = await product.api('/v1/accounts');
      return (
        body as { data: { webhooksSubscribed: boolean; webhooksSubscribedAt: string | null }[] }
      ).data.some((one) => one.webhooksSubscribed && Date.parse(one.webhooksSubscribedAt ?? '') > before);
    },
    30_000,
    () => `no account was subscribed: ${product.output().slice(-2000)}`,
  );
  expect((await http(product, 'POST /api/v1/onboarding/esb/retry-subscription')).status).toBe(401);
});
