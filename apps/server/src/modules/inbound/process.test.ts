import { parse } from '@chaski/providers';
import pg from 'pg';
import { beforeEach, expect, it, vi } from 'vitest';
import { type Seeded, seedWorkspace, until } from '../../../test/harness.ts';
import { inboundStage } from '../../../test/inbound-stage.ts';
import { hashOf } from './accept.ts';
import { applyBodies } from './apply.ts';
import { listParked, maintainInbound, replay, startProcessor } from './index.ts';
import { bodyOf, change, said } from './testing.ts';

const {
  twoWorkspaces,
  db,
  clock,
  ownerUrl,
  deps,
  signals,
  log,
  post,
  query,
  waiting,
  work,
  bodyFor,
  apply,
  messagesOf,
  eventsOf,
  conversationsOf,
} = await inboundStage();

let one: Seeded;
let two: Seeded;
beforeEach(async () => {
  [one, two] = await twoWorkspaces();
});

/** A trigger of the test's own: messages whose text holds `word` fail with this SQLSTATE. */
async function failing<T>(word: string, state: string, fn: () => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query(`create or replace function fail_word() returns trigger language plpgsql as $$
      begin if new.content::text like '%${word}%' then raise exception 'made to fail' using errcode = '${state}'; end if;
      return new; end $$`);
    await owner.query(
      'create trigger fail_word before insert on messages for each row execute function fail_word()',
    );
    try {
      return await fn();
    } finally {
      await owner.query('drop trigger fail_word on messages');
    }
  } finally {
    await owner.end();
  }
}
const parkedOf = (seeded: Seeded) => listParked(db, { phoneNumberId: seeded.phoneNumberId });

it('keeps everything of 1,000 updates of two tenants in one body, each in its own workspace', async () => {
  const changes = Array.from({ length: 500 }, (_, i) => [
    change(one.phoneNumberId, { messages: [said(`one ${i}`, { from: `1650${i % 50}` })] }),
    change(two.phoneNumberId, { messages: [said(`two ${i}`, { from: `1650${i % 50}` })] }),
  ]).flat();
  const shared = await seedWorkspace(db, { appId: one.appId });
  changes.push(change(shared.phoneNumberId, { messages: [said('shared app')] }));
  await post(bodyOf(changes), one.appId);
  await work();
  expect(await messagesOf(one)).toHaveLength(500);
  expect(await conversationsOf(one)).toHaveLength(50);
  expect(await messagesOf(shared)).toHaveLength(1);
  // The body was signed by One's app: what it says of Two's number is not applied, and nothing of it shows there.
  expect(await messagesOf(two)).toHaveLength(0);
  expect(await eventsOf(two)).toHaveLength(0);
  const parked = await listParked(db, { phoneNumberId: two.phoneNumberId }, { limit: 1000, after: null });
  expect(parked).toHaveLength(500);
  expect(new Set(parked.map((row) => row.reason))).toEqual(new Set(['wrong-app']));
  expect(
    await query("select 1 from parked_bodies where hash = decode($1, 'hex')", [parked[0]!.hash]),
  ).toHaveLength(1);
});

it('parks one poison item alone: of 2,000 bodies the 20 bad ones, the rest goes on in order', async () => {
  // What PostgreSQL refuses and nobody foresaw.
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query(`create function refuse_poison() returns trigger language plpgsql as $$
    begin raise exception 'no antidote' using errcode = '23514'; end $$;
    create trigger refuse_poison before insert on messages for each row
    when (new.content -> 'text' ->> 'body' = 'poison') execute function refuse_poison()`);
  const bodies = Array.from({ length: 2_000 }, (_, i) => {
    const id = `wamid.poison.${one.phoneNumberId}.${i}`;
    const message = said(i % 100 === 50 ? 'poison' : `${i}`, {
      id,
      from: `44${i % 10}`,
      at: new Date(Date.UTC(2026, 10, 20, 10, 0, i)),
    });
    return bodyOf([change(one.phoneNumberId, { messages: [message] })]);
  });
  expect(new Set(await Promise.all(bodies.map((body) => post(body, one.appId))))).toEqual(
    new Set(['stored']),
  );
  await work(2);
  expect(await messagesOf(one)).toHaveLength(1_980);
  const parked = await listParked(db, { phoneNumberId: one.phoneNumberId });
  expect(parked).toHaveLength(20);
  expect(parked[0]).toMatchObject({ reason: 'failed', detail: expect.stringContaining('no antidote') });
  // With the cause gone they go through by replay.
  await owner.query('drop trigger refuse_poison on messages');
  await owner.end();
  // One number is one lane: events of each conversation come in the order of the bodies.
  const order = new Map<string, number[]>();
  for (const { name, data } of await eventsOf(one)) {
    if (name !== 'message.received') continue;
    const list = order.get(String(data.conversationId)) ?? [];
    list.push(Number(data.text));
    order.set(String(data.conversationId), list);
  }
  expect(order.size).toBe(10);
  for (const list of order.values()) expect(list).toEqual([...list].sort((a, b) => a - b));
  await replay(deps, { parked: { phoneNumberId: one.phoneNumberId } });
  expect(await messagesOf(one)).toHaveLength(2_000);
  expect(await listParked(db, { phoneNumberId: one.phoneNumberId })).toHaveLength(0);
});

it('loses and doubles nothing when processors meet in opposite orders', async () => {
  const shared = await seedWorkspace(db, { appId: one.appId });
  const people = Array.from({ length: 30 }, (_, i) => `1777${i}`);
  const parts = people.flatMap((from, i) => [
    change(one.phoneNumberId, {
      messages: [said('x', { id: `wamid.cross.${one.phoneNumberId}.${i}`, from, userId: `US.c${i}` })],
    }),
    change(shared.phoneNumberId, {
      messages: [said('x', { id: `wamid.cross.${shared.phoneNumberId}.${i}`, from, userId: `US.c${i}` })],
    }),
  ]);
  for (let round = 0; round < 5; round += 1) {
    const forth = bodyOf([
      ...parts,
      change(one.phoneNumberId, { messages: [said(`forth ${round}`, { from: '1999' })] }),
    ]);
    const back = bodyOf(
      [...parts]
        .reverse()
        .concat(change(one.phoneNumberId, { messages: [said(`back ${round}`, { from: '1998' })] })),
    );
    await Promise.all([
      applyBodies(deps, [bodyFor(forth, one.appId)]),
      applyBodies(deps, [bodyFor(back, one.appId)]),
      applyBodies(deps, [bodyFor(forth, one.appId)]),
    ]);
  }
  expect(await messagesOf(one)).toHaveLength(30 + 10);
  expect(await messagesOf(shared)).toHaveLength(30);
  const unread = (await conversationsOf(one)).reduce((sum, row) => sum + Number(row.unread_count), 0);
  expect(unread).toBe(40);
  expect((await eventsOf(one)).filter((event) => event.name === 'message.received')).toHaveLength(40);
});

/** A body with a number taken before, committed after: below everything that was seen. */
async function commitLate(n: number): Promise<void> {
  const late = bodyOf([change(one.phoneNumberId, { messages: [said('late')] })]);
  await query(
    `insert into raw_events (day, hash, n, source, app_id, body, shard, received_at)
     values ($1, $2, $6, 'cloud', $3, $4, 7, $5)`,
    [
      clock.now().toISOString().slice(0, 10),
      hashOf('cloud', one.appId, late),
      one.appId,
      late,
      clock.now().toISOString(),
      n,
    ],
  );
}

it('works what commits late and what an earlier process left', async () => {
  const [taken] = await query<{ n: number }>("select nextval('raw_events_n') as n");
  await post(bodyOf([change(one.phoneNumberId, { messages: [said('left behind')] })]), one.appId);
  const processor = startProcessor({ db, signals, log, parse });
  try {
    await until('the first is processed', async () => (await waiting()) === 0);
    await commitLate(taken!.n);
    await until('the straggler is processed', async () => (await messagesOf(one)).length === 2);
  } finally {
    await processor.stop();
  }
});

it('looks back at once when it is told that a large body was stored', async () => {
  const [taken] = await query<{ n: number }>("select nextval('raw_events_n') as n");
  await post(bodyOf([change(one.phoneNumberId, { messages: [said('overtook it')] })]), one.appId);
  // A hundred times slower: looking back by itself would take minutes, and 200 ms are 20 s.
  const now = performance.now.bind(performance);
  const begun = now();
  const time = vi.spyOn(performance, 'now').mockImplementation(() => begun + (now() - begun) / 100);
  const heard = new Map<string, () => void>();
  const on = (channel: string, listener: () => void) => {
    heard.set(channel, listener);
    return () => void heard.delete(channel);
  };
  const processor = startProcessor({ db, signals: { on }, log, parse });
  try {
    await until('the first is processed', async () => (await waiting()) === 0, 200);
    await commitLate(taken!.n);
    heard.get('late-raw-events')?.();
    await until('the other too', async () => (await messagesOf(one)).length === 2, 200);
  } finally {
    await processor.stop();
    time.mockRestore();
  }
});

it('makes days ahead and drops old ones only when nothing of them waits', async () => {
  clock.set('2026-11-25T12:00:00Z');
  try {
    await post(bodyOf([change(one.phoneNumberId, { messages: [said('old, done')] })]), one.appId);
    await work();
    clock.set('2026-11-26T12:00:00Z');
    await post(bodyOf([change(one.phoneNumberId, { messages: [said('old, waits')] })]), one.appId);
    clock.set('2026-12-30T12:00:00Z');
    const dropped = await maintainInbound(db);
    expect(dropped).toContain('2026-11-25');
    expect(dropped).not.toContain('2026-11-26');
    const [{ ahead }] = (await query<{ ahead: string | null }>(
      "select to_regclass('raw_events_20270106')::text as ahead",
    )) as [{ ahead: string | null }];
    expect(ahead).toBe('raw_events_20270106');
    await work();
    expect(await maintainInbound(db)).toContain('2026-11-26');
  } finally {
    clock.set('2026-11-20T12:00:00Z');
  }
});

it('gives others their turn while it works a body of thousands of items, and keeps the order of its own number', async () => {
  const many = Array.from({ length: 6_000 }, (_, i) =>
    said(`big ${i}`, { from: `1900${i % 50}`, id: `wamid.big.${i}` }),
  );
  await post(bodyOf([change(two.phoneNumberId, { messages: many })]), two.appId);
  await post(
    bodyOf([change(two.phoneNumberId, { messages: [said('after the big one', { id: 'wamid.after' })] })]),
    two.appId,
  );
  await post(
    bodyOf([change(one.phoneNumberId, { messages: [said('small', { id: 'wamid.small' })] })]),
    one.appId,
  );
  const running = startProcessor({ db, signals, log, parse, lanes: 1 });
  try {
    await until('all raw events are processed', async () => (await waiting()) === 0, 60_000);
  } finally {
    await running.stop();
  }
  expect(await messagesOf(two)).toHaveLength(6_001);
  const order = await query<{ id: string }>(
    "select data->>'providerMessageId' as id from events where name = 'message.received' order by n",
  );
  const ids = order.map((row) => row.id);
  expect(ids).toContain('wamid.small');
  expect(ids.indexOf('wamid.small')).toBeLessThan(ids.indexOf('wamid.big.5999'));
  expect(ids.at(-1)).toBe('wamid.after');
});

it('parks an item that only ever meets a busy database, and goes on behind it', async () => {
  await failing('always busy', '55P03', async () => {
    await post(bodyOf([change(one.phoneNumberId, { messages: [said('always busy')] })]), one.appId);
    const running = startProcessor({ db, signals, log, parse, lanes: 1 });
    try {
      await until(
        'it is parked',
        async () => {
          await post(bodyOf([change(two.phoneNumberId, { messages: [said('behind')] })]), two.appId);
          return (await parkedOf(one)).length === 1;
        },
        60_000,
      );
      await until('all raw events are processed', async () => (await waiting()) === 0, 60_000);
    } finally {
      await running.stop();
    }
  });
  expect(await messagesOf(one)).toEqual([]);
  expect((await messagesOf(two)).length).toBeGreaterThan(0);
});

it('parks nothing while everything fails, and what is wrong in itself at once', async () => {
  const bodies = Array.from({ length: 6 }, (_, i) =>
    bodyFor(bodyOf([change(one.phoneNumberId, { messages: [said(`system ${i}`)] })]), one.appId),
  );
  await failing('system', 'XX000', async () => {
    for (let i = 0; i < 10; i += 1) await expect(applyBodies(deps, bodies)).rejects.toThrow('made to fail');
    expect(await parkedOf(one)).toEqual([]);
    // Others go through: then it is about these.
    const good = bodyFor(bodyOf([change(two.phoneNumberId, { messages: [said('good')] })]), two.appId);
    for (let i = 0; i < 7; i += 1) await applyBodies(deps, [good, bodies[0]!]).catch(() => {});
    expect(await parkedOf(one)).toMatchObject([{ reason: 'failed', detail: 'XX000: made to fail' }]);
  });
  await applyBodies(deps, bodies.slice(1));
  expect(await messagesOf(one)).toHaveLength(5);
  await failing('data', '22001', () => apply(two, { messages: [said('data'), said('fine')] }));
  expect(await parkedOf(two)).toHaveLength(1);
});
