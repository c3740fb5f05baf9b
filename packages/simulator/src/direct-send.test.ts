import { expect, test } from 'vitest';
import { asArray, asObject, type JsonObject } from './json.ts';
import { ACCOUNT, codeOf, type Stage, stage, text } from './test-stage.ts';

const TO = '+15550100001';
const list = async (on: Stage) =>
  asArray(
    (
      await on.call(
        'GET',
        `/v24.0/${ACCOUNT}/message_templates?limit=100&fields=id,name,status,category,source`,
      )
    ).json.data,
  )
    .map(asObject)
    .filter((template) => template.source === 'AUTO_GENERATED');
const direct = (body: string, more: JsonObject = {}) => ({ ...text(TO, body), category: 'utility', ...more });

test('arrives without a window; the template that WhatsApp makes of it is listed and named in each status', async () => {
  const on = await stage({ windowErrors: 'sync' });
  expect(codeOf(await on.send(text(TO)))).toBe(131047);
  expect((await on.send(direct('Your parcel is here.'))).status).toBe(200);
  expect((await on.send(direct('Your parcel is here.'))).status).toBe(200);
  await on.sim.advance(1_000);
  expect(on.sim.messagesTo(TO).map((message) => message.text)).toEqual([
    'Your parcel is here.',
    'Your parcel is here.',
  ]);
  const [made, ...others] = await list(on);
  expect(others).toEqual([]);
  expect(made).toMatchObject({ category: 'UTILITY', status: 'APPROVED' });
  expect(String(made?.name)).toMatch(/^auto_generated_/);
  for (const status of on.statuses())
    expect(status).toMatchObject({ template_id: made?.id, pricing: { category: 'utility' } });
  const node = `/v24.0/${String(made?.id)}`;
  expect(codeOf(await on.call('POST', node, { components: [] }))).toBe(100);
  expect(
    codeOf(await on.call('DELETE', `/v24.0/${ACCOUNT}/message_templates?name=${String(made?.name)}`)),
  ).toBe(100);
});

test('a name of the caller’s own; one that a real template has fails later', async () => {
  const on = await stage();
  const named = (name: string) => direct('Ready.', { direct_send_config: { template_name: name } });
  await on.send(named('parcel_ready'));
  await on.send(named('hello_world'));
  await on.sim.advance(1_000);
  expect((await list(on)).map((template) => template.name)).toEqual(['parcel_ready']);
  expect(on.statuses().filter((status) => status.status === 'failed')).toMatchObject([
    { errors: [{ code: 132021 }] },
  ]);
});

test('refused: a portfolio below 100,000, and what is beyond its limits', async () => {
  const on = await stage();
  const button = (title: string) => ({ type: 'reply', reply: { id: title, title } });
  const interactive = (more: JsonObject) => ({
    to: TO,
    category: 'utility',
    type: 'interactive',
    interactive: { type: 'button', body: { text: 'x' }, action: { buttons: [button('Yes')] }, ...more },
  });
  for (const [body, code] of [
    [direct('x'.repeat(1025)), 131009],
    [direct('x', { category: 'marketing' }), 131009],
    [direct('x', { direct_send_config: { template_name: 'No spaces' } }), 131009],
    [{ ...text(TO), direct_send_config: { template_name: 'x' } }, 131009],
    [interactive({ footer: { text: 'x'.repeat(61) } }), 131009],
    [interactive({ header: { type: 'text', text: 'x'.repeat(61) } }), 131009],
    [{ to: TO, type: 'reaction', reaction: { message_id: 'x', emoji: '👍' }, category: 'utility' }, 131009],
    [interactive({}), undefined],
  ] as [JsonObject, number | undefined][])
    expect(codeOf(await on.send(body)), JSON.stringify(body).slice(0, 120)).toBe(code);
  on.sim.limits.setTier(ACCOUNT, 'TIER_10K');
  expect(codeOf(await on.send(direct('small')))).toBe(100);
});
