import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { seedWorkspace, testDatabase, testRing, until } from '../../../test/harness.ts';
import type { SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { keyRing } from '../../platform/seal.ts';
import { type Anchor, anchorsOf, createAnchors } from './anchors.ts';
import { eraseAudit } from './erase.ts';
import { applyRetention } from './retain.ts';
import { sealBatch, startSealer } from './sealer.ts';
import { type Verdict, verifyAudit } from './verify.ts';

const log = pino({ level: 'silent' });
const t = await testDatabase({ poolSize: 6 });
const { db, clock } = t;
const deps = { db, ring: testRing };
const ours = await seedWorkspace(db);
const theirs = await seedWorkspace(db);
const { workspaceId } = ours;
const folder = mkdtempSync(join(tmpdir(), 'chaski-audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const person = { kind: 'user', id: 'u1', role: 'admin' } as const;

beforeEach(async () => {
  await db.withSystem('reset', async (tx) => {
    for (const table of ['audit_seals', 'audit_queue', 'audit']) await tx.execute(`delete from ${table}`);
  });
});

/** Lines of one workspace, written as every route writes them. */
async function write(count: number, workspace = workspaceId): Promise<void> {
  await db.withTenant(workspace, person, (tx) =>
    emit(
      tx,
      Array.from({ length: count }, () => {
        const id = newId();
        return {
          workspaceId: workspace,
          name: 'contact.updated',
          data: { contactId: id },
          audit: {
            target: { kind: 'contact', id },
            before: { name: 'Ana' },
            after: { name: `Ana ${randomInt(1e6)}` },
          },
        };
      }),
    ),
  );
}

async function sealAll(): Promise<void> {
  while ((await sealBatch(db, testRing)) > 0);
}

async function verify(anchors: readonly Anchor[] = []): Promise<Verdict> {
  const [verdict] = await verifyAudit(deps, { workspaceId, anchors });
  return verdict!;
}

async function anchorNow(): Promise<Anchor[]> {
  const file = join(folder, `${newId()}.jsonl`);
  await createAnchors({ db, log, file }).write();
  return anchorsOf(file);
}

const asRoot = <T>(fn: (tx: SystemTx) => Promise<T>) => db.withSystem('tamper', fn);
const all = (sql: string) => asRoot((tx) => tx.query<Record<string, unknown>>(sql, [workspaceId]));
const sealed = () =>
  all(
    "select seq, audit_id from audit_seals where workspace_id = $1 and kind = 'line' order by seq",
  ) as Promise<{ seq: number; audit_id: string }[]>;

const tables = ['audit', 'audit_seals', 'audit_queue'] as const;
type Kept = Record<(typeof tables)[number], string>;
async function snapshot(): Promise<Kept> {
  return asRoot(async (tx) => {
    const kept = {} as Kept;
    for (const table of tables) {
      const [row] = await tx.query<{ rows: string }>(
        `select coalesce(json_agg(t), '[]')::text as rows from ${table} t`,
      );
      kept[table] = row!.rows;
    }
    return kept;
  });
}
async function restore(kept: Kept): Promise<void> {
  await asRoot(async (tx) => {
    for (const table of tables) {
      await tx.execute(`delete from ${table}`);
      await tx.execute(
        `insert into ${table} select * from json_populate_recordset(null::${table}, $1::json)`,
        [kept[table]],
      );
    }
  });
}

test('an untampered audit is never accused: sealed, waiting, erased, retained, late', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.record({ do: fc.constant('write' as const), count: fc.integer({ min: 1, max: 9 }) }),
          fc.record({ do: fc.constantFrom('seal', 'erase', 'retain', 'pass', 'anchor', 'other' as const) }),
        ),
        { minLength: 1, maxLength: 12 },
      ),
      async (steps) => {
        const anchors: Anchor[] = [];
        for (const step of steps) {
          if (step.do === 'write') await write(step.count);
          if (step.do === 'other') await write(2, theirs.workspaceId);
          if (step.do === 'seal') await sealBatch(db, testRing);
          if (step.do === 'pass') clock.advance(86_400_000);
          if (step.do === 'retain') await applyRetention(deps, workspaceId, 2);
          if (step.do === 'anchor') anchors.push(...(await anchorNow()));
          if (step.do === 'erase') {
            const [line] = await all(
              'select target_id from audit where workspace_id = $1 and erased_at is null limit 1',
            );
            if (line) {
              await asRoot((tx) =>
                eraseAudit(tx, workspaceId, { kind: 'contact', id: String(line.target_id) }),
              );
            }
          }
        }
        const verdicts = await verifyAudit(deps, { anchors });
        expect(verdicts.flatMap((verdict) => verdict.problems)).toEqual([]);
      },
    ),
    { numRuns: 40 },
  );
});

describe('200 random tamperings of each kind are all found', () => {
  const lines = 40;
  const runs = { numRuns: 200 };
  const position = fc.integer({ min: 0, max: lines - 1 });
  let marks: { seq: number; audit_id: string }[] = [];
  let anchors: Anchor[] = [];
  let untouched: Kept;

  /** Tries one tampering on the sealed chain and puts everything back. */
  async function tampered(change: (tx: SystemTx) => Promise<unknown>, among: readonly Anchor[] = []) {
    await asRoot(change);
    const verdict = await verify(among);
    await restore(untouched);
    return verdict;
  }

  beforeEach(async () => {
    await write(lines - 5);
    await sealAll();
    await write(5);
    await sealAll();
    anchors = await anchorNow();
    marks = await sealed();
    untouched = await snapshot();
    expect((await verify(anchors)).problems).toEqual([]);
  });

  test('edits: any column of any line, and who is found by name', async () => {
    const edits = [
      "at = at + interval '1 microsecond'",
      "action = action || 'x'",
      "actor_kind = 'key'",
      "actor_id = 'u2'",
      'actor_id = null',
      "actor_role = 'owner'",
      "target_kind = 'message'",
      "target_id = 'other'",
      "ip = '10.0.0.1'",
      "user_agent = 'curl'",
      "request_id = 'r'",
      'impersonator_id = id',
      `before = '{"name": "Bo"}'`,
      `after = after || '{"x": 1}'`,
      'after = null',
      'before = null, after = null, erased_at = at',
      'erased_at = at',
    ];
    await fc.assert(
      fc.asyncProperty(position, fc.constantFrom(...edits), async (at, edit) => {
        const { seq, audit_id } = marks[at]!;
        const { problems } = await tampered((tx) =>
          tx.execute(`update audit set ${edit} where workspace_id = $1 and id = $2`, [workspaceId, audit_id]),
        );
        expect(problems).toEqual([expect.objectContaining({ kind: 'edited', seq, auditId: audit_id })]);
      }),
      runs,
    );
  });

  test('deletions: of lines, with or without their seals', async () => {
    await fc.assert(
      fc.asyncProperty(
        position,
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (at, count, sealsToo) => {
          const gone = marks.slice(at, at + count);
          const ids = gone.map((mark) => mark.audit_id);
          const { problems } = await tampered(async (tx) => {
            await tx.execute('delete from audit where workspace_id = $1 and id = any ($2::uuid[])', [
              workspaceId,
              ids,
            ]);
            if (sealsToo) {
              await tx.execute(
                'delete from audit_seals where workspace_id = $1 and audit_id = any ($2::uuid[])',
                [workspaceId, ids],
              );
            }
          }, anchors);
          expect(problems.length).toBeGreaterThan(0);
          if (sealsToo) {
            expect(problems[0]).toMatchObject({
              seq: at + count >= lines ? lines : gone[0]!.seq,
              kind: at + count >= lines ? 'truncated' : 'deleted',
            });
          } else expect(problems.map((problem) => problem.auditId)).toEqual(ids);
        },
      ),
      runs,
    );
  });

  test('insertions: bare lines, and lines with a seal that somebody made', async () => {
    await fc.assert(
      fc.asyncProperty(position, fc.boolean(), async (at, withSeal) => {
        const id = newId();
        const { problems } = await tampered(async (tx) => {
          await tx.execute(
            `insert into audit select workspace_id, $2::uuid, at, action, actor_kind, 'u9', actor_role, target_kind,
               target_id, ip, user_agent, request_id, impersonator_id, before, after, erased_at
             from audit where workspace_id = $1 and id = $3`,
            [workspaceId, id, marks[at]!.audit_id],
          );
          if (withSeal) {
            await tx.execute(`update audit_seals set seq = -seq where workspace_id = $1 and seq > $2`, [
              workspaceId,
              marks[at]!.seq,
            ]);
            await tx.execute(`update audit_seals set seq = 1 - seq where workspace_id = $1 and seq < 0`, [
              workspaceId,
            ]);
            await tx.execute(
              `insert into audit_seals select workspace_id, seq + 1, kind, $3::uuid, until_seq, facts_hash,
                 content_hash, chain_hash, key_id, made_at
               from audit_seals where workspace_id = $1 and seq = $2`,
              [workspaceId, marks[at]!.seq, id],
            );
          }
        });
        expect(problems.map((problem) => problem.auditId)).toContain(id);
      }),
      runs,
    );
  });

  test('reorderings: seals that changed places, lines that changed places', async () => {
    await fc.assert(
      fc.asyncProperty(position, position, fc.boolean(), async (one, other, ofSeals) => {
        fc.pre(one !== other);
        const [a, b] = [marks[Math.min(one, other)]!, marks[Math.max(one, other)]!];
        const { problems } = await tampered(async (tx) => {
          if (ofSeals) {
            for (const [from, to] of [
              [a.seq, -1],
              [b.seq, a.seq],
              [-1, b.seq],
            ]) {
              await tx.execute('update audit_seals set seq = $3 where workspace_id = $1 and seq = $2', [
                workspaceId,
                from,
                to,
              ]);
            }
          } else {
            const nobody = newId();
            for (const [from, to] of [
              [a.audit_id, nobody],
              [b.audit_id, a.audit_id],
              [nobody, b.audit_id],
            ]) {
              await tx.execute('update audit set id = $3 where workspace_id = $1 and id = $2', [
                workspaceId,
                from,
                to,
              ]);
            }
          }
        });
        expect(problems[0]).toMatchObject({ kind: ofSeals ? 'forged' : 'edited', seq: a.seq });
      }),
      runs,
    );
  });

  test('truncation: the end cut off, lines and seals alike, is found by the anchor', async () => {
    await fc.assert(
      fc.asyncProperty(position, fc.boolean(), async (at, writtenAgain) => {
        const { problems } = await tampered(async (tx) => {
          const { seq } = marks[at]!;
          await tx.execute(
            `delete from audit where workspace_id = $1 and id in
               (select audit_id from audit_seals where workspace_id = $1 and seq >= $2)`,
            [workspaceId, seq],
          );
          await tx.execute('delete from audit_seals where workspace_id = $1 and seq >= $2', [
            workspaceId,
            seq,
          ]);
        }, anchors);
        expect(problems).toEqual([expect.objectContaining({ kind: 'truncated', seq: lines })]);
        if (!writtenAgain) return;
        // Cut, then filled up again by ordinary writes: the chain is whole and another one.
        await asRoot(async (tx) => {
          const { seq } = marks[at]!;
          await tx.execute(
            `delete from audit where workspace_id = $1 and id in
               (select audit_id from audit_seals where workspace_id = $1 and seq >= $2)`,
            [workspaceId, seq],
          );
          await tx.execute('delete from audit_seals where workspace_id = $1 and seq >= $2', [
            workspaceId,
            seq,
          ]);
        });
        await write(lines - at + 3);
        await sealAll();
        expect((await verify()).problems).toEqual([]);
        expect((await verify(anchors)).problems).toEqual([
          expect.objectContaining({ kind: 'truncated', seq: lines }),
        ]);
        await restore(untouched);
      }),
      runs,
    );
  });
});

test('a line committed late is sealed behind those that came before it', async () => {
  const late = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const id = newId();
  const slow = db.withTenant(workspaceId, person, async (tx) => {
    await tx.execute('select 1');
    await emit(tx, [
      { workspaceId, name: 'label.created', data: {}, audit: { target: { kind: 'label', id } } },
    ]);
    written.resolve();
    await late.promise;
  });
  await written.promise;
  await write(3);
  await sealAll();
  expect(await sealed()).toHaveLength(3);
  late.resolve();
  await slow;
  expect((await verify()).problems).toEqual([]);
  await sealAll();
  expect(await sealed()).toHaveLength(4);
  expect((await verify()).problems).toEqual([]);
});

test('two sealers at once make one gapless chain', async () => {
  for (let round = 0; round < 10; round++) {
    await write(20);
    await Promise.all([sealBatch(db, testRing), sealBatch(db, testRing), write(5), sealBatch(db, testRing)]);
  }
  await sealAll();
  const marks = await sealed();
  expect(marks.map((mark) => mark.seq)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
  expect((await verify()).problems).toEqual([]);
});

test('erased content is gone, the chain holds, and an erasure nobody recorded is found', async () => {
  await write(3);
  await sealAll();
  const [line] = (await all('select id, target_id from audit where workspace_id = $1 limit 1')) as {
    id: string;
    target_id: string;
  }[];
  expect(await asRoot((tx) => eraseAudit(tx, workspaceId, { kind: 'contact', id: line!.target_id }))).toBe(1);
  const [after] = await asRoot((tx) =>
    tx.query('select before, after, erased_at is not null as erased from audit where id = $1', [line!.id]),
  );
  expect(after).toEqual({ before: null, after: null, erased: true });
  expect((await verify()).problems).toEqual([]);
  await sealAll();
  expect((await verify()).problems).toEqual([]);
  await asRoot((tx) => tx.execute("delete from audit_seals where kind = 'erasure'"));
  expect((await verify()).problems).toMatchObject([{ kind: 'edited', auditId: line!.id }]);
});

test('retention deletes old lines, keeps their seals, and is no alibi for younger ones', async () => {
  await write(6);
  await sealAll();
  clock.advance(40 * 86_400_000);
  await write(4);
  await sealAll();
  expect(await applyRetention(deps, workspaceId, 30)).toBe(6);
  expect(await applyRetention(deps, workspaceId, 30)).toBe(0);
  expect(await verify()).toMatchObject({ seals: 11, problems: [] });
  await asRoot((tx) => tx.execute('delete from audit where workspace_id = $1', [workspaceId]));
  expect((await verify()).problems.map((problem) => problem.seq)).toEqual([7, 8, 9, 10]);
  // Saying so in the mark does not help.
  await asRoot((tx) => tx.execute("update audit_seals set until_seq = 11 where kind = 'retention'"));
  expect((await verify()).problems).toMatchObject([{ kind: 'forged', seq: 11 }]);
});

test('the sealer seals what waits, and writes the heads down at its first words and when it ends', async () => {
  const file = join(folder, 'audit-anchors.jsonl');
  const sealer = startSealer({ db, ring: testRing, log, anchorFile: file });
  await write(2);
  await write(1, theirs.workspaceId);
  await until('the first words are anchored while it runs', async () => (await anchorsOf(file)).length > 0);
  await sealer.stop();
  const anchors = await anchorsOf(file);
  const heads = new Map(anchors.map(({ workspaceId: of, seq }) => [of, seq]));
  expect(heads).toEqual(
    new Map([
      [workspaceId, 2],
      [theirs.workspaceId, 1],
    ]),
  );
  expect((await verifyAudit(deps, { anchors })).flatMap((verdict) => verdict.problems)).toEqual([]);
});

test('chains go on being checked after the sealing key was rotated, and not without it', async () => {
  await write(2);
  await sealAll();
  await expect(verifyAudit({ db, ring: keyRing(['ab'.repeat(32)]) })).rejects.toThrow(
    'audit_keys.sealed_key',
  );
});
