import { beforeEach, expect, it } from 'vitest';
import type { Seeded } from '../../../test/harness.ts';
import { inboundStage } from '../../../test/inbound-stage.ts';
import { newId } from '../../platform/ids.ts';
import { settlePending } from '../messages/index.ts';
import { said, told } from './testing.ts';

const { twoWorkspaces, db, clock, query, apply, eventsOf, conversationsOf, sentMessage, messageRow } =
  await inboundStage();

let one: Seeded;
let two: Seeded;
beforeEach(async () => {
  [one, two] = await twoWorkspaces();
});

it('shows the highest status in any order, keeps each once, and tells no late one', async () => {
  const orders = [
    ['sent', 'delivered', 'read'],
    ['read', 'delivered', 'sent'],
    ['read', 'sent', 'read', 'delivered', 'sent'],
    ['failed', 'delivered', 'read', 'sent'],
  ];
  for (const [i, order] of orders.entries()) {
    for (const together of [true, false]) {
      const wamid = `wamid.order.${one.phoneNumberId}.${i}.${together}`;
      const id = await sentMessage(one, wamid);
      const statuses = order.map((status) =>
        told(wamid, status, {
          ...(status === 'failed' ? { errors: [{ code: 131026, title: 't' }] } : {}),
          ...(status === 'sent' ? { pricing: { billable: true, category: 'service' } } : {}),
        }),
      );
      if (together) await apply(one, { statuses });
      else for (const status of statuses) await apply(one, { statuses: [status] });
      expect(await messageRow(id)).toMatchObject({
        status: 'read',
        rank: 5,
        error: null,
        pricing: { category: 'service' },
      });
      expect(await query('select 1 from message_statuses where message_id = $1', [id])).toHaveLength(
        new Set(order).size,
      );
    }
  }
  const wamid = `wamid.late.${one.phoneNumberId}`;
  const id = await sentMessage(one, wamid);
  await apply(one, { statuses: [told(wamid, 'read')] });
  await apply(one, { statuses: [told(wamid, 'delivered'), told(wamid, 'sent')] });
  const names = (await eventsOf(one))
    .filter((event) => event.data.messageId === id)
    .map((event) => event.name);
  expect(names).toEqual(['message.read']);
});

it('says why a message failed, and takes 131050 as the person’s word about marketing', async () => {
  const wamid = `wamid.f.${one.phoneNumberId}`;
  const id = await sentMessage(one, wamid);
  await apply(one, {
    statuses: [
      told(wamid, 'failed', {
        errors: [
          { code: 131050, title: 'Stopped', message: 'Stopped', error_data: { details: 'No marketing' } },
        ],
      }),
    ],
  });
  expect(await messageRow(id)).toMatchObject({
    status: 'failed',
    error: { code: '131050', kind: 'marketing-stopped', message: 'No marketing' },
  });
  const [contact] = await query<{ marketing_stopped_at: Date | null; opted_out: boolean }>(
    'select p.* from contacts p join messages m on m.workspace_id = p.workspace_id and m.contact_id = p.id where m.id = $1',
    [id],
  );
  expect(contact).toMatchObject({ marketing_stopped_at: expect.any(Date), opted_out: false });
});

it('keeps one status per participant of a group', async () => {
  const wamid = `wamid.g.${one.phoneNumberId}`;
  const id = await sentMessage(one, wamid);
  await apply(one, {
    statuses: [
      told(wamid, 'delivered', { participant: '1' }),
      told(wamid, 'delivered', { participant: '2' }),
      told(wamid, 'read', { participant: '2' }),
    ],
  });
  expect(await query('select 1 from message_statuses where message_id = $1', [id])).toHaveLength(3);
  expect(await messageRow(id)).toMatchObject({ status: 'read' });
});

it('waits with statuses of a message whose id is not stored yet, and calls them foreign after ten minutes', async () => {
  const wamid = `wamid.w.${one.phoneNumberId}`;
  await apply(one, {
    statuses: [told(wamid, 'delivered'), told(wamid, 'sent'), told(`${wamid}.foreign`, 'read')],
  });
  const id = await sentMessage(one, wamid);
  expect(await settlePending(db)).toBe(1);
  expect(await messageRow(id)).toMatchObject({ status: 'delivered' });
  const pending = () =>
    query<{ foreign_at: Date | null }>('select foreign_at from pending_statuses where workspace_id = $1', [
      one.workspaceId,
    ]);
  expect(await pending()).toEqual([{ foreign_at: null }]);
  clock.advance(10 * 60 * 1000 + 1);
  try {
    await settlePending(db);
    expect(await pending()).toEqual([{ foreign_at: expect.any(Date) }]);
  } finally {
    clock.set('2026-11-20T12:00:00Z');
  }
});

it('finds a message by the attempt that its status names, of this number only', async () => {
  const attempt = async (seeded: Seeded) => {
    const id = await sentMessage(seeded, null);
    const attemptId = newId();
    await query(
      'insert into message_attempts (workspace_id, id, message_id, number_id, n, started_at) values ($1, $2, $3, $4, 1, $5)',
      [seeded.workspaceId, attemptId, id, seeded.numberId, clock.now().toISOString()],
    );
    await query(
      "insert into send_queue (workspace_id, message_id, number_id, conversation_id, state, due_at, attempts, attempt_id) select workspace_id, id, number_id, conversation_id, 'unconfirmed', $2, 1, $3 from messages where id = $1",
      [id, clock.now().toISOString(), attemptId],
    );
    return { id, attemptId };
  };
  const mine = await attempt(one);
  const theirs = await attempt(two);
  await apply(one, {
    statuses: [
      told('wamid.mine', 'sent', { callbackData: mine.attemptId }),
      told('wamid.mine', 'delivered', { callbackData: mine.attemptId }),
      told('wamid.theirs', 'read', { callbackData: theirs.attemptId }),
    ],
  });
  expect(await messageRow(mine.id)).toMatchObject({ status: 'delivered', provider_message_id: 'wamid.mine' });
  expect(await query('select 1 from send_queue where message_id = $1', [mine.id])).toHaveLength(0);
  expect(await messageRow(theirs.id)).toMatchObject({ status: 'queued', provider_message_id: null });
});

it('learns from a status which phone a BSUID has', async () => {
  const wamid = `wamid.l.${one.phoneNumberId}`;
  await sentMessage(one, wamid);
  await apply(one, { statuses: [told(wamid, 'sent', { recipient: '16505550000', userId: 'US.linked' })] });
  await apply(one, { messages: [said('it is me', { from: null, userId: 'US.linked' })] });
  expect(await conversationsOf(one)).toHaveLength(1);
});
