/** Two planners of one version at once: the job of a process that lost its lock runs on while another one takes it. */
import { Readable } from 'node:stream';
import { campaignOptions, campaignSchedule } from '@chaski/contracts';
import { expect, test } from 'vitest';
import { campaignsOn, listenOn, noBlobs } from '../../../test/campaign-stage.ts';
import { testDatabase } from '../../../test/harness.ts';
import { newId } from '../../platform/ids.ts';
import { stageOn } from '../messages/testing.ts';
import { type CreateCampaign, createCampaign, planNow } from './create.ts';
import { planCampaign } from './plan.ts';
import { changeCampaign } from './queries.ts';

const t = await testDatabase();
const stage = await stageOn(t);
await listenOn(stage);

test('two planners at once plan everybody of a list, once', async () => {
  const place = await stage.place();
  const on = await campaignsOn(stage, place);
  await on.template('spring');
  const people = 1_500;
  const list = ['phone,first', ...Array.from({ length: people }, (_, i) => `+447700${900_000 + i},Other`)];
  const body = Buffer.from(list.join('\n'));
  const row = await stage.tenant(place, async (tx) => {
    const made = await createCampaign(tx, {
      name: 'Two planners',
      numberId: place.numberId,
      message: {
        template: { name: 'spring', language: 'en' },
        variables: [{ place: 'body', name: '1', source: { from: 'column', column: 'first' } }],
      },
      audience: { kind: 'list', phoneColumn: 'phone', country: 'GB' },
      schedule: campaignSchedule.parse({ kind: 'now' }),
      options: campaignOptions.parse({}),
    } as CreateCampaign);
    await changeCampaign(tx, place.workspaceId, made.id, { listKey: newId() });
    return planNow(tx, made.id);
  });
  const blobs = { ...noBlobs, get: async () => ({ size: body.length, stream: Readable.from([body]) }) };
  await Promise.all(
    [1, 2].map(() => planCampaign({ db: t.db, blobs }, place.workspaceId, row.id, row.planVersion)),
  );
  expect(await on.states(row.id)).toEqual({ planned: people });
  expect((await on.campaign(row.id)).planState).toBe('ready');
});
