/** A clock that is set back under a running campaign. */
import { expect, it } from 'vitest';
import { campaignsOn } from '../../../test/campaign-stage.ts';
import { testDatabase } from '../../../test/harness.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { stageOn } from '../messages/testing.ts';
import { setCampaignsBack } from './set-back.ts';

const stage = await stageOn(await testDatabase({ poolSize: 8 }));
const { clock, query } = stage;
await registerJobs(stage.db);

it('goes on with everybody whose time had come, once, and leaves for later what was planned for later', async () => {
  const on = await campaignsOn(stage, await stage.place({ number: { mps: 80 } }));
  await on.template();
  await on.tier('TIER_100K');
  await on.people(5);
  const id = await on.plan();
  await on.launch(id);
  await on.turn(id);
  expect(await on.states(id)).toEqual({ queued: 6 });
  // Two had not had their turn, one is planned for the evening.
  const evening = new Date(clock.now().getTime() + 8 * 3_600_000).toISOString();
  await query(
    `update campaign_recipients set state = 'planned', message_id = null, attempt = 0,
       due_at = case when n = 2 then $2::timestamptz else due_at end where campaign_id = $1 and n < 3`,
    [id, evening],
  );
  await query('update campaigns set wakes_at = $2 where id = $1', [
    id,
    new Date(clock.now().getTime() + 100).toISOString(),
  ]);
  const noon = clock.now();
  clock.advance(-6 * 3_600_000);
  try {
    await on.turn(id);
    expect((await on.states(id)).planned).toBeGreaterThan(0);
    expect(await setCampaignsBack(stage.db)).toBe(1);
    await on.turn(id);
    const states = await on.states(id);
    expect(states).toEqual({ planned: 1, queued: 5 });
    expect(
      await query("select n, due_at from campaign_recipients where campaign_id = $1 and state = 'planned'", [
        id,
      ]),
    ).toEqual([{ n: 2, due_at: new Date(evening) }]);
  } finally {
    clock.set(noon);
  }
});
