import { beforeEach, expect, it } from 'vitest';
import { type Seeded, seedWorkspace } from '../../../test/harness.ts';
import { inboundStage } from '../../../test/inbound-stage.ts';
import { hashOf } from './accept.ts';
import { applyBodies } from './apply.ts';
import { listParked, replay, replayNumber } from './index.ts';
import { bodyOf, change, said, told } from './testing.ts';

const {
  twoWorkspaces,
  db,
  clock,
  deps,
  post,
  query,
  work,
  bodyFor,
  apply,
  messagesOf,
  state,
  sentMessage,
  messageRow,
} = await inboundStage();

let one: Seeded;
let two: Seeded;
beforeEach(async () => {
  [one, two] = await twoWorkspaces();
});

it('goes on receiving for suspended numbers and workspaces', async () => {
  const wamid = `wamid.susp.${one.phoneNumberId}`;
  const id = await sentMessage(one, wamid);
  await query("update numbers set status = 'suspended' where id = $1", [one.numberId]);
  await query("update workspaces set status = 'suspended' where id = $1", [two.workspaceId]);
  await apply(one, { messages: [said('still here')], statuses: [told(wamid, 'delivered')] });
  await apply(two, { messages: [said('here too')] });
  expect((await messagesOf(one)).filter((row) => row.direction === 'in')).toHaveLength(2);
  expect(await messageRow(id)).toMatchObject({ status: 'delivered' });
  expect(await messagesOf(two)).toHaveLength(1);
  for (const { phoneNumberId } of [one, two]) expect(await listParked(db, { phoneNumberId })).toEqual([]);
});

it('replays a number when it is activated or added, and what a range applied', async () => {
  const pending = await seedWorkspace(db, { number: { status: 'pending' } });
  const body = bodyOf([change(pending.phoneNumberId, { messages: [said('early')] })]);
  const others = bodyOf([change(pending.phoneNumberId, { messages: [said('of another app')] })]);
  await applyBodies(deps, [bodyFor(body, pending.appId), bodyFor(others, one.appId)]);
  await query("update numbers set status = 'active' where id = $1", [pending.numberId]);
  expect(await replayNumber(deps, pending.phoneNumberId)).toEqual({ bodies: 1, items: 1, parked: 0 });
  expect(await messagesOf(pending)).toHaveLength(1);
  expect(await listParked(db, { phoneNumberId: pending.phoneNumberId })).toMatchObject([
    { reason: 'wrong-app' },
  ]);

  const late = await seedWorkspace(db, { number: { status: 'pending' } });
  await post(bodyOf([change(late.phoneNumberId, { messages: [said('early')] })]), late.appId);
  await work();
  expect(await listParked(db, { phoneNumberId: late.phoneNumberId })).toHaveLength(1);
  await query("update numbers set status = 'active' where id = $1", [late.numberId]);
  const [last] = await query<{ n: number }>('select max(n) as n from raw_events');
  await replay(deps, { range: { from: last!.n, to: last!.n } });
  expect(await messagesOf(late)).toHaveLength(1);
  expect(await listParked(db, { phoneNumberId: late.phoneNumberId })).toEqual([]);
});

it('parks what it may not apply yet, and applies it by replay, once', async () => {
  const pending = await seedWorkspace(db, { number: { status: 'pending' } });
  const body = bodyOf([
    change(pending.phoneNumberId, { messages: [said('early')] }),
    change('999000999', { messages: [said('nobody')] }),
  ]);
  await post(body, pending.appId);
  await work();
  const [parked] = await listParked(db, { phoneNumberId: pending.phoneNumberId });
  expect(parked).toMatchObject({ reason: 'number-not-active', workspaceId: pending.workspaceId });
  expect(await listParked(db, { phoneNumberId: '999000999' })).toMatchObject([{ reason: 'unknown-number' }]);

  await replay(deps, { parked: { phoneNumberId: pending.phoneNumberId } });
  expect(await listParked(db, { phoneNumberId: pending.phoneNumberId })).toHaveLength(1);
  expect(await messagesOf(pending)).toHaveLength(0);

  await query("update numbers set status = 'active' where id = $1", [pending.numberId]);
  await replay(deps, { parked: {} });
  expect(await messagesOf(pending)).toHaveLength(1);
  expect(await listParked(db, { phoneNumberId: pending.phoneNumberId })).toHaveLength(0);
  expect(await listParked(db, { phoneNumberId: '999000999' })).toHaveLength(1);
  const before = await state();
  await replay(deps, { parked: {} });
  const [{ min, max }] = (await query<{ min: number; max: number }>(
    'select min(n), max(n) from raw_events',
  )) as [{ min: number; max: number }];
  await replay(deps, { range: { from: min, to: max } });
  expect(await state()).toBe(before);
});

it('parks unreadable parts and applies their neighbours', async () => {
  await post(Buffer.from('this is no JSON'), one.appId);
  await post(
    bodyOf([
      change(one.phoneNumberId, { messages: ['nonsense', said('sense'), said('nobody', { from: null })] }),
    ]),
    one.appId,
  );
  await work();
  expect(await messagesOf(one)).toHaveLength(1);
  const reasons = (await listParked(db, { reason: 'unreadable' })).map((row) => row.reason);
  expect(reasons.filter((reason) => reason === 'unreadable').length).toBeGreaterThanOrEqual(3);
});

it('changes nothing when the same comes again: at once, the next day, or in other bodies', async () => {
  await sentMessage(one, 'wamid.out');
  const notice = {
    field: 'account_update',
    value: { event: 'ACCOUNT_VIOLATION', violation_info: { violation_type: 'ADULT' } },
  };
  const parts = [
    change(one.phoneNumberId, { messages: [said('once', { id: 'wamid.once' })] }),
    change(one.phoneNumberId, { statuses: [told('wamid.out', 'sent'), told('wamid.out', 'read')] }),
    {
      field: 'user_preferences',
      value: {
        metadata: { phone_number_id: one.phoneNumberId },
        user_preferences: [
          { wa_id: '16505551234', category: 'marketing_messages', value: 'stop', timestamp: 1763640000 },
        ],
      },
    },
    notice,
  ];
  const whole = bodyOf(parts, one.accountRef);
  await post(whole, one.appId);
  await work();
  const before = await state();
  expect(JSON.parse(before).notices).not.toHaveLength(0);
  expect(JSON.parse(before).consents).not.toHaveLength(0);
  await post(whole, one.appId);
  for (const part of parts) await post(bodyOf([part], one.accountRef), one.appId);
  await work();
  expect(await state()).toBe(before);
  clock.advance(24 * 60 * 60 * 1000);
  try {
    await post(whole, one.appId);
    await work(2);
    const days = await query<{ count: number }>(
      'select count(distinct day) from raw_events where hash = $1',
      [hashOf('cloud', one.appId, whole)],
    );
    expect(days[0]!.count).toBe(2);
    expect(await state()).toBe(before);
  } finally {
    clock.set('2026-11-20T12:00:00Z');
  }
});
