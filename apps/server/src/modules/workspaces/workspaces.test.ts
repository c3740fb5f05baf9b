import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import {
  countUsage,
  createWorkspace,
  defaultStopWords,
  limitsFor,
  parseSettings,
  readUsage,
  readWorkspace,
  seedPlans,
  settingsOfNew,
  updateWorkspace,
  workspaceSettings,
  workspacesFor,
} from './index.ts';

const { db, clock } = await testDatabase();
const create = (name: string, more: object = {}) =>
  db.withSystem('test', (tx) => createWorkspace(tx, { name, ...more }));

describe('workspaces', () => {
  it('have complete settings from the start, and PATCH changes only what it names', async () => {
    const { id } = await create('Acme', { settings: { autoReply: false } });
    const read = () => db.withTenant(id, systemActor, readWorkspace);
    expect((await read()).settings).toEqual({ ...workspaceSettings.parse({}), autoReply: false });
    await db.withTenant(id, systemActor, (tx) =>
      updateWorkspace(tx, { name: 'Acme Ltd', settings: { consentScope: 'marketing' } }),
    );
    expect(await read()).toMatchObject({
      name: 'Acme Ltd',
      settings: { autoReply: false, consentScope: 'marketing', stopWords: [...defaultStopWords] },
    });
  });

  it('begin with what the installation says about unknown sends', async () => {
    const { settings } = await create('Careful', { settings: settingsOfNew({ unknownSends: 'never' }) });
    expect(settings.unknownSends).toBe('leave');
    const bold = await create('Bold', { settings: settingsOfNew({ unknownSends: 'resend' }) });
    expect(bold.settings.unknownSends).toBe('resend');
  });

  it('are not seen from another one', async () => {
    const [a, b] = [await create('A'), await create('B')];
    const seen = await db.withTenant(a.id, systemActor, (tx) => workspacesFor(tx, [a.id, b.id]));
    expect([...seen.keys()]).toEqual([a.id]);
    const all = await db.withSystem('test', (tx) => workspacesFor(tx, [a.id, b.id, a.id]));
    expect(all.size).toBe(2);
  });

  it('call the hook in the transaction that makes them', async () => {
    const failing = db.withSystem('test', (tx) =>
      createWorkspace(tx, { name: 'Doomed' }, { onWorkspaceCreated: () => Promise.reject(new Error('no')) }),
    );
    await expect(failing).rejects.toThrow('no');
    const left = await db.withSystem('test', (tx) =>
      tx.query("select 1 from workspaces where name = 'Doomed'"),
    );
    expect(left).toEqual([]);
    await expect(create(' ')).rejects.toMatchObject({ status: 400 });
    await expect(create('X', { plan: 'gold' })).rejects.toMatchObject({ status: 400 });
  });

  it('read any stored settings without throwing, keeping what still fits', () => {
    expect(parseSettings({ autoReply: false, consentScope: 'nonsense', left: 'over' })).toEqual({
      ...workspaceSettings.parse({}),
      autoReply: false,
    });
    fc.assert(
      fc.property(fc.anything(), (stored) => {
        expect(workspaceSettings.safeParse(parseSettings(stored)).success).toBe(true);
      }),
    );
  });
});

describe('plans', () => {
  it("are seeded once and keep an operator's change", async () => {
    await db.withSystem('test', seedPlans);
    await db.withSystem('test', (tx) =>
      tx.execute("update plans set messages_per_minute = 7 where name = 'team'"),
    );
    await db.withSystem('test', seedPlans);
    const [free, pro, unlimited] = [
      await create('F'),
      await create('P', { plan: 'team' }),
      await create('U', { plan: 'unlimited' }),
    ];
    expect((await limitsFor(db, free.id)).messagesPerMinute).toBe(100);
    expect((await limitsFor(db, pro.id)).messagesPerMinute).toBe(7);
    expect(await limitsFor(db, unlimited.id)).toMatchObject({ messagesPerMonth: null, numbers: null });
  });
});

describe('usage', () => {
  it('adds up over concurrent batches of many workspaces, by month', async () => {
    const [a, b] = [await create('UA'), await create('UB')];
    const batch = () =>
      db.withSystem('test', (tx) =>
        countUsage(tx, [
          { workspaceId: b.id, metric: 'messages.sent', count: 2 },
          { workspaceId: a.id, metric: 'messages.sent', count: 1 },
          { workspaceId: a.id, metric: 'messages.received', count: 3 },
          { workspaceId: a.id, metric: 'messages.sent', count: 1 },
          { workspaceId: a.id, metric: 'nothing', count: 0 },
        ]),
      );
    await Promise.all(Array.from({ length: 40 }, batch));
    const usage = (id: typeof a.id) => db.withTenant(id, systemActor, (tx) => readUsage(tx));
    expect(await usage(a.id)).toEqual({ 'messages.received': 120, 'messages.sent': 80 });
    expect(await usage(b.id)).toEqual({ 'messages.sent': 80 });
    const before = clock.now();
    clock.advance(31 * 86_400_000);
    expect(await usage(a.id)).toEqual({});
    clock.set(before);
  });
});
