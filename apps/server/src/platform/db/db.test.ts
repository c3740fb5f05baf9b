import { randomInt, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedWorkspace, testDatabase, until } from '../../../test/harness.ts';
import { AppError } from '../errors.ts';
import type { WorkspaceId } from '../ids.ts';
import { openDatabase, registeredStatements, statement, systemActor } from './index.ts';

const t = await testDatabase();
/** One connection: what one transaction leaves behind, the next one meets. */
const one = openDatabase({ url: t.url, rolePrefix: 'chaski', poolSize: 1, clock: t.clock });
let admin: pg.Client;
let a: WorkspaceId;
let b: WorkspaceId;

beforeAll(async () => {
  admin = new pg.Client({ connectionString: t.ownerUrl });
  await admin.connect();
  a = (await seedWorkspace(t.db, { name: 'A' })).workspaceId;
  b = (await seedWorkspace(t.db, { name: 'B' })).workspaceId;
});
afterAll(async () => {
  await admin.end();
  await one.close();
});

const names = statement('dbtest.names', 'select name from workspaces order by name');
const divide = statement('dbtest.divide', 'select 10 / $1::int as x');
const noTable = statement('dbtest.no_table', 'select * from no_such_table');
const code = (error: unknown) => (error as { code?: string }).code;
const insertUsage = (workspaceId: string, metric: string) =>
  [
    "insert into usage (workspace_id, month, metric, shard, count) values ($1, '2026-11-01', $2, 0, 1)",
    [workspaceId, metric],
  ] as const;
const metrics = async (like = '%') =>
  (await admin.query('select metric from usage where metric like $1 order by 1', [like])).rows.map(
    (r) => r.metric,
  );

test('of texts that are put together a session keeps so many and no more; the others are plain', async () => {
  // A module of its own: files before this one in the process took some of those places, and those after it want theirs.
  const path = './statements.ts?of-its-own';
  const { shaped } = (await import(path)) as typeof import('./statements.ts');
  const text = (n: number) => `select ${n} as n`;
  const made = Array.from({ length: 200 }, (_, n) => shaped('dbtest.shape', text(n)));
  expect(made.filter((one) => typeof one !== 'string')).toHaveLength(128);
  expect([shaped('dbtest.shape', text(0)), shaped('dbtest.shape', text(199))]).toEqual([made[0], text(199)]);
});

describe('doors', () => {
  test('each shows what it may', async () => {
    expect(await t.db.withTenant(a, systemActor, (tx) => tx.query(names))).toEqual([{ name: 'A' }]);
    expect(await t.db.readTenant(b, [{ statement: names }])).toEqual([[{ name: 'B' }]]);
    expect(await t.db.withSystem('test', (tx) => tx.query(names))).toEqual([{ name: 'A' }, { name: 'B' }]);
    expect((await t.db.runSystem('test', [{ statement: names }]))[0]?.rows).toHaveLength(2);
    await expect(t.db.pool.query('select * from workspaces')).rejects.toThrow(/permission denied/);
  });

  test('a time that is none, or that lies beyond what can be kept, is the caller’s mistake', async () => {
    for (const time of ['never', '2026-02-30', '0000-01-01T00:00:00Z', '2026-01-01T00:00:00+20']) {
      await expect(
        t.db.withTenant(a, systemActor, (tx) => tx.query('select $1::timestamptz', [time])),
      ).rejects.toMatchObject({ code: 'invalid_request', status: 400 });
    }
  });

  test('nothing stays on the connection, however the transaction ended', async () => {
    const left = async () =>
      (
        await one.pool.query(
          "select current_user as role, coalesce(current_setting('app.workspace_id', true), '') as tenant, coalesce(current_setting('app.role', true), '') as actor",
        )
      ).rows[0];
    const clean = { role: 'chaski_login', tenant: '', actor: '' };
    await one.withTenant(a, systemActor, (tx) => tx.query(names));
    expect(await left()).toEqual(clean);
    await one.withTenant(a, systemActor, (tx) => tx.query(divide, [0])).catch(() => {});
    expect(await left()).toEqual(clean);
    await one.readTenant(a, [{ statement: divide, values: [0] }]).catch(() => {});
    expect(await left()).toEqual(clean);
    await one
      .withSystem('test', async (tx) => {
        await tx.query(names);
        throw new Error('on purpose');
      })
      .catch(() => {});
    expect(await left()).toEqual(clean);
  });

  test('a transaction that asks nothing sends nothing, and afterCommit still runs', async () => {
    let ran = 0;
    expect(
      await one.withTenant(a, systemActor, async (tx) => {
        tx.afterCommit(() => ran++);
        return 7;
      }),
    ).toBe(7);
    expect(ran).toBe(1);
  });

  test('afterCommit does not run after a rollback', async () => {
    let ran = 0;
    const failing = one.withTenant(a, systemActor, async (tx) => {
      tx.afterCommit(() => ran++);
      await tx.query(names);
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(ran).toBe(0);
  });

  test('a full pool is refused as unavailable after its patience', async () => {
    const small = openDatabase({ url: t.url, rolePrefix: 'chaski', poolSize: 1, checkoutTimeoutMs: 50 });
    // To connect may take a busy machine longer than that; the one connection is then kept.
    const connected = () => small.withSystem('test', async () => true).catch(() => false);
    await until('it has a connection', connected);
    await small.withSystem('test', async (tx) => {
      await tx.query(names);
      await expect(small.readTenant(a, [{ statement: names }])).rejects.toMatchObject({
        code: 'database_unavailable',
      });
    });
    await small.close();
  });
});

describe('a batch after an error', () => {
  test('a statement that failed while running works again, prepared or not', async () => {
    for (let round = 0; round < 3; round++) {
      await expect(one.withSystem('test', (tx) => tx.query(divide, [0]))).rejects.toSatisfy(
        (e) => code(e) === '22012',
      );
      expect(await one.withSystem('test', (tx) => tx.query(divide, [5]))).toEqual([{ x: 2 }]);
    }
  });

  test('a statement that could not be parsed works once it can', async () => {
    const read = () => one.withSystem('test', (tx) => tx.query(noTable));
    await expect(read()).rejects.toThrow(/no_such_table/);
    await expect(read()).rejects.toThrow(/no_such_table/);
    await admin.query('create table no_such_table (id int); grant select on no_such_table to chaski_system');
    expect(await read()).toEqual([]);
    expect(await read()).toEqual([]);
    await admin.query('drop table no_such_table');
    await expect(read()).rejects.toThrow(/no_such_table/);
  });

  test('new statements before, at and after the failing one all work afterwards, in any place', async () => {
    for (let failing = 0; failing < 4; failing++) {
      const fresh = Array.from({ length: 4 }, (_, i) =>
        statement(`dbtest.fresh_${failing}_${i}`, `select 100 / $1::int as x${i}_${failing}`),
      );
      const run = (bad: number) =>
        one.runSystem(
          'test',
          fresh.map((s, i) => ({ statement: s, values: [i === bad ? 0 : 10] })),
        );
      await expect(run(failing)).rejects.toSatisfy((e) => code(e) === '22012');
      for (const again of [3, 0, 2, 1])
        await expect(run(again)).rejects.toSatisfy((e) => code(e) === '22012');
      expect(await run(-1)).toHaveLength(4);
      expect(await run(-1)).toHaveLength(4);
    }
  });

  test('random batches with failures against a plain count of what must come out', async () => {
    const pool = Array.from({ length: 12 }, (_, i) =>
      statement(`dbtest.random_${i}`, `select 60 / $1::int + ${i} as x`),
    );
    for (let round = 0; round < 300; round++) {
      const steps = Array.from({ length: 1 + randomInt(5) }, () => ({
        which: randomInt(12),
        by: randomInt(8) === 0 ? 0 : 1 + randomInt(6),
      }));
      const work = one.runSystem(
        'test',
        steps.map((s) => ({ statement: pool[s.which]!, values: [s.by] })),
      );
      if (steps.some((s) => s.by === 0)) await expect(work).rejects.toSatisfy((e) => code(e) === '22012');
      else {
        expect((await work).map((r) => r.rows[0]?.x)).toEqual(
          steps.map((s) => Math.trunc(60 / s.by) + s.which),
        );
      }
    }
  });

  test('a value that cannot be sent stops the whole batch: nothing of it is kept', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const [sql, values] = insertUsage(a, 'unsent');
    const steps = [
      { statement: sql, values },
      { statement: 'select $1::jsonb', values: [circular] },
    ];
    await expect(one.runSystem('test', steps)).rejects.toThrow(/circular/i);
    await expect(one.withSystem('test', (tx) => tx.batch(steps))).rejects.toThrow(/circular/i);
    expect(await metrics('unsent')).toEqual([]);
    expect(await one.withSystem('test', (tx) => tx.query(divide, [2]))).toEqual([{ x: 5 }]);
  });

  test('an implicit transaction keeps all or nothing', async () => {
    const [sql, values] = insertUsage(a, 'half');
    await expect(
      one.runSystem('test', [
        { statement: sql, values },
        { statement: divide, values: [0] },
      ]),
    ).rejects.toThrow(/division/);
    expect(await metrics('half')).toEqual([]);
  });

  test('two texts under one name are refused, not mixed up', async () => {
    const first = { name: 'chaski_dbtest.twice', text: 'select 1 as x' };
    const second = { name: 'chaski_dbtest.twice', text: 'select 2 as x' };
    expect(await one.withSystem('test', (tx) => tx.query(first))).toEqual([{ x: 1 }]);
    await expect(one.withSystem('test', (tx) => tx.query(second))).rejects.toThrow(/dbtest\.twice/);
    await expect(
      one.withSystem('test', (tx) => tx.batch([{ statement: second }, { statement: first }])),
    ).rejects.toThrow(/dbtest\.twice/);
    expect(await one.withSystem('test', (tx) => tx.query(first))).toEqual([{ x: 1 }]);
  });
});

describe('errors', () => {
  test('a swallowed statement error cannot commit', async () => {
    const work = one.withTenant(a, systemActor, async (tx) => {
      await tx.execute(...insertUsage(a, 'swallowed'));
      await tx.query(divide, [0]).catch(() => {});
      return 'done';
    });
    await expect(work).rejects.toSatisfy((e) => code(e) === '22012');
    expect(await metrics('swallowed')).toEqual([]);
  });

  test('a statement that nobody awaited is part of the transaction', async () => {
    const work = one.withTenant(a, systemActor, async (tx) => {
      await tx.execute(...insertUsage(a, 'unawaited'));
      void tx.query(divide, [0]).catch(() => {});
    });
    await expect(work).rejects.toSatisfy((e) => code(e) === '22012');
    expect(await metrics('unawaited')).toEqual([]);
  });

  test('two at once go one after the other', async () => {
    const rows = await one.withTenant(a, systemActor, (tx) =>
      Promise.all([1, 2, 5, 10].map((n) => tx.query(divide, [n]))),
    );
    expect(rows.flat()).toEqual([{ x: 10 }, { x: 5 }, { x: 2 }, { x: 1 }]);
  });

  test('a tx that outlived its transaction is refused', async () => {
    let kept: { query(sql: string): Promise<unknown> } | undefined;
    await one.withTenant(a, systemActor, async (tx) => {
      kept = tx;
      await tx.query(names);
    });
    await expect(kept!.query('select 1')).rejects.toThrow();
  });

  test('a commit that fails (deferred constraint) rejects and runs no afterCommit', async () => {
    await admin.query(`create table deferred (id int primary key deferrable initially deferred);
      insert into deferred values (1); grant all on deferred to chaski_system`);
    let ran = 0;
    const work = one.withSystem('test', async (tx) => {
      tx.afterCommit(() => ran++);
      await tx.execute('insert into deferred values (1)');
    });
    await expect(work).rejects.toSatisfy((e) => code(e) === '23505');
    expect(ran).toBe(0);
    expect(await one.withSystem('test', (tx) => tx.query(divide, [1]))).toEqual([{ x: 10 }]);
    await admin.query('drop table deferred');
  });

  test('a session killed in the middle of a statement: unavailable, and the pool heals', async () => {
    const tag = randomUUID();
    const work = one.withTenant(a, systemActor, async (tx) => {
      await tx.execute(...insertUsage(a, 'killed'));
      await tx.query(`select pg_sleep(30) /* ${tag} */`);
    });
    const outcome = work.then(
      () => null,
      (error: unknown) => error,
    );
    await until('the session is killed', async () => {
      const { rows } = await admin.query(
        "select pg_terminate_backend(pid) as done from pg_stat_activity where query like $1 and state = 'active' and pid <> pg_backend_pid()",
        [`%pg_sleep%${tag}%`],
      );
      return rows.length > 0;
    });
    const error = await outcome;
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'database_unavailable', status: 503 });
    expect(await metrics('killed')).toEqual([]);
    expect(await one.withTenant(a, systemActor, (tx) => tx.query(names))).toEqual([{ name: 'A' }]);
    expect(await one.withTenant(a, systemActor, (tx) => tx.query(divide, [5]))).toEqual([{ x: 2 }]);
  });

  test('a session killed while its transaction is idle, and while it waits in the pool', async () => {
    const kill = async (pid: number) => {
      await admin.query('select pg_terminate_backend($1)', [pid]);
      await until(
        'the session is gone',
        async () =>
          (await admin.query('select 1 from pg_stat_activity where pid = $1', [pid])).rowCount === 0,
      );
    };
    const pid = async (tx: { query<R>(sql: string): Promise<R[]> }) =>
      (await tx.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]!.pid;
    let last = 0;
    const work = one.withTenant(a, systemActor, async (tx) => {
      await kill(await pid(tx));
      await tx.query(names);
    });
    await expect(work).rejects.toMatchObject({ code: 'database_unavailable' });
    last = await one.withSystem('test', pid);
    await kill(last);
    // Either the pool has heard of it, or this one is told so; then it works.
    await one
      .withSystem('test', (tx) => tx.query(names))
      .catch((e: unknown) => expect(e).toMatchObject({ code: 'database_unavailable' }));
    expect(await one.withSystem('test', (tx) => tx.query(divide, [2]))).toEqual([{ x: 5 }]);
  });

  test('a statement that is cancelled is busy, not gone', async () => {
    const tag = randomUUID();
    const work = one
      .withSystem('test', (tx) => tx.query(`select pg_sleep(30) /* ${tag} */`))
      .catch((e: unknown) => e);
    await until('cancelled', async () => {
      const { rows } = await admin.query(
        "select pg_cancel_backend(pid) from pg_stat_activity where query like $1 and state = 'active' and pid <> pg_backend_pid()",
        [`%pg_sleep%${tag}%`],
      );
      return rows.length > 0;
    });
    expect(await work).toMatchObject({ code: 'database_busy' });
  });
});

test('thousands of mixed transactions, some aborted, over one small pool: nothing leaks', async () => {
  const db = openDatabase({ url: t.url, rolePrefix: 'chaski', poolSize: 6, clock: t.clock });
  const count = 12;
  const workspaces: WorkspaceId[] = [];
  for (let i = 0; i < count; i++) workspaces.push((await seedWorkspace(t.db, { name: `W${i}` })).workspaceId);
  const everyone = new Set<string>([...workspaces, a, b]);
  const leaks: string[] = [];
  const kept: string[] = [];
  let aborted = 0;
  const rowsOf = statement('dbtest.usage', 'select workspace_id, metric from usage');
  const own = statement('dbtest.own', 'select id from workspaces');
  const add = statement(
    'dbtest.add',
    "insert into usage (workspace_id, month, metric, shard, count) values ($1, '2026-11-01', $2, 1, 1)",
  );

  const work = async (n: number): Promise<void> => {
    const me = workspaces[randomInt(count)]!;
    const check = (rows: readonly Record<string, unknown>[], key: string) => {
      for (const row of rows) if (row[key] !== me) leaks.push(`${me} saw ${String(row[key])} in ${n}`);
    };
    const abort = randomInt(100) < 15;
    const metric = `leak-${n}`;
    try {
      switch (randomInt(5)) {
        case 0:
          await db.withTenant(me, systemActor, async (tx) => {
            check(await tx.query(own), 'id');
            await tx.execute(add, [me, metric]);
            if (abort) await tx.query(divide, [0]);
            check(await tx.query(rowsOf), 'workspace_id');
          });
          kept.push(metric);
          return;
        case 1:
          await db.withTenant(me, systemActor, async (tx) => {
            const [mine, rows] = await tx.batch([
              { statement: own },
              { statement: rowsOf },
              { statement: add, values: [me, metric] },
            ]);
            check(mine!, 'id');
            check(rows!, 'workspace_id');
            if (mine!.length !== 1) leaks.push(`${me} saw ${mine!.length} workspaces`);
            if (abort) throw Object.assign(new Error('on purpose'), { code: 'purpose' });
          });
          kept.push(metric);
          return;
        case 2: {
          const [mine, rows] = await db.readTenant(me, [
            { statement: own },
            { statement: rowsOf },
            ...(abort ? [{ statement: divide, values: [0] }] : []),
          ]);
          check(mine!, 'id');
          check(rows!, 'workspace_id');
          return;
        }
        case 3:
          await db.withSystem('test', async (tx) => {
            const rows = await tx.query<{ id: string }>(own);
            if (rows.length < everyone.size) leaks.push('the system saw too few');
            if (abort) throw Object.assign(new Error('on purpose'), { code: 'purpose' });
          });
          return;
        default: {
          // Writing for another must be refused, whatever the connection did before.
          const other = workspaces[(workspaces.indexOf(me) + 1) % count]!;
          await db
            .withTenant(me, systemActor, (tx) => tx.execute(add, [other, metric]))
            .then(
              () => leaks.push(`${me} wrote for ${other}`),
              (error: unknown) => {
                if (code(error) !== '42501') throw error;
              },
            );
          return;
        }
      }
    } catch (error) {
      if (!['22012', 'purpose'].includes(code(error) ?? '')) throw error;
      aborted++;
    }
  };

  const total = 5_000;
  let next = 0;
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      while (next < total) await work(next++);
    }),
  );
  expect(leaks).toEqual([]);
  expect(aborted).toBeGreaterThan(total * 0.08);
  // What was committed is there, what was aborted is not: the aborts were real.
  expect(await metrics('leak-%')).toEqual(kept.toSorted());
  const { rows } = await db.pool.query(
    "select current_user as role, coalesce(current_setting('app.workspace_id', true), '') as tenant",
  );
  expect(rows).toEqual([{ role: 'chaski_login', tenant: '' }]);
  await db.close();
});

test('a statement whose values do not decide is planned once, others each time, in one transaction', async () => {
  const once = statement('dbtest.plan_once', 'select count(*) from unnest($1::int[]) x');
  const freely = statement('dbtest.plan_freely', 'select 1 where $1::int is null or $1 = 2');
  await t.db.withTenant(a, systemActor, async (tx) => {
    const answers = await tx.batch([
      { statement: once, values: [[1, 2]] },
      { statement: freely, values: [null] },
      { statement: once, values: [[3]] },
    ]);
    expect(answers.map((rows) => Object.values(rows[0]!))).toEqual([[2], [1], [1]]);
    await tx.query(freely, [2]);
    expect(
      await tx.query(
        `select name, generic_plans as once, custom_plans as freely from pg_prepared_statements
         where name like 'chaski\\_dbtest.plan%' order by name desc`,
      ),
    ).toEqual([
      { name: 'chaski_dbtest.plan_once@app', once: 2, freely: 0 },
      { name: 'chaski_dbtest.plan_freely@app', once: 0, freely: 2 },
    ]);
  });
});

test('what is asked for at once travels together, and fails together', async () => {
  let trips = 0;
  const counted = <T>(work: () => Promise<T>) => {
    const count = (client: pg.PoolClient) => {
      const query = client.query;
      client.query = ((...args: Parameters<typeof query>) => {
        trips += 1;
        return query.apply(client, args);
      }) as typeof query;
      one.pool.once('release', () => {
        client.query = query;
      });
    };
    trips = 0;
    one.pool.once('acquire', count);
    return work();
  };
  const answers = await counted(() =>
    one.withTenant(a, systemActor, (tx) =>
      Promise.all([
        tx.query(divide, [2]),
        tx.query(names),
        tx.execute('select 1'),
        tx.batch([{ statement: divide, values: [5] }]),
      ]),
    ),
  );
  expect(answers).toEqual([[{ x: 5 }], [{ name: 'A' }], 1, [[{ x: 2 }]]]);
  // The statements, and the commit.
  expect(trips).toBe(2);
  await expect(
    counted(() =>
      one.withTenant(a, systemActor, async (tx) => {
        const [first, second] = await Promise.allSettled([
          tx.execute(...insertUsage(a, 'at-once')),
          tx.query(divide, [0]),
        ]);
        expect([first.status, second.status]).toEqual(['rejected', 'rejected']);
      }),
    ),
  ).rejects.toMatchObject({ code: '22012' });
  expect(trips).toBe(2);
  expect(await metrics('at-once')).toEqual([]);
});

test('tenants and the system have plans of their own, so that a connection that changes sides keeps both', async () => {
  const shared = statement('dbtest.shared', 'select count(*) from workspaces');
  const planned = () =>
    one.withSystem('test', (tx) =>
      tx.query(
        `select name, generic_plans as calls from pg_prepared_statements
         where name like 'chaski\\_dbtest.shared%' order by name`,
      ),
    );
  for (let i = 0; i < 3; i++) {
    await one.withTenant(a, systemActor, (tx) => tx.query(shared));
    await one.runSystem('test', [{ statement: shared }]);
  }
  expect(await planned()).toEqual([
    { name: 'chaski_dbtest.shared', calls: 3 },
    { name: 'chaski_dbtest.shared@app', calls: 3 },
  ]);
});

test('a plan that was made for an empty table gives way when the table grows', async () => {
  await admin.query('create table dbtest_growing (id int primary key)');
  await admin.query('grant select on dbtest_growing to chaski_system');
  // Counted while empty, as a queue is most of the time: then everything about it seems free.
  await admin.query('vacuum (analyze) dbtest_growing');
  const look = statement('dbtest.growing', 'select id from dbtest_growing where id > $1::int');
  /** How many rows the kept plan counts on. */
  const counted = () =>
    one.withSystem('test', async (tx) => {
      await tx.query(look, [0]);
      await tx.query('set local plan_cache_mode = force_generic_plan');
      const [line] = await tx.query('explain execute "chaski_dbtest.growing"(1)');
      return Number(/rows=(\d+)/.exec(String(Object.values(line!)[0]))?.[1]);
    });
  expect(await counted()).toBe(1);
  await admin.query('insert into dbtest_growing select generate_series(1, 20000)');
  await until('the plan knows', async () => (await counted()) > 1_000);
});

test('nothing is compiled, also where the server does by default', async () => {
  await admin.query(
    "do $$ begin execute format('alter database %I set jit = on', current_database()); end $$",
  );
  const other = openDatabase({ url: t.url, rolePrefix: 'chaski', poolSize: 1, clock: t.clock });
  const jit = await other.withSystem('test', (tx) => tx.query('show jit'));
  await other.close();
  expect(jit).toEqual([{ jit: 'off' }]);
});

test('every statement of the program fits the migrated schema', async () => {
  const app = join(import.meta.dirname, '../../app.ts');
  if (existsSync(app)) await import(app);
  const seen = new Map<string, string>();
  const wrong: string[] = [];
  for (const { name, text } of registeredStatements()) {
    if (name.startsWith('chaski_dbtest.')) continue;
    // PostgreSQL cuts names at 63 bytes: two long ones may become one.
    if (Buffer.byteLength(`${name}@app`) > 63) wrong.push(`${name}: longer than 63 bytes`);
    if (seen.has(name)) wrong.push(`${name}: registered twice`);
    seen.set(name, text);
    await admin.query('begin');
    await admin
      .query(`prepare check_one as ${text}`)
      .catch((error: Error) => wrong.push(`${name}: ${error.message}`));
    await admin.query('rollback; deallocate all');
  }
  expect(wrong).toEqual([]);
  expect(!existsSync(app) || seen.size > 30).toBe(true);
});

test('closed means that every connection is gone, not that it was told to go', async () => {
  const many = openDatabase({ url: t.url, rolePrefix: 'chaski', poolSize: 6, clock: t.clock });
  let removed = 0;
  many.pool.on('remove', () => void removed++);
  await Promise.all(
    Array.from({ length: 6 }, () =>
      many.withSystem('hold a connection', (tx) => tx.query('select pg_sleep(0.05)')),
    ),
  );
  const { totalCount } = many.pool;
  expect(totalCount).toBeGreaterThan(1);
  await many.close();
  expect(removed).toBe(totalCount);
});
