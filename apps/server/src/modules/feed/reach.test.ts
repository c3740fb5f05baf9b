import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { seedConversation, seedWorkspace, testDatabase, until } from '../../../test/harness.ts';
import { type Actor, systemActor, type TenantTx } from '../../platform/db/index.ts';
import { emit, eventBounds, eventsBetween, startEvents } from '../../platform/events/index.ts';
import { allows, type Caller, callersEpoch } from '../../platform/http/index.ts';
import { type NumberId, newId, type UserId } from '../../platform/ids.ts';
import { createSignals } from '../../platform/signals.ts';
import { changeInBulk } from '../conversations/bulk.ts';
import { changeMany } from '../conversations/change.ts';
import { findConversations } from '../conversations/find.ts';
import { moveConversations } from '../conversations/index.ts';
import { decideNumber } from '../numbers/index.ts';
import { actionFor } from './rules.ts';
import { joined, memberOf, phoenix, stand } from './testing.ts';

const log = pino({ level: 'silent' });
const { db } = await testDatabase({ poolSize: 12 });
const seeded = await seedWorkspace(db);
const { workspaceId } = seeded;
const signals = await createSignals(db, log);
const events = await startEvents({ db, signals, consumers: [], log });
const people = new Map<string, Caller | null | Promise<Caller | null>>();
const one = await stand({ db, people, maxSocketsPerOwner: 10_000 });
const clients: { socket: { disconnect(): void } }[] = [];
afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.disconnect();
});
afterAll(async () => {
  await one.close();
  await events.stop();
  await signals.close();
});

const owner = memberOf(workspaceId, 'owner');
const [ana, bo] = ['agent', 'agent'].map((role) =>
  memberOf(workspaceId, role as 'agent', { reach: { numberIds: null, ownOnly: true } }),
) as [Caller, Caller];
/** The workspace's other number, which is all that cy may see. */
const office = { ...seeded, numberId: newId<NumberId>() };
const cy = memberOf(workspaceId, 'agent', { reach: { numberIds: [office.numberId], ownOnly: false } });
const idOf = (caller: Caller) => caller.person!.userId as UserId;
await db.withSystem('test: people and a number', async (tx) => {
  await tx.execute(
    `insert into numbers (workspace_id, id, account_id, phone_number_id, display_phone_number, status, created_at)
     values ($1, $2, $3, $4, '15550001111', 'active', $5)`,
    [workspaceId, office.numberId, seeded.accountId, `9${seeded.phoneNumberId.slice(1)}`, tx.now()],
  );
  for (const caller of [owner, ana, bo, cy]) {
    await tx.execute('insert into users (id, email, name, created_at) values ($1, $2, $3, $4)', [
      idOf(caller),
      `${idOf(caller)}@example.com`,
      'Somebody',
      tx.now(),
    ]);
    await tx.execute(
      "insert into members (workspace_id, user_id, role, created_at) values ($1, $2, 'agent', $3)",
      [workspaceId, idOf(caller), tx.now()],
    );
  }
});

const as = <T>(actor: Actor, fn: (tx: TenantTx) => Promise<T>) => db.withTenant(workspaceId, actor, fn);
const asOwner = <T>(fn: (tx: TenantTx) => Promise<T>) => as(owner.principal!.actor, fn);

function connect(caller: Caller) {
  const bearer = newId();
  people.set(bearer, caller);
  const client = phoenix(one.port, { token: bearer });
  clients.push(client);
  return client.socket;
}

interface Heard {
  seq: number;
  name: string;
}

/** Somebody on a topic: what they heard, whether they were shown the door. */
async function listen(caller: Caller, topic: string) {
  const channel = connect(caller).channel(topic, { presence: false });
  const heard: Heard[] = [];
  const typed: number[] = [];
  const state = { closed: false };
  channel.on('event', (event: Heard) => void heard.push(event));
  channel.on('typing', ({ n }: { n: number }) => void typed.push(n));
  channel.onClose(() => {
    state.closed = true;
  });
  await joined(channel);
  return { channel, heard, typed, state };
}

/** Every event so far has gone to whoever may hear it, once the owner has heard this one. */
async function settled(ears: { heard: Heard[] }): Promise<void> {
  const mark = newId();
  await as(systemActor, (tx) => emit(tx, [{ workspaceId, name: 'thing.marked', data: { mark } }]));
  await until('the owner has heard all', async () =>
    (ears.heard as (Heard & { data: { mark?: string } })[]).some(({ data }) => data.mark === mark),
  );
}

test('over random assignments a limited member hears exactly the events they may read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ thread: fc.nat({ max: 2 }), to: fc.nat({ max: 2 }), bulk: fc.boolean() }), {
        minLength: 3,
        maxLength: 12,
      }),
      async (steps) => {
        const threads = await Promise.all(
          [seeded, seeded, office].map((place) => seedConversation(db, place)),
        );
        const whole = `workspace:${workspaceId}`;
        const boss = await listen(owner, whole);
        const limited = await Promise.all(
          [ana, bo, cy].map(async (caller) => ({
            caller,
            may: [] as number[],
            ...(await listen(caller, whole)),
          })),
        );
        const { last: begun } = await eventBounds(db);
        let place = begun;
        for (const { thread, to, bulk } of steps) {
          const { conversationId, contactId } = threads[thread]!;
          const assigneeId = [null, idOf(ana), idOf(bo)][to]!;
          await asOwner(async (tx) => {
            if (bulk) await changeInBulk(tx, [conversationId], { action: 'assign', memberId: assigneeId });
            else await changeMany(tx, await findConversations(tx, [conversationId]), { assigneeId });
            await emit(tx, [{ workspaceId, name: 'message.received', data: { conversationId, contactId } }]);
          });
          await settled(boss);
          // What each may read now is what each was told now: later assignments do not reach back.
          const { last } = await eventBounds(db);
          for (const { caller, may } of limited) {
            const { scopes, actor } = caller.principal!;
            const { events: read } = await as(actor, (tx) => eventsBetween(tx, place, last, 1_000));
            may.push(...read.filter(({ name }) => allows(scopes, actionFor(name))).map(({ seq }) => seq));
          }
          place = last;
        }
        await until('all have heard theirs', () =>
          limited.every(({ heard, may }) => (heard.at(-1)?.seq ?? 0) >= (may.at(-1) ?? 0)),
        );
        for (const { heard, may } of limited) {
          expect(heard.filter(({ seq }) => seq > begun).map(({ seq }) => seq)).toEqual(may);
        }
        for (const { socket } of clients.splice(0)) socket.disconnect();
      },
    ),
    { numRuns: 15 },
  );
});

test('a narrowed key or member hears nothing of what was taken away, and all the rest, however long asking takes', async () => {
  const keyOf = (numberIds: string[]): Caller => ({
    person: null,
    principal: {
      ...owner.principal!,
      actor: { kind: 'key', id: 'narrowed', role: 'key', reach: { numberIds, ownOnly: false } },
      numberIds,
    },
  });
  const userId = newId();
  const memberWith = (numberIds: string[]) =>
    memberOf(workspaceId, 'agent', { userId, reach: { numberIds, ownOnly: false } });
  const [kept, gone] = [await seedConversation(db, office), await seedConversation(db, seeded)];
  const boss = await listen(owner, `workspace:${workspaceId}`);
  for (const [callerWith, control] of [
    [keyOf, { workspaceId, name: 'api_key.updated', data: { keyId: 'narrowed' } }],
    [memberWith, { workspaceId, name: 'member.updated', data: { userId, role: 'agent' } }],
  ] as const) {
    const limited = await listen(callerWith([office.numberId, seeded.numberId]), `workspace:${workspaceId}`);
    const bearer = [...people.keys()].at(-1)!;
    const answer = Promise.withResolvers<Caller>();
    people.set(bearer, answer.promise);
    const known = callersEpoch();
    const tell = ({ conversationId, contactId }: typeof kept) => ({
      workspaceId,
      name: 'message.received',
      data: { conversationId, contactId },
    });
    const { last } = await eventBounds(db);
    await as(systemActor, (tx) => emit(tx, [tell(kept), control, tell(gone), tell(kept)]));
    await settled(boss);
    await as(systemActor, (tx) => emit(tx, [tell(gone), tell(kept)]));
    await settled(boss);
    expect(limited.heard.filter(({ seq }) => seq > last)).toEqual([]);
    expect(callersEpoch()).toBeGreaterThan(known);
    answer.resolve(callerWith([office.numberId]));
    const received = () =>
      (limited.heard as (Heard & { data: { conversationId?: string } })[])
        .filter(({ seq, name }) => seq > last && name === 'message.received')
        .map(({ data }) => data.conversationId);
    await until('the rest is heard', () => received().length >= 3);
    await settled(boss);
    const { events: may } = await as(callerWith([office.numberId]).principal!.actor, async (tx) =>
      eventsBetween(tx, last, (await eventBounds(db)).last, 1_000),
    );
    const theirs = may
      .filter(({ name }) => allows(callerWith([]).principal!.scopes, actionFor(name)))
      .map(({ seq }) => seq);
    await until('all of it', () => limited.heard.at(-1)!.seq >= theirs.at(-1)!);
    expect(limited.heard.map(({ seq }) => seq).filter((seq) => seq > last)).toEqual(theirs);
    expect(received()).toEqual(Array.from({ length: 3 }, () => kept.conversationId));
  }
});

describe('a limited member on the topic of a conversation', () => {
  test.each([
    ['assigned', false],
    ['assigned in bulk', true],
  ])('given to a colleague (%s): no events, no typing, no presence', async (_how, bulk) => {
    const { conversationId } = await seedConversation(db, seeded);
    const topic = `conversation:${conversationId}`;
    const boss = await listen(owner, topic);
    const anas = await listen(ana, topic);
    boss.channel.push('typing', { n: 1 });
    await until('typing is heard', () => anas.typed.length === 1);
    await asOwner(async (tx) => {
      if (bulk) await changeInBulk(tx, [conversationId], { action: 'assign', memberId: idOf(bo) });
      else await changeMany(tx, await findConversations(tx, [conversationId]), { assigneeId: idOf(bo) });
    });
    await until('the topic is closed', () => anas.state.closed);
    await as(systemActor, (tx) =>
      emit(tx, [{ workspaceId, name: 'message.received', data: { conversationId } }]),
    );
    boss.channel.push('typing', { n: 2 });
    await until('the owner hears', () => boss.heard.some(({ name }) => name === 'message.received'));
    expect(anas.typed).toEqual([1]);
    expect(anas.heard.map(({ name }) => name)).not.toContain('message.received');
    await expect(joined(connect(ana).channel(topic))).rejects.toThrow('unknown_topic');
    await listen(bo, topic);
  });

  test('one that is theirs stays open', async () => {
    const { conversationId } = await seedConversation(db, seeded);
    const anas = await listen(ana, `conversation:${conversationId}`);
    await asOwner(async (tx) => {
      await changeMany(tx, await findConversations(tx, [conversationId]), { assigneeId: idOf(ana) });
    });
    await until('it is heard', () => anas.heard.some(({ name }) => name === 'conversation.assigned'));
    expect(anas.state.closed).toBe(false);
  });
});

test('threads that become one: it is whose either was, and closes for the others', async () => {
  const [from, to] = [await seedConversation(db, seeded), await seedConversation(db, seeded)];
  await asOwner(async (tx) => {
    await changeMany(tx, await findConversations(tx, [from.conversationId]), { assigneeId: idOf(bo) });
  });
  const topic = `conversation:${to.conversationId}`;
  const [boss, anas, bos] = [await listen(owner, topic), await listen(ana, topic), await listen(bo, topic)];
  await asOwner((tx) => moveConversations(tx, workspaceId, from.contactId, to.contactId));
  await until('it closes for who it is not', () => anas.state.closed);
  await until('the others hear of it', () =>
    [boss, bos].every(({ heard }) => heard.some(({ name }) => name === 'conversation.united')),
  );
  expect([boss.state.closed, bos.state.closed]).toEqual([false, false]);
});

test('a number that is suspended takes its conversations from everybody’s sight', async () => {
  const { conversationId } = await seedConversation(db, seeded);
  const boss = await listen(owner, `conversation:${conversationId}`);
  await db.withSystem('test: suspend', (tx) =>
    decideNumber(
      tx,
      { workspaceId, id: seeded.numberId },
      { status: 'suspended', reason: 'test', actor: systemActor },
    ),
  );
  await until('the topic is closed', () => boss.state.closed);
  await expect(joined(connect(owner).channel(`conversation:${conversationId}`))).rejects.toThrow(
    'unknown_topic',
  );
});
