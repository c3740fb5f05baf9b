/** One command: what it refuses, what it survives, how it ends, and how it runs where it is no demo. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { begunFolder } from './begun.ts';
import { type OwnPostgres, startOwnPostgres } from './postgres.ts';
import {
  chaski,
  dataFolder,
  type Folder,
  isAlive,
  launch,
  list,
  type Message,
  type Product,
  postgresPid,
  startProduct,
  until,
} from './product.ts';

// Products are started inside the tests, each in up to two minutes on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

/** A message from a person, as WhatsApp wraps it. */
function inbound(
  product: Product,
  id: string,
  text: string,
  from = '15550001001',
  to = product.ready.numbers[0]?.phoneNumberId,
): string {
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '102290129340398',
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: {
                display_phone_number: '15550783881',
                phone_number_id: to,
              },
              contacts: [{ profile: { name: 'Ana' }, wa_id: from }],
              messages: [
                {
                  from,
                  id,
                  timestamp: String(Math.floor(Date.now() / 1000)),
                  type: 'text',
                  text: { body: text },
                },
              ],
            },
          },
        ],
      },
    ],
  });
}

/** As WhatsApp does: again and again until it is taken. */
async function deliver(product: Product, body: string): Promise<void> {
  await until(
    async () => {
      const status = await product.webhook('/webhooks/cloud', body).then(
        (response) => response.status,
        () => 0,
      );
      if (![200, 503, 0].includes(status)) throw new Error(`the webhook was answered ${status}`);
      return status === 200;
    },
    30_000,
    () => `no webhook was taken:\n${product.output()}`,
  );
}

async function texts(product: Product, direction: 'in' | 'out'): Promise<string[]> {
  return (await list<Message>(product, `/v1/messages?direction=${direction}`))
    .map(({ content }) => content.text?.body ?? '')
    .reverse();
}

/** The inbox holds exactly these. */
async function holds(product: Product, expected: string[]): Promise<void> {
  let seen: string[] = [];
  await until(
    async () => {
      seen = await texts(product, 'in').catch(() => seen);
      return seen.length >= expected.length;
    },
    30_000,
    () => `expected ${expected.join()}, found ${seen.join()}:\n${product.output()}`,
  );
  expect([...seen].sort()).toEqual([...expected].sort());
}

describe('the demo', () => {
  let folder: Folder;
  let other: Folder;
  let product: Product;

  beforeAll(async () => {
    folder = await dataFolder();
    other = await begunFolder();
    product = await startProduct({ dataDir: folder.path });
  });
  afterAll(async () => {
    await folder?.remove();
    await other?.remove();
  });

  test('is ready when it says so', async () => {
    const { status, body } = await product.api('/readyz');
    expect({ status, body }).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect(product.output()).toContain('Creating the database');
    expect(product.output()).toContain(product.ready.apiKey);
    expect(statSync(join(folder.path, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  test('a second start on the same folder says so and ends', async () => {
    const second = launch({ dataDir: folder.path });
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(`Another chaski (pid ${product.ready.pids.app}) is already running`);
    expect(second.output()).not.toMatch(/^ +at /m);
    expect((await product.api('/v1/numbers')).status).toBe(200);
  });

  test('a taken port is told in a sentence, and nothing stays behind', async () => {
    const port = new URL(product.ready.url).port;
    const second = launch({ dataDir: other.path, args: ['--port', port] });
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(`Port ${port} is taken by another program.`);
    expect(second.output()).not.toMatch(/^ +at /m);
    expect(postgresPid(other.path)).toBeNull();
  });

  test('PostgreSQL killed with -9: it comes back by itself, nothing is lost or doubled', async () => {
    await deliver(product, inbound(product, 'wamid.before', 'before'));
    const killed = postgresPid(folder.path);
    expect(killed).toBe(product.ready.pids.postgres);
    process.kill(killed ?? 0, 'SIGKILL');
    await deliver(product, inbound(product, 'wamid.during', 'during'));
    await deliver(product, inbound(product, 'wamid.before', 'before'));
    await holds(product, ['before', 'during']);
    await until(
      async () => (await texts(product, 'out')).length === 2,
      30_000,
      () => `the replies did not go out:\n${product.output()}`,
    );
    await until(
      async () => (await product.api('/readyz')).status === 200,
      30_000,
      () => 'not ready again',
    );
    expect(postgresPid(folder.path)).not.toBe(killed);
  });

  test('Ctrl-C to the whole group: ends with 0, PostgreSQL goes last, nothing is lost', async () => {
    const secrets = readFileSync(join(folder.path, 'secrets.json'), 'utf8');
    const sent = Array.from({ length: 20 }, (_, n) => `late ${n}`);
    await Promise.all(
      sent.map((text) => deliver(product, inbound(product, `wamid.${text.replace(' ', '-')}`, text))),
    );
    const soFar = product.output().length;
    product.signalGroup('SIGINT');
    expect(await product.exited).toBe(0);
    const lastWords = product.output().slice(soFar);
    expect(lastWords).toContain('Stopped.');
    expect(lastWords).not.toContain('"level":50');
    expect(postgresPid(folder.path)).toBeNull();

    const before = product.ready;
    product = await startProduct({ dataDir: folder.path });
    await holds(product, ['before', 'during', ...sent]);
    expect(product.ready.apiKey).toBe(before.apiKey);
    expect(product.ready.numbers).toEqual(before.numbers);
    expect(readFileSync(join(folder.path, 'secrets.json'), 'utf8')).toBe(secrets);
  });

  test('a second signal ends at once; the next start knows what was on its way', async () => {
    // Calls that are never answered keep the first signal waiting. All of them, because replies of above may still be
    // on their way, and to somebody else, because one conversation's messages leave one after the other.
    await product.simulator('/_sim/faults', { id: 'hang', probability: 1 });
    const sent = await product.api('/v1/messages', {
      body: { to: '+15550001999', type: 'text', text: { body: 'on its way' } },
    });
    expect(sent.status).toBe(201);
    const { id } = sent.body as Message;
    await until(
      async () => ((await product.api(`/v1/messages/${id}`)).body as Message).status === 'sending',
      30_000,
      () => `nothing hangs:\n${product.output()}`,
    );
    product.signalGroup('SIGINT');
    await until(
      () => product.output().includes('a second signal ends at once'),
      30_000,
      () => product.output(),
    );
    let code: number | null | undefined;
    void product.exited.then((ended) => {
      code = ended;
    });
    // One Ctrl-C may arrive several times; what comes later is a second one.
    await until(
      () => {
        if (code === undefined) product.signalGroup('SIGINT');
        return code !== undefined;
      },
      30_000,
      () => `it did not end:\n${product.output()}`,
    );
    expect(code).toBe(130);

    product = await startProduct({ dataDir: folder.path });
    await until(
      async () => ((await product.api(`/v1/messages/${id}`)).body as Message).status === 'unconfirmed',
      30_000,
      () => `what became of it is not told:\n${product.output()}`,
    );
    expect((await texts(product, 'out')).filter((text) => text === 'on its way')).toHaveLength(1);
    await product.stop();
    expect(isAlive(product.ready.pids.app)).toBe(false);
  });
});

test('--no-demo without a secret: warns, is not ready and says why, refuses every webhook', async () => {
  const folder = await dataFolder();
  try {
    const product = await startProduct({ dataDir: folder.path, args: ['--no-demo'] });
    expect(product.ready).toMatchObject({ simulatorUrl: null, apiKey: null, numbers: [] });
    expect(product.output()).toMatch(/! No app secret is configured/);
    const { status, body } = await product.api('/readyz');
    expect(status).toBe(503);
    expect(JSON.stringify(body)).toContain('no app secret is configured');
    for (const path of ['/webhooks/cloud', '/webhook', '/whatsapp/webhook', '/api/v1/webhook']) {
      expect((await product.webhook(path, '{"entry":[]}', 'whatever')).status).toBe(401);
    }
    expect((await product.api('/health')).status).toBe(200);
    expect(await product.stop()).toBe(0);
  } finally {
    await folder.remove();
  }
});

describe('on a PostgreSQL 15 of our own, where we are no superuser', () => {
  let own: OwnPostgres;
  let folder: Folder;

  beforeAll(async () => {
    [own, folder] = await Promise.all([startOwnPostgres(15), dataFolder()]);
  });
  afterAll(async () => {
    await folder?.remove();
    await own?.stop();
  });

  test('one process answers, another works; two of each do everything once, also when their sessions are cut', async () => {
    const shared = { dataDir: folder.path, env: { DATABASE_URL: own.url } };
    const api = await startProduct({ ...shared, args: ['--roles=api'] });
    expect(api.ready.pids.postgres).toBeNull();
    await deliver(api, inbound(api, 'wamid.roles', 'hello'));
    expect(await texts(api, 'in')).toEqual([]); // taken and kept; nobody works yet
    const worker = await startProduct({ ...shared, args: ['--roles=worker'] });
    expect(worker.output()).toContain('chaski is ready (worker)');
    await holds(api, ['hello']);
    await until(
      async () => {
        const [reply] = await list<Message>(api, '/v1/messages?direction=out');
        return reply?.status === 'delivered';
      },
      30_000,
      () => `no reply:\n${api.output()}\n${worker.output()}`,
    );
    expect(await texts(api, 'out')).toEqual(['thanks for reaching us\n- team Demo']);
    const arrived = (await api.simulator('/_sim/transcript?phone=15550001001')) as { messages: unknown[] };
    expect(arrived.messages).toHaveLength(1);

    // Two of each, every body to both doors at once, and all sessions cut in the middle of it.
    const [secondApi, secondWorker] = await Promise.all([
      startProduct({ ...shared, args: ['--roles=api'] }),
      startProduct({ ...shared, args: ['--roles=worker'] }),
    ]);
    const lines = Array.from({ length: 30 }, (_, i) => ({
      text: `line ${i}`,
      from: `1555000${2000 + (i % 10)}`,
    }));
    await Promise.all(
      lines.flatMap(({ text, from }, i) => {
        const body = inbound(api, `wamid.${i}`, text, from);
        return [deliver(api, body), deliver(secondApi, body)];
      }),
    );
    expect(await own.cut()).toBeGreaterThan(4);
    await holds(secondApi, ['hello', ...lines.map(({ text }) => text)]);
    const phones = lines.slice(0, 10).map(({ from }) => from);
    let brought: number[] = [];
    await until(
      async () => {
        const chats = await Promise.all(
          phones.map((from) => api.simulator(`/_sim/transcript?phone=${from}`) as Promise<typeof arrived>),
        );
        brought = chats.map(({ messages }) => messages.length);
        // A status that met a cut session comes again as WhatsApp brings it again, after minutes.
        const out = await list<Message>(api, '/v1/messages?direction=out').catch(() => []);
        return (
          out.length === 31 &&
          out.every(({ status }) => ['sent', 'delivered', 'unconfirmed'].includes(status))
        );
      },
      40_000,
      () => `replies on the phones: ${brought.join()}:\n${worker.output()}\n${secondWorker.output()}`,
    );
    expect(Math.max(...brought)).toBeLessThanOrEqual(3);
    expect(await Promise.all([secondWorker, worker, secondApi].map((process) => process.stop()))).toEqual([
      0, 0, 0,
    ]);
    expect(await api.stop()).toBe(0);
    expect(existsSync(join(folder.path, 'postgres'))).toBe(false);
  });
});

describe('in production, on a PostgreSQL 18 of our own where we are no superuser', () => {
  let own: OwnPostgres;
  let folder: Folder;
  beforeAll(async () => {
    [own, folder] = await Promise.all([startOwnPostgres(18), dataFolder()]);
  });
  afterAll(async () => {
    await folder?.remove();
    await own?.stop();
  });

  test('missing secrets stop the start, each named with the command that makes it', async () => {
    const { exited, output } = launch({
      dataDir: folder.path,
      env: { NODE_ENV: 'production', JWT_SECRET: 'short' },
    });
    expect(await exited).toBe(1);
    expect(output()).toMatch(/JWT_SECRET: .*`chaski keys`/);
    expect(output()).toMatch(/SEALING_KEYS: .*`chaski keys`/);
    expect(output()).toMatch(/PUBLIC_URL: .*https:/);
    expect(existsSync(folder.path)).toBe(false);
  });

  test('with the keys that `chaski keys` makes it starts without demo, and takes its first workspace and number', async () => {
    const made = await chaski(['keys'], { dataDir: folder.path });
    const env = {
      NODE_ENV: 'production',
      DATABASE_URL: own.url,
      ALLOW_HTTP: 'true',
      APP_SECRETS: 'a-secret-from-meta-0123456789',
      ...Object.fromEntries(
        made.out
          .split('\n')
          .filter((line) => /^[A-Z_]+=/.test(line))
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ),
    };
    const product = await startProduct({ dataDir: folder.path, env });
    expect(product.ready).toMatchObject({ simulatorUrl: null, phoneUrl: null, apiKey: null, numbers: [] });
    expect(product.output()).not.toContain('Phones');
    expect(product.ready.pids.postgres).toBeNull();
    for (const ours of ['secrets.json', 'postgres']) {
      expect(existsSync(join(folder.path, ours))).toBe(false);
    }
    expect((await product.webhook('/webhooks/cloud', '{"entry":[]}', env.APP_SECRETS)).status).toBe(200);
    expect((await product.webhook('/webhooks/cloud', '{"entry":[]}', 'another')).status).toBe(401);

    const cli = { dataDir: folder.path, env };
    // Typed where another sealing key lies: it would set another password, and nobody here could log in any more.
    const stranger = { ...cli, env: { ...env, SEALING_KEYS: 'c0'.repeat(32), TOKEN_MASTER_KEY: '' } };
    const refused = await chaski(['migrate'], stranger);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('nothing was changed') });
    const none = await chaski(['keys', 'api', 'create'], cli);
    expect(none).toMatchObject({ code: 1 });
    expect(none.err).toContain('chaski workspace create');
    expect(await chaski(['workspace', 'create', '--name', 'Acme'], cli)).toMatchObject({ code: 0 });
    const key = (await chaski(['keys', 'api', 'create', '--json'], cli)).rows()[0]?.key as string;
    const headers = { authorization: `Bearer ${key}` };
    expect(await product.api('/v1/workspace', { headers })).toMatchObject({
      status: 200,
      body: { name: 'Acme' },
    });
    const mock = await chaski(['number', 'add', '--phone-number-id', '1', '--token-file', '-'], {
      ...cli,
      input: 'mock_1',
    });
    expect(mock.code).toBe(1);
    expect(mock.err).toContain('none runs here');
    const real = await chaski(
      [
        ...['number', 'add', '--phone-number-id', '106', '--display', '+1 555 0100', '--token-file', '-'],
        '--unchecked', // WhatsApp itself does not know this token
      ],
      { ...cli, input: 'EAAG-token\n' },
    );
    expect(real).toMatchObject({ code: 0 });
    expect((await product.api('/v1/numbers', { headers })).body).toMatchObject({
      data: [{ phoneNumberId: '106', status: 'active', isDefault: true }],
    });
    const written = inbound(product, 'wamid.18', 'hello from outside', '15550001001', '106');
    expect((await product.webhook('/webhooks/cloud', written, env.APP_SECRETS)).status).toBe(200);
    await until(
      async () =>
        JSON.stringify(await product.api('/v1/messages', { headers })).includes('hello from outside'),
      30_000,
      () => `the message is not there:\n${product.output()}`,
    );
    expect(await product.stop()).toBe(0);
  });
});
