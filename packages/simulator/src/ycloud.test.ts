/** The simulator as YCloud: the same phones behind another API. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { asArray, asObject, type JsonObject } from './json.ts';
import { KEY, stage } from './test-stage.ts';

const phone = '+15550783999';
const key = 'yk-acme';

async function acme() {
  const on = await stage();
  const call = (method: string, path: string, body?: unknown, apiKey = key) =>
    on.call(method, `/v2${path}`, body, { 'x-api-key': apiKey });
  await on.call(
    'POST',
    '/_sim/ycloud',
    { token: key, phoneNumberId: phone },
    { authorization: `Bearer ${KEY}` },
  );
  const endpoint = await call('POST', '/webhookEndpoints', {
    url: on.callback,
    enabledEvents: ['whatsapp.inbound_message.received', 'whatsapp.message.updated'],
  });
  const events = () =>
    on.received.filter(({ headers }) => headers['ycloud-signature'] !== undefined).map(({ json }) => json);
  const send = (body: JsonObject) =>
    call('POST', '/whatsapp/messages/sendDirectly', {
      from: phone,
      type: 'text',
      text: { body: 'hi' },
      ...body,
    });
  return { on, call, endpoint, events, send };
}

test('a key that nobody set up is refused; one that begins with mock_ is somebody who tries', async () => {
  const { call } = await acme();
  expect(await call('GET', '/whatsapp/phoneNumbers', undefined, 'made-up')).toMatchObject({
    status: 401,
    json: { error: { status: 401, code: 'UNAUTHORIZED' } },
  });
  expect((await call('GET', '/whatsapp/phoneNumbers', undefined, 'mock_me')).status).toBe(200);
  expect((await call('GET', '/whatsapp/phoneNumbers')).json.items).toMatchObject([{ phoneNumber: phone }]);
});

test('what a person says is one signed event; what is sent arrives on the phone and comes back with our id', async () => {
  const { on, endpoint, events, send } = await acme();
  const person = on.sim.person(on.sim.addPerson({ name: 'Ana', phone: '+15550100001' }).id);
  person.send('hola', phone);
  await on.sim.idle();
  const [said] = on.received.slice(-1);
  const signature = String(said!.headers['ycloud-signature']);
  const t = /^t=(\d+),/.exec(signature)?.[1] ?? '';
  const secret = String(endpoint.json.secret);
  expect(signature).toBe(
    `t=${t},s=${createHmac('sha256', secret).update(`${t}.${said!.body}`).digest('hex')}`,
  );
  expect(said!.json).toMatchObject({
    type: 'whatsapp.inbound_message.received',
    apiVersion: 'v2',
    whatsappInboundMessage: {
      from: '+15550100001',
      to: phone,
      type: 'text',
      text: { body: 'hola' },
      customerProfile: { name: 'Ana' },
    },
  });
  const answer = await send({ to: '+15550100001', externalId: 'attempt-1' });
  expect(answer).toMatchObject({
    status: 200,
    json: { status: 'accepted', wamid: expect.stringMatching(/^wamid\./) },
  });
  await on.sim.advance(1_000);
  expect(on.sim.messagesTo('+15550100001')).toMatchObject([{ text: 'hi', from: phone, opaque: 'attempt-1' }]);
  const statuses = events().flatMap((event) =>
    event.whatsappMessage ? [asObject(event.whatsappMessage)] : [],
  );
  expect(statuses.map(({ status, externalId, wamid }) => [status, externalId, wamid])).toEqual([
    ['sent', 'attempt-1', answer.json.wamid],
    ['delivered', 'attempt-1', answer.json.wamid],
  ]);
});

test('WhatsApp’s refusals come wrapped, too many as 429', async () => {
  const { on, send } = await acme();
  expect(await send({ to: '+15550100001', type: 'image', image: {} })).toMatchObject({
    status: 400,
    json: {
      error: { code: 'WHATSAPP_API_ERROR', whatsappApiError: { code: expect.stringMatching(/^\d+$/) } },
    },
  });
  expect((await send({ from: '+15551111111', to: '+15550100001' })).json).toMatchObject({
    error: { code: 'PARAM_INVALID' },
  });
  on.sim.faults.arm('rate_limited');
  expect(await send({ to: '+15550100001' })).toMatchObject({
    status: 429,
    json: { error: { code: 'TOO_MANY_REQUESTS', whatsappApiError: { code: '130429' } } },
  });
});

test('endpoints: the secret is told once and when it is rotated; at most 20; a deleted one hears nothing', async () => {
  const { on, call, endpoint, events } = await acme();
  const id = String(endpoint.json.id);
  expect(endpoint.json.secret).toMatch(/^whsec_/);
  expect((await call('GET', `/webhookEndpoints/${id}`)).json.secret).toBeUndefined();
  const rotated = await call('POST', `/webhookEndpoints/${id}/rotateSecret`);
  expect(rotated.json.secret).not.toBe(endpoint.json.secret);
  const changed = await call('PATCH', `/webhookEndpoints/${id}`, {
    enabledEvents: ['whatsapp.message.updated'],
  });
  expect(changed.json.enabledEvents).toEqual(['whatsapp.message.updated']);
  const person = on.sim.person(on.sim.addPerson({ phone: '+15550100001' }).id);
  person.send('unheard', phone);
  await on.sim.idle();
  expect(events()).toEqual([]);
  for (let n = 1; n < 20; n++)
    await call('POST', '/webhookEndpoints', { url: `${on.callback}?${n}`, enabledEvents: ['x'] });
  const all = await call('GET', '/webhookEndpoints');
  expect(asArray(all.json.items)).toHaveLength(20);
  expect(await call('POST', '/webhookEndpoints', { url: on.callback, enabledEvents: ['x'] })).toMatchObject({
    status: 400,
  });
  await call('DELETE', `/webhookEndpoints/${id}`);
  expect((await call('GET', `/webhookEndpoints/${id}`)).status).toBe(404);
});

test('a receipt by WhatsApp’s id; files go up under the number and come down with the key', async () => {
  const { on, call } = await acme();
  const person = on.sim.person(on.sim.addPerson({ phone: '+15550100001' }).id);
  const wamid = person.send('read me', phone);
  await on.sim.idle();
  expect((await call('POST', `/whatsapp/inboundMessages/${wamid}/markAsRead`)).status).toBe(200);
  expect(person.chat(phone)[0]).toMatchObject({ tick: 'read' });
  const form = new FormData();
  form.append('file', new Blob(['%PDF-1.4'], { type: 'application/pdf' }), 'a.pdf');
  const put = await call('POST', `/whatsapp/media/${encodeURIComponent(phone)}/upload`, form);
  expect(put).toMatchObject({ status: 200, json: { id: expect.any(String) } });
  expect((await call('GET', `/whatsapp/media/${String(put.json.id)}`)).text).toBe('%PDF-1.4');
  expect((await call('GET', `/whatsapp/media/${String(put.json.id)}`, undefined, 'made-up')).status).toBe(
    401,
  );
});
