/** Templates on WhatsApp's side: what is taken, how a review ends, what happens to a template afterwards. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { asArray, asObject, type JsonObject } from './json.ts';
import { ACCOUNT, codeOf, NUMBER, type Stage, stage } from './test-stage.ts';

const path = `/v24.0/${ACCOUNT}/message_templates`;
const HOUR = 3_600_000;
const body = (text = 'Your order is on its way.'): JsonObject => ({ type: 'BODY', text });
const create = (on: Stage, more: JsonObject = {}) =>
  on.call('POST', path, {
    name: 'order_news',
    language: 'en_US',
    category: 'UTILITY',
    components: [body()],
    ...more,
  });
const find = async (on: Stage, id: unknown) =>
  (await on.call('GET', `/v24.0/${String(id)}?fields=${FIELDS}`)).json;
const FIELDS = 'status,category,previous_category,rejected_reason,quality_score,components';
const send = (on: Stage, name = 'order_news') =>
  on.send({ to: '+15550100001', type: 'template', template: { name, language: { code: 'en_US' } } });
const events = (on: Stage) => on.values('message_template_status_update').map(({ event }) => event);

const folder = new URL('../../../../shared/fixtures/templates/', import.meta.url);

test.skipIf(!existsSync(folder))(
  'the public bodies are taken, broken ones refused with Meta’s code',
  async () => {
    const on = await stage();
    for (const file of readdirSync(folder))
      for (const wire of Object.values(
        JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as JsonObject,
      )) {
        const made = await on.call('POST', path, wire);
        expect(made.json).toMatchObject({ status: 'PENDING', category: asObject(wire).category });
      }
    const broken = await create(on, { components: [body('{{1}} is on its way')] });
    expect(broken.status).toBe(400);
    expect(broken.json.error).toMatchObject({
      code: 100,
      error_subcode: 2388299,
      error_user_title: 'Leading or Trailing Parameters Not Allowed',
    });
  },
);

test('approved after a minute, rejected with its reason, late, and once in each language', async () => {
  const on = await stage();
  const { id } = (await create(on)).json;
  expect((await create(on)).json.error).toMatchObject({ error_subcode: 2388024 });
  await on.sim.advance(60_000);
  expect((await find(on, id)).status).toBe('APPROVED');

  on.sim.faults.arm('template_rejected', { value: 'TAG_CONTENT_MISMATCH' });
  on.sim.faults.arm('review_slow', { value: String(5 * HOUR) });
  const other = (await create(on, { name: 'second' })).json.id;
  await on.sim.advance(4 * HOUR);
  expect((await find(on, other)).status).toBe('PENDING');
  await on.sim.advance(HOUR);
  expect(await find(on, other)).toMatchObject({
    status: 'REJECTED',
    rejected_reason: 'TAG_CONTENT_MISMATCH',
  });
  expect(events(on)).toEqual(['APPROVED', 'REJECTED']);

  on.sim.faults.arm('template_recategorised');
  expect((await create(on, { name: 'third' })).json.category).toBe('MARKETING');
});

test('low quality pauses for 3 hours, then 6, then for good', async () => {
  const on = await stage();
  const { id } = (await create(on)).json;
  await on.sim.advance(60_000);
  on.sim.faults.arm('template_low_quality', { value: 'order_news' });
  expect(codeOf(await send(on))).toBe(132015);
  await on.sim.advance(3 * HOUR);
  expect((await send(on)).status).toBe(200);
  on.sim.faults.arm('template_low_quality', { value: 'order_news' });
  await on.sim.advance(3 * HOUR);
  expect((await find(on, id)).status).toBe('PAUSED');
  await on.sim.advance(3 * HOUR);
  expect((await find(on, id)).status).toBe('APPROVED');
  on.sim.faults.arm('template_low_quality', { value: 'order_news' });
  expect(codeOf(await send(on))).toBe(132016);
  expect(events(on)).toEqual(['APPROVED', 'PAUSED', 'APPROVED', 'PAUSED', 'APPROVED', 'DISABLED']);
  expect(on.values('message_template_quality_update')).toMatchObject([
    { previous_quality_score: 'UNKNOWN', new_quality_score: 'RED' },
  ]);
  expect((await on.call('DELETE', `${path}?name=order_news`)).status).toBe(400);
});

test('the admin API flips a category, announces one, changes texts', async () => {
  const on = await stage();
  const { id } = (await create(on)).json;
  await on.sim.advance(60_000);
  const change = (more: JsonObject) =>
    on.call(
      'POST',
      '/_sim/templates/order_news',
      { accountId: ACCOUNT, ...more },
      { authorization: 'Bearer admin-key' },
    );
  expect((await change({ correctCategory: 'MARKETING' })).status).toBe(200);
  expect((await find(on, id)).category).toBe('UTILITY');
  await change({ category: 'MARKETING', components: [body('New words')] });
  await on.sim.idle();
  expect(await find(on, id)).toMatchObject({ category: 'MARKETING', previous_category: 'UTILITY' });
  expect(on.values('template_category_update')).toMatchObject([
    { correct_category: 'MARKETING', new_category: 'UTILITY' },
    { previous_category: 'UTILITY', new_category: 'MARKETING' },
  ]);
  expect(on.values('message_template_components_update')).toMatchObject([
    { message_template_element: 'New words' },
  ]);
});

test('an edit goes back to review: once a day, never another category, never while it is pending', async () => {
  const on = await stage();
  const { id } = (await create(on)).json;
  const edit = (more: JsonObject) => on.call('POST', `/v24.0/${String(id)}`, more);
  expect((await edit({ components: [body('Other words')] })).json.error).toMatchObject({
    error_subcode: 2388039,
  });
  await on.sim.advance(60_000);
  expect((await edit({ category: 'MARKETING' })).status).toBe(400);
  expect((await edit({ components: [body('Other words')] })).json).toEqual({ success: true });
  expect(await find(on, id)).toMatchObject({ status: 'PENDING', components: [body('Other words')] });
  await on.sim.advance(60_000);
  expect((await edit({ components: [body('Third words')] })).status).toBe(400);
  await on.sim.advance(24 * HOUR);
  expect((await edit({ components: [body('Third words')] })).status).toBe(200);
});

test('deleted by name or id; the name of an approved one rests for 30 days', async () => {
  const on = await stage();
  const { id } = (await create(on)).json;
  await create(on, { language: 'es' });
  await on.sim.advance(60_000);
  expect((await on.call('DELETE', `${path}?name=order_news&hsm_id=${String(id)}`)).json).toEqual({
    success: true,
  });
  expect((await create(on)).json.error).toMatchObject({ error_subcode: 2388023 });
  const left = await on.call('GET', `${path}?name=order_news&fields=language`);
  expect(asArray(left.json.data)).toMatchObject([{ language: 'es' }]);
  await on.sim.advance(30 * 24 * HOUR);
  expect((await create(on)).status).toBe(200);
});

test('a sample is uploaded in a session and becomes a handle', async () => {
  const on = await stage();
  const opened = await on.call(
    'POST',
    '/v24.0/app/uploads?file_name=a.png&file_length=6&file_type=image/png',
  );
  const session = String(opened.json.id);
  expect(session).toMatch(/^upload:/);
  const first = await on.call('POST', `/v24.0/${session}`, new Uint8Array([1, 2, 3]), { file_offset: '0' });
  expect(first.json).toMatchObject({ file_offset: 3 });
  expect((await on.call('GET', `/v24.0/${session}`)).json).toMatchObject({ file_offset: 3 });
  const done = await on.call('POST', `/v24.0/${session}`, new Uint8Array([4, 5, 6]), { file_offset: '3' });
  expect(String(done.json.h)).toMatch(/^4::/);
  expect(codeOf(await on.call('POST', '/v24.0/1/uploads?file_length=6&file_type=text/plain'))).toBe(100);
});

test('pacing holds a message, then lets it go or drops it', async () => {
  const on = await stage();
  await create(on);
  await on.sim.advance(60_000);
  on.sim.faults.arm('template_held', { value: String(HOUR), numberId: NUMBER });
  const held = await send(on);
  expect(asObject(asArray(held.json.messages)[0]).message_status).toBe('held_for_quality_assessment');
  on.sim.faults.arm('template_batch_dropped', { value: String(HOUR) });
  await send(on);
  await on.sim.advance(HOUR - 1);
  expect(on.statuses()).toEqual([]);
  await on.sim.advance(1_000);
  expect(
    on
      .statuses()
      .map(({ status }) => status)
      .sort(),
  ).toEqual(['delivered', 'failed', 'sent']);
});
