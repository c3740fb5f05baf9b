import { expect, test } from 'vitest';
import { asArray, asObject } from './json.ts';
import { ACCOUNT, ana, codeOf, NUMBER, SECRET, stage, text } from './test-stage.ts';

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(64, 7)]);

function form(bytes: Buffer, type: string, name = 'a.png'): FormData {
  const data = new FormData();
  data.set('messaging_product', 'whatsapp');
  data.set('type', type);
  data.set('file', new Blob([new Uint8Array(bytes)], { type }), name);
  return data;
}

test('tokens: none, unknown, expired, foreign object, missing scope', async () => {
  const on = await stage();
  const path = `/v24.0/${NUMBER}?fields=verified_name`;
  const as = (authorization: string) => on.call('GET', path, undefined, { authorization });
  expect([(await as('')).status, codeOf(await as(''))]).toEqual([401, 104]);
  expect([(await as('Bearer nope')).status, codeOf(await as('Bearer nope'))]).toEqual([401, 190]);
  expect((await as('Bearer EAAtoken')).json).toEqual({ verified_name: 'Demo business', id: NUMBER });
  on.sim.addAccount({ id: '777', appId: '1', token: 'T2' });
  const foreign = await as('Bearer T2');
  expect([foreign.status, foreign.json.error]).toMatchObject([
    400,
    { code: 100, error_subcode: 33, type: 'GraphMethodException' },
  ]);
  on.sim.setToken('EAAtoken', { scopes: ['whatsapp_business_messaging'] });
  expect([(await as('Bearer EAAtoken')).status, codeOf(await as('Bearer EAAtoken'))]).toEqual([403, 10]);
  on.sim.setToken('EAAtoken', { expired: true });
  expect(codeOf(await as('Bearer EAAtoken'))).toBe(190);
  expect(
    asObject(
      (await on.call('GET', '/v24.0/0/messages', undefined, { authorization: 'Bearer T2' })).json.error,
    ).error_subcode,
  ).toBe(33);
});

test('debug_token tells scopes and accounts', async () => {
  const on = await stage();
  const answer = await on.call('GET', '/v24.0/debug_token?input_token=EAAtoken', undefined, {
    authorization: `Bearer 1|${SECRET}`,
  });
  expect(answer.json.data).toMatchObject({
    app_id: '1',
    is_valid: true,
    granular_scopes: [
      { scope: 'whatsapp_business_messaging', target_ids: [ACCOUNT] },
      { target_ids: [ACCOUNT] },
    ],
  });
});

test('numbers of an account, its apps, its profile', async () => {
  const on = await stage();
  const numbers = await on.call('GET', `/v24.0/${ACCOUNT}/phone_numbers`);
  expect(asArray(numbers.json.data)).toMatchObject([
    { id: NUMBER, display_phone_number: '+1 555 078 3881', quality_rating: 'GREEN' },
  ]);
  const apps = await on.call('GET', `/v24.0/${ACCOUNT}/subscribed_apps`);
  expect(asArray(apps.json.data)).toMatchObject([{ whatsapp_business_api_data: { id: '1' } }]);
  const health = async (node: string) =>
    asObject((await on.call('GET', `/v24.0/${node}?fields=health_status`)).json.health_status);
  const always = ['WABA', 'BUSINESS', 'APP'];
  const kinds = ({ entities }: { entities?: unknown }) =>
    asArray(entities as never).map((entity) => asObject(entity).entity_type);
  expect(kinds(await health(ACCOUNT))).toEqual(always);
  expect(kinds(await health(NUMBER))).toEqual(['PHONE_NUMBER', ...always]);
  await on.call('POST', `/v24.0/${NUMBER}/deregister`);
  expect(await health(NUMBER)).toMatchObject({
    can_send_message: 'BLOCKED',
    entities: [{ entity_type: 'PHONE_NUMBER', can_send_message: 'BLOCKED' }, {}, {}, {}],
  });
  const profile = `/v24.0/${NUMBER}/whatsapp_business_profile`;
  await on.call('POST', profile, { messaging_product: 'whatsapp', about: 'Open' });
  expect((await on.call('GET', profile)).json).toMatchObject({ data: [{ about: 'Open' }] });
  expect(codeOf(await on.call('POST', profile, { about: 'x'.repeat(140) }))).toBe(100);
});

test('templates: list, pages, filter, creation with its approval, deletion', async () => {
  const on = await stage();
  const path = `/v24.0/${ACCOUNT}/message_templates`;
  const first = await on.call('GET', `${path}?limit=2`);
  expect(asArray(first.json.data)).toHaveLength(2);
  const second = await on.call('GET', String(asObject(first.json.paging).next));
  expect(asArray(second.json.data)).toHaveLength(1);
  expect(asObject(second.json.paging).next).toBeUndefined();
  expect(codeOf(await on.call('GET', `${path}?after=bm9wZQ`))).toBe(131059);
  const made = await on.call('POST', path, {
    name: 'hi_there',
    language: 'en_US',
    category: 'UTILITY',
    components: [{ type: 'BODY', text: 'Hi' }],
  });
  expect(made.json).toMatchObject({ status: 'PENDING' });
  const send = () =>
    on.send({
      to: '+15550100001',
      type: 'template',
      template: { name: 'hi_there', language: { code: 'en_US' } },
    });
  expect([(await send()).status, codeOf(await send())]).toEqual([404, 132001]);
  await on.sim.advance(60_000);
  expect(on.values('message_template_status_update')).toMatchObject([
    { event: 'APPROVED', message_template_name: 'hi_there', reason: 'NONE' },
  ]);
  expect((await send()).status).toBe(200);
  on.sim.setTemplateStatus(ACCOUNT, 'hi_there', 'PAUSED');
  expect(codeOf(await send())).toBe(132015);
  expect((await on.call('DELETE', `${path}?name=hi_there`)).json).toEqual({ success: true });
  expect(codeOf(await send())).toBe(132001);
});

test('media: upload, look up, download within five minutes and with the token, delete', async () => {
  const on = await stage();
  const up = await on.call('POST', `/v24.0/${NUMBER}/media`, form(PNG, 'image/png'));
  const id = String(up.json.id);
  const info = await on.call('GET', `/v24.0/${id}`);
  expect(info.json).toMatchObject({
    id,
    mime_type: 'image/png',
    file_size: PNG.length,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const url = String(info.json.url);
  expect((await on.call('GET', url)).status).toBe(200);
  expect((await on.call('GET', url, undefined, { authorization: '' })).status).toBe(401);
  expect((await on.call('GET', `${url}x`)).status).toBe(404);
  await on.sim.advance(5 * 60_000);
  expect((await on.call('GET', url)).status).toBe(404);
  ana(on);
  expect((await on.send({ to: '+15550100001', type: 'image', image: { id, caption: 'c' } })).status).toBe(
    200,
  );
  await on.sim.advance(1000);
  expect(on.sim.messagesTo('+15550100001')).toMatchObject([
    { text: 'c', content: { media: { id, size: PNG.length } } },
  ]);
  expect((await on.call('DELETE', `/v24.0/${id}`)).json).toEqual({ success: true });
  expect(asObject((await on.call('GET', `/v24.0/${id}`)).json.error).error_subcode).toBe(33);
  expect(codeOf(await on.send({ to: '+15550100001', type: 'image', image: { id } }))).toBe(131009);
});

test('media are of the numbers that they were uploaded for or sent to: another account’s token sees none', async () => {
  const on = await stage();
  const person = ana(on);
  on.sim.addAccount({ id: '777', appId: '1', token: 'T2' });
  on.sim.addNumber({ phoneNumberId: '888', accountId: '777' });
  const theirs = person.addMedia(PNG, 'image/png');
  person.send({ type: 'image', mediaId: theirs }, NUMBER);
  const id = String((await on.call('POST', `/v24.0/${NUMBER}/media`, form(PNG, 'image/png'))).json.id);
  const as = (token: string, path: string, method = 'GET') =>
    on.call(method, path, undefined, { authorization: `Bearer ${token}` });
  const urlOf = async (medium: string) => String((await as('EAAtoken', `/v24.0/${medium}`)).json.url);
  for (const medium of [theirs, id]) {
    for (const method of ['GET', 'DELETE'])
      expect(asObject((await as('T2', `/v24.0/${medium}`, method)).json.error)).toMatchObject({
        code: 100,
        error_subcode: 33,
      });
    expect((await as('T2', await urlOf(medium))).status).toBe(404);
    expect((await as('EAAtoken', `/v24.0/${medium}?phone_number_id=${NUMBER}`)).status).toBe(200);
    expect(codeOf(await as('EAAtoken', `/v24.0/${medium}?phone_number_id=888`))).toBe(100);
  }
  person.send('hi', '888');
  const image = { messaging_product: 'whatsapp', to: '+15550100001', type: 'image', image: { id } };
  const send = () => on.call('POST', '/v24.0/888/messages', image, { authorization: 'Bearer T2' });
  expect(codeOf(await send())).toBe(131009);
  // the same picture sent to the other number too is the other's as well
  person.send({ type: 'image', mediaId: theirs }, '888');
  expect((await as('T2', `/v24.0/${theirs}`)).status).toBe(200);
});

test('media that does not fit: at upload, or later as a status', async () => {
  const on = await stage();
  ana(on);
  const path = `/v24.0/${NUMBER}/media`;
  expect(codeOf(await on.call('POST', path, form(PNG, 'image/gif')))).toBe(100);
  expect(codeOf(await on.call('POST', path, form(PNG, 'image/jpeg')))).toBe(131053);
  const large = Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]);
  expect(codeOf(await on.call('POST', path, form(large, 'image/png')))).toBe(131053);
  const up = await on.call('POST', path, form(PNG, 'image/png'));
  await on.send({ to: '+15550100001', type: 'video', video: { id: String(up.json.id) } });
  await on.sim.advance(1000);
  expect(on.statuses()).toMatchObject([{ status: 'failed', errors: [{ code: 131053 }] }]);
});

test('what a person sends can be downloaded for 7 days, hash in base64', async () => {
  const on = await stage();
  const person = ana(on);
  person.send({ type: 'image', mediaId: person.addMedia(PNG, 'image/png'), caption: 'see' });
  await on.sim.idle();
  const image = asObject(on.inbound().at(-1)?.image);
  expect(image).toMatchObject({
    caption: 'see',
    mime_type: 'image/png',
    sha256: expect.stringMatching(/=$/),
  });
  expect((await on.call('GET', String(image.url))).status).toBe(200);
  await on.sim.advance(7 * 86_400_000);
  expect((await on.call('GET', `/v24.0/${String(image.id)}`)).status).toBe(400);
});

test('Embedded Signup: a code is good once, for 30 seconds', async () => {
  const on = await stage();
  const keyed = async () => {
    const answer = await on.call('POST', '/_sim/signup?key=admin-key', { accountId: ACCOUNT, appId: '1' });
    return String(answer.json.code ?? '');
  };
  const exchange = (value: string) =>
    on.call(
      'GET',
      `/v24.0/oauth/access_token?client_id=1&client_secret=${encodeURIComponent(SECRET)}&code=${encodeURIComponent(value)}`,
    );
  const given = await keyed();
  const token = String((await exchange(given)).json.access_token);
  expect(
    (await on.call('GET', `/v24.0/${NUMBER}`, undefined, { authorization: `Bearer ${token}` })).status,
  ).toBe(200);
  expect((await exchange(given)).status).toBe(400);
  const late = await keyed();
  await on.sim.advance(30_000);
  expect((await exchange(late)).status).toBe(400);
});

test('a mock number is added by the admin API, with an account and the app’s webhooks', async () => {
  const on = await stage();
  const add = await on.call('POST', '/_sim/numbers?key=admin-key', {
    phoneNumberId: '555',
    token: 'mock_abc',
  });
  expect(add).toMatchObject({ status: 201, json: { displayPhoneNumber: '+1 555 000 0555' } });
  expect(await on.call('POST', '/_sim/numbers?key=wrong', { phoneNumberId: '556' })).toMatchObject({
    status: 401,
  });
  const sent = await on.call(
    'POST',
    '/v26.0/555/messages',
    { messaging_product: 'whatsapp', ...text('+15550100001') },
    { authorization: 'Bearer mock_abc' },
  );
  expect(sent.status).toBe(200);
  await on.sim.advance(1000);
  expect(on.sim.messagesTo('+15550100001')).toHaveLength(1);
  expect(on.statuses().map((status) => status.status)).toEqual(['sent', 'delivered']);
});
