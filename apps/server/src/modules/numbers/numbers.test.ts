import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Seeded, seedWorkspace, testDatabase, testRing } from '../../../test/harness.ts';
import { systemActor, type TenantTx } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { seal } from '../../platform/seal.ts';
import { createWorkspace, seedPlans } from '../workspaces/index.ts';
import {
  type AddNumber,
  type AddNumberDeps,
  accountRoutesFor,
  addApp,
  addNumber,
  credentialFor,
  decideNumber,
  defaultNumber,
  getNumber,
  listDoorApps,
  listNotices,
  listNumbers,
  loadDoor,
  type Notice,
  onlyActiveNumber,
  pauseAccount,
  prepareNumber,
  recordNotices,
  retireSecret,
  rotateSecret,
  routesFor,
  type SimulatorDoor,
  setDefault,
  useKeyRing,
} from './index.ts';
import { effectsOf, mergeEffects } from './rules.ts';
import { setStatus } from './status.ts';

const { db, clock } = await testDatabase();
useKeyRing(db, testRing);
await registerJobs(db);

const made: Parameters<SimulatorDoor['register']>[0][] = [];
const deps: AddNumberDeps = {
  db,
  ring: testRing,
  simulator: {
    baseUrl: 'http://127.0.0.1:4999',
    async register(number) {
      made.push(number);
      return number.displayPhoneNumber ?? '+1 555 000 0000';
    },
  },
  approval: 'automatic',
  checkNumber: async () => ({ outcome: 'ok', displayPhoneNumber: '+1 555 000', verifiedName: 'Told' }),
};

let counter = 0;
const freshId = () => `9000${++counter}`;

async function newWorkspace(name = 'Acme') {
  return db.withSystem('test', async (tx) => {
    await seedPlans(tx);
    return (await createWorkspace(tx, { name })).id;
  });
}

const add = async (
  workspaceId: Awaited<ReturnType<typeof newWorkspace>>,
  command: Partial<AddNumber>,
  more: Partial<AddNumberDeps> = {},
) => {
  const all = { ...deps, ...more };
  const wanted = { phoneNumberId: freshId(), token: 'EAAreal', ...command };
  const prepared = await prepareNumber(all, workspaceId, wanted);
  return db.withTenant(workspaceId, systemActor, (tx) => addNumber(tx, all, prepared));
};

async function refusal(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

const real = await db.withSystem('test', (tx) =>
  addApp(tx, deps, { name: 'Meta', key: 'meta', secret: 'first', verifyToken: 'v', isDefault: true }),
);
const simulatorApp = await db.withSystem('test', (tx) =>
  addApp(tx, deps, {
    name: 'Simulator',
    key: 'sim',
    secret: 'simsecret',
    verifyToken: 'v',
    isSimulator: true,
  }),
);

describe('adding a number', () => {
  it('seals the token, makes the first number the default, calls the hook in the same transaction', async () => {
    const workspaceId = await newWorkspace();
    const hooked: string[] = [];
    const first = await add(
      workspaceId,
      { accountRef: 'waba-1', portfolioRef: 'pf-1' },
      {
        onNumberAdded: async (_tx, number) => void hooked.push(number.id),
      },
    );
    const second = await add(workspaceId, { accountRef: 'waba-1', token: 'EAAnewer' });
    expect(first.number).toMatchObject({ isDefault: true, status: 'active', hasWindow: true, mps: 80 });
    expect(second.number).toMatchObject({ isDefault: false, accountId: first.number.accountId });
    expect(hooked).toEqual([first.number.id]);
    expect(first.number.account.appId).toBe(real.id);
    expect(await credentialFor(db, workspaceId, first.number.accountId)).toEqual({
      provider: 'cloud',
      token: 'EAAnewer',
      baseUrl: 'https://graph.facebook.com',
      version: 'v24.0',
    });
    const stored = await db.withSystem('test', (tx) =>
      tx.query<{ sealed_token: string }>('select sealed_token from accounts where workspace_id = $1', [
        workspaceId,
      ]),
    );
    expect(stored).toHaveLength(1);
    expect(stored[0]!.sealed_token).not.toContain('EAA');
  });

  it('makes a mock number in the simulator and nowhere else', async () => {
    const workspaceId = await newWorkspace();
    const phoneNumberId = freshId();
    const { number } = await add(
      workspaceId,
      { phoneNumberId, token: 'mock_abc' },
      {
        checkNumber: () => {
          throw new Error('a mock number was asked about outside');
        },
      },
    );
    expect(number).toMatchObject({ hasWindow: false, account: { appId: simulatorApp.id } });
    expect(made.at(-1)).toMatchObject({ phoneNumberId, token: 'mock_abc' });
    expect((await credentialFor(db, workspaceId, number.accountId)).baseUrl).toBe('http://127.0.0.1:4999');
  });

  it('refuses a mock token where no simulator runs, and keeps nothing when the simulator refuses', async () => {
    const workspaceId = await newWorkspace();
    expect(await refusal(add(workspaceId, { token: 'mock_x' }, { simulator: null }))).toMatchObject({
      code: 'no_simulator',
      status: 422,
    });
    const broken = { baseUrl: 'http://127.0.0.1:1', register: () => Promise.reject(new Error('full')) };
    await expect(add(workspaceId, { token: 'mock_x' }, { simulator: broken })).rejects.toThrow('full');
    expect(await db.withTenant(workspaceId, systemActor, (tx) => listNumbers(tx))).toEqual([]);
  });

  it('refuses a number that is connected anywhere, with the same words for own and foreign', async () => {
    const [a, b] = [await newWorkspace('A'), await newWorkspace('B')];
    const phoneNumberId = freshId();
    await add(a, { phoneNumberId });
    const own = await refusal(add(a, { phoneNumberId }));
    const foreign = await refusal(add(b, { phoneNumberId }));
    expect(own).toMatchObject({ code: 'number_taken', status: 409 });
    expect([foreign.code, foreign.message, foreign.details]).toEqual([own.code, own.message, own.details]);
  });

  it.each(['refused', 'unreachable'] as const)('does not believe a token that was %s', async (outcome) => {
    const workspaceId = await newWorkspace();
    const asked: unknown[] = [];
    const error = await refusal(
      add(
        workspaceId,
        { phoneNumberId: '4711', token: 'made-up', accountRef: `waba-${outcome}` },
        {
          checkNumber: async (call) => {
            asked.push(call);
            return { outcome, reason: 'because' };
          },
          graph: { baseUrl: 'https://graph.test', version: 'v25.0' },
        },
      ),
    );
    expect(error).toMatchObject({ code: 'number_not_reachable', status: 422 });
    expect(error.message).toContain('because');
    expect(asked).toEqual([
      {
        credential: { provider: 'cloud', token: 'made-up', baseUrl: 'https://graph.test', version: 'v25.0' },
        phoneNumberId: '4711',
        accountRef: `waba-${outcome}`,
        timeoutMs: 10_000,
      },
    ]);
    expect(await db.withSystem('test', (tx) => routesFor(tx, ['4711']))).toEqual(new Map());
  });

  it("takes the number's name from WhatsApp, address and version from the installation", async () => {
    const workspaceId = await newWorkspace();
    const { number } = await add(
      workspaceId,
      {},
      { graph: { baseUrl: 'https://graph.test', version: 'v25.0' } },
    );
    expect(number).toMatchObject({ displayPhoneNumber: '+1 555 000', verifiedName: 'Told' });
    expect(await credentialFor(db, workspaceId, number.accountId)).toMatchObject({
      baseUrl: 'https://graph.test',
      version: 'v25.0',
    });
  });

  it("refuses another workspace's account, whose notices it would get", async () => {
    const [a, b] = [await newWorkspace('A'), await newWorkspace('B')];
    await add(a, { accountRef: 'waba-of-a' });
    expect(await refusal(add(b, { accountRef: 'waba-of-a' }))).toMatchObject({ code: 'account_taken' });
  });

  it('takes an expired Graph version with a warning and refuses nonsense', async () => {
    const workspaceId = await newWorkspace();
    const { number, warnings } = await add(workspaceId, { graphVersion: 'v20.0' });
    expect(number.account.graphVersion).toBe('v20.0');
    expect(warnings).toHaveLength(1);
    expect(await refusal(add(workspaceId, { graphVersion: '../v24' }))).toMatchObject({ status: 400 });
  });

  it('waits for approval where the installation wants that, and keeps to the plan', async () => {
    const workspaceId = await newWorkspace();
    const { number } = await add(workspaceId, {}, { approval: 'manual' });
    expect(number.status).toBe('pending');
    for (let i = 0; i < 4; i++) await add(workspaceId, {});
    expect(await refusal(add(workspaceId, {}))).toMatchObject({ status: 403 });
  });

  it('keeps exactly one default under concurrency', async () => {
    const workspaceId = await newWorkspace();
    await Promise.all([1, 2, 3].map(() => add(workspaceId, {})));
    const numbers = await db.withTenant(workspaceId, systemActor, (tx) => listNumbers(tx));
    expect(numbers.filter((number) => number.isDefault)).toHaveLength(1);
    await Promise.all(
      numbers.map((number) => db.withTenant(workspaceId, systemActor, (tx) => setDefault(tx, number.id))),
    );
    const after = await db.withTenant(workspaceId, systemActor, (tx) => listNumbers(tx));
    expect(after.filter((number) => number.isDefault)).toHaveLength(1);
    const chosen = await db.withTenant(workspaceId, systemActor, (tx) => defaultNumber(tx));
    expect(chosen?.id).toBe(after.find((number) => number.isDefault)?.id);
  });

  it('shows nothing of another workspace', async () => {
    const [a, b] = [await newWorkspace('A'), await newWorkspace('B')];
    const { number } = await add(a, {});
    expect(await refusal(db.withTenant(b, systemActor, (tx) => getNumber(tx, number.id)))).toMatchObject({
      status: 404,
    });
    expect(
      await refusal(db.withTenant(b, systemActor, (tx) => decide(tx, number.id, 'suspended'))),
    ).toMatchObject({
      status: 404,
    });
    await expect(credentialFor(db, b, number.accountId)).rejects.toMatchObject({ status: 404 });
  });
});

function decide(
  tx: TenantTx,
  id: string,
  status: 'active' | 'refused' | 'suspended',
  reason: string | null = null,
) {
  return decideNumber(tx, { workspaceId: tx.workspaceId, id }, { status, reason, actor: systemActor });
}

describe('status', () => {
  const tenant = <T>(seeded: Seeded, fn: (tx: TenantTx) => Promise<T>) =>
    db.withTenant(seeded.workspaceId, systemActor, fn);
  const attempt = (seeded: Seeded, status: 'active' | 'suspended') =>
    tenant(seeded, (tx) => setStatus(tx, seeded.numberId, status)).then(
      (number) => number.status,
      (error: { details?: { reason?: string } }) => error.details?.reason,
    );

  it('the operator’s word is the last one', async () => {
    const seeded = await seedWorkspace(db, { number: { status: 'pending' } });
    expect(await attempt(seeded, 'active')).toBe('approval_needed');
    // Not by the way round of resting first, either.
    expect(await attempt(seeded, 'suspended')).toBe('approval_needed');
    await tenant(seeded, (tx) => decide(tx, seeded.numberId, 'refused', 'not yours'));
    expect(await attempt(seeded, 'active')).toBe('approval_needed');
    await tenant(seeded, (tx) => decide(tx, seeded.numberId, 'active'));
    expect(await attempt(seeded, 'suspended')).toBe('suspended');
    expect(await attempt(seeded, 'active')).toBe('active');
    await tenant(seeded, (tx) => decide(tx, seeded.numberId, 'suspended', 'complaints'));
    expect(await attempt(seeded, 'active')).toBe('suspended_by_operator');
    expect(await attempt(seeded, 'suspended')).toBe('suspended');
    expect(await attempt(seeded, 'active')).toBe('suspended_by_operator');
    expect(await tenant(seeded, (tx) => getNumber(tx, seeded.numberId))).toMatchObject({
      status: 'suspended',
      statusReason: 'complaints',
      statusBy: 'operator',
    });
    await expect(tenant(seeded, (tx) => decide(tx, seeded.numberId, 'refused'))).rejects.toMatchObject({
      code: 'not_pending',
    });
  });

  it('a decision is one event and one line of the audit; the same once more is none', async () => {
    const seeded = await seedWorkspace(db, { number: { status: 'pending' } });
    for (let round = 0; round < 2; round++) {
      await tenant(seeded, (tx) => decide(tx, seeded.numberId, 'active'));
    }
    const rows = await db.withSystem('test', (tx) =>
      tx.query(
        "select action, target_id, before->>'status' as before, after->>'status' as after from audit where workspace_id = $1",
        [seeded.workspaceId],
      ),
    );
    expect(rows).toEqual([
      { action: 'number.updated', target_id: seeded.numberId, before: 'pending', after: 'active' },
    ]);
  });
});

describe('routes', () => {
  it('answers what a batch must know, with the states of number and workspace', async () => {
    const seeded = await seedWorkspace(db, { portfolioRef: 'pf-9' });
    await db.withTenant(seeded.workspaceId, systemActor, (tx) => decide(tx, seeded.numberId, 'suspended'));
    const routes = await db.withSystem('test', (tx) => routesFor(tx, [seeded.phoneNumberId, 'nobody']));
    expect([...routes.keys()]).toEqual([seeded.phoneNumberId]);
    expect(routes.get(seeded.phoneNumberId)).toMatchObject({
      workspaceId: seeded.workspaceId,
      numberId: seeded.numberId,
      accountId: seeded.accountId,
      appId: seeded.appId,
      accountRef: seeded.accountRef,
      portfolioScope: 'pf-9',
      status: 'suspended',
      workspaceStatus: 'active',
      pausedReason: null,
    });
    await db.withSystem('test', (tx) => pauseAccount(tx, seeded.workspaceId, seeded.accountId, 'token dead'));
    const again = await db.withSystem('test', (tx) => routesFor(tx, [seeded.phoneNumberId]));
    expect(again.get(seeded.phoneNumberId)?.pausedReason).toBe('token dead');
    await db.withTenant(seeded.workspaceId, systemActor, (tx) => decide(tx, seeded.numberId, 'active'));
    const accounts = await db.withSystem('test', (tx) => accountRoutesFor(tx, [seeded.accountRef]));
    expect(accounts.get(seeded.accountRef)).toMatchObject([{ accountId: seeded.accountId }]);
  });

  it('guesses the only active number, never one of two', async () => {
    const lonely = await testDatabase();
    const one = await seedWorkspace(lonely.db);
    const ask = () => lonely.db.withSystem('test', (tx) => onlyActiveNumber(tx));
    expect((await ask())?.numberId).toBe(one.numberId);
    await seedWorkspace(lonely.db);
    expect(await ask()).toBeNull();
  });
});

describe('apps', () => {
  it('opens all live secrets while one is rotated, and never loses the last', async () => {
    const app = await db.withSystem('test', (tx) =>
      addApp(tx, deps, { name: 'R', secret: 'old', verifyToken: 'v' }),
    );
    clock.advance(1000);
    await db.withSystem('test', (tx) => rotateSecret(tx, deps, { appId: app.id, secret: 'new' }));
    const mine = async () => (await loadDoor(db, testRing)).find((one) => one.id === app.id)!.secrets;
    expect(await mine()).toEqual(['new', 'old']);
    const row = (await db.withSystem('test', listDoorApps)).find((one) => one.id === app.id)!;
    await db.withSystem('test', (tx) => retireSecret(tx, { appId: app.id, secretId: row.secrets[1]!.id }));
    expect(await mine()).toEqual(['new']);
    expect(
      await refusal(
        db.withSystem('test', (tx) => retireSecret(tx, { appId: app.id, secretId: row.secrets[0]!.id })),
      ),
    ).toMatchObject({ code: 'last_secret' });
  });

  it('does not open a token that was pasted into another row', async () => {
    const [a, b] = [await seedWorkspace(db), await seedWorkspace(db)];
    const pasted = seal(
      testRing,
      { workspaceId: a.workspaceId, table: 'accounts', column: 'sealed_token', rowId: a.accountId },
      'secret',
    );
    await db.withSystem('test', (tx) =>
      tx.execute('update accounts set sealed_token = $1 where id = $2', [pasted, b.accountId]),
    );
    await expect(credentialFor(db, b.workspaceId, b.accountId)).rejects.toBeInstanceOf(AppError);
  });
});

describe('notices', () => {
  const notice = (
    seeded: { workspaceId: string; accountId: string },
    field: string,
    value: object,
    at = clock.now(),
  ): Notice => ({
    workspaceId: seeded.workspaceId,
    accountId: seeded.accountId,
    numberId: null,
    field,
    about: 'number',
    value: value as Record<string, unknown>,
    at,
  });

  it('changes speed, name, quality and bans, finds the number by its digits, keeps every word', async () => {
    const seeded = await seedWorkspace(db, { number: { displayPhoneNumber: '+1 555-000-7777' } });
    await db.withSystem('test', (tx) =>
      recordNotices(tx, [
        notice(seeded, 'phone_number_quality_update', {
          displayPhoneNumber: '15550007777',
          event: 'THROUGHPUT_UPGRADE',
          maxDailyConversationsPerBusiness: 'TIER_UNLIMITED',
        }),
        notice(seeded, 'phone_number_name_update', {
          displayPhoneNumber: '15550007777',
          decision: 'APPROVED',
          requestedVerifiedName: 'Acme\u0000 Ltd',
        }),
        notice(seeded, 'phone_number_quality_update', {
          displayPhoneNumber: '19990000000',
          event: 'FLAGGED',
        }),
        notice(seeded, 'account_update', {
          event: 'DISABLED_UPDATE',
          banInfo: { wabaBanState: 'DISABLE' },
        }),
        notice(seeded, 'something_new', { a: [1, { b: '\u0000' }] }),
      ]),
    );
    const read = () => db.withTenant(seeded.workspaceId, systemActor, (tx) => getNumber(tx, seeded.numberId));
    const number = await read();
    expect(number).toMatchObject({ mps: 1000, verifiedName: 'Acme Ltd', status: 'active' });
    expect(number.providerState).toMatchObject({ limit: { tier: 'TIER_UNLIMITED' }, ban: { banned: true } });
    expect(number.providerState).not.toHaveProperty('quality');
    await db.withSystem('test', (tx) =>
      recordNotices(tx, [
        notice(
          seeded,
          'account_update',
          { event: 'DISABLED_UPDATE', banInfo: { wabaBanState: 'REINSTATE' } },
          new Date(clock.now().getTime() + 1000),
        ),
      ]),
    );
    expect((await read()).providerState).toMatchObject({ ban: { banned: false } });
    const notices = await db.withTenant(seeded.workspaceId, systemActor, (tx) =>
      listNotices(tx, seeded.numberId, { limit: 50, after: null }),
    );
    expect(notices).toHaveLength(6);
    const names = await db.withSystem('test', (tx) =>
      tx.query<{ name: string }>('select name from events where workspace_id = $1', [seeded.workspaceId]),
    );
    expect(names.filter((event) => event.name === 'account.notice')).toHaveLength(6);
    expect(names.filter((event) => event.name === 'number.updated')).toHaveLength(2);
  });

  it('ends in the same state whatever the order, and takes any value', () => {
    const words = ['UPGRADE', 'FLAGGED', 'THROUGHPUT_UPGRADE', 'DOWNGRADE'];
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ event: fc.constantFrom(...words), t: fc.integer({ min: 0, max: 1e6 }) }), {
          selector: (one) => one.t,
          maxLength: 8,
        }),
        fc.infiniteStream(fc.nat()),
        (list, order) => {
          const effects = list.flatMap(({ event, t }) =>
            effectsOf({ field: 'phone_number_quality_update', value: { event } }).map((effect) => ({
              ...effect,
              at: new Date(t),
            })),
          );
          const inOrder = mergeEffects({}, effects).changes;
          let state: Record<string, unknown> = {};
          const shuffled = effects
            .map((effect) => ({ effect, key: order.next().value }))
            .sort((a, b) => a.key - b.key);
          for (const { effect } of shuffled) state = { ...state, ...mergeEffects(state, [effect]).changes };
          expect(state).toEqual(inOrder);
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('account_update', 'account_alerts', 'phone_number_name_update', 'history', 'x'),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (field, value) => void effectsOf({ field, value }),
      ),
    );
  });
});
