/**
 * Kills the product at random points under load and then counts.
 *
 * WhatsApp (the simulator) lives in this process and so survives; the product is a child started by the documented
 * command and is reached over HTTP alone. People write, developers send with idempotency keys and try again until they
 * are answered, WhatsApp redelivers what was not acknowledged. Meanwhile app, PostgreSQL, or both get SIGKILL.
 *
 * usage: npm run chaos -- [--kills 100] [--messages 3000] [--sends 1500] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { runChaos, type VerifiedRun } from './chaos-run.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    messages: { type: 'string', default: '3000' },
    sends: { type: 'string', default: '1500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

const run: VerifiedRun = await runChaos({
  kills: Number(values.kills),
  messages: Number(values.messages),
  sends: Number(values.sends),
  seed: Number(values.seed),
  progress: (line) => process.stderr.write(`${line}\n`),
});

console.log(run.table);
process.exit(run.violations.length === 0 ? 0 : 1);
