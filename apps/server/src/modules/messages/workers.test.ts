/** Several workers on one database: who holds which numbers, and what one of them leaves when it dies. */
import { afterEach, expect, it } from 'vitest';
import { testDatabase, until } from '../../../test/harness.ts';
import { createBuckets } from '../../platform/limits/index.ts';
import { createBudgets } from './budget.ts';
import type { Delivery } from './deliver.ts';
import { log, type Place, stageOn } from './testing.ts';

const stage = await stageOn(await testDatabase({ poolSize: 16 }));
const { query } = stage;

let deliveries: Delivery[] = [];
/** Renews four times a second, so that a share is found within a moment. */
const worker = () => {
  const delivery = stage.deliver({ leaseMs: 1_000, callTimeoutMs: 500 });
  deliveries.push(delivery);
  return delivery;
};
afterEach(async () => {
  for (const delivery of deliveries) await delivery.stop();
  deliveries = [];
});

/** How many numbers each holder has, fewest first. */
const shares = async () =>
  (
    await query<{ held: number }>(
      'select count(*)::int as held from number_leases where holder is not null group by holder order by 1',
    )
  ).map((row) => row.held);

it('numbers are shared fairly: a later worker gets its half, whoever is left gets all', async () => {
  const numbers: Place[] = [];
  for (let i = 0; i < 6; i += 1) numbers.push(await stage.place());
  const threads = [...numbers];
  let said = 0;
  const round = async () => {
    for (const number of numbers) {
      // A pair takes 45 at once and the clock stands still: somebody new in time.
      if (said >= 6 * 30 * (threads.length / 6)) {
        const fresh = await Promise.all(numbers.map((one) => stage.person(one)));
        threads.push(...fresh.map((person, i) => ({ ...numbers[i]!, ...person })));
      }
      const thread = threads[threads.length - 6 + numbers.indexOf(number)]!;
      await stage.say(thread, `line ${said++}`);
    }
  };
  const sharedAs = async (expected: number[]) => {
    let seen: number[] = [];
    await until(
      `numbers are held ${expected.join(' and ')}`,
      async () => {
        await round();
        seen = await shares();
        return JSON.stringify(seen) === JSON.stringify(expected);
      },
      30_000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; they are ${JSON.stringify(seen)}`);
    });
  };
  const first = worker();
  await sharedAs([6]);
  const second = worker();
  await sharedAs([3, 3]);
  // A third comes and dies: what it held goes back to the two.
  const third = worker();
  await sharedAs([2, 2, 2]);
  await third.abandon();
  deliveries = [first, second];
  await until(
    'nobody holds for the dead',
    async () => {
      await round();
      const held = await shares();
      return held.length === 2 && held.reduce((sum, n) => sum + n, 0) === 6;
    },
    30_000,
  );
  await until(
    'everything has an outcome',
    async () =>
      (
        await query<{ open: number }>(
          "select count(*)::int as open from send_queue where state in ('due', 'claimed')",
        )
      )[0]?.open === 0,
    30_000,
  );
  // Accepted once, or unknown where the third died; in the order of each thread.
  const outcomes = await query<{ message_id: string; n: number }>(
    `select message_id, count(*)::int as n from message_attempts where outcome = 'accepted' group by 1`,
  );
  expect(outcomes.every((row) => row.n === 1)).toBe(true);
  for (const { phone } of threads) {
    const lines = (await stage.texts(phone)).map((text) => Number(text.split(' ')[1]));
    expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
  }
});

it('an app’s and a portfolio’s budget holds over two workers, and is there again when its window is over', async () => {
  const rules = {
    app: { max: 24, windowSeconds: 60 },
    portfolio: { max: 30, windowSeconds: 60 },
  };
  const first = await stage.place({ portfolioRef: 'pf-1' });
  const { workspaceId } = first;
  const second = await stage.place({ workspaceId, portfolioRef: 'pf-1', appId: first.appId });
  const third = await stage.place({ workspaceId, portfolioRef: 'pf-1' });
  const numbers = [first, second, third];
  const accepted = async (place: Place) =>
    (
      await query<{ n: number }>(
        "select count(*)::int as n from message_attempts where number_id = $1 and outcome = 'accepted'",
        [place.numberId],
      )
    )[0]?.n ?? 0;
  // Of these numbers alone: what the dead worker of the test above left unknown stays in the queue.
  const queued = async (more = '') =>
    (
      await query<{ n: number }>(
        `select count(*)::int as n from send_queue where number_id = any($1) ${more}`,
        [numbers.map((place) => place.numberId)],
      )
    )[0]?.n ?? 0;
  const waiting = () => queued();
  const claimed = () => queued("and state = 'claimed'");
  for (const place of numbers) for (let i = 0; i < 20; i += 1) await stage.say(place, `line ${i}`);
  // Each worker counts for itself what it leased, as two processes do.
  for (let i = 0; i < 2; i += 1) {
    deliveries.push(
      stage.deliver({
        leaseMs: 60 * 60_000,
        callTimeoutMs: 5_000,
        budgets: createBudgets(createBuckets({ db: stage.db, log }), rules),
      }),
    );
  }
  // The clock stands still: what is out after a window's worth is all there is to go.
  let before = 0;
  for (let window = 0; (await waiting()) > 0; window += 1) {
    expect(window).toBeLessThan(20);
    let total = before;
    await until(
      'the window is used up',
      async () => {
        const sent = await Promise.all(numbers.map(accepted));
        const now = sent.reduce((sum, n) => sum + n, 0);
        const quiet = now === total && now > before && (await claimed()) === 0;
        total = now;
        return quiet && (await spent());
      },
      30_000,
    );
    const [a = 0, b = 0, c = 0] = await Promise.all(numbers.map(accepted));
    expect(a + b).toBeLessThanOrEqual(24 * (window + 1));
    expect(a + b + c).toBeLessThanOrEqual(30 * (window + 1));
    before = total;
    stage.clock.advance(61_000);
    for (const delivery of deliveries) delivery.wake();
  }
  expect(await Promise.all(numbers.map(accepted))).toEqual([20, 20, 20]);

  /** Nothing is left to lease for one of them, or nothing waits. */
  async function spent(): Promise<boolean> {
    if ((await waiting()) === 0) return true;
    const buckets = await query<{ key: string; used: number }>('select key, used from rate_buckets');
    return buckets.some(
      ({ key, used }) =>
        (key.startsWith('send-portfolio') && used >= 30) || (key.startsWith('send-app') && used >= 24),
    );
  }
});
