/** A second person's yes: not from the other hand of the first. */
import { expect, it } from 'vitest';
import { type CampaignStage, campaignsOn, listenOn, noBlobs } from '../../../test/campaign-stage.ts';
import { testDatabase } from '../../../test/harness.ts';
import type { Actor } from '../../platform/db/index.ts';
import { createApiKey } from '../auth/index.ts';
import { rotateApiKey } from '../auth/keys.ts';
import { stageOn } from '../messages/testing.ts';
import { createCampaign, planNow, updateCampaign } from './create.ts';
import { approveCampaign, launchCampaign } from './launch.ts';
import { planCampaign } from './plan.ts';

const t = await testDatabase({ poolSize: 16 });
const stage = await stageOn(t);
await listenOn(stage);

const person = (n: number): Actor => ({
  kind: 'user',
  id: `00000000-0000-7000-8000-00000000000${n}`,
  role: 'admin',
});
const [ann, bob, eve] = [person(1), person(2), person(3)];
const key = (id: string): Actor => ({ kind: 'key', id, role: 'key' });

async function twoPeople(): Promise<CampaignStage> {
  const on = await campaignsOn(stage, await stage.place({ number: { mps: 80 } }));
  await on.template();
  await on.tier('TIER_100K');
  await on.people(1);
  await stage.query(
    `update workspaces set settings = '{"campaignApproval": "second-person"}' where id = $1`,
    [on.place.workspaceId],
  );
  return on;
}

it('whoever made the key approves nothing that it wrote, a colleague does', async () => {
  const { on, as, written } = await withKeys();
  const { id: made } = await as(ann, (tx) => createApiKey(tx, { name: 'Desk' }));
  const id = await written(key(made), key(made));
  await expect(as(ann, (tx) => approveCampaign(tx, id))).rejects.toMatchObject({
    code: 'forbidden',
    details: { reason: 'own_campaign' },
  });
  const row = await as(bob, (tx) => approveCampaign(tx, id));
  expect(row).toMatchObject({ state: 'scheduled', approvedBy: bob.id, numberId: on.place.numberId });
});

it('a person writes, the key asks for the start, and its maker may not say yes', async () => {
  const { as, written } = await withKeys();
  const { id: made } = await as(ann, (tx) => createApiKey(tx, { name: 'Desk' }));
  const id = await written(bob, key(made));
  await expect(as(ann, (tx) => approveCampaign(tx, id))).rejects.toMatchObject({ code: 'forbidden' });
  await expect(as(bob, (tx) => approveCampaign(tx, id))).rejects.toMatchObject({ code: 'forbidden' });
  expect(await as(eve, (tx) => approveCampaign(tx, id))).toMatchObject({ state: 'scheduled' });
});

it('a key that a key made is in the same hand', async () => {
  const { as, written } = await withKeys();
  const { id: first } = await as(ann, (tx) => createApiKey(tx, { name: 'First' }));
  const { id: second } = await as(key(first), (tx) => createApiKey(tx, { name: 'Second' }));
  const id = await written(key(second), key(second));
  await expect(as(ann, (tx) => approveCampaign(tx, id))).rejects.toMatchObject({ code: 'forbidden' });
  expect(await as(bob, (tx) => approveCampaign(tx, id))).toMatchObject({ state: 'scheduled' });
});

it('who rotated the key holds its text, and has a hand in it like who made it', async () => {
  const { as, written } = await withKeys();
  const { id: made } = await as(ann, (tx) => createApiKey(tx, { name: 'Desk' }));
  await as(bob, (tx) => rotateApiKey(tx, made, 0));
  const id = await written(eve, eve);
  await as(key(made), (tx) => updateCampaign(tx, id, { name: 'Changed by the key' }));
  await as(eve, (tx) => launchCampaign(tx, id));
  for (const who of [ann, bob, eve]) {
    await expect(as(who, (tx) => approveCampaign(tx, id))).rejects.toMatchObject({ code: 'forbidden' });
  }
  expect(await as(person(4), (tx) => approveCampaign(tx, id))).toMatchObject({ state: 'scheduled' });
});

async function withKeys() {
  const on = await twoPeople();
  const { workspaceId } = on.place;
  const as = <T>(who: Actor, fn: Parameters<typeof stage.db.withTenant<T>>[2]) =>
    stage.db.withTenant(workspaceId, who, fn);
  return {
    on,
    as,
    /** Written by one and launched by another (or the same): it waits for a yes. */
    async written(author: Actor, launcher: Actor): Promise<string> {
      const { id } = await as(author, (tx) =>
        createCampaign(tx, {
          name: 'Two people',
          numberId: on.place.numberId,
          message: { template: { name: 'spring', language: 'en' }, variables: [] },
          audience: { kind: 'filter', filter: { all: [] } },
        }),
      );
      const planned = await as(author, (tx) => planNow(tx, id));
      await planCampaign({ db: stage.db, blobs: noBlobs }, workspaceId, id, planned.planVersion);
      const { state } = await as(launcher, (tx) => launchCampaign(tx, id));
      expect(state).toBe('awaiting_approval');
      return id;
    },
  };
}
