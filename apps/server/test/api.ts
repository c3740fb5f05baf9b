/**
 * api — the whole API over a fresh database, and people to call it as.
 *
 * Nothing listens: requests are injected. Callers are made here, with the scopes of their role, and passed in by a
 * bearer that only this file knows; whatever else a request brings goes to the program's own `authenticate`.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { actionsOf, type Role } from '@chaski/contracts';
import { createProviders } from '@chaski/providers';
import { afterAll } from 'vitest';
import { buildApi } from '../src/api.ts';
import { createAuthenticate, createSuperadmin, tokenKeyOf } from '../src/modules/auth/index.ts';
import { createAcceptor, createDoorKeeper, createYcloudKeeper } from '../src/modules/inbound/index.ts';
import {
  type AddNumberDeps,
  addApp,
  loadDoor,
  loadSigningAccounts,
  useKeyRing,
  webhookAddressOf,
} from '../src/modules/numbers/index.ts';
import { ensureDefaults } from '../src/modules/workflows/index.ts';
import { seedPlans } from '../src/modules/workspaces/index.ts';
import { fsBlobs } from '../src/platform/blobs/index.ts';
import type { Actor } from '../src/platform/db/index.ts';
import type { Authenticate, Caller, Http, HttpOptions } from '../src/platform/http/index.ts';
import { newId, type UserId } from '../src/platform/ids.ts';
import { createLog, type Logger } from '../src/platform/log.ts';
import { createMailer } from '../src/platform/mail/index.ts';
import { registerJobs } from '../src/platform/queue/index.ts';
import { createSignals } from '../src/platform/signals.ts';
import {
  type Seeded,
  type SeedOptions,
  seedWorkspace,
  type TestDatabase,
  testDatabase,
  testRing,
} from './harness.ts';
import { routesOf } from './routes.ts';
import type { Answer, Sample, Stage } from './samples/index.ts';

export interface CallerOptions {
  /** A key with these scopes instead of a member. */
  scopes?: readonly string[];
  /** null = every number. */
  numberIds?: readonly string[] | null;
  ownOnly?: boolean;
  superadmin?: boolean;
}

export interface TestApi extends TestDatabase {
  http: Http;
  /** What the server logged, one line each. */
  logged: string[];
  logger: Logger;
  /** A new workspace with an active number, an owner, an admin, an agent and a viewer. */
  stage(name?: string, seed?: Pick<SeedOptions, 'appId'>): Promise<Stage>;
  /** Headers of a member of that role in that workspace, or of a key. */
  as(stage: Stage, role: Role | 'key', options?: CallerOptions): Record<string, string>;
  /** Headers of the superadmin, who is in no workspace. */
  superadmin(): Record<string, string>;
  /** Headers of whoever its sample is for: the owner, or the superadmin for the operator's addresses. */
  callerOf(route: string, stage: Stage): Record<string, string>;
  /** Sends what a sample says: `POST /v1/contacts/:id/block`. */
  send(route: string, sample: Sample, headers?: Record<string, string>): Promise<Answer>;
}

const sampleProfile = {
  about: 'Fresh fish',
  address: '',
  description: '',
  email: '',
  websites: [],
  vertical: 'RESTAURANT',
  pictureUrl: null,
};

/** One per test file; closes with it. `routes` adds some of the test's own. */
export async function testApi({
  routes,
  ...options
}: Partial<HttpOptions> & { routes?: (http: Http) => void } = {}): Promise<TestApi> {
  const t = await testDatabase({ poolSize: 12 });
  const { db, clock } = t;
  const logged: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(chunk.toString());
      done();
    },
  });
  const log = createLog('trace', sink);
  const signals = await createSignals(db, log);
  const provider = createProviders();
  const directory = mkdtempSync(join(tmpdir(), 'chaski-api-'));
  useKeyRing(db, testRing);
  await registerJobs(db);
  await db.withSystem('test: the installation', async (tx) => {
    await seedPlans(tx);
    await addApp(
      tx,
      { ring: testRing },
      {
        name: 'Simulator',
        secret: randomBytes(16).toString('hex'),
        verifyToken: 'verify-me',
        isSimulator: true,
      },
    );
  });

  const { user: root } = await createSuperadmin(db, { email: 'root@example.com' });

  const callers = new Map<string, Caller>();
  const tokenKey = tokenKeyOf(randomBytes(32).toString('hex'));
  const site = { publicUrl: null, corsOrigins: [] };
  const mailer = createMailer({
    smtpUrl: null,
    from: 'Chaski <no-reply@localhost>',
    ring: testRing,
    outbox: join(directory, 'outbox'),
    log,
  });
  const known = createAuthenticate({ db, tokenKey, site });
  const authenticate: Authenticate = async (credentials) =>
    callers.get(credentials.bearer ?? '') ?? known(credentials);
  const keeper = createDoorKeeper({ load: () => loadDoor(db, testRing), log });
  const ycloud = createYcloudKeeper({ load: () => loadSigningAccounts(db, testRing), log, clock });
  const acceptor = createAcceptor({ db, signals, log });
  const numbers: AddNumberDeps = {
    db,
    ring: testRing,
    simulator: { baseUrl: 'http://127.0.0.1:9', register: async () => '+1 555 000 0000' },
    approval: 'automatic',
    checkNumber: 'unchecked',
  };
  const http = await buildApi(
    { log, environment: 'test', authenticate, checks: {}, clock, ...options },
    {
      db,
      signals,
      auth: {
        tokenKey,
        site,
        mailer,
        links: { publicUrl: () => 'http://localhost' },
        registration: 'open',
        workspacesPerUser: 20,
        workspaceHooks: { onWorkspaceCreated: async (tx, made) => void (await ensureDefaults(tx, made.id)) },
      },
      numbers,
      accounts: {
        ...numbers,
        calls: 'unchecked',
        addressOf: webhookAddressOf(() => 'http://localhost'),
      },
      inbound: { keeper, ycloud, acceptor },
      blobs: fsBlobs(directory),
      // No WhatsApp stands beside the routes: whoever asks for a profile is told of one.
      provider: {
        ...provider,
        profile: async () => ({ outcome: 'ok', profile: sampleProfile }),
        changeProfile: async () => ({ outcome: 'ok' }),
      },
      urlKey: randomBytes(32),
      retention: { mostMonths: null, rawDays: 14 },
    },
  );
  routes?.(http);
  await http.app.ready();
  afterAll(async () => {
    await acceptor.close();
    await http.close();
    await signals.close();
    await provider.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const pass = (caller: Caller): Record<string, string> => {
    const bearer = `test-${randomBytes(12).toString('hex')}`;
    callers.set(bearer, caller);
    return { authorization: `Bearer ${bearer}` };
  };

  function as(
    stage: Stage,
    role: Role | 'key',
    { scopes, numberIds = null, ownOnly = false, superadmin = false }: CallerOptions = {},
  ): Record<string, string> {
    const { workspaceId } = stage;
    const reach = numberIds === null && !ownOnly ? {} : { reach: { numberIds, ownOnly } };
    const base = { workspaceId, numberIds, plan: 'unlimited' };
    if (role === 'key') {
      return pass({
        person: null,
        principal: {
          ...base,
          scopes: scopes ?? ['*'],
          actor: { kind: 'key', id: `key${randomBytes(4).toString('hex')}`, role: 'key', ...reach },
        },
      });
    }
    const userId = role === 'owner' ? stage.userId : stage.members[role];
    return pass({
      person: personOf(userId, role, superadmin),
      principal: {
        ...base,
        scopes: actionsOf(role),
        actor: { kind: 'user', id: userId, role, ...reach },
      },
    });
  }

  async function send(route: string, sample: Sample, headers: Record<string, string> = {}): Promise<Answer> {
    const [method = '', url = ''] = route.split(' ');
    const isJson = sample.body !== undefined && !Buffer.isBuffer(sample.body);
    const reply = await http.app.inject({
      method: method as 'GET',
      url: url.replaceAll(/:(\w+)/g, (_, name: string) =>
        encodeURIComponent(sample.params?.[name] ?? `:${name}`),
      ),
      query: Object.fromEntries(Object.entries(sample.query ?? {}).map(([k, v]) => [k, String(v)])),
      headers: {
        ...headers,
        ...(isJson ? { 'content-type': 'application/json' } : {}),
        ...sample.headers,
      },
      ...(sample.body === undefined
        ? {}
        : { payload: isJson ? JSON.stringify(sample.body) : (sample.body as Buffer) }),
    });
    const type = String(reply.headers['content-type'] ?? '');
    return {
      status: reply.statusCode,
      headers: reply.headers,
      body: /^application\/json/.test(type) ? JSON.parse(reply.body) : reply.body,
    };
  }

  async function stage(name = 'Acme', seed: Pick<SeedOptions, 'appId'> = {}): Promise<Stage> {
    const seeded: Seeded = await seedWorkspace(db, { name, plan: 'unlimited', ...seed });
    const { workspaceId } = seeded;
    const people = {
      owner: newId<UserId>(),
      admin: newId<UserId>(),
      agent: newId<UserId>(),
      viewer: newId<UserId>(),
    };
    await db.withSystem('test: people of a workspace', async (tx) => {
      for (const [role, id] of Object.entries(people)) {
        await tx.execute('insert into users (id, email, name, created_at) values ($1, $2, $3, $4)', [
          id,
          `${role}-${id}@example.com`,
          `The ${role}`,
          tx.now(),
        ]);
        await tx.execute(
          'insert into members (workspace_id, user_id, role, created_at) values ($1, $2, $3, $4)',
          [workspaceId, id, role, tx.now()],
        );
      }
      await ensureDefaults(tx, workspaceId, seeded.numberId);
    });
    const owner: Actor = { kind: 'user', id: people.owner, role: 'owner' };
    const made: Stage = {
      db,
      clock,
      http,
      workspaceId,
      userId: people.owner,
      numberId: seeded.numberId,
      seeded,
      members: { admin: people.admin, agent: people.agent, viewer: people.viewer },
      tenant: (fn) => db.withTenant(workspaceId, owner, fn),
      async send(route, sample) {
        const answer = await send(route, sample, as(made, 'owner'));
        if (answer.status >= 300)
          throw new Error(`${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
        return answer;
      },
    };
    return made;
  }

  const superadmin = () => pass({ person: personOf(root.id, 'superadmin', true), principal: null });

  function personOf(userId: UserId, role: string, isSuperadmin: boolean) {
    return {
      userId,
      sessionId: newId(),
      email: `${role}-${userId}@example.com`,
      name: `The ${role}`,
      isSuperadmin,
    };
  }

  return {
    ...t,
    http,
    logged,
    logger: log,
    stage,
    as,
    callerOf(route, stage) {
      const access = routesOf(http).find(({ key }) => key === route)?.access;
      if (!access) return {};
      return access.kind === 'operator' ? superadmin() : as(stage, 'owner');
    },
    superadmin,
    send,
  };
}
