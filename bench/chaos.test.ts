import { expect, it } from 'vitest';
import { runChaos } from './chaos-run.ts';

// The short form of `npm run chaos`: the same harness, four kills.
it('loses nothing and doubles nothing when app and PostgreSQL are killed under load', {
  timeout: 240_000,
}, async () => {
  const run = await runChaos({ kills: 4, messages: 80, sends: 40, seed: 20_261_121, progress: () => {} });
  expect(run.violations, run.table).toEqual([]);
  // The load was there: an empty run would pass everything above.
  expect(run.facts.spoken).toBeGreaterThanOrEqual(80);
  expect(run.facts.sends).toBeGreaterThanOrEqual(40);
});
