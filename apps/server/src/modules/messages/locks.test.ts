/** Two transactions that meet on the same rows: one waits, none is shot. */
import type { EchoItem } from '@chaski/providers';
import { expect, it, onTestFinished, vi } from 'vitest';
import { testDatabase, until } from '../../../test/harness.ts';
import type { SystemTx } from '../../platform/db/index.ts';
import { routesFor } from '../numbers/index.ts';
import { applyStatuses } from './apply-status.ts';
import { holdNumbers } from './held.ts';
import { createLeases } from './lease.ts';
import { receiveMany } from './receive.ts';
import { unknown, writeResults } from './results.ts';
import { log, type Place, stageOn, statusItem } from './testing.ts';

const stage = await stageOn(await testDatabase({ poolSize: 8 }));
const { clock, db, query } = stage;

/** A transaction that holds rows until it is told to let go. */
async function holding(sql: string, values: readonly unknown[]) {
  let letGo = () => {};
  const told = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let held = false;
  const done = db.withSystem('test: holds rows', async (tx) => {
    await tx.query(sql, values);
    held = true;
    await told;
  });
  await until('the rows are held', async () => held);
  return async () => {
    letGo();
    await done;
  };
}

/** Begins a transaction and answers once it waits for somebody else's rows. */
async function waiting<T>(work: (tx: SystemTx) => Promise<T>): Promise<{ ended: Promise<T> }> {
  let pid = 0;
  const ended = db.withSystem('test: waits for rows', async (tx) => {
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    pid = row!.pid;
    return work(tx);
  });
  ended.catch(() => {});
  await until('it waits', async () => {
    const [row] = await query<{ waits: number }>(
      'select count(*)::int as waits from pg_locks where pid = $1 and not granted',
      [pid],
    );
    return pid !== 0 && row!.waits > 0;
  });
  return { ended };
}

const status =
  (place: Place, providerMessageId: string, attemptId: string | null) => async (tx: SystemTx) => {
    const route = (await routesFor(tx, [place.phoneNumberId])).get(place.phoneNumberId)!;
    const item = statusItem(place, { providerMessageId, attemptId, at: clock.now() });
    return { route, item, receivedAt: clock.now() };
  };

/** Messages whose process ended during the call, oldest first. */
async function claimed(place: Place, count: number) {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    clock.advance(5);
    ids.push(await stage.say(place, `hello ${i}`));
  }
  return query<{ message_id: string; attempt_id: string }>(
    `with claimed as (
       update send_queue set state = 'claimed', attempts = 1, attempt_id = gen_random_uuid(), claimed_at = $2
       where message_id = any($1::uuid[]) returning *
     ), tried as (
       insert into message_attempts (workspace_id, id, message_id, number_id, n, started_at)
       select workspace_id, attempt_id, message_id, number_id, 1, $2 from claimed
     )
     select message_id, attempt_id from claimed order by message_id`,
    [ids, clock.now().toISOString()],
  );
}

const orphaned = (place: Place, row: { message_id: string; attempt_id: string }) =>
  unknown(
    {
      workspaceId: place.workspaceId,
      messageId: row.message_id,
      attemptId: row.attempt_id,
      numberId: place.numberId,
      conversationId: place.conversationId,
      contactId: place.contactId,
      n: 1,
      campaign: false,
    },
    'the process ended',
    { now: clock.now(), settings: {} },
  );

const hold = 'select 1 from messages where id = $1 for update';

it('a claim that nobody finished is settled while a status names it', async () => {
  const place = await stage.place();
  const [row] = await claimed(place, 1);
  const release = await holding(hold, [row!.message_id]);
  const said = await waiting(async (tx) =>
    applyStatuses(tx, [await status(place, 'wamid.ONE', row!.attempt_id)(tx)]),
  );
  const settled = await waiting((tx) => writeResults(tx, [orphaned(place, row!)]));
  await release();
  await Promise.all([said.ended, settled.ended]);
  expect(await stage.status(row!.message_id)).toBe('sent');
  expect(await query('select 1 from send_queue where message_id = $1', [row!.message_id])).toEqual([]);
});

it('statuses found by id and by attempt meet results of the same messages', async () => {
  const place = await stage.place();
  const rows = await claimed(place, 2);
  const [first, second] = rows as [(typeof rows)[0], (typeof rows)[0]];
  // A word of an earlier attempt named the second one already.
  await query("update messages set provider_message_id = 'wamid.TWO' where id = $1", [second.message_id]);
  const release = await holding(hold, [first.message_id]);
  const settled = await waiting((tx) =>
    writeResults(
      tx,
      rows.map((row) => orphaned(place, row)),
    ),
  );
  const said = await waiting(async (tx) =>
    applyStatuses(tx, [
      await status(place, 'wamid.TWO', null)(tx),
      await status(place, 'wamid.THREE', first.attempt_id)(tx),
    ]),
  );
  await release();
  await Promise.all([said.ended, settled.ended]);
  expect(await stage.status(first.message_id)).toBe('sent');
  expect(await stage.status(second.message_id)).toBe('sent');
});

it('an edit from the phone app takes its message before the conversation', async () => {
  const place = await stage.place();
  const echo = (providerMessageId: string, content: EchoItem['content']) => async (tx: SystemTx) => {
    const route = (await routesFor(tx, [place.phoneNumberId])).get(place.phoneNumberId)!;
    const item: EchoItem = {
      kind: 'echo',
      path: 'entry/0/changes/0/value/message_echoes/0',
      phoneNumberId: place.phoneNumberId,
      accountRef: null,
      displayPhoneNumber: null,
      providerMessageId,
      at: clock.now(),
      groupId: null,
      to: { phone: place.phone, userId: null, parentUserId: null, username: null, profileName: null },
      content,
      context: null,
    };
    await receiveMany(tx, [{ route, item, providerMessageId, at: clock.now() }]);
  };
  const text = (body: string) => ({ type: 'text', text: { body } });
  await db.withSystem('test: said on the phone', echo('wamid.SAID', text('hi')));
  const [said] = await query<{ id: string; conversation_id: string }>(
    "select id, conversation_id from messages where workspace_id = $1 and provider_message_id = 'wamid.SAID'",
    [place.workspaceId],
  );
  // Erasure and echoes that are united go this way round.
  const edited = await db.withSystem('test: message, then conversation', async (tx) => {
    await tx.query(hold, [said!.id]);
    const edit = { originalMessageId: 'wamid.SAID', message: text('ho') };
    const waits = await waiting(echo('wamid.EDIT', { type: 'edit', edit }));
    await tx.query('select 1 from conversations where id = $1 for no key update', [said!.conversation_id]);
    return waits;
  });
  await edited.ended;
  expect(await query('select edited_at from messages where id = $1', [said!.id])).toEqual([
    { edited_at: expect.any(Date) },
  ]);
});

it('leases are taken, renewed and given back in one order', async () => {
  const places = [await stage.place(), await stage.place()];
  const keys = places
    .map(({ workspaceId, numberId }) => ({ workspaceId, numberId }))
    .sort((a, b) => (a.workspaceId < b.workspaceId ? -1 : 1));
  const ours = createLeases(db, 60_000, log);
  const others = createLeases(db, 60_000, log);
  onTestFinished(async () => {
    await ours.close();
    await others.close();
  });
  const held = (await ours.acquire(keys)).reverse();
  for (const give of [() => ours.renew(held), () => ours.release(held)]) {
    const release = await holding('select 1 from number_leases where number_id = $1 for update', [
      keys[0]!.numberId,
    ]);
    const waits = async (count: number) =>
      until('they wait', async () => {
        const rows = await query<{ waits: number }>(
          `select count(*)::int as waits from pg_locks l join pg_stat_activity a using (pid)
           where not l.granted and a.datname = current_database()`,
        );
        return rows[0]!.waits >= count;
      });
    const taking = others.acquire(keys);
    await waits(1);
    const giving = give();
    await waits(2);
    await release();
    await Promise.all([taking, giving]);
  }
});

it('a lease that is taken after a quiet time is not renewed right behind its taking', async () => {
  const place = await stage.place();
  const leaseMs = 60_000;
  const leases = createLeases(db, leaseMs, log);
  const numbers = holdNumbers({ db, log, leases, leaseMs });
  // Whole milliseconds: with fractions of them a quarter of the lease may come out a hair shorter.
  const begun = Math.ceil(performance.now());
  let passed = 0;
  const time = vi.spyOn(performance, 'now').mockImplementation(() => begun + passed);
  onTestFinished(async () => {
    time.mockRestore();
    await numbers.releaseAll();
    await leases.close();
  });
  const lastsUntil = () => numbers.all.get(place.numberId)?.lease.expiresAt;
  await numbers.renew();
  passed = leaseMs;
  await numbers.acquire([{ workspace_id: place.workspaceId, number_id: place.numberId }]);
  const taken = lastsUntil();
  expect(taken).toBe(clock.now().getTime() + leaseMs);
  clock.advance(1);
  await numbers.renew();
  expect(lastsUntil()).toBe(taken);
  passed += leaseMs / 4;
  await numbers.renew();
  expect(lastsUntil()).toBe(taken! + 1);
});
