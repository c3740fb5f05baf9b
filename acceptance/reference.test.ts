/**
 * The commands of the systems we replace, as their documents print them. What differs is said beside the line.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  type Contact,
  dataFolder,
  freePort,
  list,
  type Message,
  type Product,
  sign,
  startProduct,
  until,
} from './product.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const appSecret = 'meta-app-secret-of-the-example';
const verifyToken = 'my-verify-token';

let folder: Awaited<ReturnType<typeof dataFolder>>;
let product: Product;

beforeAll(async () => {
  folder = await dataFolder();
  // S2's and S4's names of the settings.
  product = await startProduct({
    dataDir: folder.path,
    args: ['--port', String(await freePort())],
    env: {
      APP_SECRET: appSecret,
      META_VERIFY_TOKEN: verifyToken,
      MASTER_KEY: 'change-me-32-characters-or-more!',
    },
  });
});
afterAll(() => folder?.remove());

test('other names of a setting are understood, and ours is told', () => {
  for (const name of ['APP_SECRET is read as APP_SECRETS', 'META_VERIFY_TOKEN is read as VERIFY_TOKEN']) {
    expect(product.output()).toContain(name);
  }
});

test('GET /health: S4 reads ok, S3 reads status, timestamp and environment', async () => {
  const { status, body } = await product.api('/health', { headers: { authorization: '' } });
  expect(status).toBe(200);
  expect(body).toMatchObject({ ok: true, status: 'ok', environment: 'development' });
  expect((body as { timestamp: string }).timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('GET …/webhook: the challenge for the right word, 403 for another one', async () => {
  for (const path of [
    '/whatsapp/webhook',
    '/api/v1/webhook',
    '/webhook',
    '/webhook/whatsapp',
    '/api/webhook',
  ]) {
    const ask = (token: string) =>
      fetch(
        `${product.ready.url}${path}?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=1158201444`,
      );
    const right = await ask(verifyToken);
    expect([right.status, await right.text()]).toEqual([200, '1158201444']);
    expect((await ask('wrong')).status).toBe(403);
  }
});

/** S4, "Webhook POST (incoming events)", byte for byte. */
const s4 = `{
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

test("S4's webhook: message, customer and an auto-reply under the key auto-reply:<id>", async () => {
  const demo = product.ready.numbers[0];
  const added = await product.api('/v1/numbers', {
    body: { phoneNumberId: '111111111111111', token: 'mock_token_tenant_A', name: 'Tenant A' },
  });
  expect(added).toMatchObject({ status: 201, body: { status: 'active', hasWindow: false } });
  const numberId = (added.body as { id: string }).id;
  expect(numberId).not.toBe(demo?.id);

  // The simulator's secret speaks for mock_ numbers.
  expect((await product.webhook('/whatsapp/webhook', s4)).status).toBe(200);
  const messages = () => list<Message>(product, `/v1/messages?numberId=${numberId}`);
  await until(
    async () =>
      (await messages()).some(({ direction, status }) => direction === 'out' && status === 'delivered'),
    20_000,
    () => `no reply:\n${product.output()}`,
  );
  const [out, incoming] = await messages();
  expect(incoming).toMatchObject({
    direction: 'in',
    type: 'text',
    content: { type: 'text', text: { body: 'hi' } },
    providerMessageId: 'wamid.123',
  });
  expect(out).toMatchObject({
    direction: 'out',
    content: { type: 'text', text: { body: 'thanks for reaching us\n- team Demo' } },
    dedupeKey: 'auto-reply:wamid.123',
    conversationId: incoming?.conversationId,
  });
  const { body } = await product.api(`/v1/contacts/${incoming?.contactId}`);
  expect(body).toMatchObject({
    phone: '919111111111',
    lastSeenAt: expect.any(String),
    optOut: { status: false },
  });

  // Redelivered: known.
  expect((await product.webhook('/whatsapp/webhook', s4)).status).toBe(200);
  expect(await messages()).toHaveLength(2);

  // Wrong signature: refused. Meta's app of this installation cannot speak for the simulator's number: parked.
  expect((await product.webhook('/whatsapp/webhook', s4, 'another')).status).toBe(401);
  const forged = s4.replace('wamid.123', 'wamid.forged');
  expect((await product.webhook('/whatsapp/webhook', forged, appSecret)).status).toBe(200);
  const known = await product.webhook('/whatsapp/webhook', s4.replace('wamid.123', 'wamid.124'));
  expect(known.status).toBe(200);
  await until(
    async () => (await messages()).some(({ providerMessageId }) => providerMessageId === 'wamid.124'),
    20_000,
    () => product.output(),
  );
  expect((await messages()).some(({ providerMessageId }) => providerMessageId === 'wamid.forged')).toBe(
    false,
  );
});

test("S4's first send to a stranger, with its idempotency key, ends as sent and is sent once", async () => {
  const [number] = (await list<{ id: string; phoneNumberId: string }>(product, '/v1/numbers')).filter(
    ({ phoneNumberId }) => phoneNumberId === '111111111111111',
  );
  const send = () =>
    product.api('/v1/messages', {
      headers: { 'idempotency-key': 'order-1234' },
      body: { to: '+919012345678', type: 'text', text: { body: 'Hello there' }, numberId: number?.id },
    });
  const [first, second] = await Promise.all([send(), send()]);
  expect(first?.status).toBe(201);
  expect(second?.body).toEqual(first?.body);
  const id = (first?.body as Message | undefined)?.id;
  await until(
    async () => ((await product.api(`/v1/messages/${id}`)).body as Message).status === 'delivered',
    20_000,
    () => product.output(),
  );
  const { messages } = (await product.simulator('/_sim/transcript?phone=919012345678')) as {
    messages: unknown[];
  };
  expect(messages).toHaveLength(1);
});

/** S2, "Test Opt-Out Detection", byte for byte: no metadata, no id, no type, no time. */
const s2 = `{
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

test("S2's STOP: goes to the installation's only active number, the contact is opted out, sends are refused", async () => {
  // The only active one: S4's tenant of above is suspended.
  for (const { id, phoneNumberId } of await list<{ id: string; phoneNumberId: string }>(
    product,
    '/v1/numbers',
  )) {
    if (phoneNumberId !== '111111111111111') continue;
    const changed = await product.api(`/v1/numbers/${id}`, {
      method: 'PATCH',
      body: { status: 'suspended' },
    });
    expect(changed.status).toBe(200);
  }
  const response = await fetch(`${product.ready.url}/api/v1/webhook`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hub-signature-256': sign(s2, product.ready.appSecret),
    },
    body: s2,
  });
  expect(response.status).toBe(200);
  let contact: Contact | undefined;
  await until(
    async () => {
      contact = (await list<Contact>(product, '/v1/contacts')).find(({ phone }) => phone === '919876543210');
      return contact?.optOut.status === true;
    },
    20_000,
    () => `nobody is opted out: ${JSON.stringify(contact)}\n${product.output()}`,
  );
  expect(contact?.optOut).toMatchObject({
    status: true,
    at: expect.any(String),
    keyword: expect.stringMatching(/^stop$/i),
  });

  const asked = await product.api('/v1/can-send?to=%2B919876543210');
  expect(asked.body).toMatchObject({ verdict: 'blocked', code: 'opted_out' });
  const refused = await product.api('/v1/messages', {
    body: { to: '+919876543210', type: 'text', text: { body: 'an offer' } },
  });
  expect(refused.status).toBe(403);
  expect(refused.body).toMatchObject({ error: { code: 'opted_out', message: expect.any(String) } });

  // One confirmation, no auto-reply, however often the body comes.
  expect((await product.webhook('/api/v1/webhook', s2)).status).toBe(200);
  const said = () => list<Message>(product, `/v1/messages?contactId=${contact?.id}`);
  await until(
    async () => (await said()).some(({ direction, status }) => direction === 'out' && status === 'delivered'),
    20_000,
    () => product.output(),
  );
  const all = await said();
  expect(all.map(({ direction, purpose }) => `${direction} ${purpose}`)).toEqual([
    'out consent-receipt',
    expect.stringMatching(/^in /),
  ]);
  expect(all[0]?.dedupeKey).toMatch(/^consent:/);
});
