import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBacklog } from './backlog.ts';
import type { RawEvent } from './queries.ts';
import { createShelves, type Shelves, type Turn } from './shelves.ts';

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

const placesOf = (shelves: Shelves) => shelves.behind().map((shelf) => ({ shelf, above: shelf.behind ?? 0 }));

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
          const places = placesOf(shelves);
          const rows = all.filter(
            (r) =>
              places.some(({ shelf, above }) => (r.shard ?? -1) === shelf.key && r.n > above) &&
              !done.includes(r),
          );
          shelves.readOn(places, { rows, last: all.length, all: true });
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
  const rows = [row(1, 0), row(2, 1), row(3, 0)];
  shelves.readOn(placesOf(shelves), { rows, last: 3, all: true });
  expect(shelves.take(0, 100)).toBeNull();
  const alone = shelves.take(0, 300)!;
  expect(alone.shelves).toHaveLength(1);
  shelves.done(alone, []);
  expect(shelves.take(0, 300)!.shelves).toHaveLength(1);
});

it.each([true, false])('jumps over nothing that failed while more was being read (all: %s)', (all) => {
  const shelves = make(1);
  const rows = Array.from({ length: 600 }, (_, i) => row(i + 1, 0));
  shelves.put(rows);
  const turn = shelves.take(0, 0)!;
  const places = placesOf(shelves);
  expect(places.map(({ above }) => above)).toEqual([400]);
  shelves.failed(turn, 0, false);
  shelves.readOn(places, { rows: rows.slice(400, 500), last: 500, all });
  expect(shelves.size).toBe(0);
  expect(placesOf(shelves).map(({ above }) => above)).toEqual([0]);
  shelves.readOn(placesOf(shelves), { rows, last: 600, all: true });
  expect(shelves.take(0, 10_000)!.rows[0]!.row.n).toBe(1);
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

it('does not take again what was done while it was being read', () => {
  const shelves = make();
  shelves.put([row(1, 0), row(2, 0)]);
  shelves.reading();
  shelves.done(shelves.take(0, 0)!, []);
  // As the look saw it, which began before that commit.
  shelves.put([row(1, 0), row(2, 0), row(3, 0)]);
  expect(shelves.take(0, 0)?.rows.map(({ row: { n } }) => n)).toEqual([3]);
  // What is to be read again, on purpose, is.
  shelves.reading();
  shelves.put([row(1, 0)]);
  expect(shelves.size).toBe(2);
});
