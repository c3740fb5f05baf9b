/** S4, the multi-tenant backend: its commands as its document prints them, against one started program. */
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  chaski,
  dataFolder,
  freePort,
  type Message,
  type Product,
  sign,
  startProduct,
  until,
} from '../product.ts';
import { type Answered, curl, http, operatorToken } from './asking.ts';

let folder: Awaited<ReturnType<typeof dataFolder>>;
let product: Product;
/** <TENANT_ID> */
let tenantId = '';
/** A Redis that hangs up on whoever asks: PostgreSQL does what it would do. */
const asked = new Set<string>();
const redis = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (data) => {
    for (const [word] of data.toString().matchAll(/[A-Z]+/g)) asked.add(word);
    socket.destroy();
  });
});
/** A key of the tenant's workspace: what its messages look like natively. */
let key = '';

/** Its .env, "Env variables (examples)", with secrets filled in. */
const env = {
  APP_SECRET: 'your_meta_app_secret_here',
  VERIFY_TOKEN: 'local_verify_token_for_meta',
  MASTER_KEY: '32_byte_random_string_here_or_more',
  MONGO_URI: 'mongodb://mongo:27017/pocdb',
  WHATSAPP_API_VERSION: 'v20.0',
};

beforeAll(async () => {
  folder = await dataFolder();
  await new Promise<void>((resolve) => redis.listen(0, '127.0.0.1', resolve));
  product = await startProduct({
    dataDir: folder.path,
    args: ['--port', String(await freePort())],
    env: {
      ...env,
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String((redis.address() as AddressInfo).port),
    },
  });
});
afterAll(async () => {
  await folder?.remove();
  redis.close();
});

const registering = `curl -X POST http://localhost:3000/tenants/register   -H "Content-Type: application/json"   -d '{"name":"Tenant A","phoneNumberId":"111111111111111","accessToken":"mock_token_tenant_A"}'`;
const sending = `curl -X POST http://localhost:3000/tenants/<TENANT_ID>/send  -H "Content-Type: application/json"  -d '{"to":"+919012345678","text":"Hello","idempotency_key":"order-1234"}'`;

interface Sent {
  messageId: string;
  status: string;
  message: { _id: string; direction: string; body: string; idempotencyKey: string };
}
const sent = ({ body }: Answered) => body as Sent;

async function messages(): Promise<Message[]> {
  const { body } = await product.api('/v1/messages?limit=100', {
    headers: { authorization: `Bearer ${key}` },
  });
  return (body as { data: Message[] }).data;
}

async function onPhone(phone: string): Promise<unknown[]> {
  const { messages: all } = (await product.simulator(`/_sim/transcript?phone=${phone}`)) as {
    messages: unknown[];
  };
  return all;
}

test('its names of settings are understood, ours are told, and what is not needed is named', () => {
  for (const said of [
    'APP_SECRET is read as APP_SECRETS',
    'MASTER_KEY is read as SEALING_KEYS',
    'WHATSAPP_API_VERSION is read as GRAPH_API_VERSION',
    'GRAPH_API_VERSION v20.0 has expired',
    'REDIS_HOST is read as REDIS_URL',
    'MONGO_URI is not used: the data lies in PostgreSQL; set DATABASE_URL',
  ]) {
    expect(product.output()).toContain(said);
  }
});

test('1) Health: {"ok": true}, with and without /api', async () => {
  for (const printed of ['GET /health', 'GET /api/health']) {
    expect(await http(product, printed)).toMatchObject({ status: 200, body: { ok: true } });
  }
});

test('2) Register tenant: 201 with its id; the same phoneNumberId again: 409', async () => {
  const answer = await curl(product, registering);
  expect(answer).toMatchObject({
    status: 201,
    body: {
      ok: true,
      tenantId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      tenant: { name: 'Tenant A', phoneNumberId: '111111111111111', status: 'active' },
    },
  });
  tenantId = (answer.body as { tenantId: string }).tenantId;
  expect(await curl(product, registering)).toMatchObject({
    status: 409,
    body: { error: { code: 'number_taken' } },
  });
  // The token is sealed and never shown.
  expect(JSON.stringify(answer.body)).not.toContain('mock_token');
  const made = await chaski(['keys', 'api', 'create', '--workspace', tenantId, '--json'], {
    dataDir: folder.path,
    env,
  });
  key = (made.rows()[0] as { key: string }).key;
});

test('3) Send message: 202 queued; the same idempotency_key is the same message, whatever it says', async () => {
  const fill = { '<TENANT_ID>': tenantId };
  const [first, second] = await Promise.all([curl(product, sending, fill), curl(product, sending, fill)]);
  expect(first).toMatchObject({
    status: 202,
    body: { ok: true, status: 'queued', message: { direction: 'OUT', idempotencyKey: 'order-1234' } },
  });
  expect([second.status, sent(second).messageId]).toEqual([202, sent(first).messageId]);
  // The document's two examples have one key and two texts.
  const example = await http(
    product,
    `POST /tenants/:tenantId/send
Content-Type: application/json

{
  "to": "+919012345678",
  "text": "Hello there",
  "idempotency_key": "order-1234"  # optional but recommended
}`,
    { ':tenantId': tenantId, '  # optional but recommended': '' },
  );
  expect([example.status, sent(example).messageId, sent(example).message.body]).toEqual([
    202,
    sent(first).messageId,
    'Hello',
  ]);
  await until(
    async () => (await onPhone('919012345678')).length > 0,
    30_000,
    () => product.output(),
  );
  expect(await onPhone('919012345678')).toHaveLength(1);
  const stored = (await messages()).filter(({ dedupeKey }) => dedupeKey === 'order-1234');
  expect(stored.map(({ id }) => id)).toEqual([sent(first).messageId]);
});

test('3) … without idempotency_key each send is a message; our own keys are refused', async () => {
  const fill = { '<TENANT_ID>': tenantId, ',"idempotency_key":"order-1234"': '' };
  const [one, two] = [await curl(product, sending, fill), await curl(product, sending, fill)];
  expect([one.status, two.status]).toEqual([202, 202]);
  expect(sent(one).messageId).not.toBe(sent(two).messageId);
  expect(
    await curl(product, sending, { '<TENANT_ID>': tenantId, 'order-1234': 'auto-reply:wamid.123' }),
  ).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
});

test('4) Webhook verification: the challenge if the token matches, else 403', async () => {
  const printed =
    'GET /whatsapp/webhook?hub.mode=subscribe&hub.verify_token=<VERIFY_TOKEN>&hub.challenge=<challenge>';
  const right = await http(product, printed, {
    '<VERIFY_TOKEN>': env.VERIFY_TOKEN,
    '<challenge>': '1158201444',
  });
  expect([right.status, right.body]).toEqual([200, '1158201444']);
  expect(
    (await http(product, printed, { '<VERIFY_TOKEN>': 'wrong', '<challenge>': '1158201444' })).status,
  ).toBe(403);
});

/** "Webhook POST (incoming events)", byte for byte. */
const example = `{
    "entry": [
        {
            "changes": [
                {
                    "value": {
                        "metadata": { "phone_number_id": "111111111111111" },
                        "messages": [{ "from": "+919111111111", "id": "wamid.123", "type": "text", "text": { "body": "hi" } }]
                    }
                }
            ]
        }
    ]
}`;

test("5) Webhook POST: message, customer, and the tenant's own auto-reply under auto-reply:<id>", async () => {
  const said = async () => (await messages()).filter(({ contactId }) => contactId === customer);
  let customer: string | null = null;
  // The simulator's secret speaks for mock_ numbers.
  expect((await product.webhook('/whatsapp/webhook', example)).status).toBe(200);
  await until(
    async () => {
      customer =
        (await messages()).find(({ providerMessageId }) => providerMessageId === 'wamid.123')?.contactId ??
        null;
      return (await said()).some(({ direction, status }) => direction === 'out' && status === 'delivered');
    },
    30_000,
    () => `no reply:\n${product.output()}`,
  );
  const [out, incoming] = await said();
  expect(incoming).toMatchObject({
    direction: 'in',
    type: 'text',
    content: { type: 'text', text: { body: 'hi' } },
    providerMessageId: 'wamid.123',
  });
  expect(out).toMatchObject({
    direction: 'out',
    content: { type: 'text', text: { body: 'thanks for reaching us\n- team Tenant A' } },
    dedupeKey: 'auto-reply:wamid.123',
    conversationId: incoming?.conversationId,
  });
  const contact = await product.api(`/v1/contacts/${customer}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(contact.body).toMatchObject({ phone: '919111111111', lastSeenAt: expect.any(String) });

  // Redelivered: known.
  expect((await product.webhook('/whatsapp/webhook', example)).status).toBe(200);
  expect(await said()).toHaveLength(2);
});

test("5) … a wrong signature is 401; Meta's app cannot speak for the simulator's number", async () => {
  expect((await product.webhook('/whatsapp/webhook', example, 'another')).status).toBe(401);
  const forged = example.replace('wamid.123', 'wamid.forged');
  expect((await product.webhook('/whatsapp/webhook', forged, env.APP_SECRET)).status).toBe(200);
  expect((await product.webhook('/whatsapp/webhook', example.replace('wamid.123', 'wamid.124'))).status).toBe(
    200,
  );
  const known = async () => (await messages()).map(({ providerMessageId }) => providerMessageId);
  await until(
    async () => (await known()).includes('wamid.124'),
    30_000,
    () => product.output(),
  );
  expect(await known()).not.toContain('wamid.forged');
});

test('its page asks below /api: register and send answer there too', async () => {
  const made = await curl(product, registering, {
    '/tenants/register': '/api/tenants/register',
    'Tenant A': 'Tenant B',
    '111111111111111': '222222222222222',
    mock_token_tenant_A: 'mock_token_tenant_B',
  });
  expect(made.status).toBe(201);
  const send = await curl(product, sending, {
    '/tenants/<TENANT_ID>': `/api/tenants/${(made.body as { tenantId: string }).tenantId}`,
  });
  // The same key in another tenant is another message.
  expect([send.status, sent(send).status]).toEqual([202, 'queued']);
});

test('no credentials: only from this machine, only for mock_ numbers; else 401 that says what is wanted', async () => {
  const wanted = {
    status: 401,
    body: { error: { message: expect.stringContaining('Authorization: Bearer') } },
  };
  const real = { mock_token_tenant_A: 'EAAreal', '111111111111111': '333333333333333' };
  expect(await curl(product, registering, real)).toMatchObject(wanted);
  const through = (header: string) => ({
    '-H "Content-Type: application/json"': `-H "Content-Type: application/json" -H "${header}"`,
  });
  for (const header of [
    'X-Forwarded-For: 203.0.113.7',
    'Forwarded: for=203.0.113.7',
    'X-Real-IP: 203.0.113.7',
    'Origin: https://evil.example',
  ]) {
    expect(await curl(product, registering, through(header)), header).toMatchObject(wanted);
    expect(
      await curl(product, sending, { '<TENANT_ID>': tenantId, ...through(header) }),
      header,
    ).toMatchObject(wanted);
  }
  // The demo's own number is the simulator's; a workspace that nobody has is 404.
  expect(
    await curl(product, sending, { '<TENANT_ID>': '01980000-0000-7000-8000-000000000000' }),
  ).toMatchObject({ status: 404 });
});

test("with credentials: an operator's token registers, a workspace's key sends from its own workspace alone", async () => {
  const by = (token: string) => ({
    '-H "Content-Type: application/json"': `-H "Content-Type: application/json" -H "Authorization: Bearer ${token}"`,
  });
  const other = { 'Tenant A': 'Tenant C', '111111111111111': '444444444444444' };
  expect(await curl(product, registering, { ...other, ...by(await operatorToken(product)) })).toMatchObject({
    status: 201,
  });
  expect(await curl(product, registering, { ...other, ...by(key) })).toMatchObject({ status: 403 });
  const mine = { 'order-1234': 'order-5678' };
  expect(await curl(product, sending, { '<TENANT_ID>': tenantId, ...mine, ...by(key) })).toMatchObject({
    status: 202,
  });
  expect(
    await curl(product, sending, { '<TENANT_ID>': tenantId, ...mine, ...by(product.ready.apiKey) }),
  ).toMatchObject({ status: 404 });
  expect(
    await curl(product, sending, { '<TENANT_ID>': tenantId, ...mine, ...by('ck_nobody_x') }),
  ).toMatchObject({ status: 401 });
});

test('the signature is sha256= HMAC-SHA256 of the raw body with APP_SECRET', async () => {
  const body = '{"entry":[]}';
  const response = await fetch(`${product.ready.url}/whatsapp/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(body, env.APP_SECRET) },
    body,
  });
  expect(response.status).toBe(200);
  const without = await fetch(`${product.ready.url}/whatsapp/webhook`, { method: 'POST', body });
  expect(without.status).toBe(401);
});

test('REDIS_HOST and REDIS_PORT: the program asks there, and all of the above went without an answer', () => {
  expect(asked.has('PING')).toBe(true);
});
