/** Several workers on one database: who works which lanes, and that nothing stands still while they change. */
import { parse } from '@chaski/providers';
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { type Seeded, seedWorkspace, testDatabase, until } from '../../../test/harness.ts';
import { createAcceptor } from './accept.ts';
import { startProcessor } from './index.ts';
import { bodyOf, change, said } from './testing.ts';

const log = pino({ level: 'silent' });
const { db } = await testDatabase({ poolSize: 16 });
const lanes = 5;
const running = new Set<ReturnType<typeof startProcessor>>();
const acceptor = createAcceptor({ db, log, signals: { announce: () => {} } });
afterAll(async () => {
  await Promise.all([...running].map((processor) => processor.stop()));
  await acceptor.close();
});

function worker() {
  const processor = startProcessor({ db, signals: { on: () => () => {} }, log, parse, lanes });
  running.add(processor);
  return processor;
}

const query = <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
  db.withSystem('test', (tx) => tx.query<Row & Record<string, unknown>>(sql, values));

/** How many of the five lanes, and the one of bodies with several numbers, each session holds; fewest first. */
const shares = async () =>
  (
    await query<{ held: number }>(
      `select count(*)::int as held from pg_locks
       where locktype = 'advisory' and granted and mode = 'ExclusiveLock' and objsubid = 2
         and database = (select oid from pg_database where datname = current_database())
         and classid = 1667785075::oid and objid between $1::int::oid and $2::int::oid
       group by pid order by 1`,
      [lanes * 4096, lanes * 4096 + lanes],
    )
  ).map((row) => row.held);

it('lanes are shared fairly: a later worker gets its half, whoever is left gets all, order is kept', async () => {
  const numbers: Seeded[] = [];
  for (let i = 0; i < 12; i += 1) numbers.push(await seedWorkspace(db));
  let lines = 0;
  const round = async () => {
    lines += 1;
    await Promise.all(
      numbers.map(({ phoneNumberId, appId }) =>
        acceptor.accept({
          source: 'cloud',
          appId,
          body: bodyOf([change(phoneNumberId, { messages: [said(`line ${lines}`)] })]),
          signature: null,
        }),
      ),
    );
  };
  const sharedAs = async (expected: number[]) => {
    let seen: number[] = [];
    await until(
      `lanes are held ${expected.join(' and ')}`,
      async () => {
        await round();
        seen = await shares();
        return JSON.stringify(seen) === JSON.stringify(expected);
      },
      30_000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; they are ${JSON.stringify(seen)}`);
    });
  };
  const first = worker();
  await sharedAs([6]);
  worker();
  await sharedAs([3, 3]);
  await first.stop();
  running.delete(first);
  await sharedAs([6]);
  await until(
    'everything is processed',
    async () =>
      (
        await query<{ left: number }>(
          'select count(*)::int as left from raw_events where processed_at is null',
        )
      )[0]?.left === 0,
    30_000,
  );
  for (const { workspaceId } of numbers) {
    const events = await query<{ text: string }>(
      `select m.content->'text'->>'body' as text from events e
       join messages m on m.workspace_id = e.workspace_id and m.id = (e.data->>'messageId')::uuid
       where e.workspace_id = $1 and e.name = 'message.received' order by e.n`,
      [workspaceId],
    );
    expect(events.map((row) => row.text)).toEqual(Array.from({ length: lines }, (_, i) => `line ${i + 1}`));
  }
});
