/** Tokens that lie in AWS Secrets Manager: their way there, back, and out of it. */
import { createProviders } from '@chaski/providers';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { awsDouble } from '../../../test/aws.ts';
import { seedWorkspace, testDatabase, testRing } from '../../../test/harness.ts';
import { systemActor, type TenantTx } from '../../platform/db/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { awsVault, remembering } from '../../platform/keys/index.ts';
import { createLog } from '../../platform/log.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { unseal } from '../../platform/seal.ts';
import { getAccount } from './account.ts';
import { addAccount, prepareAccount } from './account-add.ts';
import { changeAccount, prepareChange, prepareRemoval, removeAccount } from './account-change.ts';
import type { AccountDeps } from './account-check.ts';
import { presentAccount } from './account-present.ts';
import {
  addApp,
  credentialFor,
  dropTokenHandler,
  forgetCredential,
  moveTokens,
  pauseAccount,
  useKeyRing,
} from './index.ts';
import { tokenPlace } from './token.ts';

const t = await testDatabase();
const { db } = t;
await registerJobs(db);
const aws = await awsDouble();
const providers = createProviders();
afterAll(async () => {
  await providers.close();
  await aws.close();
});
await db.withSystem('test', (tx) =>
  addApp(tx, { ring: testRing }, { name: 'Meta', secret: 'a'.repeat(32), verifyToken: 'v', isDefault: true }),
);

/** As a process with this configuration; a fresh one remembers nothing. */
function configured(keeps: boolean | null): void {
  const vault = () => remembering(awsVault({ ...aws.address, prefix: 'chaski/tokens' }));
  useKeyRing(db, testRing, keeps === null ? null : { vault: vault(), keeps });
}
beforeEach(() => {
  aws.secrets.clear();
  aws.denied.clear();
  aws.failing.times = 0;
  configured(true);
});

const deps: AccountDeps = {
  db,
  ring: testRing,
  simulator: null,
  graph: { baseUrl: 'http://127.0.0.1:1', version: 'v24.0' },
  ycloud: { baseUrl: 'http://127.0.0.1:1' },
  calls: 'unchecked',
  addressOf: () => null,
};
const inWorkspace = <T>(workspaceId: WorkspaceId, fn: (tx: TenantTx) => Promise<T>) =>
  db.withTenant(workspaceId, systemActor, fn);

let accounts = 0;
async function company(): Promise<WorkspaceId> {
  return (await seedWorkspace(db)).workspaceId;
}
async function add(workspaceId: WorkspaceId, token: string) {
  accounts += 1;
  const prepared = await prepareAccount(deps, workspaceId, {
    provider: 'cloud',
    ref: `ref-${accounts}`,
    token,
  });
  return inWorkspace(workspaceId, (tx) => addAccount(tx, deps, prepared));
}
async function replace(workspaceId: WorkspaceId, id: string, token: string) {
  const before = await inWorkspace(workspaceId, (tx) => getAccount(tx, id));
  const kept = await prepareChange(deps, before, { token });
  return inWorkspace(workspaceId, (tx) => changeAccount(tx, deps, id, { token }, kept));
}
/** What a worker would do with what waits, due or not. */
async function work(): Promise<void> {
  const jobs = await db.withSystem('test', (tx) =>
    tx.query<{ id: string; payload: { workspaceId: string; payload: unknown } }>(
      `select j.id, j.payload from graphile_worker._private_jobs j
         join graphile_worker._private_tasks k on k.id = j.task_id
        where k.identifier = 'numbers.drop-token' order by j.id`,
    ),
  );
  for (const { payload } of jobs) {
    await dropTokenHandler(db).run(payload.payload, {
      workspaceId: payload.workspaceId,
      attempt: 1,
      log: createLog('silent'),
      signal: new AbortController().signal,
    });
  }
}
const rowOf = async (id: string) => {
  const [row] = await db.withSystem('test', (tx) =>
    tx.query<{ workspace_id: string; sealed_token: string; token_in: string; paused_reason: string | null }>(
      'select workspace_id, sealed_token, token_in, paused_reason from accounts where id = $1',
      [id],
    ),
  );
  return { ...row!, text: unseal(testRing, tokenPlace(row!.workspace_id, id), row!.sealed_token) };
};
const tokenOf = async (workspaceId: string, id: string) => {
  forgetCredential(db, id);
  return (await credentialFor(db, workspaceId, id)).token;
};
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => error,
  );

describe('a token in the vault', () => {
  it('is created there; the row holds its sealed name, the API says where it lies', async () => {
    const workspaceId = await company();
    const account = await add(workspaceId, 'EAA-created');
    const row = await rowOf(account.id);
    expect(row.token_in).toBe('aws');
    expect(row.text).toMatch(new RegExp(`^chaski/tokens/${workspaceId}/[0-9a-f-]{36}$`));
    expect(aws.secrets.get(row.text)).toBe('EAA-created');
    expect(presentAccount(account, () => null)).toMatchObject({ hasToken: true, tokenIn: 'aws' });
    expect(await tokenOf(workspaceId, account.id)).toBe('EAA-created');
    // The job that was to clean up after a death finds it in use.
    await work();
    expect(aws.secrets.size).toBe(1);
  });

  it('is rotated: the new one counts, the old one goes', async () => {
    const workspaceId = await company();
    const { id } = await add(workspaceId, 'EAA-old');
    await replace(workspaceId, id, 'EAA-new');
    expect(await tokenOf(workspaceId, id)).toBe('EAA-new');
    expect([...aws.secrets.values()].sort()).toEqual(['EAA-new', 'EAA-old']);
    await work();
    expect([...aws.secrets.values()]).toEqual(['EAA-new']);
    expect(await tokenOf(workspaceId, id)).toBe('EAA-new');
  });

  it('goes with its account, and one that was never stored in a row goes as well', async () => {
    const workspaceId = await company();
    const { id } = await add(workspaceId, 'EAA-deleted');
    await prepareAccount(deps, workspaceId, { provider: 'cloud', ref: 'never-stored', token: 'EAA-orphan' });
    expect(aws.secrets.size).toBe(2);
    await prepareRemoval(deps, await inWorkspace(workspaceId, (tx) => getAccount(tx, id)));
    await inWorkspace(workspaceId, (tx) => removeAccount(tx, deps, id));
    await work();
    expect(aws.secrets.size).toBe(0);
  });

  it('of the simulator stays in its row: it is no secret', async () => {
    const { accountId, workspaceId } = await seedWorkspace(db, { token: 'mock_one' });
    expect(await moveTokens(db, { ring: testRing, to: 'aws', actor: systemActor })).toMatchObject({
      failed: [],
    });
    expect(await rowOf(accountId)).toMatchObject({ token_in: 'database', text: 'mock_one' });
    expect(await tokenOf(workspaceId, accountId)).toBe('mock_one');
  });
});

describe('the vault away', () => {
  it('or denied: nothing is stored, neither there nor here, and it says why', async () => {
    const workspaceId = await company();
    aws.denied.add('CreateSecret');
    const counted = () =>
      db.withSystem('test', (tx) =>
        tx.query('select 1 from accounts where workspace_id = $1', [workspaceId]),
      );
    const before = (await counted()).length;
    const said = await refusal(add(workspaceId, 'EAA-denied'));
    expect(said).toMatchObject({ code: 'vault_unavailable', status: 503 });
    expect(String(said)).toMatch(/CreateSecret: 400 AccessDeniedException/);
    expect(String(said)).not.toContain('EAA-denied');
    expect((await counted()).length).toBe(before);
  });

  it('is never fallen back from: what it has is asked of it, and of nobody else', async () => {
    const workspaceId = await company();
    const { id } = await add(workspaceId, 'EAA-away');
    configured(true);
    aws.denied.add('GetSecretValue');
    expect(await refusal(tokenOf(workspaceId, id))).toMatchObject({
      code: 'vault_unavailable',
      message: expect.stringContaining('AccessDeniedException'),
    });
    configured(null);
    expect(await refusal(tokenOf(workspaceId, id))).toMatchObject({
      code: 'vault_unavailable',
      message: expect.stringContaining('USE_AWS_SECRETS is off'),
    });
    // No more goes there, and what is there is read.
    aws.denied.clear();
    configured(false);
    expect(await tokenOf(workspaceId, id)).toBe('EAA-away');
  });

  it('with its secret deleted there: said so, a new token heals it, and the account can go', async () => {
    const workspaceId = await company();
    const { id } = await add(workspaceId, 'EAA-lost');
    const other = await add(workspaceId, 'EAA-lost-too');
    aws.secrets.clear();
    configured(true);
    expect(await refusal(tokenOf(workspaceId, id))).toMatchObject({
      message: expect.stringContaining('ResourceNotFoundException'),
    });
    await replace(workspaceId, id, 'EAA-again');
    expect(await tokenOf(workspaceId, id)).toBe('EAA-again');
    await prepareRemoval(deps, other);
    await inWorkspace(workspaceId, (tx) => removeAccount(tx, deps, other.id));
    await work();
    expect([...aws.secrets.values()]).toEqual(['EAA-again']);
  });
});

describe('moving', () => {
  it('what was saved before goes at its next save, or all of it by command, and back', async () => {
    const workspaceId = await company();
    configured(false);
    const first = await add(workspaceId, 'EAA-first');
    const second = await add(workspaceId, 'EAA-second');
    expect(first.tokenIn).toBe('database');
    expect(aws.secrets.size).toBe(0);

    configured(true);
    expect((await replace(workspaceId, first.id, 'EAA-saved')).tokenIn).toBe('aws');
    await db.withSystem('test', (tx) => pauseAccount(tx, workspaceId, second.id, '190: dead'));
    const there = await moveTokens(db, { ring: testRing, to: 'aws', actor: systemActor });
    expect(there.failed).toEqual([]);
    expect(there.moved).toBeGreaterThan(0);
    // A move is no new token: the pause stays.
    expect(await rowOf(second.id)).toMatchObject({ token_in: 'aws', paused_reason: '190: dead' });
    expect(await tokenOf(workspaceId, second.id)).toBe('EAA-second');
    const lines = await db.withSystem('test', (tx) =>
      tx.query("select after from audit where target_id = $1 and after ->> 'credentials' = 'moved'", [
        second.id,
      ]),
    );
    expect(lines).toHaveLength(1);

    configured(false);
    aws.denied.add('GetSecretValue');
    const denied = await moveTokens(db, { ring: testRing, to: 'database', actor: systemActor });
    expect(denied.moved).toBe(0);
    expect(denied.failed.map(({ accountId }) => accountId)).toContain(second.id);
    aws.denied.clear();
    configured(false);
    const back = await moveTokens(db, { ring: testRing, to: 'database', actor: systemActor });
    expect(back.failed.filter(({ accountId }) => accountId === second.id)).toEqual([]);
    expect(await rowOf(second.id)).toMatchObject({ token_in: 'database', text: 'EAA-second' });
    await work();
    expect([...aws.secrets.values()].filter((token) => token === 'EAA-second')).toEqual([]);
  });
});
