import type { EchoItem, SendCall, SendOutcome, StatusItem } from '@chaski/providers';
import { afterEach, describe, expect, it } from 'vitest';
import { testDatabase, testRing, until } from '../../../test/harness.ts';
import { routesFor, useKeyRing } from '../numbers/index.ts';
import { applyStatuses, foreignAfterMs, settlePending } from './apply-status.ts';
import { retryDead } from './dead.ts';
import type { Delivery } from './deliver.ts';
import { readMessage } from './read.ts';
import { receiveMany } from './receive.ts';
import { type Place, stageOn, statusItem } from './testing.ts';

const stage = await stageOn(await testDatabase({ poolSize: 16 }));
const { clock, query } = stage;

let deliveries: Delivery[] = [];
afterEach(async () => {
  for (const delivery of deliveries) await delivery.abandon();
  deliveries = [];
});

/** A provider whose answers the test gives one by one. */
function byHand() {
  const calls: { attemptId: string; answer(outcome: SendOutcome): void }[] = [];
  const send = (call: SendCall) =>
    new Promise<SendOutcome>((answer) => calls.push({ attemptId: call.callbackData ?? '', answer }));
  const delivery = stage.deliver({ provider: () => ({ ...stage.provider, send }) });
  deliveries.push(delivery);
  return { calls, delivery, called: (n: number) => until(`call ${n}`, async () => calls.length === n) };
}

const lost: SendOutcome = { outcome: 'unknown', reason: 'connection reset', httpStatus: null };
const accepted = (providerMessageId: string): SendOutcome => ({
  outcome: 'accepted',
  providerMessageId,
  recipient: { phone: null, userId: null, parentUserId: null, username: null, profileName: null },
  messageStatus: null,
});
const refusedFor = (retry: 'later' | 'never'): SendOutcome => ({
  outcome: 'refused',
  error: { code: 131000, title: 'Something went wrong', message: 'm', details: null, href: null },
  class: retry === 'later' ? { retry, slow: 'message' } : { retry },
  httpStatus: 500,
});

async function word(place: Place, attemptId: string, wamid: string, status: StatusItem['status']) {
  await stage.db.withSystem('test: a word', async (tx) => {
    const route = (await routesFor(tx, [place.phoneNumberId])).get(place.phoneNumberId)!;
    const failure = { code: 131026, title: 'undeliverable', message: 'm', details: null, href: null };
    const item: StatusItem = {
      ...statusItem(place, { providerMessageId: wamid, attemptId, at: clock.now() }),
      status,
      errors: status === 'failed' ? [failure] : [],
    };
    await applyStatuses(tx, [{ route, item, receivedAt: clock.now() }]);
  });
}

/** Our own message, as WhatsApp tells a phone of the business about it. */
async function echo(place: Place, wamid: string) {
  await stage.db.withSystem('test: an echo', async (tx) => {
    const route = (await routesFor(tx, [place.phoneNumberId])).get(place.phoneNumberId)!;
    const item: EchoItem = {
      kind: 'echo',
      path: 'entry/0/changes/0/value/message_echoes/0',
      phoneNumberId: place.phoneNumberId,
      accountRef: null,
      displayPhoneNumber: null,
      providerMessageId: wamid,
      at: clock.now(),
      groupId: null,
      to: { phone: place.phone, userId: null, parentUserId: null, username: null, profileName: null },
      content: { type: 'text', text: { body: 'hello' } },
      context: null,
    };
    await receiveMany(tx, [{ route, item, providerMessageId: wamid, at: clock.now() }]);
  });
}

/** Later by the clock too: ids of one millisecond are in random order. */
const again = (place: Place, messageId: string) => {
  clock.advance(5);
  return stage.db.withSystem('test: again', (tx) =>
    retryDead(tx, [{ workspaceId: place.workspaceId, messageId }]),
  );
};
const outcomes = async (id: string) =>
  (
    await query<{ outcome: string | null }>(
      'select outcome from message_attempts where message_id = $1 order by id',
      [id],
    )
  ).map((row) => row.outcome);
const queued = (id: string) => query('select state from send_queue where message_id = $1', [id]);

/** A message whose first call stayed without answer and whose second is in flight. */
async function twice() {
  const place = await stage.place();
  const hand = byHand();
  const id = await stage.say(place, 'hello');
  await hand.called(1);
  hand.calls[0]!.answer(lost);
  await stage.becomes(id, 'unconfirmed');
  expect(await again(place, id)).toBe(1);
  await hand.called(2);
  return { place, id, ...hand };
}

describe('a second attempt in flight while the first turns out to have arrived', () => {
  it.each([
    ['refused for now', refusedFor('later')],
    ['refused for good', refusedFor('never')],
    ['without answer', lost],
    ['not made', { outcome: 'not-sent', reason: 'no connection' } as const],
  ])('ends the matter: %s', async (_, outcome) => {
    const { place, id, calls, delivery } = await twice();
    await word(place, calls[0]!.attemptId, 'wamid.FIRST', 'delivered');
    calls[1]!.answer(outcome);
    await until('its outcome is written', async () => (await outcomes(id))[1] === outcome.outcome);
    expect(await queued(id)).toEqual([]);
    expect(await stage.status(id)).toBe('delivered');
    expect(await again(place, id)).toBe(0);
    clock.advance(3_600_000);
    delivery.wake();
    const other = await stage.person(place);
    const next = await stage.say({ ...place, ...other }, 'a look');
    await until('another look', async () => calls.length === 3);
    calls[2]!.answer(accepted(`wamid.${next}`));
    await stage.becomes(next, 'accepted');
    expect(await outcomes(id)).toEqual(['accepted', outcome.outcome]);
    const [row] = await query('select error, failed_at from messages where id = $1', [id]);
    expect(row).toEqual({ error: null, failed_at: null });
  });

  it('makes no call for a row that was queued all the same', async () => {
    const place = await stage.place();
    const { calls } = byHand();
    const id = await stage.say(place, 'hello');
    await until('call', async () => calls.length === 1);
    calls[0]!.answer(accepted(`wamid.${id}`));
    await stage.becomes(id, 'accepted');
    clock.advance(5);
    await query(
      `insert into send_queue (workspace_id, message_id, number_id, conversation_id, due_at)
       values ($1, $2, $3, $4, $5)`,
      [place.workspaceId, id, place.numberId, place.conversationId, clock.now().toISOString()],
    );
    deliveries[0]!.wake();
    await until('the row is gone', async () => (await queued(id)).length === 0);
    expect(calls).toHaveLength(1);
    expect(await outcomes(id)).toEqual(['accepted', 'not-sent']);
  });
});

describe('whoever ends', () => {
  it('by a crash leaves a claim that is settled although its number has nothing else to send', async () => {
    const place = await stage.place();
    const { called, delivery } = byHand();
    const id = await stage.say(place, 'hello');
    await called(1);
    await delivery.abandon();
    byHand();
    await stage.becomes(id, 'unconfirmed');
    expect(await outcomes(id)).toEqual(['unknown']);
  });

  it('by stopping writes the results of calls that had not begun yet', async () => {
    const place = await stage.place();
    let reading = false;
    let read = () => {};
    const { db } = stage;
    const slow: typeof db = {
      ...db,
      withSystem: async (reason, fn) => {
        if (reason === 'templates at hand-over') {
          reading = true;
          await new Promise<void>((resolve) => {
            read = resolve;
          });
        }
        return db.withSystem(reason, fn);
      },
    };
    useKeyRing(slow, testRing);
    const delivery = stage.deliver({ db: slow });
    const id = await stage.say(place, '', {
      content: { type: 'template', template: { name: 'hello', language: { code: 'en' } } },
    });
    await until('its template is being read', async () => reading);
    const stopping = delivery.stop();
    read();
    await stopping;
    expect(await outcomes(id)).toEqual(['not-sent']);
    expect(await queued(id)).toEqual([{ state: 'due' }]);
    await query('delete from send_queue where message_id = $1', [id]);
  });
});

describe('a first attempt that failed after the second was made', () => {
  const words = async (place: Place, id: string) =>
    (await stage.tenant(place, (tx) => readMessage(tx, id))).statuses.map(
      (row) => `${row.status} ${row.providerMessageId.split('.')[1]}`,
    );
  const failures = (id: string) =>
    query("select 1 from events where name = 'message.failed' and data->>'messageId' = $1", [id]);

  it.each([true, false])(
    'does not make the message failed (before the second is accepted: %s)',
    async (failsFirst) => {
      const { place, id, calls } = await twice();
      const first = `wamid.FIRST.${id}`;
      const second = `wamid.SECOND.${id}`;
      const fail = () => word(place, calls[0]!.attemptId, first, 'failed');
      if (failsFirst) await fail();
      expect(await queued(id)).toEqual([{ state: 'claimed' }]);
      calls[1]!.answer(accepted(second));
      await stage.becomes(id, 'accepted');
      if (!failsFirst) await fail();
      expect(await stage.status(id)).toBe('accepted');
      for (const status of ['sent', 'delivered', 'read'] as const)
        await word(place, calls[1]!.attemptId, second, status);
      expect(await stage.status(id)).toBe('read');
      expect((await words(place, id)).sort()).toEqual([
        'delivered SECOND',
        'failed FIRST',
        'read SECOND',
        'sent SECOND',
      ]);
      expect(await failures(id)).toEqual([]);
      expect(await query('select 1 from pending_statuses')).toEqual([]);
    },
  );

  it('keeps what is said of both ids of a message that arrived twice', async () => {
    const { place, id, calls } = await twice();
    const ids = [`wamid.FIRST.${id}`, `wamid.SECOND.${id}`] as const;
    await word(place, calls[0]!.attemptId, ids[0], 'sent');
    calls[1]!.answer(accepted(ids[1]));
    await until('its answer is written', async () => (await outcomes(id))[1] === 'accepted');
    await word(place, calls[1]!.attemptId, ids[1], 'sent');
    await word(place, calls[0]!.attemptId, ids[0], 'failed');
    expect(await stage.status(id)).toBe('sent');
    await word(place, calls[1]!.attemptId, ids[1], 'delivered');
    expect(await stage.status(id)).toBe('delivered');
    expect((await words(place, id)).sort()).toEqual([
      'delivered SECOND',
      'failed FIRST',
      'sent FIRST',
      'sent SECOND',
    ]);
  });
});

describe('statuses that wait for their message', () => {
  it('are found behind any number of foreign ones, and never called foreign then', async () => {
    const place = await stage.place();
    const { calls, called } = byHand();
    const id = await stage.say(place, 'hello');
    await called(1);
    calls[0]!.answer(accepted(`wamid.${id}`));
    await stage.becomes(id, 'accepted');
    const waiting = async (like: string, count: number, status: string) => {
      const item = { kind: 'status', providerMessageId: like, status, participant: '', at: null };
      await query(
        `insert into pending_statuses (workspace_id, number_id, provider_message_id, status, item, received_at)
         select $1, $2, $3 || case when $4::int = 1 then '' else g::text end, $5, $6, $7
         from generate_series(1, $4::int) g`,
        [
          place.workspaceId,
          place.numberId,
          like,
          count,
          status,
          JSON.stringify({
            ...item,
            callbackData: null,
            recipient: {},
            conversation: null,
            pricing: null,
            errors: [],
          }),
          new Date(clock.now().getTime() - (count > 1 ? 1_000 : 0)).toISOString(),
        ],
      );
    };
    await waiting('wamid.other', 1_500, 'sent');
    await waiting(`wamid.${id}`, 1, 'delivered');
    expect(await settlePending(stage.db)).toBe(1);
    expect(await stage.status(id)).toBe('delivered');
    clock.advance(foreignAfterMs + 2_000);
    expect(await settlePending(stage.db)).toBe(0);
    expect(await query('select 1 from pending_statuses where foreign_at is null')).toEqual([]);
  });
});

describe('an echo of what we sent is no second line', () => {
  const wamidOf = (id: string) => `wamid.ECHO.${id}`;
  /** What each order does; the message is queued and its first call in flight. */
  const orders: Record<string, (o: Stage) => Promise<void>> = {
    'echo, answer': async ({ echoed, answered }) => {
      await echoed();
      await answered();
    },
    'answer, echo': async ({ echoed, answered }) => {
      await answered();
      await echoed();
    },
    'echo, status, answer': async ({ echoed, told, answered }) => {
      await echoed();
      await told('sent');
      await answered();
    },
    'status, echo, answer': async ({ echoed, told, answered }) => {
      await told('sent');
      await echoed();
      await answered();
    },
    'echo, no answer, status': async ({ echoed, told, unanswered }) => {
      await echoed();
      await unanswered();
      await told('sent');
    },
    'echo, crash, status': async ({ echoed, told, crash }) => {
      await echoed();
      await crash();
      await told('sent');
    },
    'crash, echo, status': async ({ echoed, told, crash }) => {
      await crash();
      await echoed();
      await told('sent');
    },
  };
  interface Stage {
    echoed(): Promise<void>;
    answered(): Promise<void>;
    unanswered(): Promise<void>;
    told(status: StatusItem['status']): Promise<void>;
    crash(): Promise<void>;
  }

  it.each(Object.entries(orders))('%s', async (_, happen) => {
    const place = await stage.place();
    const { calls, called, delivery } = byHand();
    const id = await stage.say(place, 'hello');
    const wamid = wamidOf(id);
    await called(1);
    const attemptId = calls[0]!.attemptId;
    const recorded = (outcome: string) =>
      until('the outcome is written', async () => (await outcomes(id))[0] === outcome);
    await happen({
      echoed: () => echo(place, wamid),
      answered: async () => {
        calls[0]!.answer(accepted(wamid));
        await recorded('accepted');
        await until('the row is gone', async () => (await queued(id)).length === 0);
      },
      unanswered: async () => {
        calls[0]!.answer(lost);
        await recorded('unknown');
      },
      told: (status) => word(place, attemptId, wamid, status),
      crash: async () => {
        await delivery.abandon();
        byHand();
        await recorded('unknown');
      },
    });
    await word(place, attemptId, wamid, 'delivered');

    const lines = await query(
      "select id, provider_message_id, status, source from messages where conversation_id = $1 and direction = 'out'",
      [place.conversationId],
    );
    expect(lines).toEqual([{ id, provider_message_id: wamid, status: 'delivered', source: 'api' }]);
    expect(await queued(id)).toEqual([]);
    const [conversation] = await query('select last_message_id from conversations where id = $1', [
      place.conversationId,
    ]);
    expect(conversation).toEqual({ last_message_id: id });
    expect(
      await query('select 1 from message_statuses where message_id <> $1 and provider_message_id = $2', [
        id,
        wamid,
      ]),
    ).toEqual([]);
  });
});
