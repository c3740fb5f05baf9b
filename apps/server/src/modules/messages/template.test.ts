/** Templates under the send policy: what is missing is named, a flipped category stops what waits, sends are counted. */
import { expect, test } from 'vitest';
import { testDatabase } from '../../../test/harness.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { recordConsents } from '../contacts/index.ts';
import { applyNotices, syncTemplates } from '../templates/index.ts';
import { canSend } from './can-send.ts';
import { templateStatistics } from './template-statistics.ts';
import { type Place, stageOn } from './testing.ts';

const t = await testDatabase({ poolSize: 16 });
await registerJobs(t.db);
const stage = await stageOn(t);
const { clock, sim, query } = stage;

const body = {
  type: 'BODY',
  text: 'Hi {{1}}, your order {{2}} is on its way.',
  example: { body_text: [['Ana', 'A-1']] },
};
const name = 'parcel_news';

/** A place whose account has the template here and at WhatsApp. */
async function place(): Promise<Place> {
  const here = await stage.place();
  sim.addTemplate(here.accountRef, { name, category: 'UTILITY', components: [body] });
  await syncTemplates(stage.db, here, async () => [
    { name, language: 'en_US', category: 'UTILITY', status: 'APPROVED', components: [body] },
  ]);
  return here;
}

const content = (...texts: string[]) => ({
  type: 'template',
  template: {
    name,
    language: { code: 'en_US' },
    components: [{ type: 'body', parameters: texts.map((text) => ({ type: 'text', text })) }],
  },
});
const say = (here: Place, ...texts: string[]) => stage.say(here, '', { content: content(...texts) });
const flip = (here: Place) =>
  stage.db.withSystem('test', (tx) =>
    applyNotices(tx, [
      {
        workspaceId: here.workspaceId,
        accountId: here.accountId,
        field: 'template_category_update',
        value: {
          messageTemplateName: name,
          messageTemplateLanguage: 'en_US',
          previousCategory: 'UTILITY',
          newCategory: 'MARKETING',
        },
        at: clock.now(),
      },
    ]),
  );

test('one that WhatsApp holds says so with its attempt, until it is sent or dropped', async () => {
  const here = await place();
  const attempt = async (id: string) =>
    (await query('select outcome, error from message_attempts where message_id = $1', [id]))[0];
  const held = { outcome: 'accepted', error: { code: 'held_for_quality_assessment', kind: 'held' } };
  stage.deliver();
  sim.faults.arm('template_held', { numberId: here.phoneNumberId, value: '600000' });
  const sent = await say(here, 'Ana', 'A-1');
  await stage.becomes(sent, 'accepted');
  expect(await attempt(sent)).toMatchObject(held);
  await stage.pass(599_000);
  expect(await stage.status(sent)).toBe('accepted');
  await stage.pass(2_000);
  expect(await stage.status(sent)).toBe('delivered');

  sim.faults.arm('template_batch_dropped', { numberId: here.phoneNumberId, value: '600000' });
  const dropped = await say(here, 'Ana', 'A-2');
  await stage.becomes(dropped, 'accepted');
  expect(await attempt(dropped)).toMatchObject(held);
  await stage.pass(601_000);
  expect(await query('select status, error from messages where id = $1', [dropped])).toMatchObject([
    { status: 'failed', error: { code: '132015' } },
  ]);
  // Nobody holds what follows.
  const free = await say(here, 'Ana', 'A-3');
  await stage.becomes(free, 'accepted');
  expect(await attempt(free)).toEqual({ outcome: 'accepted', error: null });
});

test('a missing parameter is named before WhatsApp is asked', async () => {
  const here = await place();
  await expect(say(here, 'Ana')).rejects.toMatchObject({
    status: 400,
    code: 'invalid_request',
    message: '{{2}} of the body is missing (body.2).',
    details: { problems: [{ path: 'template.components' }] },
  });
  await expect(say(here)).rejects.toMatchObject({
    message: '{{1}} of the body is missing (body.1). {{2}} of the body is missing (body.2).',
    details: {
      problems: [
        { message: expect.stringContaining('body.1') },
        { message: expect.stringContaining('body.2') },
      ],
    },
  });
  const ask = (...texts: string[]) =>
    stage.tenant(here, (tx) =>
      canSend(tx, {
        conversationId: here.conversationId,
        template: { name, language: 'en_US', components: content(...texts).template.components },
      }),
    );
  expect(await ask('Ana')).toMatchObject({
    verdict: 'blocked',
    code: 'template_parameters',
    sentence: '{{2}} of the body is missing (body.2).',
  });
  expect(await ask('Ana', 'A-1042')).toMatchObject({ verdict: 'free-form' });
  await say(here, 'Ana', 'A-1042');
  // The list says what the person reads, not what the template is called.
  expect(await query('select last_preview from conversations where id = $1', [here.conversationId])).toEqual([
    { last_preview: 'Hi Ana, your order A-1042 is on its way.' },
  ]);
  // About a template that nobody told us of, WhatsApp decides.
  await stage.say(here, '', {
    content: { type: 'template', template: { name: 'unheard_of', language: { code: 'en_US' } } },
  });
});

test('a template that becomes marketing stops at once for who opted out of it, also what waits', async () => {
  const here = await place();
  const { workspaceId, contactId } = here;
  await stage.db.withSystem('test', (tx) =>
    recordConsents(tx, [
      {
        workspaceId,
        contactId,
        action: 'opt-out',
        scope: 'marketing',
        source: 'test',
        at: clock.now(),
      } as Parameters<typeof recordConsents>[1][number],
    ]),
  );
  const waiting = await say(here, 'Ana', 'A-1042');
  const other = await stage.person(here);
  const allowed = await say({ ...here, ...other }, 'Ben', 'A-1043');
  await flip(here);
  await expect(say(here, 'Ana', 'A-1044')).rejects.toMatchObject({ status: 403, code: 'opted_out' });
  const verdict = await stage.tenant(here, (tx) =>
    canSend(tx, { conversationId: here.conversationId, template: { name, language: 'en_US' } }),
  );
  expect(verdict).toMatchObject({ verdict: 'blocked', code: 'opted_out' });
  const delivery = stage.deliver();
  await stage.becomes(waiting, 'cancelled');
  await stage.becomes(allowed, 'accepted');
  await delivery.stop();
  expect(await stage.texts(here.phone)).toEqual([]);
  const told = await query(
    "select data from events where name = 'template.category_changed' and workspace_id = $1",
    [workspaceId],
  );
  expect(told).toMatchObject([{ data: { name, before: 'UTILITY', after: 'MARKETING' } }]);
});

test('sends of a template are counted with what WhatsApp bills them as', async () => {
  const here = await place();
  const delivery = stage.deliver();
  const first = await say(here, 'Ana', 'A-1');
  await stage.becomes(first, 'accepted');
  const other = await stage.person(here);
  const second = await say({ ...here, ...other }, 'Ben', 'A-2');
  await stage.becomes(second, 'accepted');
  await stage.pass(1_000);
  sim.person(here.phone).read(here.phoneNumberId);
  await stage.pass(1_000);
  await delivery.stop();
  await say(here, 'Ana', 'A-3');
  const day = 86_400_000;
  const counted = (from: number, to: number) =>
    stage.tenant(here, (tx) =>
      templateStatistics(
        tx,
        { accountId: here.accountId, name, language: 'en_US' },
        { from: new Date(clock.now().getTime() + from), to: new Date(clock.now().getTime() + to) },
      ),
    );
  // Ids take their time from the wall, which may stand elsewhere than the test's clock.
  const { priced, ...counts } = await counted(-100_000 * day, 100_000 * day);
  expect(counts).toEqual({
    queued: 1,
    sent: 2,
    delivered: 2,
    read: 1,
    failed: 0,
    billed: [{ category: 'utility', type: 'regular', billable: true, messages: 2 }],
  });
  // Day by day, for the rate card of each.
  expect(priced.reduce((sum, { n }) => sum + n, 0)).toBe(2);
  expect(new Set(priced.map(({ category, type }) => `${category} ${type}`))).toEqual(
    new Set(['utility regular']),
  );
});
