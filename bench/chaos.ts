/**
 * Kills the product at random points under load and then counts.
 *
 * WhatsApp (the simulator) lives in this process and so survives; the product is a child started by the documented
 * command and is reached over HTTP alone. People write, developers send with idempotency keys and try again until they
 * are answered, WhatsApp redelivers what was not acknowledged. Meanwhile app, PostgreSQL, or both get SIGKILL.
 *
 * usage: npm run chaos -- [--kills 100] [--messages 3000] [--sends 1500] [--seed 1]
 *        Ctrl-C ends the killing, not the counting.
 *        npm run chaos -- campaign [--recipients 100000] [--kills 20] [--seed 1]: see campaign-run.ts
 */
import { parseArgs } from 'node:util';
import { runCampaignChaos } from './campaign-run.ts';
import { runChaos, type VerifiedRun } from './chaos-run.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string' },
    recipients: { type: 'string', default: '100000' },
    messages: { type: 'string', default: '3000' },
    sends: { type: 'string', default: '1500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

const progress = (line: string) => process.stderr.write(`${line}\n`);
const seed = Number(values.seed);
const enough = new AbortController();
if (positionals[0] !== 'campaign') process.once('SIGINT', () => enough.abort());
const run: Pick<VerifiedRun, 'table' | 'violations'> =
  positionals[0] === 'campaign'
    ? await runCampaignChaos({
        recipients: Number(values.recipients),
        kills: Number(values.kills ?? 20),
        tier: 'TIER_10K',
        seed,
        progress,
      })
    : await runChaos({
        kills: Number(values.kills ?? 100),
        messages: Number(values.messages),
        sends: Number(values.sends),
        seed,
        enough: enough.signal,
        progress,
      });

console.log(run.table);
process.exit(run.violations.length === 0 ? 0 : 1);
