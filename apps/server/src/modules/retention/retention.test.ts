import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { type Seeded, seedConversation } from '../../../test/harness.ts';
import { fsBlobs } from '../../platform/blobs/index.ts';
import { newId } from '../../platform/ids.ts';
import { createLog } from '../../platform/log.ts';
import { countOldFiles } from '../media/index.ts';
import { countOldMessages } from '../messages/index.ts';
import { forgetWords } from '../search/index.ts';
import { sweepHandler } from './index.ts';
import { keepingOf, monthsBefore } from './rules.ts';

const api = await testApi();
const stage = await api.stage('A');
const neighbour = await api.stage('B');
const directory = mkdtempSync(join(tmpdir(), 'chaski-retention-'));
const blobs = fsBlobs(directory);
const admin = new pg.Client({ connectionString: api.ownerUrl });
await admin.connect();
afterAll(async () => {
  await admin.end();
  rmSync(directory, { recursive: true, force: true });
});

const now = api.clock.now();
const day = 86_400_000;

/** A thread with one message per age in days, each with its file, attempt, status and words; their ids. */
async function thread(
  of: Seeded,
  ages: readonly number[],
): Promise<{ conversationId: string; ids: string[] }> {
  const { conversationId } = await seedConversation(api.db, of);
  const ids: string[] = [];
  for (const age of ages) {
    const at = new Date(now.getTime() - age * day);
    const id = newId(at.getTime());
    ids.push(id);
    const file = newId();
    await blobs.put(file, Buffer.from(`file of ${id}`));
    await admin.query(
      `insert into messages (workspace_id, id, conversation_id, number_id, direction, type, content, source, status,
         shown_at, created_at) values ($1, $2, $3, $4, 'in', 'text', '{"type":"text","text":{"body":"x"}}', 'whatsapp', 'received', $5, $5)`,
      [of.workspaceId, id, conversationId, of.numberId, at],
    );
    await admin.query(
      `insert into media (workspace_id, id, message_id, direction, kind, state, size, blob_key, created_at)
       values ($1, $2, $3, 'in', 'image', 'stored', 1000, $2::uuid::text, $4)`,
      [of.workspaceId, file, id, at],
    );
    await admin.query(
      `insert into message_attempts (workspace_id, id, message_id, number_id, n, started_at) values ($1, $2, $3, $4, 1, $5)`,
      [of.workspaceId, newId(), id, of.numberId, at],
    );
    await admin.query(
      `update conversations set last_message_id = $2, last_preview = 'x', last_message_at = $3 where id = $1`,
      [conversationId, id, at],
    );
  }
  return { conversationId, ids };
}

const left = async (table: string, column: string, ids: readonly string[]) =>
  (await admin.query(`select count(*)::int as n from ${table} where ${column} = any($1::uuid[])`, [ids]))
    .rows[0].n;

const sweep = (mostMonths: number | null = null, store = blobs) =>
  sweepHandler({ db: api.db, blobs: store, mostMonths, forgetWords }).run(
    {},
    { workspaceId: null, attempt: 1, log: createLog('silent'), signal: new AbortController().signal },
  );
const keep = (retention: object) => stage.send('PATCH /v1/workspace', { body: { settings: { retention } } });
const ask = async (query: Record<string, number>) =>
  (await stage.send('GET /v1/retention/preview', { query })).body;

it('deletes what a workspace keeps no longer, as the preview said, and nothing of its neighbour', async () => {
  const mine = await thread(stage.seeded, [200, 100, 10]);
  const silent = await thread(stage.seeded, [300]);
  const waits = await thread(stage.seeded, [300]);
  await admin.query(
    `insert into send_queue (workspace_id, message_id, number_id, conversation_id, state, due_at)
     values ($1, $2, $3, $4, 'dead', $5)`,
    [stage.workspaceId, waits.ids[0], stage.numberId, waits.conversationId, now],
  );
  const theirs = await thread(neighbour.seeded, [300]);
  expect(await ask({ messageMonths: 3 })).toEqual({ messages: 3, files: 4, bytes: 4000 });
  expect(await ask({ mediaMonths: 5 })).toEqual({ messages: 0, files: 3, bytes: 3000 });

  await sweep();
  expect(await left('messages', 'id', mine.ids)).toBe(3);

  await keep({ messageMonths: null, mediaMonths: 5 });
  await sweep();
  expect(await left('messages', 'id', mine.ids)).toBe(3);
  expect(await ask({ mediaMonths: 5 })).toEqual({ messages: 0, files: 0, bytes: 0 });

  await keep({ messageMonths: 3, mediaMonths: null });
  await sweep();
  const gone = [...mine.ids.slice(0, 2), ...silent.ids];
  for (const [table, column] of [
    ['messages', 'id'],
    ['media', 'message_id'],
    ['message_attempts', 'message_id'],
  ] as const) {
    expect(await left(table, column, gone)).toBe(0);
    expect(await left(table, column, [mine.ids[2]!, ...theirs.ids])).toBe(2);
  }
  // Somebody still has to decide about this one.
  expect(await left('messages', 'id', waits.ids)).toBe(1);
  const { rows } = await admin.query(
    'select last_preview from conversations where id = any($1::uuid[]) order by last_preview nulls last',
    [[mine.conversationId, silent.conversationId]],
  );
  expect(rows).toEqual([{ last_preview: 'x' }, { last_preview: null }]);
  expect(await ask({ messageMonths: 3 })).toEqual({ messages: 0, files: 0, bytes: 0 });

  const lines = await admin.query(
    "select after from audit where workspace_id = $1 and action = 'workspace.retention_applied'",
    [stage.workspaceId],
  );
  // Of one moment: their order says nothing.
  expect(lines.rows.map(({ after }) => `${after.messages} and ${after.files}`).sort()).toEqual([
    '0 and 3',
    '3 and 1',
  ]);
  // Done again there is nothing to do, and nothing to say.
  await sweep();
  expect(
    (await admin.query("select 1 from audit where action = 'workspace.retention_applied'")).rowCount,
  ).toBe(2);
});

it('holds the bound of the installation where a workspace says more or nothing', async () => {
  const old = await thread(neighbour.seeded, [400, 20]);
  await sweep(12);
  expect(await left('messages', 'id', old.ids)).toBe(1);
  expect(keepingOf({ messageMonths: 24, mediaMonths: null }, 12)).toEqual({
    messageMonths: 12,
    mediaMonths: 12,
  });
  expect(keepingOf({ messageMonths: 6, mediaMonths: 9 }, null)).toEqual({ messageMonths: 6, mediaMonths: 6 });
  expect(keepingOf({ messageMonths: null, mediaMonths: 2 }, null)).toEqual({
    messageMonths: null,
    mediaMonths: 2,
  });
  expect((await stage.send('GET /v1/retention', {})).body).toMatchObject({ mostMonths: null, rawDays: 14 });
});

it('counts no further than it is told', async () => {
  const old = await thread(stage.seeded, [400, 410, 420]);
  const before = monthsBefore(now, 12);
  const said = await stage.tenant(async (tx) => [
    await countOldMessages(tx, before, 2),
    await countOldFiles(tx, before, 2),
    await countOldMessages(tx, before, 9),
  ]);
  expect(said).toEqual([2, { files: 2, bytes: 2000 }, 3]);
  await sweep(12);
  expect(await left('messages', 'id', old.ids)).toBe(0);
});

it('goes on after a workspace whose files cannot be deleted, and fails in the end', async () => {
  const stages = [stage, neighbour];
  const old = await Promise.all(stages.map((one) => thread(one.seeded, [400])));
  for (const [stuck, free] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const { rows } = await admin.query('select blob_key from media where message_id = $1', [
      old[stuck]!.ids[0],
    ]);
    const store = {
      ...blobs,
      delete: async (key: string) => {
        if (key === rows[0].blob_key) throw new Error('the disk is read-only');
        return blobs.delete(key);
      },
    };
    await expect(sweep(12, store)).rejects.toThrow('the disk is read-only');
    expect(await left('messages', 'id', old[stuck]!.ids)).toBe(1);
    expect(await left('messages', 'id', old[free]!.ids)).toBe(0);
    await sweep(12);
    old.splice(0, 2, ...(await Promise.all(stages.map((one) => thread(one.seeded, [400])))));
  }
});

it('counts months as calendars do', () => {
  expect(monthsBefore(new Date('2026-03-31T10:00:00Z'), 1).toISOString()).toBe('2026-02-28T10:00:00.000Z');
  expect(monthsBefore(new Date('2028-03-30T10:00:00Z'), 1).toISOString()).toBe('2028-02-29T10:00:00.000Z');
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      fc.integer({ min: 1, max: 120 }),
      (at, months) => {
        const then = monthsBefore(at, months);
        const apart =
          (at.getUTCFullYear() - then.getUTCFullYear()) * 12 + at.getUTCMonth() - then.getUTCMonth();
        expect(apart).toBe(months);
        expect(monthsBefore(at, months + 1).getTime()).toBeLessThan(then.getTime());
      },
    ),
  );
});
