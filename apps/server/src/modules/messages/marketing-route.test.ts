import { describe, expect, it } from 'vitest';
import { testDatabase, until } from '../../../test/harness.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { applyNotices } from '../templates/index.ts';
import { otherRoute, routeOf } from './rules-route.ts';
import { send } from './send.ts';
import { type Place, stageOn } from './testing.ts';

const t = await testDatabase({ poolSize: 12 });
const stage = await stageOn(t);
await registerJobs(t.db);

/** A template that we take for `ours`, and WhatsApp for `theirs`. */
async function template(place: Place, name: string, ours: string, theirs = ours): Promise<void> {
  await stage.db.withSystem('test: WhatsApp approved a template', (tx) =>
    applyNotices(tx, [
      {
        workspaceId: place.workspaceId,
        accountId: place.accountId,
        field: 'message_template_status_update',
        value: {
          event: 'APPROVED',
          messageTemplateId: name.length,
          messageTemplateName: name,
          messageTemplateLanguage: 'en',
          messageTemplateCategory: ours,
        },
        at: stage.clock.now(),
      },
    ]),
  );
  stage.sim.addTemplate(place.accountRef, {
    name,
    language: 'en',
    category: theirs as 'MARKETING',
    components: [{ type: 'BODY', text: 'Hello.' }],
  });
}

/** Sends it and answers what WhatsApp's price says it was. */
async function categoryOf(place: Place, name: string, purpose: 'marketing' | 'utility'): Promise<string> {
  const { id } = await stage.tenant(place, (tx) =>
    send(tx, {
      conversationId: place.conversationId,
      content: { type: 'template', template: { name, language: { code: 'en' } } },
      purpose,
    }),
  );
  await stage.becomes(id, 'accepted');
  await stage.pass(2_000);
  const [row] = await stage.query<{ category: string }>(
    "select pricing ->> 'category' as category from messages where id = $1",
    [id],
  );
  return row!.category;
}

describe('the marketing address', () => {
  it('takes marketing templates of numbers that are set so, and nothing else', async () => {
    const place = await stage.place();
    const delivery = stage.deliver();
    await template(place, 'offer', 'MARKETING');
    await template(place, 'receipt', 'UTILITY');
    expect(await categoryOf(place, 'offer', 'marketing')).toBe('marketing');
    await stage.query("update numbers set marketing_route = 'marketing_messages' where id = $1", [
      place.numberId,
    ]);
    expect(await categoryOf(place, 'offer', 'marketing')).toBe('marketing_lite');
    expect(await categoryOf(place, 'receipt', 'utility')).toBe('utility');
    await delivery.stop();
  });

  it('refuses what WhatsApp takes for no marketing any more: then it goes as everything, once', async () => {
    const place = await stage.place();
    await stage.query("update numbers set marketing_route = 'marketing_messages' where id = $1", [
      place.numberId,
    ]);
    await template(place, 'notice', 'MARKETING', 'UTILITY');
    const delivery = stage.deliver();
    expect(await categoryOf(place, 'notice', 'marketing')).toBe('utility');
    const attempts = await stage.query('select 1 from message_attempts where number_id = $1', [
      place.numberId,
    ]);
    expect(attempts).toHaveLength(1);
    expect(await stage.texts(place.phone)).toHaveLength(1);
    await delivery.stop();
  });
});

it('keeps what WhatsApp refused where the second call has to wait, and makes that one next', async () => {
  const place = await stage.place({ number: { mps: 1 } });
  await stage.query("update numbers set marketing_route = 'marketing_messages' where id = $1", [
    place.numberId,
  ]);
  await template(place, 'waiting', 'MARKETING', 'UTILITY');
  const delivery = stage.deliver();
  const { id } = await stage.tenant(place, (tx) =>
    send(tx, {
      conversationId: place.conversationId,
      content: { type: 'template', template: { name: 'waiting', language: { code: 'en' } } },
      purpose: 'marketing',
    }),
  );
  const attempts = () =>
    stage.query<{ outcome: string; code: string | null }>(
      "select outcome, error ->> 'code' as code from message_attempts where message_id = $1 order by id",
      [id],
    );
  await until('the first call is written', async () => (await attempts())[0]?.outcome != null);
  expect(await attempts()).toEqual([{ outcome: 'refused', code: '131055' }]);
  const [queued] = await stage.query<{ due_at: Date }>(
    'select due_at from send_queue where message_id = $1',
    [id],
  );
  expect(queued!.due_at.getTime()).toBe(stage.clock.now().getTime() + 1_000);
  stage.clock.advance(1_000);
  await stage.becomes(id, 'accepted');
  expect((await attempts()).map(({ outcome }) => outcome)).toEqual(['refused', 'accepted']);
  expect(await stage.texts(place.phone)).toHaveLength(1);
  await delivery.stop();
});

it('goes the marketing way where WhatsApp refuses it here, by a number that is set so', async () => {
  const place = await stage.place();
  await stage.query("update numbers set marketing_route = 'marketing_messages' where id = $1", [
    place.numberId,
  ]);
  // We heard nothing of the flip yet.
  await template(place, 'flipped', 'UTILITY', 'MARKETING');
  stage.sim.limits.moveMarketing(place.accountRef, true);
  const delivery = stage.deliver();
  expect(await categoryOf(place, 'flipped', 'utility')).toBe('marketing_lite');
  await delivery.stop();
});

it('a refusal sends it the other way only where the number was set so', () => {
  expect(routeOf('marketing_messages', 'template', 'MARKETING')).toBe('marketing_messages');
  expect(routeOf('messages', 'template', 'MARKETING')).toBe('messages');
  expect(routeOf('marketing_messages', 'template', null)).toBe('messages');
  expect(routeOf('marketing_messages', 'text', 'MARKETING')).toBe('messages');
  for (const code of [131061, 131063]) {
    expect(otherRoute('marketing_messages', 'messages', code)).toBe('marketing_messages');
    expect(otherRoute('messages', 'messages', code)).toBeNull();
    expect(otherRoute('marketing_messages', 'marketing_messages', code)).toBeNull();
  }
  expect(otherRoute('marketing_messages', 'marketing_messages', 131055)).toBe('messages');
  expect(otherRoute('marketing_messages', 'messages', 131049)).toBeNull();
});
