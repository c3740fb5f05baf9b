/** `chaski audit verify` as an operator runs it, beside what wrote the lines. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { runChaski } from '../../test/cli.ts';
import { seedWorkspace, testDatabase, testRing } from '../../test/harness.ts';
import { createAnchors } from '../modules/audit/anchors.ts';
import { sealBatch } from '../modules/audit/sealer.ts';
import { emit } from '../platform/events/index.ts';
import { newId } from '../platform/ids.ts';

const folder = mkdtempSync(join(tmpdir(), 'chaski-audit-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const t = await testDatabase();
const { workspaceId } = await seedWorkspace(t.db);
const anchors = join(folder, 'anchors.jsonl');

const verify = (...args: string[]) =>
  runChaski(['audit', 'verify', ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      DATA_DIR: join(folder, 'data'),
      DATABASE_URL: t.url,
      DB_ROLE_PREFIX: t.rolePrefix,
      SEALING_KEYS: '5e'.repeat(32),
    },
  });

test('says what holds, what was tampered with, and that without anchors nobody knows where a chain ended', async () => {
  await t.db.withTenant(workspaceId, { kind: 'user', id: 'u1', role: 'admin' }, (tx) =>
    emit(
      tx,
      Array.from({ length: 5 }, (_, n) => ({
        workspaceId,
        name: 'contact.updated',
        data: { contactId: newId() },
        audit: { target: { kind: 'contact', id: newId() }, after: { name: `Ana ${n}` } },
      })),
    ),
  );
  while ((await sealBatch(t.db, testRing)) > 0);
  await createAnchors({ db: t.db, log: pino({ level: 'silent' }), file: anchors }).write();

  const unanchored = await verify();
  expect(unanchored.code).toBe(1);
  expect(unanchored.said).toContain('The chains hold, but no anchor was found');
  expect(unanchored.said).toContain('--anchors');
  expect(await verify('--anchors', anchors)).toMatchObject({ code: 0 });
  const mistyped = await verify('--anchors', `${anchors}x`);
  expect(mistyped).toMatchObject({ code: 1, said: expect.stringContaining('there is no file') });

  await t.db.withSystem('test: the end is cut off', async (tx) => {
    await tx.execute(
      `delete from audit where id in (
         select audit_id from audit_seals where workspace_id = $1 and kind = 'line' order by seq desc limit 2)`,
      [workspaceId],
    );
    await tx.execute(
      `delete from audit_seals where workspace_id = $1
         and seq > (select max(seq) - 2 from audit_seals where workspace_id = $1)`,
      [workspaceId],
    );
  });
  // What is left of the chain is whole: only the anchor remembers that there was more.
  const blind = await verify();
  expect(blind.code).toBe(1);
  expect(blind.said).toContain('no anchor was found');
  const seen = await verify('--anchors', anchors, '--json');
  expect(seen.code).toBe(1);
  expect(seen.said).toContain('"kind":"truncated"');
  expect(seen.said).toContain('tampered with: 1 problem');
});
