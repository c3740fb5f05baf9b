/** WhatsApp's limit of people a day belongs to a portfolio, whichever workspaces of this installation have its numbers. */
import { describe, expect, it } from 'vitest';
import { type CampaignStage, campaignsOn, listenOn } from '../../../test/campaign-stage.ts';
import { testDatabase, until } from '../../../test/harness.ts';
import { log, stageOn } from '../messages/testing.ts';
import { ownerHandlers } from '../numbers/index.ts';
import { limitUsed } from './preflight.ts';

const t = await testDatabase({ poolSize: 12 });
const stage = await stageOn(t);
await listenOn(stage);

/** A workspace with thirty strangers on a number whose portfolio may write to fifty. */
async function fifty(owner: { told: string | null; named?: string }): Promise<CampaignStage> {
  const on = await campaignsOn(
    stage,
    await stage.place({ number: { mps: 80 }, ...(owner.named ? { portfolioRef: owner.named } : {}) }),
  );
  await stage.query('update accounts set told_portfolio = $2 where id = $1', [
    on.place.accountId,
    owner.told,
  ]);
  await on.template();
  await on.tier('TIER_50');
  await on.people(30);
  return on;
}

async function run(on: CampaignStage): Promise<{ id: string; states: Record<string, number> }> {
  const id = await on.plan();
  await on.launch(id);
  await on.turn(id);
  return { id, states: await on.states(id) };
}

const used = (on: CampaignStage, id: string) =>
  stage.db.withSystem('test', (tx) => limitUsed(tx, on.place.workspaceId, id));

describe('a messaging limit', () => {
  it('is one for two workspaces whose numbers WhatsApp counts to one portfolio', async () => {
    const [one, two] = [await fifty({ told: 'pf-1' }), await fifty({ told: 'pf-1' })];
    // The one with an open window costs nothing.
    const first = await run(one);
    expect(first.states).toEqual({ queued: 31 });
    const second = await run(two);
    expect(second.states).toEqual({ queued: 21, planned: 10 });
    expect(await two.campaign(second.id)).toMatchObject({ waitsFor: 'tier' });
    expect([await used(one, first.id), await used(two, second.id)]).toEqual([50, 50]);
    stage.clock.advance(24 * 3_600_000 + 60_000);
    await two.turn(second.id);
    expect(await two.states(second.id)).toEqual({ queued: 31 });
  });

  it('is nobody else’s where a workspace only says that a portfolio is its own', async () => {
    const owner = await fifty({ told: 'pf-2' });
    const first = await run(owner);
    for (const named of ['pf-2', 'portfolio:pf-2']) {
      const other = await fifty({ told: null, named });
      const theirs = await run(other);
      expect(theirs.states).toEqual({ queued: 31 });
      expect(await used(other, theirs.id)).toBe(30);
    }
    expect(await used(owner, first.id)).toBe(30);
  });

  it('counts whom an account wrote to before WhatsApp said whose it is', async () => {
    const [late, other] = [await fifty({ told: null, named: 'pf-mine' }), await fifty({ told: null })];
    await run(late);
    // The simulator says that both accounts are one portfolio's.
    for (const { place } of [late, other])
      stage.sim.addAccount({ id: place.accountRef, appId: place.appId, portfolioId: 'pf-3' });
    const [, ask] = ownerHandlers({ db: stage.db, calls: stage.provider });
    for (const { place } of [late, other])
      await ask!.run(
        { accountId: place.accountId, accountRef: place.accountRef },
        { workspaceId: place.workspaceId, attempt: 1, log, signal: new AbortController().signal },
      );
    const first = await other.plan();
    await until('it counts for both', async () => (await used(other, first)) === 30, 20_000);
    await other.launch(first);
    await other.turn(first);
    expect(await other.states(first)).toEqual({ queued: 21, planned: 10 });
  });
});
