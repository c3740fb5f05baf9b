/** A provider that takes its time, and a clock that does not keep it. */
import { afterEach, describe, expect, it } from 'vitest';
import { testDatabase, until } from '../../../test/harness.ts';
import { startClockWatch } from '../../platform/clock-watch.ts';
import type { Delivery, DeliveryOptions } from './deliver.ts';
import { setSendsBack } from './set-back.ts';
import { log, stageOn } from './testing.ts';

const stage = await stageOn(await testDatabase({ poolSize: 16 }));
const { sim, clock, query } = stage;
const noon = clock.now();
const hour = 3_600_000;

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
  clock.set(noon);
});

const outcomes = async (id: string) =>
  (
    await query<{ outcome: string | null }>(
      'select outcome from message_attempts where message_id = $1 order by started_at, id',
      [id],
    )
  ).map((row) => row.outcome);
/** WhatsApp has the call and has not answered it. */
const flying = async (id: string) => {
  const struck = () => sim.faults.list().find((fault) => fault.id === 'slow')?.remaining === 0;
  await until('its call is under way', struck, 20_000);
  expect(await outcomes(id)).toEqual([null]);
};

describe('a slow provider', () => {
  it('holds up nobody but the conversation it is slow with; what it says late still counts', async () => {
    const place = await stage.place();
    const others = await Promise.all([stage.person(place), stage.person(place), stage.person(place)]);
    // WhatsApp's clock stands still: the answer comes when this test lets time pass there.
    sim.faults.arm('slow', { numberId: place.phoneNumberId, value: '30000' });
    deliver({ leaseMs: 600_000, callTimeoutMs: 120_000 });
    const slow = await stage.say(place, 'slow');
    await flying(slow);
    const next = await stage.say(place, 'next');
    const quick: string[] = [];
    for (const other of others) quick.push(await stage.say({ ...place, ...other }, 'quick'));
    for (const id of quick) await stage.becomes(id, 'accepted');
    expect(await outcomes(slow)).toEqual([null]);
    expect(await outcomes(next)).toEqual([]);
    await sim.advance(30_000);
    await stage.becomes(next, 'accepted');
    expect(await outcomes(slow)).toEqual(['accepted']);
    expect(await stage.texts(place.phone)).toEqual(['slow', 'next']);
  });

  it('is unknown at the timeout and never sent again; its status clears that up', async () => {
    const place = await stage.place();
    const other = await stage.person(place);
    sim.faults.arm('slow', { numberId: place.phoneNumberId, value: '30000' });
    deliver({ callTimeoutMs: 1_000 });
    const slow = await stage.say(place, 'slow');
    await stage.becomes(slow, 'unconfirmed');
    // Whoever answers gets the time that a busy machine takes.
    await deliveries[0]?.stop();
    deliver();
    const next = await stage.say(place, 'next');
    const quick = await stage.say({ ...place, ...other }, 'quick');
    await stage.becomes(next, 'accepted');
    await stage.becomes(quick, 'accepted');
    await sim.advance(30_000);
    // Hours and a restart later: still once.
    await deliveries[1]?.stop();
    clock.advance(3 * 3_600_000);
    deliver();
    await stage.hear();
    expect(await stage.status(slow)).toBe('delivered');
    expect(await outcomes(slow)).toEqual(['accepted']);
    expect(await stage.texts(place.phone)).toEqual(['slow', 'next']);
    expect(await stage.texts(other.phone)).toEqual(['quick']);
  });
});

describe('a clock that jumps', () => {
  it('forward, in the middle of a call: the lease goes over, the call still counts, nothing is doubled', async () => {
    const place = await stage.place();
    sim.faults.arm('slow', { numberId: place.phoneNumberId, value: '30000' });
    deliver({ leaseMs: 600_000, callTimeoutMs: 120_000 });
    const held = await stage.say(place, 'in the air');
    await flying(held);
    clock.advance(3 * 3_600_000);
    // By the clock the lease ran out long ago: another process takes the number and the messages behind.
    deliver();
    await stage.becomes(held, 'unconfirmed');
    const others = await Promise.all([stage.person(place), stage.person(place)]);
    const later: string[] = [];
    for (const other of others) later.push(await stage.say({ ...place, ...other }, 'after the jump'));
    for (const id of later) await stage.becomes(id, 'accepted');
    await sim.advance(30_000);
    await stage.becomes(held, 'accepted');
    expect(await outcomes(held)).toEqual(['accepted']);
    expect(await stage.texts(place.phone)).toEqual(['in the air']);
    for (const other of others) expect(await stage.texts(other.phone)).toEqual(['after the jump']);
  });

  it('back: sends go on at once, and a lease that ends in the future binds nobody when its holder dies', async () => {
    const place = await stage.place();
    const people = [];
    for (let i = 0; i < 3; i += 1) people.push(await stage.person(place));
    const first = deliver();
    const before = await stage.say(place, 'before');
    await stage.becomes(before, 'accepted');
    clock.advance(-2 * 3_600_000);
    const after: string[] = [];
    for (const person of people) after.push(await stage.say({ ...place, ...person }, 'after'));
    for (const id of after) await stage.becomes(id, 'accepted');
    const [lease] = await query<{ expires_at: Date }>(
      'select expires_at from number_leases where number_id = $1',
      [place.numberId],
    );
    expect(lease).toBeDefined();
    clock.advance(-2 * 3_600_000);
    await first.abandon();
    deliver();
    const last = await stage.say({ ...place, ...(people[0] ?? place) }, 'by another');
    await stage.becomes(last, 'accepted');
    for (const [i, person] of people.entries())
      expect(await stage.texts(person.phone)).toEqual(i === 0 ? ['after', 'by another'] : ['after']);
    expect(await stage.texts(place.phone)).toEqual(['before']);
  });

  it('back by six hours: what was queued leaves within seconds, what waits waits as it was told, nothing is doubled', async () => {
    const place = await stage.place();
    const [waiting, fresh, other] = [
      await stage.person(place),
      await stage.person(place),
      await stage.person(place),
    ];
    // Refused, and to be tried again in some seconds.
    sim.faults.arm('server_error', { numberId: place.phoneNumberId });
    const first = deliver();
    const tried = await stage.say({ ...place, ...waiting }, 'tried before');
    await until('its first try is over', async () => (await outcomes(tried))[0] === 'refused', 20_000);
    await first.stop();
    const queued = [
      await stage.say(place, 'one'),
      await stage.say(place, 'two'),
      await stage.say(place, 'three'),
    ];
    clock.advance(-6 * hour);
    const watches = [1, 2].map(() =>
      startClockWatch({ clock, log, repairs: [() => setSendsBack(stage)], lookMs: 20 }),
    );
    try {
      deliver();
      for (const id of queued) await stage.becomes(id, 'accepted');
      expect(await stage.texts(place.phone)).toEqual(['one', 'two', 'three']);
      expect(await outcomes(tried)).toEqual(['refused']);
      // Its wait counts from the jump on, however often it is looked at.
      clock.advance(10_000);
      deliveries.at(-1)?.wake();
      await stage.becomes(tried, 'accepted');
      // Noticed while it runs, too.
      const late = await stage.say({ ...place, ...fresh }, 'while it runs');
      await stage.becomes(late, 'accepted');
      await deliveries.at(-1)?.stop();
      const before = await stage.say({ ...place, ...other }, 'before the second');
      clock.advance(-6 * hour);
      await until(
        'the row was looked at',
        async () => {
          const [row] = await query<{ due: boolean }>(
            'select due_at <= $2 as due from send_queue where message_id = $1',
            [before, clock.now().toISOString()],
          );
          return row?.due === true;
        },
        20_000,
      );
      deliver();
      await stage.becomes(before, 'accepted');
    } finally {
      await Promise.all(watches.map((watch) => watch.stop()));
    }
    expect(await stage.texts(waiting.phone)).toEqual(['tried before']);
    expect(await stage.texts(fresh.phone)).toEqual(['while it runs']);
    expect(await stage.texts(other.phone)).toEqual(['before the second']);
  });

  it('forward by six hours: what waited goes, a lease that ran out is taken anew, nothing is doubled', async () => {
    const place = await stage.place();
    const other = await stage.person(place);
    sim.faults.arm('server_error', { numberId: place.phoneNumberId });
    deliver();
    const tried = await stage.say(place, 'tried before');
    await until('its first try is over', async () => (await outcomes(tried))[0] === 'refused', 20_000);
    clock.advance(6 * hour);
    deliveries[0]?.wake();
    await stage.becomes(tried, 'accepted');
    const next = await stage.say({ ...place, ...other }, 'after');
    await stage.becomes(next, 'accepted');
    expect(await stage.texts(place.phone)).toEqual(['tried before']);
    expect(await stage.texts(other.phone)).toEqual(['after']);
  });
});
