/** S1, the webhook platform: its addresses, its queue and its names, against a program without a worker of its own. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataFolder, freePort, list, type Message, type Product, startProduct, until } from '../product.ts';
import { http } from './asking.ts';

let folder: Awaited<ReturnType<typeof dataFolder>>;
let product: Product;

const secret = 'shared-secret-of-the-queue';
const verifyToken = 'verify-token-of-meta';

beforeAll(async () => {
  folder = await dataFolder();
  product = await startProduct({
    dataDir: folder.path,
    args: ['--port', String(await freePort())],
    env: {
      ROLES: 'api',
      NEXT_PUBLIC_SUPABASE_URL: 'https://project.supabase.co',
      NEXT_PUBLIC_SUPABASE_ANON_KEY: 'anon',
      AUTH_PASSWORD_SALT: 'salt',
      SESSION_SECRET: 'session',
      WHATSAPP_ACCESS_TOKEN: 'EAAtoken',
      WHATSAPP_API_VERSION: 'v21.0',
      WHATSAPP_APP_SECRET: 'app-secret-of-meta',
      WHATSAPP_WEBHOOK_VERIFY_TOKEN: verifyToken,
      QUEUE_SECRET: secret,
      LOG_LEVEL: 'info',
      QUEUE_RATE_LIMIT_MAX: '6',
      QUEUE_RATE_LIMIT_WINDOW_SEC: '60',
      ERP_API_URL: 'https://erp.example.com',
      BASIC_AUTH_USERS: 'ops@example.com:correct horse battery:admin,look@example.com:only to look at it',
    },
  });
});
afterAll(() => folder?.remove());

const calling = `POST /api/queue/whatsapp
x-queue-secret: <QUEUE_SECRET>`;

test('its names of settings: aliases are told, what is not needed is named with the reason', () => {
  for (const said of [
    'WHATSAPP_APP_SECRET is read as APP_SECRETS',
    'WHATSAPP_WEBHOOK_VERIFY_TOKEN is read as VERIFY_TOKEN',
    'WHATSAPP_API_VERSION is read as GRAPH_API_VERSION',
    'AUTH_PASSWORD_SALT is not used: argon2id salts every password itself',
    'SESSION_SECRET is not used',
    'NEXT_PUBLIC_SUPABASE_URL is read as SUPABASE_URL',
    'SUPABASE_URL is not used',
    'NEXT_PUBLIC_SUPABASE_ANON_KEY is read as ANON_KEY',
    'ERP_API_URL is not used: integrations are not there yet',
  ]) {
    expect(product.output()).toContain(said);
  }
});

test('Callback URL and its alternates verify with the token and take signed webhooks only', async () => {
  for (const path of ['/api/webhook', '/webhook', '/webhook/whatsapp']) {
    const ask = (word: string) =>
      http(product, `GET ${path}?hub.mode=subscribe&hub.verify_token=${word}&hub.challenge=c-${path.length}`);
    const right = await ask(verifyToken);
    expect([right.status, right.body]).toEqual([200, `c-${path.length}`]);
    expect((await ask('wrong')).status).toBe(403);
    expect((await http(product, `POST ${path}\nContent-Type: application/json\n\n{"entry":[]}`)).status).toBe(
      401,
    );
    expect((await product.webhook(path, '{"entry":[]}', 'app-secret-of-meta')).status).toBe(200);
  }
});

test('Queue: 401 without or with a wrong secret', async () => {
  expect((await http(product, 'POST /api/queue/whatsapp')).status).toBe(401);
  expect((await http(product, calling, { '<QUEUE_SECRET>': 'another' })).status).toBe(401);
});

test('Queue: a call works off webhooks, the reply to them and sends; processed, failed and pending are told', async () => {
  const number = product.ready.numbers[0];
  const incoming = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '102290129340398',
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '15550783881', phone_number_id: number?.phoneNumberId },
              messages: [
                {
                  from: '15550001001',
                  id: 'wamid.queue-1',
                  timestamp: String(Math.floor(Date.now() / 1000)),
                  type: 'text',
                  text: { body: 'hi' },
                },
              ],
            },
          },
        ],
      },
    ],
  });
  expect((await product.webhook('/api/webhook', incoming)).status).toBe(200);
  const messages = () => list<Message>(product, '/v1/messages');
  // Nobody works here but the cron.
  expect(await messages()).toEqual([]);
  const answer = await http(product, calling, { '<QUEUE_SECRET>': secret });
  expect(answer).toMatchObject({
    status: 200,
    body: { processed: expect.any(Number), failed: 0, pending: expect.any(Number) },
  });
  expect((answer.body as { processed: number }).processed).toBeGreaterThan(0);
  expect((await messages()).map(({ direction }) => direction).sort()).toEqual(['in', 'out']);
  // What the next minute's call does: statuses that came meanwhile. It comes as `wget --post-data=` sends it.
  const wget = `${calling}\nContent-Type: application/x-www-form-urlencoded`;
  await until(
    async () => {
      const next = await http(product, wget, { '<QUEUE_SECRET>': secret });
      expect(next.status).toBe(200);
      return (await messages()).some(
        ({ direction, status }) => direction === 'out' && status === 'delivered',
      );
    },
    40_000,
    () => product.output(),
  );
});

test('Queue: 429 over QUEUE_RATE_LIMIT_MAX, with X-RateLimit headers', async () => {
  let answer = await http(product, 'POST /api/queue/whatsapp');
  for (let i = 0; i < 6 && answer.status !== 429; i++)
    answer = await http(product, 'POST /api/queue/whatsapp');
  expect(answer).toMatchObject({
    status: 429,
    body: {
      error: { code: 'rate_limited', details: { limit: 'queue', key: 'ip', max: 6, windowSeconds: 60 } },
    },
  });
  expect(answer.headers.get('x-ratelimit-limit')).toBe('6');
});

test('login: whoever is not signed in is asked to', async () => {
  expect((await http(product, 'GET /v1/contacts')).status).toBe(401);
});

test('BASIC_AUTH_USERS: email:password:role are members who can sign in; without a role they are viewers', async () => {
  const people: [string, string, string][] = [
    ['ops@example.com', 'correct horse battery', 'owner'],
    ['look@example.com', 'only to look at it', 'viewer'],
  ];
  for (const [email, password, role] of people) {
    const login = await http(
      product,
      `POST /api/auth/login\nContent-Type: application/json\n\n${JSON.stringify({ email, password })}`,
    );
    expect(login.status, email).toBe(200);
    const { token } = login.body as { token: string };
    expect(await http(product, `GET /api/auth/me\nAuthorization: Bearer ${token}`)).toMatchObject({
      status: 200,
      body: { user: { email }, workspace: { role } },
    });
  }
});
