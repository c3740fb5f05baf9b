import { createHmac } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import fastify from 'fastify';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, expect, it, vi } from 'vitest';
import { testDatabase, until } from '../../../test/harness.ts';
import { type Database, openDatabase } from '../../platform/db/index.ts';
import { buildHttp } from '../../platform/http/index.ts';
import { createBuckets, floodGate } from '../../platform/limits/index.ts';
import { type Acceptor, createAcceptor } from './accept.ts';
import { createDoorKeeper, type DoorApp } from './apps.ts';
import { keep } from './kept.ts';
import { bodyLimit, inboundRoutes } from './routes.ts';
import { bodyOf, change, said, sign } from './testing.ts';
import { createYcloudKeeper } from './ycloud.ts';

const log = pino({ level: 'silent' });
const test = await testDatabase();
const appA = '01900000-0000-7000-8000-00000000000a';
const appB = '01900000-0000-7000-8000-00000000000b';

const rows = async (where = 'true') => {
  const [result] = await test.db.runSystem('test', [
    {
      statement: `select n, app_id, body, shard, day, received_at from raw_events where ${where} order by n`,
    },
  ]);
  return result!.rows;
};

function collector(db: Database, options: Partial<Parameters<typeof createAcceptor>[0]> = {}) {
  const announced: string[] = [];
  const acceptor = createAcceptor({ db, log, signals: { announce: (c) => announced.push(c) }, ...options });
  return { acceptor, announced };
}

const give = (acceptor: Acceptor, body: Buffer) =>
  acceptor.accept({ source: 'cloud', appId: appA, body, signature: 'sha256=00' });

const text = (s: string) => bodyOf([change('15550001', { messages: [said(s)] })]);

it('stores bodies byte for byte, gathers what comes meanwhile, and numbers them as they arrived', async () => {
  const { acceptor, announced } = collector(test.db);
  const bodies = Array.from({ length: 300 }, (_, i) => text(`group ${i} \u0000 \ud800 é`));
  expect(new Set(await Promise.all(bodies.map((body) => give(acceptor, body))))).toEqual(new Set(['stored']));
  const stored = await rows();
  expect(stored.map((row) => (row.body as Buffer).toString('hex'))).toEqual(
    bodies.map((body) => body.toString('hex')),
  );
  expect(new Set(stored.map((row) => row.shard)).size).toBe(1);
  // The first alone, then at most 256, then the rest.
  expect(acceptor.stats).toEqual({ flushes: 3, stored: 300, refused: 0 });
  expect(announced).toHaveLength(3);
});

it('stores the same bytes once per app and day', async () => {
  const { acceptor } = collector(test.db);
  const body = text('twice');
  const before = (await rows()).length;
  await Promise.all([give(acceptor, body), give(acceptor, body), give(acceptor, body)]);
  await give(acceptor, body);
  expect(await rows()).toHaveLength(before + 1);
  await acceptor.accept({ source: 'cloud', appId: appB, body, signature: null });
  expect(await rows()).toHaveLength(before + 2);
});

it('makes a missing partition instead of refusing', async () => {
  const { acceptor } = collector(test.db);
  test.clock.set('2031-03-01T00:00:00Z');
  try {
    const results = await Promise.all([give(acceptor, text('far')), give(acceptor, text('future'))]);
    expect(results).toEqual(['stored', 'stored']);
    expect(await rows("day = '2031-03-01'")).toHaveLength(2);
  } finally {
    test.clock.set('2026-11-20T12:00:00Z');
  }
});

it('refuses when the buffer is full, and takes again when it is not', async () => {
  const big = Buffer.alloc(1000, 0x20);
  const { acceptor } = collector(test.db, { maxBytes: 2500 });
  const results = await Promise.all([1, 2, 3].map(() => give(acceptor, big)));
  expect(results).toEqual(['stored', 'stored', 'full']);
  expect(await give(acceptor, big)).toBe('stored');
});

/** A database that stores no large body until it is let go. */
function slowForLarge(): { slow: Database; held: PromiseWithResolvers<void> } {
  const held = Promise.withResolvers<void>();
  const slow: Database = {
    ...test.db,
    async runSystem(reason, steps) {
      const bytes = steps[0]?.values?.[1];
      if (Buffer.isBuffer(bytes) && bytes.length > 1_000_000) await held.promise;
      return test.db.runSystem(reason, steps);
    },
  };
  return { slow, held };
}

it('a large body keeps nobody waiting', async () => {
  const { slow, held } = slowForLarge();
  const { acceptor, announced } = collector(slow);
  const large = Promise.all([1, 2].map((n) => give(acceptor, Buffer.alloc(1_500_000, `large ${n} `))));
  expect(await give(acceptor, text('beside a large one'))).toBe('stored');
  expect(await give(acceptor, text('and after it'))).toBe('stored');
  held.resolve();
  expect(await large).toEqual(['stored', 'stored']);
  await acceptor.close();
  expect(announced).toEqual(['raw-events', 'raw-events', 'late-raw-events', 'late-raw-events']);
});

it('a large body that hangs is told of, whatever small ones do, until it is stored', async () => {
  const { slow, held } = slowForLarge();
  const { acceptor } = collector(slow, { maxWaitMs: 500 });
  expect(await give(acceptor, Buffer.alloc(1_500_000, 'hangs '))).toBe('late');
  await until('a small one is stored', async () => (await give(acceptor, text('beside'))) === 'stored');
  expect(acceptor.problem()).toBe('a flush takes longer than it may');
  held.resolve();
  await acceptor.close();
  expect(acceptor.problem()).toBeNull();
});

it('lets one bad row fail alone', async () => {
  const { acceptor } = collector(test.db);
  const [first, bad, good] = await Promise.all([
    give(acceptor, text('opens the flight')),
    acceptor.accept({ source: 'cloud', appId: 'no uuid', body: text('bad'), signature: null }),
    give(acceptor, text('good')),
  ]);
  expect([first, bad, good]).toEqual(['stored', 'failed', 'stored']);
});

it('survives that all its sessions are ended', async () => {
  const { acceptor } = collector(test.db);
  await give(acceptor, text('warm'));
  const admin = new pg.Client({ connectionString: test.ownerUrl });
  await admin.connect();
  try {
    for (let round = 0; round < 5; round += 1) {
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
      );
      const bodies = Array.from({ length: 20 }, (_, i) => text(`cut ${round} ${i}`));
      const results = await Promise.all(bodies.map((body) => give(acceptor, body)));
      // Stored or refused, and what was acknowledged is there.
      for (const [i, result] of results.entries()) {
        expect(['stored', 'failed']).toContain(result);
        if (result === 'stored') {
          const found = (await rows(`body = '\\x${bodies[i]!.toString('hex')}'`)).length;
          expect(found).toBe(1);
        }
      }
    }
  } finally {
    await admin.end();
  }
  await until('bodies are taken again', async () => (await give(acceptor, text('after'))) === 'stored');
});

/** A way to the database that can be cut, and one that swallows everything. */
async function gate() {
  const [, user, home, name] = /^postgres:\/\/([^@]*)@([^:/]*)(?::5432)?\/(.*)$/.exec(test.url)!;
  const path = `${decodeURIComponent(home!)}/.s.PGSQL.5432`;
  const sockets = new Set<Socket>();
  let mode: 'open' | 'cut' | 'mute' = 'open';
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => {});
    client.on('close', () => sockets.delete(client));
    if (mode === 'cut') return client.destroy();
    const up = connect(path);
    up.on('error', () => client.destroy());
    up.on('close', () => client.destroy());
    client.on('close', () => up.destroy());
    client.on('data', (chunk) => {
      if (mode !== 'mute') up.write(chunk);
    });
    up.on('data', (chunk) => client.write(chunk));
    return undefined;
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  const db = openDatabase({
    url: `postgres://${user}@127.0.0.1:${port}/${name}`,
    rolePrefix: test.rolePrefix,
    poolSize: 3,
    clock: test.clock,
    checkoutTimeoutMs: 2_000,
  });
  return {
    db,
    set(next: typeof mode) {
      mode = next;
      if (next === 'cut') for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await db.close();
      await new Promise((done) => server.close(done));
    },
  };
}

it('answers 503 while the database is away and takes again as soon as it is back', async () => {
  const way = await gate();
  const { acceptor } = collector(way.db);
  expect(await give(acceptor, text('before'))).toBe('stored');
  way.set('cut');
  const away = text('away');
  expect(await give(acceptor, away)).toBe('failed');
  expect(acceptor.problem()).toBe('the database is away');
  way.set('open');
  await until('the body is taken', async () => (await give(acceptor, away)) === 'stored');
  expect(acceptor.problem()).toBeNull();
  await acceptor.close();
  await way.close();
});

it('answers in time when a flush hangs, also those who wait behind it', async () => {
  const way = await gate();
  const { acceptor } = collector(way.db, { maxWaitMs: 300 });
  // On a busy machine a commit may take longer than the little that this test gives it; it must only be seen to work.
  const taken = (word: string) =>
    until(`bodies are taken ${word}`, async () => (await give(acceptor, text(word))) === 'stored');
  await taken('before the silence');
  way.set('mute');
  const results = await Promise.all(
    Array.from({ length: 5 }, (_, i) => give(acceptor, text(`silence ${i}`))),
  );
  expect(results).toEqual(['late', 'late', 'late', 'late', 'late']);
  way.set('cut');
  way.set('open');
  await taken('after the silence');
  await acceptor.close();
  await way.close();
});

// ── the door ──

let apps: DoorApp[] = [
  { id: appA, key: 'alpha', isDefault: true, verifyToken: 'token-a', secrets: ['new-secret', 'old-secret'] },
  { id: appB, key: 'beta', isDefault: false, verifyToken: 'token-b', secrets: ['secret-b'] },
];
const keeper = createDoorKeeper({ load: async () => apps, log, maxAgeMs: 0, floorMs: 0 });
const ycloud = createYcloudKeeper({ load: async () => [], log, clock: test.clock });
const { acceptor: doorAcceptor } = collector(test.db);
const server = fastify({ bodyLimit: 1024 });
await server.register(async (scope) => inboundRoutes(scope, { keeper, ycloud, acceptor: doorAcceptor }));
afterAll(() => server.close());

const post = (url: string, body: Buffer, signature?: string) =>
  server.inject({
    method: 'POST',
    url,
    payload: body,
    headers: {
      'content-type': 'application/json',
      ...(signature ? { 'x-hub-signature-256': signature } : {}),
    },
  });

const aliases = [
  '/webhooks/cloud',
  '/webhook',
  '/webhook/whatsapp',
  '/api/webhook',
  '/api/v1/webhook',
  '/whatsapp/webhook',
];

it('answers the challenge bare, and only with the right token', async () => {
  for (const url of aliases) {
    const right = await server.inject(
      `${url}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=token-a`,
    );
    expect([right.statusCode, right.body, right.headers['content-type']]).toEqual([
      200,
      '1158201444',
      'text/plain',
    ]);
    expect(
      (await server.inject(`${url}?hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong`)).statusCode,
    ).toBe(403);
    expect(
      (await server.inject(`${url}?hub.mode=subscribe&hub.challenge=1&hub.verify_token=token-b`)).statusCode,
    ).toBe(403);
    expect((await server.inject(url)).statusCode).toBe(400);
  }
  const keyed = '/webhooks/cloud/beta?hub.mode=subscribe&hub.challenge=7&hub.verify_token=token-b';
  expect((await server.inject(keyed)).body).toBe('7');
  expect((await server.inject(keyed.replace('beta', 'nobody'))).statusCode).toBe(403);
});

it('takes what is signed with a secret of the address, both during a rotation, and records who signed', async () => {
  for (const url of aliases) {
    const body = text(`to ${url}`);
    const reply = await post(url, body, sign(body, 'new-secret'));
    expect([reply.statusCode, reply.body]).toEqual([200, 'OK']);
  }
  const old = text('old secret');
  expect((await post('/webhook', old, sign(old, 'old-secret'))).statusCode).toBe(200);
  const keyed = text('by key');
  expect((await post('/webhooks/cloud/beta', keyed, sign(keyed, 'secret-b'))).statusCode).toBe(200);
  expect(await rows(`app_id = '${appB}' and body = '\\x${keyed.toString('hex')}'`)).toHaveLength(1);
});

it('takes a signed body whatever its content-type says, and without one', async () => {
  for (const type of [';;;;', 'nonsense', 'text/plain', 'application/json; charset=utf-16', '', undefined]) {
    const body = text(`of type ${type}`);
    const reply = await server.inject({
      method: 'POST',
      url: '/webhook',
      payload: body,
      headers: {
        'x-hub-signature-256': sign(body, 'new-secret'),
        ...(type === undefined ? {} : { 'content-type': type }),
      },
    });
    expect([type, reply.statusCode]).toEqual([type, 200]);
    expect(await rows(`body = '\\x${body.toString('hex')}'`)).toHaveLength(1);
  }
});

it('refuses everything else with 401 and stores nothing', async () => {
  const before = (await rows()).length;
  const body = text('forged');
  const good = sign(body, 'new-secret');
  const forgeries: [string, string | undefined][] = [
    ['/webhook', undefined],
    ['/webhook', sign(body, 'secret-b')],
    ['/webhook', sign(Buffer.concat([body, Buffer.from(' ')]), 'new-secret')],
    ['/webhook', good.toUpperCase()],
    ['/webhook', good.slice(7)],
    ['/webhook', `${good}00`],
    ['/webhook', `sha1=${createHmac('sha1', 'new-secret').update(body).digest('hex')}`],
    ['/webhook', sign(body, '')],
    ['/webhooks/cloud/beta', good],
    ['/webhooks/cloud/nobody', good],
  ];
  for (const [url, signature] of forgeries) {
    expect((await post(url, body, signature)).statusCode).toBe(401);
  }
  expect(await rows()).toHaveLength(before);
});

it('takes 4 MB and no more', async () => {
  const largest = Buffer.alloc(bodyLimit, 0x20);
  expect((await post('/webhook', largest, sign(largest, 'new-secret'))).statusCode).toBe(200);
  const larger = Buffer.alloc(bodyLimit + 1, 0x20);
  expect((await post('/webhook', larger, sign(larger, 'new-secret'))).statusCode).toBe(413);
});

it('refuses everything without a secret, says so, and knows a new one at once', async () => {
  const body = text('which secret');
  const kept = apps;
  apps = [{ ...kept[0]!, secrets: [] }];
  await keeper.knowsToken(null, 'refresh');
  expect(await keeper.problem()).toMatch(/no app secret is configured/);
  expect((await post('/webhook', body, sign(body, ''))).statusCode).toBe(401);
  apps = [{ ...kept[0]!, secrets: ['brand-new'] }];
  expect((await post('/webhook', body, sign(body, 'brand-new'))).statusCode).toBe(200);
  expect(await keeper.problem()).toBeNull();
  apps = kept;
});

it('knows what was added and retired while nobody asked, and serves on with what it knows while reading hangs', async () => {
  let now = 0;
  const time = vi.spyOn(performance, 'now').mockImplementation(() => now);
  try {
    let secrets: Promise<string[]> = Promise.resolve(['old']);
    const kept = keep({ load: () => secrets, log, patienceMs: 50 });
    const isThere = (secret: string) => kept.twice((list) => list.includes(secret) || null);
    expect(await isThere('new')).toBeNull();
    secrets = Promise.resolve(['old', 'new']);
    now += 5_000;
    expect(await isThere('new')).toBe(true);
    secrets = Promise.resolve(['new']);
    now += 60_000;
    expect(await Promise.all([isThere('old'), isThere('old')])).toEqual([null, null]);
    secrets = new Promise(() => {});
    now += 60_000;
    expect(await isThere('new')).toBe(true);
  } finally {
    time.mockRestore();
  }
});

it('looks for new secrets after a bad signature, but not more often than the floor', async () => {
  let loads = 0;
  const careful = createDoorKeeper({
    load: async () => {
      loads += 1;
      return apps;
    },
    log,
    floorMs: 60_000,
  });
  const body = text('guess');
  for (let i = 0; i < 100; i += 1) await careful.whoSigned(null, body, sign(body, `guess ${i}`));
  expect(loads).toBe(1);
});

it('says 503 with Retry-After when a body cannot be stored, and 429 past a flood level', async () => {
  const refusing = fastify();
  await refusing.register(async (scope) =>
    inboundRoutes(scope, {
      keeper,
      ycloud,
      acceptor: { ...doorAcceptor, accept: async () => 'failed' as const },
      flood: floodGate(createBuckets({ db: test.db, log }), {
        name: 'flood-test',
        max: 2,
        windowSeconds: 60,
      }),
    }),
  );
  const body = text('no room');
  const ask = () =>
    refusing.inject({
      method: 'POST',
      url: '/webhook',
      payload: body,
      headers: { 'x-hub-signature-256': sign(body, 'new-secret') },
    });
  const reply = await ask();
  expect([reply.statusCode, reply.headers['retry-after']]).toEqual([503, '5']);
  await ask();
  const flooded = await ask();
  expect(flooded.statusCode).toBe(429);
  expect(Number(flooded.headers['retry-after'])).toBeGreaterThan(0);
  await refusing.close();
});

/** Bytes as they go over the wire, and what comes back until the other side has said all of it. */
async function speak(url: string, parts: readonly (string | Buffer)[], said: RegExp): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  socket.on('error', () => {}); // An answer that comes before the whole request resets what is still on its way.
  for (const part of parts) socket.write(part);
  await until(`${said}`, async () => said.test(heard));
  socket.destroy();
  return heard;
}

it('gives its answers the headers of answers to programs, and asks to leave when the server closes', async () => {
  const http = await buildHttp({ log, environment: 'test', checks: {}, authenticate: async () => null });
  await http.app.register((scope) =>
    inboundRoutes(scope as never, { keeper, ycloud, acceptor: doorAcceptor }),
  );
  const url = await http.listen({ host: '127.0.0.1', port: 0 });
  const body = text('with all headers');
  const send = (signature: string) =>
    fetch(`${url}/webhook`, {
      method: 'POST',
      body,
      headers: { 'x-hub-signature-256': signature, 'x-request-id': 'given-1' },
    });
  for (const [status, signature] of [
    [200, sign(body, 'new-secret')],
    [401, sign(body, 'guess')],
  ] as const) {
    const reply = await send(signature);
    const headers = Object.fromEntries(reply.headers);
    expect([reply.status, headers]).toMatchObject([
      status,
      { 'x-request-id': 'given-1', 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' },
    ]);
  }
  http.stopIntake();
  const last = `POST /webhook HTTP/1.1\r\nhost: x\r\nx-hub-signature-256: ${sign(body, 'new-secret')}\r\ncontent-length: ${body.length}\r\n\r\n`;
  expect(await speak(url, [last, body], /OK$/)).toMatch(/ 200 .*connection: close/s);
  await http.close();
});

it('takes bodies in pieces and of unsaid length, refuses too many pieces, and survives a sender that gives up', async () => {
  const real = fastify();
  await real.register(async (scope) => inboundRoutes(scope, { keeper, ycloud, acceptor: doorAcceptor }));
  const url = await real.listen({ host: '127.0.0.1', port: 0 });
  const head = (...lines: string[]) => ['POST /webhook HTTP/1.1', 'host: x', ...lines, '', ''].join('\r\n');
  const piece = (bytes: Buffer) =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

  const body = text('in pieces');
  const signed = `x-hub-signature-256: ${sign(body, 'new-secret')}`;
  const chunked = [
    head(signed, 'transfer-encoding: chunked'),
    piece(body.subarray(0, 7)),
    piece(body.subarray(7)),
    '0\r\n\r\n',
  ];
  expect(await speak(url, chunked, /OK$/)).toMatch(/^HTTP\/1.1 200 /);
  expect(await rows(`body = '\\x${body.toString('hex')}'`)).toHaveLength(1);

  const endless = [
    head('transfer-encoding: chunked'),
    ...Array.from({ length: 5 }, () => piece(Buffer.alloc(1024 * 1024))),
  ];
  expect(await speak(url, endless, /\r\n\r\n/)).toMatch(/^HTTP\/1.1 413 .*connection: close/s);
  expect(await speak(url, [head(`content-length: ${bodyLimit + 1}`)], /\r\n\r\n/)).toMatch(/^HTTP\/1.1 413 /);

  const half = connect(Number(new URL(url).port), '127.0.0.1');
  half.write(head(signed, 'content-length: 1000'));
  half.write(body.subarray(0, 7));
  const sockets = () => new Promise<number>((done) => real.server.getConnections((_error, n) => done(n)));
  await until('the half is heard', async () => (await sockets()) === 1);
  half.destroy();
  await until('it is gone', async () => (await sockets()) === 0);
  expect(await speak(url, [head(signed, `content-length: ${body.length}`), body], /OK$/)).toMatch(/ 200 /);
  await real.close();
});
