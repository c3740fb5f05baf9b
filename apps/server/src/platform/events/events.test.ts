import fc from 'fast-check';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { seedWorkspace, testDatabase, until, urlWith } from '../../../test/harness.ts';
import { type Database, openDatabase, systemActor } from '../db/index.ts';
import { AppError, errors } from '../errors.ts';
import type { WorkspaceId } from '../ids.ts';
import { createSignals, type Signals } from '../signals.ts';
import {
  type Consumer,
  defineConsumer,
  dropSpentEventDays,
  type EventsRuntime,
  emit,
  ensureEventDays,
  listDeadEvents,
  readEvents,
  retryDeadEvent,
  type StoredEvent,
  startEvents,
} from './index.ts';
import { numberNew } from './queries.ts';

const log = pino({ level: 'silent' });
const t = await testDatabase({ poolSize: 20 });
const { db } = t;
const { workspaceId } = await seedWorkspace(db);
const other = await seedWorkspace(db);

let signals: Signals;
const running: EventsRuntime[] = [];
const clients: pg.Client[] = [];

beforeEach(async () => {
  signals = await createSignals(db, log);
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((runtime) => runtime.stop()));
  await Promise.all(clients.splice(0).map((client) => client.end()));
  await signals.close();
  // The events of one test are not the next one's.
  await db.withSystem('reset', async (tx) => {
    for (const table of ['event_consumers', 'event_dead_letters', 'event_queue', 'event_seq', 'events']) {
      await tx.execute(`delete from ${table}`);
    }
  });
});

async function start(
  consumers: Consumer[],
  more: { retired?: string[]; db?: Database } = {},
): Promise<EventsRuntime> {
  const runtime = await startEvents({ db, signals, consumers, log, ...more });
  running.push(runtime);
  return runtime;
}

/** A consumer that remembers what it was told. */
function recorder(name = 'recorder', more: Partial<Consumer> = {}) {
  const seen: StoredEvent[] = [];
  const consumer = defineConsumer({
    name,
    events: '*',
    async handle(tx, events) {
      tx.afterCommit(() => seen.push(...events));
    },
    ...more,
  });
  return { seen, consumer, values: () => seen.map((event) => event.data.i) };
}

const say = (i: number, name = 'thing.done', workspace: string = workspaceId) => ({
  workspaceId: workspace,
  name,
  data: { i },
});

const emitOne = (i: number, name?: string) =>
  db.withTenant(workspaceId, systemActor, (tx) => emit(tx, [say(i, name)]));

async function count(table: string): Promise<number> {
  const [row] = await db.withSystem('count', (tx) =>
    tx.query<{ count: number }>(`select count(*) as count from ${table}`),
  );
  return row?.count ?? 0;
}

async function raw(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  clients.push(client);
  return client;
}

test('an event exists if and only if its change was committed', async () => {
  const { consumer, values } = recorder();
  await start([consumer]);
  await expect(
    db.withTenant(workspaceId, systemActor, async (tx) => {
      await emit(tx, [say(1)]);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await emitOne(2);
  await until('the event comes', () => values().length > 0);
  expect(values()).toEqual([2]);
  expect(await count('events')).toBe(1);
});

test('of those that nobody waits for one works at a time, and the others do not wait for it', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let inside = 0;
  let most = 0;
  const slow = (name: string) =>
    recorder(name, {
      pace: 'in turn',
      async handle() {
        inside += 1;
        most = Math.max(most, inside);
        await gate;
        inside -= 1;
        done.push(name);
      },
    }).consumer;
  const done: string[] = [];
  const prompt = recorder('prompt');
  const soon = recorder('soon', { pace: 'soon' });
  await start([slow('one'), slow('two'), slow('three'), prompt.consumer, soon.consumer]);
  await emitOne(1);
  await until('one of them is at it', () => inside > 0);
  await emitOne(2);
  await until('the prompt one has heard both', () => prompt.values().length === 2);
  await until('and so has the one for which a person waits', () => soon.values().length === 2);
  expect(done).toEqual([]);
  open();
  await until('all have been', () => new Set(done).size === 3);
  expect(most).toBe(1);
});

test('what is told is what was said: actor, time, text that jsonb refuses', async () => {
  const { consumer, seen } = recorder();
  await start([consumer]);
  const at = new Date('2026-11-19T08:00:00Z');
  await db.withTenant(workspaceId, { kind: 'key', id: 'k1', role: 'key' }, (tx) =>
    emit(tx, [
      {
        workspaceId,
        name: 'a',
        data: { text: 'nul \u0000, half \ud800 of a pair, \\u0000 spelt out, 👍' },
        at,
      },
      { workspaceId, name: 'b', data: {}, actor: null },
    ]),
  );
  await until('both come', () => seen.length === 2);
  expect(seen[0]).toMatchObject({
    workspaceId,
    name: 'a',
    at,
    actor: { kind: 'key', id: 'k1', role: 'key' },
    data: { text: 'nul \ufffd, half \ufffd of a pair, \\u0000 spelt out, 👍' },
  });
  expect(seen[1]).toMatchObject({ name: 'b', at: t.clock.now(), actor: null });
});

test('a tenant cannot say something in another workspace, nor read there', async () => {
  await expect(
    db.withTenant(workspaceId, systemActor, (tx) => emit(tx, [say(1, 'x', other.workspaceId)])),
  ).rejects.toThrow(/row-level security/);
  const { consumer, seen } = recorder();
  await start([consumer]);
  await db.withSystem('two workspaces', (tx) => emit(tx, [say(1), say(2, 'x', other.workspaceId), say(3)]));
  await until('all come', () => seen.length === 3);
  const read = (workspace: WorkspaceId, after = 0, limit = 10) =>
    db.withTenant(workspace, systemActor, (tx) => readEvents(tx, after, limit));
  expect((await read(workspaceId)).map((event) => event.data.i)).toEqual([1, 3]);
  expect((await read(other.workspaceId)).map((event) => event.data.i)).toEqual([2]);
  const [first] = await read(workspaceId, 0, 1);
  expect((await read(workspaceId, first?.seq, 1)).map((event) => event.data.i)).toEqual([3]);
});

test('a day without partition is made by whoever writes, and does not hold other writers up', async () => {
  const before = t.clock.now();
  try {
    const busy = await raw(t.ownerUrl);
    await busy.query('begin');
    await busy.query('lock table events in row exclusive mode');
    t.clock.advance(40 * 86_400_000);
    // Who comes in the very moment in which another one has made it is asked to try again, as batches do.
    const patiently = (i: number): Promise<void> =>
      emitOne(i).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'database_busy') return patiently(i);
        throw error;
      });
    await Promise.all(Array.from({ length: 10 }, (_, i) => patiently(i)));
    expect(await count('events')).toBe(10);
    await busy.query('rollback');
  } finally {
    t.clock.set(before);
  }
});

test('numbers are gapless and every committed event is told once, whatever commits when', async () => {
  const { consumer, seen, values } = recorder('everything', { batchSize: 7 });
  await start([consumer]);
  let next = 0;
  const expected: number[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ size: fc.integer({ min: 1, max: 5 }), commits: fc.boolean(), late: fc.boolean() }),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      async (writers) => {
        const late: (() => void)[] = [];
        const all = writers.map(async (writer) => {
          const mine = Array.from({ length: writer.size }, () => next++);
          await db
            .withSystem('write', async (tx) => {
              await emit(
                tx,
                mine.map((i) => say(i)),
              );
              if (writer.late) await new Promise<void>((resolve) => late.push(resolve));
              if (!writer.commits) throw new Error('changed my mind');
            })
            .then(
              () => expected.push(...mine),
              () => {},
            );
        });
        await until('the late ones have written', () => late.length === writers.filter((w) => w.late).length);
        for (const release of late.reverse()) release();
        await Promise.all(all);
        await until('all are told', () => seen.length === expected.length);
      },
    ),
    { numRuns: 25, verbose: 2, endOnFailure: true },
  );
  expect([...values()].sort((a, b) => Number(a) - Number(b))).toEqual(expected.sort((a, b) => a - b));
  const numbers = seen.map((event) => event.seq);
  expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
});

test('a writer held open, here or in another database, stops nobody and is not lost', async () => {
  const { consumer, values } = recorder();
  await start([consumer]);
  // Another database of the cluster with an open writing transaction: it holds back every snapshot horizon.
  const elsewhere = await raw(inject('cluster').adminUrl);
  await elsewhere.query('begin');
  await elsewhere.query('create temporary table held (x int)');
  await elsewhere.query('insert into held values (1)');
  let release = () => {};
  let written = () => {};
  const wrote = new Promise<void>((resolve) => {
    written = resolve;
  });
  const held = db.withTenant(workspaceId, systemActor, async (tx) => {
    await emit(tx, [say(1)]);
    written();
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  await wrote;
  for (let i = 2; i <= 30; i++) await emitOne(i);
  await until('all but the held one', () => values().length === 29);
  expect(values()).not.toContain(1);
  release();
  await held;
  await until('the held one', () => values().length === 30);
  expect(values().at(-1)).toBe(1);
  await elsewhere.query('rollback');
});

test('a straggler that nobody announced, far below and long ago, is found by looking', async () => {
  const { consumer, values } = recorder();
  await start([consumer]);
  const silent = await raw(t.ownerUrl);
  await silent.query('begin');
  await silent.query("select nextval('events_n')");
  await silent.query(
    `with made as (
       insert into events (day, workspace_id, id, name, at, data)
       select '2026-11-20', $1, gen_random_uuid(), 'thing.done', '2026-11-20', '{"i": 1}' returning *)
     insert into event_queue (workspace_id, n, day, name) select workspace_id, n, day, name from made`,
    [workspaceId],
  );
  // More numbers than gaps are remembered.
  await silent.query("select setval('events_n', (select last_value from events_n) + 20000)");
  await emitOne(2);
  await until('the fast one', () => values().length === 1);
  await silent.query('commit');
  await until('the silent one', () => values().length === 2);
  expect(values()).toEqual([2, 1]);
});

test('under an old snapshot the fast pass steps over everything that was numbered before', async () => {
  const old = await raw(t.ownerUrl);
  await old.query('begin isolation level repeatable read');
  await old.query('select count(*) from event_queue');
  const look = await raw(t.ownerUrl);
  // What the planner knows of the queue is this, and not what autovacuum happened to see of it.
  await look.query('alter table event_queue set (autovacuum_enabled = false)');
  await look.query(
    `insert into event_queue (workspace_id, n, day, name)
     select $1, nextval('events_n'), '2026-11-20', 'x' from generate_series(1, 50000)`,
    [workspaceId],
  );
  await look.query('analyze event_queue');
  const { rows } = await look.query<{ n: number }>('select max(n) as n from event_queue');
  await look.query('delete from event_queue');
  // Dead for us, alive for the snapshot: vacuum and index may not forget them.
  const pages = async (after: number) => {
    const { rows: plan } = await look.query<{ 'QUERY PLAN': { Plan: { 'Shared Hit Blocks': number } }[] }>(
      `explain (analyze, buffers, format json) ${numberNew.text.replace('$1', String(after)).replace('$2', '1000').replace('$3', "'{}'")}`,
    );
    return plan[0]!['QUERY PLAN'][0]!.Plan['Shared Hit Blocks'];
  };
  // The control: from the beginning it meets them all.
  expect(await pages(0)).toBeGreaterThan(300);
  expect(await pages(rows[0]!.n)).toBeLessThan(50);
  await old.query('rollback');
  await look.query('alter table event_queue reset (autovacuum_enabled)');
});

test('two processes: one numbers, each event is handled once, and the other takes over', async () => {
  const second = openDatabase({ url: t.url, rolePrefix: t.rolePrefix, poolSize: 5, clock: t.clock });
  const secondSignals = await createSignals(second, log);
  const one = recorder('shared', { batchSize: 3 });
  const two = recorder('shared', { batchSize: 3 });
  const first = await startEvents({ db, signals, consumers: [one.consumer], log });
  const other = await startEvents({ db: second, signals: secondSignals, consumers: [two.consumer], log });
  try {
    await Promise.all(Array.from({ length: 40 }, (_, i) => emitOne(i)));
    await until('all are handled', () => one.seen.length + two.seen.length === 40);
    await first.stop();
    for (let i = 40; i < 60; i++) await emitOne(i);
    await until('the other goes on', () => one.seen.length + two.seen.length === 60);
    const all = [...one.values(), ...two.values()].sort((a, b) => Number(a) - Number(b));
    expect(all).toEqual(Array.from({ length: 60 }, (_, i) => i));
  } finally {
    await other.stop();
    await first.stop();
    await secondSignals.close();
    await second.close();
  }
});

test('killed sessions: sequencer, consumers and signals come back by themselves', async () => {
  const { consumer, values } = recorder();
  await start([consumer]);
  await emitOne(1);
  await until('the first', () => values().length === 1);
  const admin = await raw(t.ownerUrl);
  await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await until('the door opens again', () =>
    emitOne(2).then(
      () => true,
      () => false,
    ),
  );
  await until('the second', () => values().includes(2));
  expect(new Set(values())).toEqual(new Set([1, 2]));
});

test('a consumer gets the names it asked for; the cursor passes the others', async () => {
  const { consumer, values } = recorder('choosy', { events: ['b'], batchSize: 2 });
  await start([consumer]);
  for (const [i, name] of ['a', 'b', 'a', 'a', 'a', 'b', 'a'].entries()) await emitOne(i, name);
  await until('both come', () => values().length === 2);
  expect(values()).toEqual([1, 5]);
});

test('poison events are set aside alone, with their error; the rest go on in order, the effects once', async () => {
  const poison = new Set([3, 40, 41, 99]);
  const { consumer, values } = recorder('careful', {
    batchSize: 64,
    async handle(tx, events) {
      for (const event of events) {
        // An effect before the failure: it must not be there twice.
        await tx.execute('insert into rate_buckets (key, used, started_at) values ($1, 1, $2)', [
          `effect ${event.data.i}`,
          tx.now(),
        ]);
        if (poison.has(event.data.i as number)) throw new Error(`cannot digest ${event.data.i}`);
      }
      tx.afterCommit(() => told.push(...events.map((event) => event.data.i as number)));
    },
  });
  const told: number[] = [];
  await start([consumer]);
  await db.withSystem('many', (tx) =>
    emit(
      tx,
      Array.from({ length: 100 }, (_, i) => say(i)),
    ),
  );
  await until('all are done', async () => told.length === 96 && (await count('event_dead_letters')) === 4);
  expect(told).toEqual(Array.from({ length: 100 }, (_, i) => i).filter((i) => !poison.has(i)));
  expect(values()).toEqual([]);

  const dead = await listDeadEvents(db, { consumer: 'careful' });
  expect(dead.map((one) => [one.event?.data.i, one.error])).toEqual(
    [...poison].map((i) => [i, `Error: cannot digest ${i}`]),
  );
  expect(await listDeadEvents(db, { workspaceId: other.workspaceId })).toEqual([]);

  const [first, second] = dead;
  await expect(retryDeadEvent(db, [consumer], first!)).rejects.toThrow('cannot digest 3');
  expect(await listDeadEvents(db)).toHaveLength(4);
  poison.clear();
  expect(await retryDeadEvent(db, [consumer], first!)).toBe('handled');
  expect(await retryDeadEvent(db, [consumer], first!)).toBe('not-dead');
  await expect(retryDeadEvent(db, [], second!)).rejects.toMatchObject({ code: 'not_found' });
  expect((await listDeadEvents(db)).map((one) => one.event?.data.i)).toEqual([40, 41, 99]);
  const effects = await db.withSystem('look', (tx) =>
    tx.query<{ count: number }>("select count(*) as count from rate_buckets where key like 'effect %'"),
  );
  expect(effects[0]?.count).toBe(97);
});

test("a flood of one workspace delays another one's event by no more than four batches; each is worked once, in order", async () => {
  const poison = 700;
  const batches: [string, number][][] = [];
  const inTheMiddle = 5;
  let told = false;
  const { consumer } = recorder('fair', {
    batchSize: 50,
    events: ['thing.done'],
    async handle(tx, events) {
      if (events.some((event) => event.data.i === poison)) throw new Error('cannot digest');
      if (batches.length === inTheMiddle && !told) {
        told = true;
        await db.withTenant(other.workspaceId, systemActor, (meanwhile) =>
          emit(meanwhile, [say(3, 'thing.done', other.workspaceId)]),
        );
        await until('it has a number', async () => (await count('event_queue')) === 0);
      }
      await tx.execute(
        'insert into rate_buckets (key, used, started_at) select key, 1, $2 from unnest($1::text[]) key',
        [events.map((event) => `fair ${event.workspaceId} ${event.data.i}`), tx.now()],
      );
      tx.afterCommit(() => batches.push(events.map((event) => [event.workspaceId, event.data.i as number])));
    },
  });
  await (await start([consumer])).stop();
  // All of it is numbered before the consumer looks.
  await db.withSystem('a flood', (tx) =>
    emit(tx, [
      ...Array.from({ length: 3_000 }, (_, i) => say(i)),
      ...Array.from({ length: 300 }, (_, i) => say(i, 'other.thing')),
      ...Array.from({ length: 3 }, (_, i) => say(i, 'thing.done', other.workspaceId)),
    ]),
  );
  const { consumer: idle } = recorder('idle', { events: ['never'] });
  const numbering = await start([idle], { retired: ['fair'] });
  await until('all have a number', async () => (await count('event_queue')) === 0);
  await numbering.stop();
  await db.withSystem('begin again', (tx) =>
    tx.execute("insert into event_consumers (name, seq, updated_at) values ('fair', 0, $1)", [tx.now()]),
  );

  const first = await start([consumer, idle]);
  const mine = (workspace: string) => batches.flat().filter(([one]) => one === workspace);
  await until('the other one is served', () => mine(other.workspaceId).length === 4);
  const served = batches.flatMap((batch, at) =>
    batch.some(([one]) => one === other.workspaceId) ? [at] : [],
  );
  expect(served[0]).toBeLessThanOrEqual(3);
  // While the flood is short, what comes in its middle is in the very next batch.
  expect(served.at(-1)).toBe(inTheMiddle + 1);
  // Another process goes on where this one ends, in the middle of the flood: nothing twice, nothing left out.
  await first.stop();
  expect(batches.flat().length).toBeLessThan(3_003);
  await db.withTenant(other.workspaceId, systemActor, (tx) =>
    emit(tx, [say(4, 'thing.done', other.workspaceId)]),
  );
  await start([consumer, idle]);
  await until('all are worked', () => batches.flat().length === 3_004);
  expect(mine(other.workspaceId).map(([, i]) => i)).toEqual([0, 1, 2, 3, 4]);
  expect(mine(workspaceId).map(([, i]) => i)).toEqual(
    Array.from({ length: 3_000 }, (_, i) => i).filter((i) => i !== poison),
  );
  expect((await listDeadEvents(db, { consumer: 'fair' })).map((one) => one.event?.data.i)).toEqual([poison]);
  const cursors = await db.withSystem('look', (tx) =>
    tx.query(
      "select ahead, seq = (select max(seq) from event_seq) as done from event_consumers where name = 'fair'",
    ),
  );
  expect(cursors).toEqual([{ ahead: {}, done: true }]);
});

test('a database in trouble is no poison', async () => {
  let trouble = 3;
  const { consumer, values } = recorder('patient', {
    async handle(tx, events) {
      if (trouble-- > 0) throw errors.databaseUnavailable();
      tx.afterCommit(() => told.push(...events.map((event) => event.data.i)));
    },
  });
  const told: unknown[] = [];
  await start([consumer]);
  await emitOne(1);
  await until('it comes', () => told.length === 1);
  expect(values()).toEqual([]);
  expect(await count('event_dead_letters')).toBe(0);
});

test('start refuses two consumers of one name, and a cursor that nobody moves', async () => {
  const { consumer } = recorder('one');
  await expect(startEvents({ db, signals, consumers: [consumer, consumer], log })).rejects.toThrow(/"one"/);
  const runtime = await startEvents({ db, signals, consumers: [consumer, recorder('two').consumer], log });
  await runtime.stop();
  await expect(startEvents({ db, signals, consumers: [consumer], log })).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringContaining('"two"'),
  });
  await start([consumer], { retired: ['two'] });
  expect(await count('event_consumers')).toBe(1);
});

test('a new consumer begins now, or at the start when it says so', async () => {
  const old = recorder('old');
  const runtime = await startEvents({ db, signals, consumers: [old.consumer], log });
  await emitOne(1);
  await until('the first', () => old.seen.length === 1);
  await runtime.stop();
  const young = recorder('young');
  const historian = recorder('historian', { from: 'start' });
  await start([old.consumer, young.consumer, historian.consumer]);
  await emitOne(2);
  await until('all have the second', () => [old, young, historian].every((one) => one.values().includes(2)));
  expect([old.values(), young.values(), historian.values()]).toEqual([[1, 2], [2], [1, 2]]);
});

test('retention drops days that everybody has passed, and numbers go on', async () => {
  const before = t.clock.now();
  const { consumer, seen, values } = recorder('keeper');
  const runtime = await startEvents({ db, signals, consumers: [consumer], log });
  try {
    await emitOne(1);
    await until('the first', () => seen.length === 1);
    await runtime.stop();
    t.clock.advance(3 * 86_400_000);
    await emitOne(2);
    t.clock.advance(60 * 86_400_000);
    await ensureEventDays(db);
    // The second is written and not numbered, then numbered and not passed: its day and later ones stay.
    expect(await dropSpentEventDays(db, 30)).not.toContain('2026-11-23');
    expect(await count('events')).toBe(1);
    await start([consumer]);
    await until('the second', () => seen.length === 2);
    const dropped = await dropSpentEventDays(db, 30);
    expect(dropped).toContain('2026-11-23');
    expect(await count('events')).toBe(0);
    await emitOne(3);
    await until('the third', () => seen.length === 3);
    expect(values()).toEqual([1, 2, 3]);
    expect(seen.map((event) => event.seq - seen[0]!.seq)).toEqual([0, 1, 2]);
  } finally {
    await runtime.stop();
    t.clock.set(before);
    await ensureEventDays(db);
  }
});

test('after dump and restore the cursors go on', async () => {
  const { consumer, values } = recorder();
  const runtime = await startEvents({ db, signals, consumers: [consumer], log });
  for (let i = 1; i <= 5; i++) await emitOne(i);
  await until('the first five', () => values().length === 5);
  await runtime.stop();
  // Committed before the dump, neither numbered nor handled.
  for (let i = 6; i <= 8; i++) await emitOne(i);

  // As pg_dump does it: rows by COPY into a fresh schema, sequences by setval. Transaction ids start over there.
  const cluster = inject('cluster');
  const admin = await raw(cluster.adminUrl);
  const name = `restored_${process.pid}`;
  await admin.query(`create database ${name} template ${cluster.template}`);
  const restoredUrl = urlWith(t.url, 'chaski_login', name);
  const from = await raw(t.ownerUrl);
  const to = new pg.Client({ connectionString: urlWith(t.ownerUrl, 'postgres', name) });
  await to.connect();
  for (const table of ['workspaces', 'events', 'event_queue', 'event_seq', 'event_consumers']) {
    const { rows } = await from.query(`select to_jsonb(x)::text as row from ${table} x`);
    await to.query(
      `insert into ${table} select (jsonb_populate_record(null::${table}, row::jsonb)).* from unnest($1::text[]) row`,
      [rows.map((row) => row.row)],
    );
  }
  const { rows } = await from.query('select last_value from events_n');
  await to.query("select setval('events_n', $1)", [rows[0].last_value]);
  await to.end();

  const restored = openDatabase({ url: restoredUrl, rolePrefix: t.rolePrefix, poolSize: 5, clock: t.clock });
  const restoredSignals = await createSignals(restored, log);
  const again = await startEvents({ db: restored, signals: restoredSignals, consumers: [consumer], log });
  try {
    await restored.withTenant(workspaceId, systemActor, (tx) => emit(tx, [say(9)]));
    await until('the rest and the new one', () => values().length === 9);
    expect(values()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  } finally {
    await again.stop();
    await restoredSignals.close();
    await restored.close();
    await admin.query(`drop database ${name} with (force)`);
  }
});

test('signals reach other processes, and come once more after a lost connection', async () => {
  const second = openDatabase({ url: t.url, rolePrefix: t.rolePrefix, poolSize: 2, clock: t.clock });
  const far = await createSignals(second, log);
  let heard = 0;
  let near = 0;
  far.on('sends', () => heard++);
  const off = signals.on('sends', () => near++);
  try {
    await expect(
      db.withTenant(workspaceId, systemActor, async (tx) => {
        await signals.notify(tx, 'sends');
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(near).toBe(0);
    await db.withTenant(workspaceId, systemActor, (tx) => signals.notify(tx, 'sends'));
    expect(near).toBe(1);
    await until('it is heard', () => heard === 1);
    off();
    signals.wakeLocal('sends');
    expect([near, heard]).toEqual([1, 1]);
    const admin = await raw(t.ownerUrl);
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'chaski signals'",
    );
    await until('it looks once more', () => heard > 1);
    const looked = heard;
    await until('it is heard again', () => {
      signals.announce('sends');
      return heard > looked;
    });
  } finally {
    await far.close();
    await second.close();
  }
});
