/** Accounts: credentials that go in and never come out, and the job that has their webhooks come here. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProviders, type Providers, verify } from '@chaski/providers';
import { createSimulator } from '@chaski/simulator';
import { afterAll, describe, expect, it } from 'vitest';
import { seedWorkspace, testDatabase, testRing, until } from '../../../test/harness.ts';
import { systemActor, type TenantTx } from '../../platform/db/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { createLog } from '../../platform/log.ts';
import { registerJobs, startJobs } from '../../platform/queue/index.ts';
import { getAccount, listAccounts } from './account.ts';
import { addAccount, type NewAccount, prepareAccount } from './account-add.ts';
import {
  type AccountChange,
  changeAccount,
  prepareChange,
  prepareRemoval,
  removeAccount,
  retrySubscription,
} from './account-change.ts';
import type { AccountDeps } from './account-check.ts';
import { presentAccount } from './account-present.ts';
import {
  type AddNumberDeps,
  addNumber,
  credentialFor,
  loadSigningAccounts,
  prepareNumber,
  type SimulatorDoor,
  subscribeHandler,
  useKeyRing,
  webhookAddressOf,
} from './index.ts';

const t = await testDatabase();
const { db } = t;
useKeyRing(db, testRing);
await registerJobs(db);
const log = createLog('silent');
const providers = createProviders();

/** What YCloud posts, where it is told to. */
const received: { path: string; body: Buffer; headers: IncomingMessage['headers'] }[] = [];
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    received.push({ path: request.url ?? '', body: Buffer.concat(chunks), headers: request.headers });
    response.end('OK');
  });
});
await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
const publicUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
const simulator = await createSimulator({ adminKey: 'key' });
simulator.addApp({ id: '1', secret: 's', webhookUrl: `${publicUrl}/webhooks/cloud`, verifyToken: 'v' });
afterAll(async () => {
  await providers.close();
  await simulator.close();
  receiver.closeAllConnections();
  await new Promise((done) => receiver.close(done));
});

const addressOf = webhookAddressOf(() => publicUrl);
const deps: AccountDeps & AddNumberDeps = {
  db,
  ring: testRing,
  simulator: null,
  approval: 'automatic',
  graph: { baseUrl: simulator.url, version: 'v24.0' },
  ycloud: { baseUrl: simulator.url },
  checkNumber: (call) => providers.numberInfo(call),
  calls: providers,
  addressOf,
};

const inWorkspace = <T>(workspaceId: WorkspaceId, fn: (tx: TenantTx) => Promise<T>) =>
  db.withTenant(workspaceId, systemActor, fn);

async function add(workspaceId: WorkspaceId, command: NewAccount) {
  const prepared = await prepareAccount(deps, workspaceId, command);
  return inWorkspace(workspaceId, (tx) => addAccount(tx, deps, prepared));
}
const read = (workspaceId: WorkspaceId, id: string) => inWorkspace(workspaceId, (tx) => getAccount(tx, id));
async function change(workspaceId: WorkspaceId, id: string, what: AccountChange) {
  const token = await prepareChange(deps, await read(workspaceId, id), what);
  return inWorkspace(workspaceId, (tx) => changeAccount(tx, deps, id, what, token));
}
const run = (workspaceId: WorkspaceId, accountId: string, calls: Pick<Providers, 'subscribe'> = providers) =>
  subscribeHandler({ db, ring: testRing, calls, addressOf }).run(
    { accountId },
    { workspaceId, attempt: 1, log, signal: new AbortController().signal },
  );
const waiting = (accountId: string) =>
  db.withSystem('test', (tx) =>
    tx.query(
      `select 1 from graphile_worker._private_jobs j join graphile_worker._private_tasks k on k.id = j.task_id
        where k.identifier = 'numbers.subscribe-account' and j.payload #>> '{payload,accountId}' = $1`,
      [accountId],
    ),
  );
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error,
  );

let companies = 0;
/** A workspace, and a company at YCloud with a number. */
async function company() {
  const { workspaceId } = await seedWorkspace(db, { plan: 'unlimited' });
  companies += 1;
  const key = `yk-company-${companies}`;
  const phone = `+1555000${2000 + companies}`;
  await fetch(`${simulator.url}/_sim/ycloud`, {
    method: 'POST',
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    body: JSON.stringify({ token: key, phoneNumberId: phone }),
  });
  const endpoints = async () => {
    const answer = await fetch(`${simulator.url}/v2/webhookEndpoints`, { headers: { 'x-api-key': key } });
    return ((await answer.json()) as { items: { id: string; url: string }[] }).items;
  };
  return { workspaceId, key, phone, endpoints };
}

/** The secret that our door would verify with. */
const secretOf = async (id: string) =>
  (await loadSigningAccounts(db, testRing)).find((account) => account.id === id)?.secret;

/** Somebody writes to the number; answers whether the stored secret verifies what YCloud sends. */
async function eventVerifies(phone: string, accountId: string): Promise<boolean> {
  const text = `hello ${received.length} ${accountId}`;
  simulator.person(simulator.addPerson({}).id).send(text, phone);
  const event = await until(
    'an event of YCloud',
    () => received.find(({ body }) => body.includes(text) && body.includes('whatsappInboundMessage')),
    20_000,
  );
  return (
    verify('ycloud', event.body, event.headers['ycloud-signature'], [(await secretOf(accountId)) ?? '']) === 0
  );
}

describe('saving a YCloud key', () => {
  it('asks for our address to be registered and keeps the secret that comes back', async () => {
    const { workspaceId, key, phone, endpoints } = await company();
    const account = await add(workspaceId, { provider: 'ycloud', token: key });
    expect(account).toMatchObject({ hasToken: true, hasWebhookSecret: false, webhooksSubscribedAt: null });
    expect(await waiting(account.id)).toHaveLength(1);
    expect(await endpoints()).toEqual([]);
    await run(workspaceId, account.id);
    const after = await read(workspaceId, account.id);
    expect(after).toMatchObject({
      hasWebhookSecret: true,
      webhooksProblem: null,
      webhooksSubscribedAt: expect.any(Date),
    });
    expect((await endpoints()).map(({ url }) => url)).toEqual([
      `${publicUrl}/webhooks/ycloud/${account.webhookKey}`,
    ]);
    expect(await eventVerifies(phone, account.id)).toBe(true);
    // Again: one endpoint still, and what comes verifies.
    await run(workspaceId, account.id);
    expect(await endpoints()).toHaveLength(1);
    expect(await eventVerifies(phone, account.id)).toBe(true);
  });

  it('shows neither key nor secret: not in the answer, not in the audit, not in the events', async () => {
    const { workspaceId, key } = await company();
    const account = await add(workspaceId, { provider: 'ycloud', token: key, webhookSecret: 'whsec_pasted' });
    await change(workspaceId, account.id, {
      name: 'Front desk',
      webhookSecret: 'whsec_pasted_2',
      token: key,
    });
    await inWorkspace(workspaceId, (tx) => retrySubscription(tx, account.id));
    const shown = JSON.stringify([
      presentAccount(await read(workspaceId, account.id), addressOf),
      await db.withSystem('test', (tx) =>
        tx.query('select * from events where workspace_id = $1', [workspaceId]),
      ),
      await db.withSystem('test', (tx) =>
        tx.query('select * from audit where workspace_id = $1', [workspaceId]),
      ),
    ]);
    expect(shown).toContain('Front desk');
    expect(shown).not.toContain(key);
    expect(shown).not.toContain('whsec_pasted');
    expect(await secretOf(account.id)).toBe('whsec_pasted_2');
    expect((await credentialFor(db, workspaceId, account.id)).token).toBe(key);
  });

  it('with a pasted secret registers nothing: somebody has made the endpoint by hand', async () => {
    const { workspaceId, key, endpoints } = await company();
    const account = await add(workspaceId, { provider: 'ycloud', token: key, webhookSecret: 'whsec_pasted' });
    expect(await waiting(account.id)).toEqual([]);
    expect(await endpoints()).toEqual([]);
    expect(await secretOf(account.id)).toBe('whsec_pasted');
  });

  it('believes no key that YCloud does not know, and stores nothing of it', async () => {
    const { workspaceId } = await company();
    expect(await refusal(add(workspaceId, { provider: 'ycloud', token: 'made-up' }))).toMatchObject({
      code: 'account_not_reachable',
      status: 422,
    });
    const listed = await inWorkspace(workspaceId, (tx) => listAccounts(tx, null, { limit: 10, after: null }));
    expect(listed.map(({ provider }) => provider)).toEqual(['cloud']);
    expect(await refusal(add(workspaceId, { provider: 'ycloud', token: ' ' }))).toMatchObject({
      status: 400,
    });
  });

  it('a number under a mock_ key is the one that was given, of whatever country', async () => {
    const { workspaceId } = await company();
    const door: SimulatorDoor = {
      baseUrl: simulator.url,
      register: async (number) => {
        const made = await fetch(`${simulator.url}/_sim/ycloud`, {
          method: 'POST',
          headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
          body: JSON.stringify(number),
        });
        return ((await made.json()) as { displayPhoneNumber: string }).displayPhoneNumber;
      },
    };
    const mock = { ...deps, simulator: door };
    const asked = await prepareAccount(mock, workspaceId, { provider: 'ycloud', token: 'mock_london' });
    const account = await inWorkspace(workspaceId, (tx) => addAccount(tx, mock, asked));
    const phoneNumberId = '+442079460001';
    const prepared = await prepareNumber(mock, workspaceId, { accountId: account.id, phoneNumberId });
    const { number } = await inWorkspace(workspaceId, (tx) => addNumber(tx, mock, prepared));
    expect(number).toMatchObject({ phoneNumberId, displayPhoneNumber: phoneNumberId });
    // Only a number that is known there can be written to.
    simulator.person(simulator.addPerson({}).id).send('hello London', phoneNumberId);
  });

  it('its numbers are those under the key, named by themselves; the account’s reference is learnt', async () => {
    const { workspaceId, key, phone } = await company();
    const account = await add(workspaceId, { provider: 'ycloud', token: key });
    const connect = async (phoneNumberId: string) => {
      const prepared = await prepareNumber(deps, workspaceId, { accountId: account.id, phoneNumberId });
      return inWorkspace(workspaceId, (tx) => addNumber(tx, deps, prepared));
    };
    const { number } = await connect(phone.replace('+1555', '+1 (555) '));
    expect(number).toMatchObject({ phoneNumberId: phone, provider: 'ycloud', accountId: account.id });
    expect((await read(workspaceId, account.id)).ref).toBe(`8${phone.slice(1)}`);
    expect(await refusal(connect('+15559999999'))).toMatchObject({ code: 'number_not_reachable' });
    expect(await refusal(connect(phone))).toMatchObject({ code: 'number_taken' });
    expect(await refusal(connect('106540352242922x'))).toMatchObject({ status: 400 });
    // Not with another workspace's account.
    const other = await company();
    expect(
      await refusal(
        prepareNumber(deps, other.workspaceId, { accountId: account.id, phoneNumberId: '+15550001' }),
      ),
    ).toMatchObject({ status: 404 });
  });
});

describe('the registration job dies', () => {
  it('between making the endpoint and keeping its secret: the next run finds it, and there is one', async () => {
    const { workspaceId, key, phone, endpoints } = await company();
    const account = await add(workspaceId, { provider: 'ycloud', token: key });
    const dying: Pick<Providers, 'subscribe'> = {
      subscribe: async (call) => {
        await providers.subscribe(call);
        throw new Error('killed');
      },
    };
    await expect(run(workspaceId, account.id, dying)).rejects.toThrow('killed');
    expect(await endpoints()).toHaveLength(1);
    expect(await secretOf(account.id)).toBeUndefined();
    await run(workspaceId, account.id);
    expect(await endpoints()).toHaveLength(1);
    expect(await eventVerifies(phone, account.id)).toBe(true);
  });

  it('two at once leave doubles: the next run takes them away', async () => {
    const { workspaceId, key, phone, endpoints } = await company();
    const account = await add(workspaceId, { provider: 'ycloud', token: key });
    const url = addressOf(account);
    for (let n = 0; n < 2; n++) {
      await fetch(`${simulator.url}/v2/webhookEndpoints`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: JSON.stringify({ url, enabledEvents: ['whatsapp.inbound_message.received'] }),
      });
    }
    expect(await endpoints()).toHaveLength(2);
    await run(workspaceId, account.id);
    expect(await endpoints()).toHaveLength(1);
    expect(await eventVerifies(phone, account.id)).toBe(true);
  });

  it('what it learnt with a key that was replaced meanwhile is thrown away', async () => {
    const { workspaceId, key } = await company();
    const account = await add(workspaceId, { provider: 'ycloud', token: key });
    const late: Pick<Providers, 'subscribe'> = {
      subscribe: async () => {
        await change(workspaceId, account.id, { token: key });
        return { outcome: 'ok', secret: 'whsec_of_the_old_key', portfolioRef: null };
      },
    };
    await run(workspaceId, account.id, late);
    expect(await read(workspaceId, account.id)).toMatchObject({
      hasWebhookSecret: false,
      webhooksSubscribedAt: null,
    });
    expect(await waiting(account.id)).toHaveLength(1);
  });

  it('refused: the reason is told and nothing repeated; unreachable: told, and tried again', async () => {
    const { workspaceId, key } = await company();
    const account = await add(workspaceId, { provider: 'ycloud', token: key });
    const answers = (outcome: 'refused' | 'unreachable') => ({
      subscribe: async () => ({ outcome, reason: `${outcome} for a reason` }) as const,
    });
    await run(workspaceId, account.id, answers('refused'));
    const told = async () => (await read(workspaceId, account.id)).webhooksProblem;
    expect(await told()).toBe('refused for a reason');
    await expect(run(workspaceId, account.id, answers('unreachable'))).rejects.toThrow(
      'unreachable for a reason',
    );
    expect(await told()).toBe('unreachable for a reason');
    await inWorkspace(workspaceId, (tx) => retrySubscription(tx, account.id));
    expect(await told()).toBeNull();
    await run(workspaceId, account.id);
    expect(await read(workspaceId, account.id)).toMatchObject({ webhooksSubscribedAt: expect.any(Date) });
    // A provider that is away does not unsay what was said.
    await expect(run(workspaceId, account.id, answers('unreachable'))).rejects.toThrow();
    expect(await read(workspaceId, account.id)).toMatchObject({ webhooksSubscribedAt: expect.any(Date) });
  });

  it('the queue runs it, and again when nobody answered', async () => {
    const { workspaceId, key } = await company();
    let asked = 0;
    const handler = subscribeHandler({
      db,
      ring: testRing,
      addressOf,
      calls: {
        subscribe: async (call) => {
          asked += 1;
          return asked === 1 ? { outcome: 'unreachable', reason: 'away' } : providers.subscribe(call);
        },
      },
    });
    const account = await add(workspaceId, { provider: 'ycloud', token: key });
    const jobs = await startJobs({
      jobs: [handler.job],
      databaseUrl: t.url,
      rolePrefix: t.rolePrefix,
      db,
      log,
      handlers: [handler],
      cron: [],
    });
    try {
      await until(
        'it is subscribed',
        async () => (await read(workspaceId, account.id)).webhooksSubscribedAt,
        40_000,
      );
      expect(asked).toBeGreaterThan(1);
    } finally {
      await jobs.stop();
    }
  });
});

describe('an account at Meta', () => {
  let apps = 0;
  /** A WABA whose app is not subscribed yet. */
  async function waba() {
    apps += 1;
    const { workspaceId, appId } = await seedWorkspace(db, { plan: 'unlimited' });
    await db.withSystem('test', (tx) =>
      tx.execute('update apps set is_default = true where id = $1', [appId]),
    );
    const ref = `77000${apps}`;
    const token = `EAAtoken${apps}`;
    simulator.addAccount({ id: ref, appId: '1', token });
    const subscribed = async (method = 'GET') => {
      const answer = await fetch(`${simulator.url}/v24.0/${ref}/subscribed_apps`, {
        method,
        headers: { authorization: `Bearer ${token}` },
      });
      return ((await answer.json()) as { data?: unknown[] }).data?.length;
    };
    await subscribed('DELETE');
    expect(await subscribed()).toBe(0);
    return { workspaceId, ref, token, subscribed };
  }

  it('is subscribed when it is saved, and again when it gets a new token', async () => {
    const { workspaceId, ref, token, subscribed } = await waba();
    const account = await add(workspaceId, { provider: 'cloud', ref, token, name: 'Meta' });
    expect(account).toMatchObject({ provider: 'cloud', ref, webhooksSubscribedAt: null });
    await run(workspaceId, account.id);
    expect(await subscribed()).toBe(1);
    expect(await read(workspaceId, account.id)).toMatchObject({
      webhooksSubscribedAt: expect.any(Date),
      hasWebhookSecret: false,
    });
    await subscribed('DELETE');
    await change(workspaceId, account.id, { token });
    expect(await waiting(account.id)).toHaveLength(1);
    await run(workspaceId, account.id);
    expect(await subscribed()).toBe(1);
  });

  it('shows the reason when WhatsApp refuses', async () => {
    const { workspaceId, ref, token } = await waba();
    const account = await add(workspaceId, { provider: 'cloud', ref, token });
    simulator.setToken(token, { expired: true });
    await run(workspaceId, account.id);
    expect(await read(workspaceId, account.id)).toMatchObject({
      webhooksSubscribedAt: null,
      webhooksProblem: expect.stringContaining('190'),
    });
  });

  it('is not believed without a token that may use it, nor taken from another workspace', async () => {
    const { workspaceId, ref, token } = await waba();
    const other = await waba();
    expect(await refusal(add(workspaceId, { provider: 'cloud', ref: other.ref, token }))).toMatchObject({
      code: 'account_not_reachable',
    });
    await add(workspaceId, { provider: 'cloud', ref, token });
    expect(await refusal(add(other.workspaceId, { provider: 'cloud', ref, token }))).toMatchObject({
      code: 'account_taken',
    });
    expect(await refusal(add(workspaceId, { provider: 'cloud', token }))).toMatchObject({ status: 400 });
    expect(await refusal(add(workspaceId, { provider: 'cloud', ref: 'x', token: 'mock_x' }))).toMatchObject({
      status: 400,
    });
    expect(
      await refusal(add(workspaceId, { provider: 'cloud', ref, token, webhookSecret: 'whsec_12345' })),
    ).toMatchObject({ status: 400 });
  });
});

describe('going', () => {
  it('takes our address away at YCloud; with numbers it stays', async () => {
    const { workspaceId, key, phone, endpoints } = await company();
    const account = await add(workspaceId, { provider: 'ycloud', token: key });
    await run(workspaceId, account.id);
    const prepared = await prepareNumber(deps, workspaceId, { accountId: account.id, phoneNumberId: phone });
    await inWorkspace(workspaceId, (tx) => addNumber(tx, deps, prepared));
    expect(await refusal(prepareRemoval(deps, await read(workspaceId, account.id)))).toMatchObject({
      code: 'account_in_use',
    });
    expect(
      await refusal(inWorkspace(workspaceId, (tx) => removeAccount(tx, deps, account.id))),
    ).toMatchObject({
      status: 409,
    });
    expect(await endpoints()).toHaveLength(1);
    const second = await add(workspaceId, { provider: 'ycloud', token: key });
    await run(workspaceId, second.id);
    expect(await endpoints()).toHaveLength(2);
    await prepareRemoval(deps, await read(workspaceId, second.id));
    await inWorkspace(workspaceId, (tx) => removeAccount(tx, deps, second.id));
    expect((await endpoints()).map(({ url }) => url)).toEqual([addressOf(account)]);
    expect(await refusal(read(workspaceId, second.id))).toMatchObject({ status: 404 });
    // A job that was still waiting finds nothing to do.
    await run(workspaceId, second.id);
  });

  it('a key of certain numbers sees their accounts alone, with those numbers', async () => {
    const seeded = await seedWorkspace(db, { plan: 'unlimited' });
    const { key } = await company();
    await add(seeded.workspaceId, { provider: 'ycloud', token: key });
    const all = await inWorkspace(seeded.workspaceId, (tx) =>
      listAccounts(tx, null, { limit: 10, after: null }),
    );
    const some = await inWorkspace(seeded.workspaceId, (tx) =>
      listAccounts(tx, [seeded.numberId], { limit: 10, after: null }),
    );
    expect([all.length, some.length]).toEqual([2, 1]);
    expect(some[0]).toMatchObject({ id: seeded.accountId, numbers: [{ id: seeded.numberId }] });
    const other = all.find(({ id }) => id !== seeded.accountId)!;
    expect(
      await refusal(inWorkspace(seeded.workspaceId, (tx) => getAccount(tx, other.id, [seeded.numberId]))),
    ).toMatchObject({ status: 404 });
  });
});
