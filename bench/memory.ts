/** What the app and its database hold together when nothing happens; pages that processes share count once. */
import { readdirSync, readFileSync } from 'node:fs';
import { absoluteRow, type Family, pause } from './measure.ts';
import { launch } from './server.ts';

function childrenOf(pid: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const direct = all.map(Number).filter((child) => {
    try {
      const stat = readFileSync(`/proc/${child}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
    } catch {
      return false; // gone meanwhile
    }
  });
  return direct.flatMap((child) => [child, ...childrenOf(child)]);
}

/** Megabytes; proportional set size where the kernel tells it, else the resident set, which counts shared pages often. */
function held(pid: number): number {
  const read = (file: string, key: string) => {
    try {
      return (
        Number(
          new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1] ??
            Number.NaN,
        ) / 1024
      );
    } catch {
      return Number.NaN;
    }
  };
  const pss = read('smaps_rollup', 'Pss');
  return Number.isNaN(pss) ? read('status', 'VmRSS') || 0 : pss;
}

export const memory: Family = async ({ cluster, quick, repeats, progress }) => {
  const turns = quick ? 1 : repeats;
  if (process.platform !== 'linux') {
    return [
      absoluteRow(
        'memory at rest, app and database together',
        [Number.NaN],
        { max: 250 },
        'MB',
        'it is read from /proc',
      ),
    ];
  }
  const totals: number[] = [];
  const details: string[] = [];
  for (let i = 0; i < turns; i++) {
    progress(`memory, turn ${i + 1}`);
    // The first start of a folder makes a database and hashes a password, which needs memory that later ones do not.
    const dataDir = await cluster.folder();
    await (await launch({ dataDir, env: { LOG_LEVEL: 'warn' } })).stop();
    const product = await launch({ dataDir, env: { LOG_LEVEL: 'warn' } });
    // Connections that the start opened are closed after 20 s.
    await pause(25_000);
    const { app, postgres } = product.ready.pids;
    const appPids = [app, ...childrenOf(app)].filter((pid) => pid !== postgres);
    const databasePids = postgres === null ? [] : [postgres, ...childrenOf(postgres)];
    const sum = (pids: readonly number[]) => pids.reduce((total, pid) => total + held(pid), 0);
    const own = sum(appPids.filter((pid) => !databasePids.includes(pid)));
    const database = sum(databasePids);
    totals.push(own + database);
    details.push(`app with simulator ${Math.round(own)}, database ${Math.round(database)} MB`);
    await product.stop();
  }
  return [
    absoluteRow('memory at rest, app and database together', totals, { max: 250 }, 'MB', '', details.at(-1)),
  ];
};
