import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../../test/harness.ts';
import { part } from '../../platform/log.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { send } from '../messages/index.ts';
import { log, type Place, stageOn } from '../messages/testing.ts';
import { syncTemplates, templateDaysHandlers, toldOf } from '../templates/index.ts';

const t = await testDatabase({ poolSize: 12 });
await registerJobs(t.db);
const stage = await stageOn(t);
const dayMs = 86_400_000;
const components = [
  { type: 'BODY', text: 'Shall we?' },
  { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Yes' }] },
];

/** The job of one account, run by hand. */
async function ask(
  place: Place,
  provider: Parameters<typeof templateDaysHandlers>[0]['provider'] = stage.provider,
) {
  const [, ofAccount] = templateDaysHandlers({ db: t.db, provider });
  await ofAccount!.run(
    { accountId: place.accountId, accountRef: place.accountRef },
    {
      workspaceId: place.workspaceId,
      attempt: 1,
      log: part(log, 'test'),
      signal: new AbortController().signal,
    },
  );
}

const told = async (place: Place) => {
  const [row] = await stage.query<{ id: string }>('select id from templates where workspace_id = $1', [
    place.workspaceId,
  ]);
  const now = stage.clock.now().getTime();
  return stage.tenant(place, (tx) =>
    toldOf(tx, row!.id, { from: new Date(now - dayMs), to: new Date(now + dayMs) }),
  );
};

describe('what WhatsApp counted of a template', () => {
  it('is asked for, kept by day, and replaced when it is said again', async () => {
    const token = 'mock_days';
    const place = await stage.place({ token });
    stage.sim.addTemplate(place.accountRef, {
      name: 'ask',
      language: 'en',
      category: 'MARKETING',
      components,
    });
    const credential = { provider: 'cloud' as const, token, baseUrl: stage.sim.url, version: 'v24.0' };
    const listed = await stage.provider.listTemplates({
      credential,
      accountRef: place.accountRef,
      timeoutMs: 20_000,
    });
    if (listed.outcome !== 'ok') throw new Error(listed.reason);
    await syncTemplates(t.db, place, async () => listed.templates.filter(({ name }) => name === 'ask'));
    expect(await told(place)).toBeNull();

    const delivery = stage.deliver();
    const { id } = await stage.tenant(place, (tx) =>
      send(tx, {
        conversationId: place.conversationId,
        content: { type: 'template', template: { name: 'ask', language: { code: 'en' } } },
        purpose: 'marketing',
      }),
    );
    await stage.becomes(id, 'accepted');
    await stage.pass(2_000);
    await delivery.stop();
    await ask(place);
    expect(await told(place)).toMatchObject({ sent: 1, delivered: 1, clicked: 0, costMicros: 62_500 });

    const { wamid } = (
      await stage.query<{ wamid: string }>(
        'select provider_message_id as wamid from messages where id = $1',
        [id],
      )
    )[0]!;
    stage.sim.person(place.phone).tapButton(wamid, 'Yes');
    await stage.pass(1_000);
    await ask(place);
    expect(await told(place)).toMatchObject({ sent: 1, clicked: 1 });
  });

  it('is nothing where WhatsApp refuses, and asked again where nobody answers', async () => {
    const place = await stage.place();
    await syncTemplates(t.db, place, async () => [
      {
        name: 'ask',
        language: 'en',
        category: 'MARKETING',
        status: 'APPROVED',
        components,
        providerTemplateId: '77',
      },
    ]);
    await ask(place, { templateDays: async () => ({ outcome: 'refused', reason: 'not confirmed' }) });
    expect(await told(place)).toBeNull();
    await expect(
      ask(place, { templateDays: async () => ({ outcome: 'unreachable', reason: 'away' }) }),
    ).rejects.toThrow('away');
  });
});
