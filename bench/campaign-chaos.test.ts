import { expect, it } from 'vitest';
import { runCampaignChaos } from './campaign-run.ts';

// The short form of `npm run chaos -- campaign`: the same harness, 120 people, a limit of 50, two kills.
it('reaches each person at most once inside every limit, whatever dies meanwhile', {
  timeout: 240_000,
}, async () => {
  const run = await runCampaignChaos({
    recipients: 120,
    kills: 2,
    tier: 'TIER_50',
    seed: 20_261_121,
    progress: () => {},
  });
  expect(run.violations, run.table).toEqual([]);
  // It all was there: an empty run would pass everything above. What was in flight when the worker died may be unknown.
  const { kills, messages, reached, unconfirmed, failed } = run.facts;
  expect(kills).toBe(2);
  expect(messages).toBeGreaterThanOrEqual(120);
  expect(reached).toBeGreaterThan(50);
  expect(reached! + unconfirmed! + failed!).toBe(120);
});
