import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBacklog } from './backlog.ts';
import type { RawEvent } from './queries.ts';
import { createShelves, type Turn } from './shelves.ts';

const row = (n: number, shard: number | null): RawEvent => ({
  day: '2026-11-20',
  hash: Buffer.alloc(32),
  n,
  source: 'cloud',
  appId: '',
  body: Buffer.from('{}'),
  shard,
  receivedAt: new Date(0),
});

const make = (workers = 2) =>
  createShelves({
    workers,
    quantum: 50,
    batchRows: 200,
    backlog: () =>
      createBacklog({ load: () => Promise.reject(new Error('not here')), apply: async () => {} }),
  });

it('works every row once, a shard in order and by one at a time, whatever fails in between', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer({ min: 0, max: 5 })), { minLength: 1, maxLength: 900 }),
      fc.array(
        fc.constantFrom<'take 0' | 'take 1' | 'done' | 'fail' | 'read'>(
          'take 0',
          'take 1',
          'done',
          'fail',
          'read',
        ),
        { maxLength: 60 },
      ),
      (shards, moves) => {
        const shelves = make();
        const all = shards.map((shard, i) => row(i + 1, shard));
        const done: RawEvent[] = [];
        const open: Turn[] = [];
        let now = 0;
        const take = (worker: number) => {
          const turn = shelves.take(worker, now);
          if (!turn) return;
          for (const shelf of turn.shelves) {
            expect(open.some((other) => other.shelves.includes(shelf))).toBe(false);
          }
          open.push(turn);
        };
        const finish = () => {
          const turn = open.shift();
          if (!turn) return;
          done.push(...turn.rows.map((one) => one.row));
          shelves.done(turn, []);
        };
        const read = () => {
          for (const shelf of shelves.behind()) {
            const above = shelf.behind ?? 0;
            shelves.put(
              all.filter((r) => (r.shard ?? -1) === shelf.key && r.n > above && !done.includes(r)),
              true,
            );
            shelves.caughtUp(shelf);
          }
        };
        shelves.put(all);
        for (const move of moves) {
          now += 10_000;
          if (move === 'take 0') take(0);
          if (move === 'take 1') take(1);
          if (move === 'done') finish();
          if (move === 'fail' && open[0]) shelves.failed(open.shift()!, now, true);
          if (move === 'read') read();
        }
        for (let i = 0; done.length < all.length && i < 2_000; i += 1) {
          now += 10_000;
          read();
          take(i % 2);
          finish();
        }
        while (open.length > 0) finish();
        expect([...done].sort((a, b) => a.n - b.n)).toEqual(all);
        for (const shard of new Set(shards)) {
          const order = done.filter((r) => r.shard === shard).map((r) => r.n);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
        expect(shelves.size).toBe(0);
        expect(shelves.bytes).toBe(0);
      },
    ),
  );
});

it('lets 10,000 bodies of one number delay another by a quantum', () => {
  const shelves = make(1);
  const loud = Array.from({ length: 10_000 }, (_, i) => row(i + 1, 7));
  shelves.put(loud);
  // The rest of the loud one stays in the database, or nobody else would be read.
  expect(shelves.size).toBe(400);
  expect(shelves.behind().map((shelf) => [shelf.key, shelf.behind])).toEqual([[7, 400]]);
  const first = shelves.take(0, 0)!;
  expect(first.rows).toHaveLength(200);
  shelves.put([row(10_001, 9)]);
  shelves.done(first, []);
  const second = shelves.take(0, 0)!;
  expect(second.rows.filter(({ row: { shard } }) => shard === 7)).toHaveLength(50);
  expect(second.rows.some(({ row: { n } }) => n === 10_001)).toBe(true);
});

it('gives a number to whoever is free while another one keeps its own worker busy', () => {
  const shelves = make(2);
  shelves.put(Array.from({ length: 300 }, (_, i) => row(i + 1, 0)));
  const busy = shelves.take(0, 0)!;
  shelves.put([row(301, 2)]);
  expect(shelves.take(1, 0)!.rows.map(({ row: { n } }) => n)).toEqual([301]);
  expect(shelves.take(1, 0)).toBeNull();
  shelves.done(busy, []);
  expect(shelves.take(0, 0)!.rows[0]!.row.n).toBe(201);
});

it('takes alone what failed, after a pause, so that others do not fail with it', () => {
  const shelves = make(1);
  shelves.put([row(1, 0), row(2, 1), row(3, 0)]);
  const turn = shelves.take(0, 0)!;
  shelves.failed(turn, 0, true);
  for (const shelf of shelves.behind()) {
    shelves.put(
      [row(1, 0), row(2, 1), row(3, 0)].filter((r) => r.shard === shelf.key),
      true,
    );
    shelves.caughtUp(shelf);
  }
  expect(shelves.take(0, 100)).toBeNull();
  const alone = shelves.take(0, 300)!;
  expect(alone.shelves).toHaveLength(1);
  shelves.done(alone, []);
  expect(shelves.take(0, 300)!.shelves).toHaveLength(1);
});

it('puts what committed late before what came after it, and leaves what lies beyond a full shelf', () => {
  const shelves = make(1);
  shelves.put([row(1, 0), row(3, 0)]);
  shelves.put([row(2, 0)]);
  expect(shelves.take(0, 0)!.rows.map(({ row: { n } }) => n)).toEqual([1, 2, 3]);
  shelves.put(Array.from({ length: 500 }, (_, i) => row(i + 10, 7)));
  const full = shelves.size;
  shelves.take(0, 0);
  // There is room again, but 410 to 509 were not read yet: they come first.
  shelves.put([row(600, 7)]);
  expect(shelves.size).toBe(full);
});
