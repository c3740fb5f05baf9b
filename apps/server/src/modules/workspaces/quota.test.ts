/** What a plan allows in all is never passed, however many ask at once. */
import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { writes } from '../../../test/writes.ts';
import { systemActor } from '../../platform/db/index.ts';
import type { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { addMember, limitsFor, requireRoom, setPlan } from './index.ts';

const api = await testApi();
const { db } = api;

const planned = async (name: string, limits: Parameters<typeof setPlan>[2]) => {
  const stage = await api.stage();
  await db.withSystem('test: a plan', async (tx) => {
    await setPlan(tx, name, limits, { kind: 'user', id: stage.userId, role: 'superadmin' });
    await tx.execute('update workspaces set plan = $2 where id = $1', [stage.workspaceId, name]);
  });
  return stage;
};

const codes = (answers: { status: number; body: unknown }[]) =>
  answers.map(({ status, body }) => (body as { error?: { code: string } }).error?.code ?? status);

test('50 numbers at once, room for 4 more: 4 are added, the others learn quota, limit and use', async () => {
  const stage = await planned('five-numbers', { numbers: 5 });
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      api.send(
        'POST /v1/numbers',
        { body: { phoneNumberId: String(randomInt(1e14)), token: 'mock_quota' } },
        api.as(stage, 'owner'),
      ),
    ),
  );
  expect(codes(answers).filter((code) => code === 201)).toHaveLength(4);
  const refused = answers.filter(({ status }) => status !== 201);
  expect(new Set(codes(refused))).toEqual(new Set(['quota_exceeded']));
  expect(refused[0]).toMatchObject({
    status: 403,
    body: { error: { details: { quota: 'numbers', limit: 5, used: 5 } } },
  });
});

test('50 sends at once, 7 left of the month: 7 are queued', async () => {
  const stage = await planned('seven-messages', {
    messagesPerMonth: 7,
    messagesPerMinute: null,
    points: null,
  });
  const { conversationId } = await writes(stage);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      api.send(
        'POST /v1/messages',
        { body: { conversationId, type: 'text', text: { body: 'one of many' } } },
        api.as(stage, 'owner'),
      ),
    ),
  );
  expect(codes(answers).filter((code) => code === 201)).toHaveLength(7);
  const refused = answers.find(({ status }) => status !== 201);
  expect(refused).toMatchObject({
    status: 403,
    body: { error: { code: 'quota_exceeded', details: { quota: 'messagesPerMonth', limit: 7, used: 7 } } },
  });
});

test('whatever counts: 50 at once in two workspaces, each gets its room and waits for itself alone', async () => {
  const stages = [
    await planned('ten-contacts', { contacts: 10 }),
    await planned('ten-contacts', { contacts: 10 }),
  ];
  const add = (stage: (typeof stages)[number]) =>
    stage.tenant(async (tx) => {
      const count = async () => {
        const [row] = await tx.query<{ n: number }>(
          'select count(*)::int as n from contacts where workspace_id = $1',
          [tx.workspaceId],
        );
        return row!.n;
      };
      await requireRoom(tx, tx.workspaceId, 'contacts', count);
      await tx.execute(
        'insert into contacts (workspace_id, id, created_at, updated_at) values ($1, gen_random_uuid(), $2, $2)',
        [tx.workspaceId, tx.now()],
      );
    });
  const outcomes = await Promise.all(
    stages.flatMap((stage) =>
      Array.from({ length: 25 }, () =>
        add(stage).then(
          () => 'added',
          (e: AppError) => e.code,
        ),
      ),
    ),
  );
  expect(outcomes.filter((outcome) => outcome === 'added')).toHaveLength(20);
  expect(new Set(outcomes)).toEqual(new Set(['added', 'quota_exceeded']));
});

test('a plan without a row gets the limits of free, not none', async () => {
  const stage = await api.stage();
  await db.withSystem('test', (tx) =>
    tx.execute("update workspaces set plan = 'gone' where id = $1", [stage.workspaceId]),
  );
  expect(await limitsFor(db, stage.workspaceId)).toMatchObject({
    name: 'free',
    points: 100,
    pointsSeconds: 60,
  });
});

test('members: the one who is too many is refused, whoever asks', async () => {
  const stage = await planned('five-members', { members: 5 });
  const add = () =>
    db.withSystem('test: a member', async (tx) => {
      const userId = newId();
      await tx.execute('insert into users (id, email, created_at) values ($1, $2, $3)', [
        userId,
        `${userId}@example.com`,
        tx.now(),
      ]);
      await addMember(
        tx,
        { workspaceId: stage.workspaceId, userId, role: 'agent' },
        { actor: systemActor, audited: false },
      );
    });
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, () =>
      add().then(
        () => 'added',
        (error: AppError) => error.details.quota,
      ),
    ),
  );
  expect(outcomes.filter((outcome) => outcome === 'added')).toHaveLength(1);
  expect(new Set(outcomes)).toEqual(new Set(['added', 'members']));
  // Who is in already takes no room.
  const again = await db.withSystem('test: a member again', (tx) =>
    addMember(
      tx,
      { workspaceId: stage.workspaceId, userId: stage.userId, role: 'agent' },
      { actor: systemActor, audited: false },
    ),
  );
  expect(again).toBe(false);
});
