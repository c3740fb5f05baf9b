import { randomUUID } from 'node:crypto';
import type { SendCall, SendOutcome } from '@chaski/providers';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { testDatabase, testRing, until } from '../../../test/harness.ts';
import type { Database } from '../../platform/db/index.ts';
import { useKeyRing } from '../numbers/index.ts';
import type { Budgets } from './budget.ts';
import { applyKeywords } from './consent.ts';
import { listDead, retryDead, retryMessage, sendQueueCounts } from './dead.ts';
import type { Delivery, DeliveryOptions } from './deliver.ts';
import { aliveClass } from './queries-lease.ts';
import { stageOn } from './testing.ts';

const stage = await stageOn(await testDatabase({ poolSize: 16 }));
const { sim, clock, query } = stage;

let deliveries: Delivery[] = [];
const deliver = (options: Partial<DeliveryOptions> = {}) => {
  const delivery = stage.deliver(options);
  deliveries.push(delivery);
  return delivery;
};
afterEach(async () => {
  sim.faults.disarm();
  for (const delivery of deliveries) await delivery.stop();
  deliveries = [];
});

const attempts = (id: string) =>
  query<{ id: string; outcome: string | null; n: number; error: { code: string } | null }>(
    'select id, outcome, n, error from message_attempts where message_id = $1 order by started_at, id',
    [id],
  );

/** The cloud provider with something between it and us. */
const between = (send: (call: SendCall) => Promise<SendOutcome>): Partial<DeliveryOptions> => ({
  provider: () => ({ ...stage.provider, send }),
});
/** A database with a fault in it opens the same tokens. */
const keyed = (db: Database) => {
  useKeyRing(db, testRing);
  return db;
};
const never = () => new Promise<SendOutcome>(() => {});

describe('handing over', () => {
  it('sends once, keeps the attempt, and follows the statuses', async () => {
    const place = await stage.place();
    deliver();
    const id = await stage.say(place, 'hello');
    await stage.becomes(id, 'accepted');
    expect(await stage.texts(place.phone)).toEqual(['hello']);
    const [attempt] = await attempts(id);
    expect(attempt).toMatchObject({ outcome: 'accepted', n: 1 });
    expect(sim.messagesTo(place.phone)[0]!.opaque).toBe(attempt!.id);
    await stage.pass(1_000);
    expect(await stage.status(id)).toBe('delivered');
    sim.person(place.phone).read();
    await stage.pass(1_000);
    expect(await stage.status(id)).toBe('read');
    expect(await query('select 1 from send_queue where message_id = $1', [id])).toEqual([]);
    const names = await query<{ name: string }>(
      "select name from events where data->>'messageId' = $1 order by n",
      [id],
    );
    expect(names.map((row) => row.name)).toEqual([
      'message.queued',
      'message.accepted',
      'message.sent',
      'message.delivered',
      'message.read',
    ]);
  });

  it('takes a status that comes before the answer', async () => {
    const place = await stage.place();
    let answered = () => {};
    deliver(
      between(async (call) => {
        const outcome = await stage.provider.send(call);
        await new Promise<void>((resolve) => {
          answered = resolve;
        });
        return outcome;
      }),
    );
    const id = await stage.say(place, 'early');
    await until('it is on the phone', async () => (await stage.texts(place.phone)).length === 1);
    await stage.pass(1_000);
    expect(await stage.status(id)).toBe('delivered');
    answered();
    await deliveries[0]!.stop();
    expect(await stage.status(id)).toBe('delivered');
    expect((await attempts(id)).map((a) => a.outcome)).toEqual(['accepted']);
    expect(await sendCounts()).toMatchObject({ claimed: 0, unconfirmed: 0 });
  });

  it('keeps the order of a conversation, also behind one that must be tried again', async () => {
    const place = await stage.place();
    sim.faults.arm('server_error', { numberId: place.phoneNumberId });
    const texts = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    const ids: string[] = [];
    for (const text of texts) ids.push(await stage.say(place, text));
    deliver();
    await until('the first was refused', async () => (await attempts(ids[0]!))[0]?.outcome === 'refused');
    expect(await stage.texts(place.phone)).toEqual([]);
    clock.advance(10_000);
    await stage.becomes(ids.at(-1)!, 'accepted');
    expect(await stage.texts(place.phone)).toEqual(texts);
  });

  it('never resends what was accepted without an answer; the status confirms it', async () => {
    const place = await stage.place();
    sim.faults.arm('accept_then_hang_up', { numberId: place.phoneNumberId });
    deliver();
    const id = await stage.say(place, 'did it?');
    await stage.becomes(id, 'unconfirmed');
    clock.advance(3 * 3_600_000);
    const after = await stage.say(place, 'later');
    await stage.becomes(after, 'accepted');
    expect(await stage.texts(place.phone)).toEqual(['did it?', 'later']);
    await stage.pass(1_000);
    expect(await stage.status(id)).toBe('delivered');
    expect((await attempts(id)).map((a) => a.outcome)).toEqual(['accepted']);
    expect(await query('select 1 from send_queue where message_id = $1', [id])).toEqual([]);
  });

  it('leaves a call that is never answered unconfirmed, until a person sends it again', async () => {
    const place = await stage.place();
    sim.faults.arm('hang', { numberId: place.phoneNumberId });
    deliver({ callTimeoutMs: 1_000 });
    const id = await stage.say(place, 'hello?');
    await stage.becomes(id, 'unconfirmed');
    // Whoever answers gets the time that a busy machine takes.
    await deliveries[0]!.stop();
    deliver();
    await stage.tenant(place, (tx) => retryMessage(tx, id));
    await stage.becomes(id, 'accepted');
    expect(await stage.texts(place.phone)).toEqual(['hello?']);
    await expect(stage.tenant(place, (tx) => retryMessage(tx, id))).rejects.toMatchObject({
      code: 'not_retryable',
    });
  });

  it('sends again what stays unknown only where the workspace wants that', async () => {
    const place = await stage.place({ settings: { unknownSends: 'resend' } });
    sim.faults.arm('hang', { numberId: place.phoneNumberId });
    deliver({ callTimeoutMs: 1_000 });
    const id = await stage.say(place, 'again');
    await stage.becomes(id, 'unconfirmed');
    clock.advance(29 * 60_000);
    await deliveries[0]!.stop();
    deliver();
    await stage.say(place, 'a look').then((other) => stage.becomes(other, 'accepted'));
    expect(await stage.status(id)).toBe('unconfirmed');
    clock.advance(2 * 60_000);
    await deliveries[1]!.stop();
    deliver();
    await stage.becomes(id, 'accepted');
    expect(await stage.texts(place.phone)).toEqual(['a look', 'again']);
  });

  it('gives up after five tries, lists it, and sends it when told to', async () => {
    const place = await stage.place();
    sim.faults.arm('server_error', { numberId: place.phoneNumberId, count: 5 });
    const id = await stage.say(place, 'try hard');
    deliver();
    for (let n = 1; n <= 5; n += 1) {
      await until(
        `try ${n}`,
        async () => (await attempts(id)).filter((a) => a.outcome !== null).length === n,
      );
      clock.advance(300_000);
      deliveries[0]!.wake();
    }
    await stage.becomes(id, 'failed');
    const dead = await stage.tenant(place, (tx) => listDead(tx));
    expect(dead).toMatchObject([{ messageId: id, state: 'dead', attempts: 5 }]);
    expect(dead[0]!.error?.code).toBe('131000');
    expect(await stage.tenant(place, (tx) => retryDead(tx, dead))).toBe(1);
    await stage.becomes(id, 'accepted');
    expect(await stage.texts(place.phone)).toEqual(['try hard']);
    expect((await attempts(id)).map((a) => a.n)).toEqual([1, 2, 3, 4, 5, 1]);
  });

  it('outlasts two minutes without a network', async () => {
    const place = await stage.place();
    let isAway = true;
    // Nobody listens on port 1.
    deliver(
      between((call) =>
        stage.provider.send(
          isAway ? { ...call, credential: { ...call.credential, baseUrl: 'http://127.0.0.1:1' } } : call,
        ),
      ),
    );
    const id = await stage.say(place, 'anybody there?');
    const tried = (n: number) =>
      until(
        `try ${n}`,
        async () => (await attempts(id)).filter((a) => a.outcome === 'not-sent').length === n,
      );
    const began = clock.now().getTime();
    for (let n = 1; n <= 4; n += 1) {
      await tried(n);
      const [row] = await query<{ due_at: Date }>('select due_at from send_queue where message_id = $1', [
        id,
      ]);
      clock.advance(row!.due_at.getTime() - clock.now().getTime());
      isAway = n < 4;
      deliveries[0]!.wake();
    }
    expect(clock.now().getTime() - began).toBeGreaterThan(120_000);
    await stage.becomes(id, 'accepted');
    expect(await stage.texts(place.phone)).toEqual(['anybody there?']);
  });

  it('fails at once what must not be tried again', async () => {
    const place = await stage.place();
    deliver(
      between(async () => ({
        outcome: 'refused',
        error: {
          code: 131050,
          title: 'stopped',
          message: 'User stopped marketing',
          details: null,
          href: null,
        },
        class: { retry: 'never' },
        httpStatus: 400,
      })),
    );
    const id = await stage.say(place, 'offer');
    await stage.becomes(id, 'failed');
    const [contact] = await query<{ marketing_stopped_at: Date | null }>(
      'select marketing_stopped_at from contacts where id = $1',
      [place.contactId],
    );
    expect(contact!.marketing_stopped_at).not.toBeNull();
  });

  it('fails with the reason where the token may not send for the account, and stops nobody else', async () => {
    const place = await stage.place();
    sim.faults.arm('permission_denied', { numberId: place.phoneNumberId });
    const refused = await stage.say(place, 'without permission');
    deliver();
    await stage.becomes(refused, 'failed');
    expect(await attempts(refused)).toMatchObject([
      { outcome: 'refused', error: { code: '200', kind: 'fix' } },
    ]);
    await stage.becomes(await stage.say(place, 'with it again'), 'accepted');
  });

  it('waits while the token is dead, and goes on with a new one', async () => {
    const place = await stage.place();
    sim.faults.arm('token_expired', { numberId: place.phoneNumberId });
    deliver();
    const id = await stage.say(place, 'patience');
    const paused = async () =>
      (
        await query<{ paused_reason: string | null }>('select paused_reason from accounts where id = $1', [
          place.accountId,
        ])
      )[0]!.paused_reason;
    await until('the account is paused', async () => (await paused()) !== null);
    expect(await stage.status(id)).toBe('queued');
    clock.advance(3_600_000);
    await query('update accounts set paused_reason = null where id = $1', [place.accountId]);
    deliveries[0]!.wake();
    await stage.becomes(id, 'accepted');
    // The dead token used up none of the five tries.
    expect((await attempts(id)).map((a) => a.n)).toEqual([1, 1]);
  });

  it('sends 45 to one person at once, the rest as WhatsApp allows, and others meanwhile', async () => {
    const place = await stage.place();
    const other = await stage.person(place);
    for (let i = 0; i < 48; i += 1) await stage.say(place, `${i}`);
    deliver();
    await until('the burst is out', async () => (await stage.texts(place.phone)).length === 45);
    const id = await stage.say({ ...place, ...other }, 'to somebody else');
    await stage.becomes(id, 'accepted');
    expect(await stage.texts(place.phone)).toHaveLength(45);
    // A new holder knows what the old one spent.
    await deliveries[0]!.stop();
    deliver();
    await stage.say({ ...place, ...other }, 'again').then((again) => stage.becomes(again, 'accepted'));
    expect(await stage.texts(place.phone)).toHaveLength(45);
    clock.advance(18_001);
    await sim.advance(18_001);
    deliveries[1]!.wake();
    await until('the rest is out', async () => (await stage.texts(place.phone)).length === 48);
    expect(await stage.texts(place.phone)).toEqual(Array.from({ length: 48 }, (_, i) => `${i}`));
  });

  it('slows the whole number down when WhatsApp says so', async () => {
    const place = await stage.place();
    const other = await stage.person(place);
    sim.faults.arm('rate_limited', { numberId: place.phoneNumberId });
    deliver();
    const first = await stage.say(place, 'first');
    await until('it was refused', async () => (await attempts(first))[0]?.outcome === 'refused');
    const second = await stage.say({ ...place, ...other }, 'second');
    deliveries[0]!.wake();
    // Somebody else's number is not slowed; when its message is out, this one had its chance.
    const elsewhere = await stage.place();
    await stage.becomes(await stage.say(elsewhere, 'free'), 'accepted');
    expect(await stage.status(second)).toBe('queued');
    clock.advance(10_000);
    deliveries[0]!.wake();
    await stage.becomes(first, 'accepted');
    await stage.becomes(second, 'accepted');
  });

  it('asks the policy again: STOP between queueing and hand-over', async () => {
    const place = await stage.place();
    const id = await stage.say(place, 'offer');
    sim.person(place.phone).send('Stop!', place.phoneNumberId);
    await stage.pass(1_000);
    const received = await query<{ id: string; provider_message_id: string; conversation_id: string }>(
      "select id, provider_message_id, conversation_id from messages where direction = 'in' and conversation_id = $1",
      [place.conversationId],
    );
    expect(received).toHaveLength(1);
    const event = {
      seq: 1,
      workspaceId: place.workspaceId,
      id: received[0]!.id,
      name: 'message.received',
      at: clock.now(),
      actor: null,
      data: {
        messageId: received[0]!.id,
        conversationId: place.conversationId,
        contactId: place.contactId,
        numberId: place.numberId,
        providerMessageId: received[0]!.provider_message_id,
        type: 'text',
        text: 'Stop!',
      },
    };
    await stage.db.withSystem('test', (tx) => applyKeywords(tx, [event]));
    deliver();
    await stage.becomes(id, 'cancelled');
    await until('the receipt arrived', async () => (await stage.texts(place.phone)).length === 1);
    expect((await stage.texts(place.phone))[0]).toMatch(/START/);
    expect((await attempts(id)).map((a) => [a.outcome, a.error?.code])).toEqual([['not-sent', 'opted_out']]);
    await expect(stage.say(place, 'more')).rejects.toMatchObject({ status: 403, code: 'opted_out' });
  });

  it('closes the window while a message waits', async () => {
    const place = await stage.place();
    const id = await stage.say(place, 'too late');
    clock.advance(25 * 3_600_000);
    deliver();
    await stage.becomes(id, 'cancelled');
    expect((await attempts(id))[0]!.error?.code).toBe('window_closed');
    expect(await stage.texts(place.phone)).toEqual([]);
  });

  it('keeps a suspended number’s messages for when it is active again', async () => {
    const place = await stage.place();
    const id = await stage.say(place, 'held');
    await query("update numbers set status = 'suspended' where id = $1", [place.numberId]);
    deliver();
    await stage.becomes(id, 'failed');
    await query("update numbers set status = 'active' where id = $1", [place.numberId]);
    await stage.tenant(place, (tx) => retryMessage(tx, id));
    await stage.becomes(id, 'accepted');
  });
});

const sendCounts = () => stage.db.withSystem('test', (tx) => sendQueueCounts(tx));

describe('crashes', () => {
  it('after the attempt was committed: unconfirmed, never sent by itself', async () => {
    const place = await stage.place();
    let called = 0;
    deliver(
      between(() => {
        called += 1;
        return never();
      }),
    );
    const id = await stage.say(place, 'half way');
    await until('the call was made', () => called === 1);
    await deliveries[0]!.abandon();
    expect(await stage.status(id)).toBe('queued');
    const [before] = await query<{ fence: number }>('select fence from number_leases where number_id = $1', [
      place.numberId,
    ]);
    // The lease has not run out: the dead process's lock is what gives it away.
    deliver();
    const next = await stage.say(place, 'next');
    await stage.becomes(id, 'unconfirmed');
    await stage.becomes(next, 'accepted');
    expect(await stage.texts(place.phone)).toEqual(['next']);
    const [after] = await query<{ fence: number }>('select fence from number_leases where number_id = $1', [
      place.numberId,
    ]);
    expect(after!.fence).toBe(before!.fence + 1);
  });

  it('after the provider answered: unconfirmed until its status names the attempt', async () => {
    const place = await stage.place();
    let answered = false;
    deliver(
      between(async (call) => {
        await stage.provider.send({ ...call, signal: new AbortController().signal });
        answered = true;
        return never();
      }),
    );
    const id = await stage.say(place, 'answered');
    await until('the provider answered', () => answered);
    await deliveries[0]!.abandon();
    deliver();
    await stage.say(place, 'next').then((next) => stage.becomes(next, 'accepted'));
    await stage.becomes(id, 'unconfirmed');
    await stage.pass(1_000);
    expect(await stage.status(id)).toBe('delivered');
    expect(await stage.texts(place.phone)).toEqual(['answered', 'next']);
  });

  it('before the claim: nothing happened', async () => {
    const place = await stage.place();
    const id = await stage.say(place, 'waiting');
    const first = deliver({ callTimeoutMs: 20_000 });
    // The lease is shorter than a call may take: it takes the number, and claims nothing.
    await until(
      'the lease is taken',
      async () =>
        (await query('select 1 from number_leases where number_id = $1', [place.numberId])).length === 1,
    );
    await first.abandon();
    expect(await attempts(id)).toEqual([]);
    deliver();
    await stage.becomes(id, 'accepted');
    expect((await attempts(id)).map((a) => a.outcome)).toEqual(['accepted']);
  });

  it('a holder that lost its lease claims nothing, but what it knows still counts', async () => {
    const place = await stage.place();
    let finish = () => {};
    deliver({
      ...between(async (call) => {
        const outcome = await stage.provider.send(call);
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return outcome;
      }),
      // It looks after its lease every quarter of this: not once while the test lasts.
      leaseMs: 600_000,
    });
    const id = await stage.say(place, 'slow');
    await until('it is on the phone', async () => (await stage.texts(place.phone)).length === 1);
    // Another process takes over, as after a machine that stood still. It lives: of the dead whoever comes takes back.
    const other = randomUUID();
    const alive = await stage.db.session('another process');
    onTestFinished(() => alive.end());
    await alive.query('select pg_advisory_lock($1::int, hashtext($2))', [aliveClass, other]);
    await query(
      "update number_leases set holder = $2, fence = fence + 1, expires_at = 'infinity' where number_id = $1",
      [place.numberId, other],
    );
    const next = await stage.say(place, 'next');
    deliveries[0]!.wake();
    await query("update send_queue set state = 'unconfirmed' where message_id = $1 and state = 'claimed'", [
      id,
    ]);
    await query("update messages set status = 'unconfirmed' where id = $1", [id]);
    finish();
    await stage.becomes(id, 'accepted');
    expect(await attempts(next)).toEqual([]);
    await query('update number_leases set holder = null where number_id = $1', [place.numberId]);
    await deliveries[0]!.stop();
    deliver();
    await stage.becomes(next, 'accepted');
    expect(await stage.texts(place.phone)).toEqual(['slow', 'next']);
  });

  it('a claim whose answer got lost is made again', async () => {
    const place = await stage.place();
    let broken = true;
    const { db } = stage;
    deliver({
      db: keyed({
        ...db,
        runSystem: async (reason, steps) => {
          const results = await db.runSystem(reason, steps);
          if (reason === 'claim messages' && broken && (results[0]?.rows.length ?? 0) > 0) {
            broken = false;
            throw new Error('the connection was cut after the commit');
          }
          return results;
        },
      }),
    });
    const id = await stage.say(place, 'claimed twice');
    await stage.becomes(id, 'accepted');
    expect(broken).toBe(false);
    // Both within one millisecond of the test's clock: their ids are in random order.
    expect((await attempts(id)).map((a) => a.outcome).sort()).toEqual(['accepted', 'not-sent']);
    expect(await stage.texts(place.phone)).toEqual(['claimed twice']);
  });

  it('results wait for the database', async () => {
    const place = await stage.place();
    let fail = 3;
    const { db } = stage;
    deliver({
      db: keyed({
        ...db,
        withSystem: async (reason, fn) => {
          if (reason === 'results of sending' && fail > 0) {
            fail -= 1;
            throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
          }
          return db.withSystem(reason, fn);
        },
      }),
    });
    const id = await stage.say(place, 'kept');
    await stage.becomes(id, 'accepted');
    expect(fail).toBe(0);
    expect(await stage.texts(place.phone)).toEqual(['kept']);
  });
});

describe('several workers', () => {
  it('send everything exactly once and in order', async () => {
    const places = await Promise.all([stage.place(), stage.place(), stage.place()]);
    const threads = (
      await Promise.all(
        places.map(async (place) => [
          place,
          ...(
            await Promise.all(Array.from({ length: 7 }, () => stage.person(place)))
          ).map((person) => ({
            ...place,
            ...person,
          })),
        ]),
      )
    ).flat();
    deliver();
    deliver();
    const lines = Array.from({ length: 8 }, (_, i) => `line ${i}`);
    const ids = (
      await Promise.all(
        threads.map(async (thread) => {
          const mine: string[] = [];
          for (const line of lines) mine.push(await stage.say(thread, line));
          return mine;
        }),
      )
    ).flat();
    // One of the two leaves in the middle and hands its numbers to the other.
    await deliveries[0]!.stop();
    await until(
      'everything is out',
      async () =>
        (
          await query<{ count: number }>(
            "select count(*) from messages where id = any($1::uuid[]) and status = 'queued'",
            [ids],
          )
        )[0]!.count === 0,
    );
    for (const thread of threads) expect(await stage.texts(thread.phone)).toEqual(lines);
    expect(
      await query(
        `select message_id from message_attempts where message_id = any($1::uuid[]) and outcome = 'accepted'
         group by 1 having count(*) > 1`,
        [ids],
      ),
    ).toEqual([]);
  });
});

describe('fair turns of numbers', () => {
  it('beside a number with a flood another one is served in the same round; a flood takes less while others are there', async () => {
    const loud = await stage.place();
    const modest = await stage.place();
    const people = await Promise.all(Array.from({ length: 60 }, () => stage.person(loud)));
    await Promise.all(people.map((person) => stage.say({ ...loud, ...person }, 'flood')));
    await stage.say(modest, 'one');
    const calls: string[] = [];
    const asked: number[] = [];
    const budgets: Budgets = {
      take: async (_number, count) => {
        asked.push(count);
        return { granted: count, nextAt: Number.POSITIVE_INFINITY };
      },
      giveBack: () => {},
    };
    deliver({
      budgets,
      ...between((call) => {
        calls.push(call.phoneNumberId);
        return stage.provider.send(call);
      }),
    });
    await until('all are handed over', () => calls.length === 61, 60_000);
    // A round takes 50 of each; also when nothing of the modest one waits any more, for it may speak again.
    expect(calls.indexOf(modest.phoneNumberId)).toBeLessThanOrEqual(50);
    expect(Math.max(...asked)).toBe(50);
  });
});
