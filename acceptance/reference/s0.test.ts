/** S0, the cloud guide: what its addresses answer, its way with YCloud; its Supabase addresses are supabase.test.ts. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chaski, dataFolder, freePort, type Message, type Product, startProduct, until } from '../product.ts';
import { http, operatorToken } from './asking.ts';

let folder: Awaited<ReturnType<typeof dataFolder>>;
let product: Product;
let port = 0;

const env = {
  DOMAIN: 'chat.example.com',
  POSTGRES_PASSWORD: 'strong-db-password',
  JWT_SECRET: '9f'.repeat(64),
  VITE_SUPABASE_ANON_KEY: 'jwt-with-role-anon',
  SERVICE_ROLE_KEY: 'jwt-with-role-service_role',
  REALTIME_DB_ENC_KEY: '8e'.repeat(32),
};

beforeAll(async () => {
  folder = await dataFolder();
  port = await freePort();
  const simulatorPort = await freePort();
  const started = await startProduct({
    dataDir: folder.path,
    args: ['--port', String(port)],
    env: {
      ...env,
      // The simulator stands in for YCloud, and numbers wait for the superadmin as in the guide.
      SIMULATOR_PORT: String(simulatorPort),
      YCLOUD_BASE_URL: `http://127.0.0.1:${simulatorPort}`,
      NUMBER_APPROVAL: 'superadmin',
    },
  });
  // It prints its public address, which nobody resolves here.
  product = { ...started, ready: { ...started.ready, url: `http://127.0.0.1:${port}` } };
});
afterAll(() => folder?.remove());

test('its names of settings: DOMAIN is the public address, the others are used or named with the reason', () => {
  for (const said of [
    'DOMAIN is read as PUBLIC_URL',
    'POSTGRES_PASSWORD is not used',
    'REALTIME_DB_ENC_KEY is not used: SEALING_KEYS covers it',
    'VITE_SUPABASE_ANON_KEY is read as ANON_KEY',
    // Placeholders of its .env: said at the start, not only when the first client is refused.
    'ANON_KEY is not signed with JWT_SECRET',
    'SERVICE_ROLE_KEY is not signed with JWT_SECRET',
  ]) {
    expect(product.output()).toContain(said);
  }
  expect(product.output()).toContain('https://chat.example.com');
});

test('Generate Secrets: chaski keys prints what openssl and the one-liners made', async () => {
  const { code, out } = await chaski(['keys'], { dataDir: folder.path });
  expect(code).toBe(0);
  for (const name of ['JWT_SECRET', 'SEALING_KEYS'])
    expect(out).toMatch(new RegExp(`^${name}=\\S{32,}$`, 'm'));
});

test.each([['GET /api/functions/v1/anything', 'edge-functions']])(
  '%s: 501 that names %s',
  async (printed, capability) => {
    expect(await http(product, printed)).toMatchObject({
      status: 501,
      body: { error: { code: 'not_available', details: { capability } } },
    });
  },
);

test("its webhook's address, opened in a browser, is one that takes events, not a function that is missing", async () => {
  expect(await http(product, 'GET /api/functions/v1/whatsapp-webhook')).toMatchObject({
    status: 405,
    body: { error: { code: 'method_not_allowed', details: { allowed: ['POST'] } } },
  });
});

test('Business numbers are approved by the superadmin', async () => {
  const token = await operatorToken(product);
  const numbers = await http(product, `GET /v1/operator/numbers\nAuthorization: Bearer ${token}`);
  expect(numbers.status).toBe(200);
});

// ── "YCloud Webhook Setup" and "Webhook not saving messages" ──

/** "In YCloud, set webhook URL to"; `$DOMAIN` is this machine. */
const webhookUrl = 'https://$DOMAIN/api/functions/v1/whatsapp-webhook';
const here = (url: string) => url.replace('https://$DOMAIN', `http://127.0.0.1:${port}`);
const ana = '15550009001';

/** A company with a number at YCloud, and the endpoint that its people made there by hand. */
async function company(name: string, phone: string, key: string) {
  const ycloudApiKey = `yk-${name}`;
  await product.simulator('/_sim/ycloud', { token: ycloudApiKey, phoneNumberId: phone, verifiedName: name });
  const endpoint = await fetch(`${product.ready.simulatorUrl}/v2/webhookEndpoints`, {
    method: 'POST',
    headers: { 'X-API-Key': ycloudApiKey, 'content-type': 'application/json' },
    body: JSON.stringify({
      url: here(webhookUrl),
      enabledEvents: ['whatsapp.inbound_message.received', 'whatsapp.message.updated'],
    }),
  });
  const { secret } = (await endpoint.json()) as { secret: string };
  const ask = async <T>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: T }> => {
    const answer = await http(
      product,
      `${method} ${path}\nAuthorization: Bearer ${key}${body === undefined ? '' : `\nContent-Type: application/json\n\n${JSON.stringify(body)}`}`,
    );
    return { status: answer.status, body: answer.body as T };
  };
  let numberId = '';
  return {
    name,
    phone,
    secret,
    ycloudApiKey,
    ask,
    numberId: (id = numberId) => {
      numberId = id;
      return id;
    },
    messages: async () => {
      const { body } = await ask<{ data: Message[] }>('GET', '/v1/messages?limit=100');
      return body.data.filter((message) => message.numberId === numberId);
    },
  };
}

/** The key of a workspace of its own. */
async function workspaceKey(name: string): Promise<string> {
  const at = { dataDir: folder.path, env };
  const made = await chaski(['workspace', 'create', '--name', name, '--json'], at);
  const { id } = made.rows()[0] as { id: string };
  const created = await chaski(['keys', 'api', 'create', '--workspace', id, '--json'], at);
  return (created.rows()[0] as { key: string }).key;
}

type Company = Awaited<ReturnType<typeof company>>;
let acme: Company;
let globex: Company;

/** Ana writes from her phone; the event is YCloud's. */
async function anaWrites(phone: string, text: string): Promise<void> {
  const { people } = (await product.simulator('/_sim/people')) as { people: { id: string; phone: string }[] };
  let personId = people.find((person) => person.phone === ana)?.id;
  if (personId === undefined) {
    const made = (await product.simulator('/_sim/people', { name: 'Ana', phone: ana })) as {
      person: { id: string };
    };
    personId = made.person.id;
  }
  await product.simulator(`/_sim/people/${personId}/messages`, { numberId: phone, type: 'text', text });
}

async function acknowledged(text: string): Promise<void> {
  await until(
    async () => {
      const { deliveries } = (await product.simulator('/_sim/deliveries')) as {
        deliveries: { body: string; status: unknown }[];
      };
      return deliveries.some(({ body, status }) => body.includes(text) && status === 200);
    },
    30_000,
    () => `no 200 for the event of "${text}"`,
  );
}

test('YCloud Webhook Setup: a key is saved and not shown; a number waits for the superadmin', async () => {
  acme = await company('Acme', '+15550001501', product.ready.apiKey);
  globex = await company('Globex', '+15550001502', await workspaceKey('Globex'));
  for (const one of [acme, globex]) {
    const account = await one.ask<{ id: string }>('POST', '/v1/accounts', {
      provider: 'ycloud',
      token: one.ycloudApiKey,
      webhookSecret: one.secret,
    });
    expect(account).toMatchObject({
      status: 201,
      body: { provider: 'ycloud', hasToken: true, hasWebhookSecret: true },
    });
    expect(JSON.stringify(account.body)).not.toContain(one.ycloudApiKey);
    expect(JSON.stringify(account.body)).not.toContain(one.secret);
    const number = await one.ask<{ id: string }>('POST', '/v1/numbers', {
      accountId: account.body.id,
      phoneNumberId: one.phone,
    });
    expect(number).toMatchObject({
      status: 201,
      body: { status: 'pending', provider: 'ycloud', verifiedName: one.name },
    });
    one.numberId(number.body.id);
  }
  // A number that is not under the key is not believed.
  const { body } = await globex.ask<{ data: { id: string }[] }>('GET', '/v1/accounts');
  expect(
    await globex.ask('POST', '/v1/numbers', { accountId: body.data[0]!.id, phoneNumberId: '+15559999999' }),
  ).toMatchObject({ status: 422, body: { error: { code: 'number_not_reachable' } } });
});

test('Webhook not saving messages: what comes before the approval is kept, unseen, and answered after it', async () => {
  await anaWrites(acme.phone, 'Before the approval');
  await acknowledged('Before the approval');
  expect(await acme.messages()).toEqual([]);
  const token = await operatorToken(product);
  const approved = await http(
    product,
    `PATCH /v1/operator/numbers/${acme.numberId()}\nAuthorization: Bearer ${token}\nContent-Type: application/json\n\n{"status":"active"}`,
  );
  expect(approved.status).toBe(200);
  const answered = async () =>
    (await acme.messages()).some(
      ({ dedupeKey, status }) => dedupeKey?.startsWith('auto-reply:') && status === 'delivered',
    );
  await until(answered, 30_000, () => `no delivered auto-reply: ${product.output().slice(-2000)}`);
  const said = await acme.messages();
  expect(said.map(({ direction }) => direction).sort()).toEqual(['in', 'out']);
  const { messages } = (await product.simulator(`/_sim/transcript?phone=${ana}`)) as {
    messages: { from: string; opaque: string | null }[];
  };
  expect(messages).toMatchObject([{ from: acme.phone, opaque: expect.any(String) }]);
});

test('one address serves many companies: the secret is the one of the number; nobody speaks for another', async () => {
  const event = JSON.stringify({
    id: 'evt_forged',
    type: 'whatsapp.inbound_message.received',
    apiVersion: 'v2',
    createTime: new Date().toISOString(),
    whatsappInboundMessage: {
      id: 'x',
      wamid: 'wamid.forged',
      from: `+${ana}`,
      to: acme.phone,
      sendTime: new Date().toISOString(),
      type: 'text',
      text: { body: 'Forged' },
    },
  });
  const post = (secret: string, body = event) => {
    const t = Math.floor(Date.now() / 1000);
    const s = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
    return http(
      product,
      `POST ${webhookUrl.replace('https://$DOMAIN', '')}\nContent-Type: application/json\nYCloud-Signature: t=${t},s=${s}\n\n${body}`,
    );
  };
  expect((await post(globex.secret)).status).toBe(401);
  expect((await post('made-up')).status).toBe(401);
  expect((await http(product, `POST ${webhookUrl.replace('https://$DOMAIN', '')}\n\n${event}`)).status).toBe(
    401,
  );
  // A number that nobody has connected has no secret.
  expect((await post(acme.secret, event.replace(acme.phone, '+15558888888'))).status).toBe(401);
  expect((await post(acme.secret)).status).toBe(200);
  const arrived = async () => (await acme.messages()).some(({ content }) => content.text?.body === 'Forged');
  await until(arrived, 30_000, () => 'what the company signed did not arrive');
  expect(await globex.messages()).toEqual([]);
});
