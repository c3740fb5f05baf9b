/**
 * Measures what docs promise, in one table. Each ratio compares things measured in turns in this run, with the
 * yardsticks part of bench/; absolute rows are judged only where the machine's own yardsticks hold.
 *
 * usage: npm run bench -- [--only ingest,reads] [--quick] [--full]; exit 1 when a goal that can be judged is missed.
 * bench/README.md says what each family measures.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { campaign } from './campaign.ts';
import { claim } from './claim.ts';
import { startCluster } from './cluster.ts';
import { fairShare } from './fair-share.ts';
import { fullLoop } from './full-loop.ts';
import { gates } from './gates.ts';
import { inbox } from './inbox.ts';
import { ingest } from './ingest.ts';
import { latency } from './latency.ts';
import { login } from './login.ts';
import { measureMachine, weaknessOf } from './machine.ts';
import { type Family, type Row, round, table } from './measure.ts';
import { memory } from './memory.ts';
import { page } from './page.ts';
import { processing } from './processing.ts';
import { reads } from './reads.ts';
import { search } from './search.ts';
import { segments } from './segments.ts';
import { sends } from './sends.ts';
import { stopEverything } from './server.ts';
import { sockets } from './sockets.ts';
import { start } from './start.ts';

const families: Record<string, Family> = {
  ingest,
  processing,
  reads,
  inbox,
  search,
  segments,
  login,
  gates,
  latency,
  'full-loop': fullLoop,
  sends,
  start,
  memory,
  page,
  sockets,
  claim,
  'fair-share': fairShare,
  campaign,
};

/** Those that fill a database with a million rows first, or open thousands of sockets: minutes each. */
const heavy = new Set(['inbox', 'search', 'segments', 'sockets', 'claim']);

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
  },
});
const usual = Object.keys(families).filter((name) => values.full || !heavy.has(name));
const wanted = values.only?.split(',') ?? usual;
const unknown = wanted.filter((name) => !(name in families));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${Object.keys(families).join(', ')}.`);
  process.exit(2);
}

const begun = performance.now();
const progress = (line: string) =>
  process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
progress('starting PostgreSQL');
const cluster = await startCluster();
const rows: Row[] = [];
try {
  await measureMachine(cluster); // warms
  const machine = await measureMachine(cluster);
  const context = {
    cluster,
    quick: values.quick,
    repeats: 3,
    weakness: async () => weaknessOf(await measureMachine(cluster)),
    progress,
  };
  for (const name of wanted) {
    try {
      rows.push(...(await families[name]!(context)));
    } catch (error) {
      rows.push({
        name,
        goal: '',
        value: 'failed',
        spread: '',
        verdict: 'missed',
        detail: String(error).replaceAll('\n', ' ').slice(0, 200),
      });
      progress(`${name} failed: ${error instanceof Error ? error.stack : error}`);
    } finally {
      await stopEverything();
    }
  }
  console.log(
    `\nNode ${process.version}, ${availableParallelism()} cores; this machine: ${round(machine.insertsPerSecond)} single inserts/s, ` +
      `${round(machine.hmacsPerSecond)} HMACs/s, ${round(machine.syncsPerSecond)} fdatasyncs/s. ` +
      `Client, server and database share the cores.${values.quick ? ' Quick: fewer and shorter turns, for a look only.' : ''}\n`,
  );
  console.log(table(rows));
} finally {
  await cluster.stop();
}
if (values.only === undefined && !values.full) {
  console.log(`\nNot measured without --full: ${[...heavy].join(', ')}.`);
}
const missed = rows.filter((row) => row.verdict === 'missed');
progress('done');
if (missed.length > 0) {
  console.log(
    `\nMissed:\n${missed.map((row) => `- ${row.name}: ${row.value}, goal ${row.goal} (${row.detail})`).join('\n')}`,
  );
  process.exitCode = 1;
}
