import { expect, test } from 'vitest';
import { asArray, asObject, type JsonObject } from './json.ts';
import { ACCOUNT, ana, codeOf, NUMBER, type Stage, stage, TOKEN, text } from './test-stage.ts';

const PATH = `/v24.0/${NUMBER}/calls`;
const offer = { session: { sdp_type: 'offer', sdp: 'v=0' } };
const answer = { session: { sdp_type: 'answer', sdp: 'v=0' } };
const act = (on: Stage, action: string, more: JsonObject = {}) =>
  on.call('POST', PATH, { messaging_product: 'whatsapp', action, ...more });
const told = (on: Stage) =>
  on.values('calls').map((value) => {
    const call = asObject(asArray(value.calls)[0] ?? asArray(value.statuses)[0]);
    return [call.id, call.event ?? call.status, call.status];
  });
const last = (on: Stage) => asObject(asArray(on.values('calls').at(-1)?.calls)[0]);
const permission = async (on: Stage) =>
  asObject((await on.call('GET', `/v24.0/${NUMBER}/call_permissions?user_wa_id=15550100001`)).json.permission)
    .status;

test('a person rings and nobody answers: connect with an offer, then terminate; it opens the window', async () => {
  const on = await stage({ windowErrors: 'sync' });
  const person = on.sim.person(on.sim.addPerson({ name: 'Ana', phone: '+15550100001' }).id);
  expect(codeOf(await on.send(text('+15550100001')))).toBe(131047);
  const id = person.call();
  await on.sim.idle();
  expect(id).toMatch(/^wacid\./);
  expect(on.values('calls')).toMatchObject([
    {
      messaging_product: 'whatsapp',
      metadata: { phone_number_id: NUMBER },
      contacts: [{ wa_id: '15550100001', profile: { name: 'Ana' } }],
      calls: [
        {
          id,
          from: '15550100001',
          to: '15550783881',
          event: 'connect',
          direction: 'USER_INITIATED',
          session: { sdp_type: 'offer' },
        },
      ],
    },
  ]);
  expect(() => person.call()).toThrow('under way');
  expect(person.chat().at(-1)).toMatchObject({ id, content: { type: 'call', state: 'ringing' } });
  expect((await on.send(text('+15550100001'))).status).toBe(200);
  await on.sim.advance(60_000);
  expect(last(on)).toMatchObject({ id, event: 'terminate', status: 'FAILED', direction: 'USER_INITIATED' });
  expect(last(on)).not.toHaveProperty('duration');
  expect(person.chat()[0]).toMatchObject({ content: { type: 'call', state: 'missed', seconds: 0 } });
});

test('the business takes it, or does not', async () => {
  const on = await stage();
  const person = ana(on);
  const id = person.call();
  expect((await act(on, 'pre_accept', { call_id: id, ...answer })).json).toEqual({
    messaging_product: 'whatsapp',
    success: true,
  });
  expect((await act(on, 'accept', { call_id: id, ...answer })).status).toBe(200);
  await on.sim.advance(75_000);
  expect((await act(on, 'terminate', { call_id: id })).status).toBe(200);
  await on.sim.idle();
  expect(last(on)).toMatchObject({ event: 'terminate', status: 'COMPLETED', duration: 75 });
  expect(codeOf(await act(on, 'terminate', { call_id: id }))).toBe(138004);

  const second = person.call();
  expect((await act(on, 'reject', { call_id: second })).status).toBe(200);
  await on.sim.idle();
  expect(last(on)).toMatchObject({ id: second, event: 'terminate', status: 'FAILED' });
  expect(person.chat().at(-1)?.content).toMatchObject({ state: 'declined' });
});

test('the business rings: with a permission only, and what becomes of it is told', async () => {
  const on = await stage();
  const person = ana(on);
  const ring = (more: JsonObject = {}) =>
    act(on, 'connect', { to: '+15550100001', biz_opaque_callback_data: 'mine', ...offer, ...more });
  expect(codeOf(await ring())).toBe(138006);
  expect(await permission(on)).toBe('no_permission');

  const asked = await on.send({
    to: '+15550100001',
    type: 'interactive',
    interactive: {
      type: 'call_permission_request',
      body: { text: 'May we call?' },
      action: { name: 'call_permission_request' },
    },
  });
  await on.sim.advance(1_000);
  person.tapButton(String(asObject(asArray(asked.json.messages)[0]).id), 'Allow calls');
  await on.sim.idle();
  expect(on.inbound().at(-1)).toMatchObject({
    type: 'interactive',
    interactive: { call_permission_reply: { response: 'accept', response_source: 'user_action' } },
  });
  expect(await permission(on)).toBe('temporary');
  expect(
    codeOf(
      await on.send({
        to: '+15550100001',
        type: 'interactive',
        interactive: {
          type: 'call_permission_request',
          body: { text: 'And again?' },
          action: { name: 'call_permission_request' },
        },
      }),
    ),
  ).toBe(138009);

  const call = await ring();
  const id = String(asObject(asArray(call.json.calls)[0]).id);
  expect(call.json).toMatchObject({ messaging_product: 'whatsapp', success: true });
  expect(codeOf(await ring())).toBe(138003);
  await on.sim.idle();
  person.answerCall();
  await on.sim.advance(10_000);
  person.hangUp();
  await on.sim.idle();
  expect(told(on)).toEqual([
    [id, 'RINGING', 'RINGING'],
    [id, 'connect', undefined],
    [id, 'ACCEPTED', 'ACCEPTED'],
    [id, 'terminate', 'COMPLETED'],
  ]);
  expect(last(on)).toMatchObject({ direction: 'BUSINESS_INITIATED', biz_opaque_callback_data: 'mine' });

  await ring();
  await on.sim.idle();
  person.hangUp();
  await on.sim.idle();
  expect(
    told(on)
      .slice(5)
      .map(([, what]) => what),
  ).toEqual(['REJECTED', 'terminate']);
  for (let i = 0; i < 4; i++) {
    expect((await ring()).status).toBe(200);
    person.answerCall();
    person.hangUp();
  }
  expect(codeOf(await ring())).toBe(138010);
  await on.sim.advance(7 * 86_400_000);
  expect(await permission(on)).toBe('no_permission');
});

test('refusals: what is missing or wrong, a number that takes no calls, somebody else’s token', async () => {
  const on = await stage();
  const person = ana(on);
  expect(codeOf(await on.call('POST', PATH, { action: 'connect' }))).toBe(100);
  expect(codeOf(await act(on, 'ring'))).toBe(100);
  expect(codeOf(await act(on, 'connect', { to: '+15550100001' }))).toBe(131008);
  expect(codeOf(await act(on, 'connect', offer))).toBe(100);
  expect(codeOf(await act(on, 'connect', { to: '+15559999999', ...offer }))).toBe(138001);
  expect(codeOf(await act(on, 'accept', { call_id: 'wacid.none', ...answer }))).toBe(131009);
  const id = person.call();
  expect(codeOf(await act(on, 'accept', { call_id: id, ...offer }))).toBe(131009);
  person.hangUp();
  on.sim.setToken(TOKEN, { scopes: ['whatsapp_business_management'] });
  expect(codeOf(await act(on, 'terminate', { call_id: id }))).toBe(10);
  const settings = `/v24.0/${NUMBER}/settings`;
  expect((await on.call('POST', settings, { calling: { status: 'DISABLED' } })).json).toEqual({
    success: true,
  });
  expect((await on.call('GET', settings)).json).toMatchObject({ calling: { status: 'DISABLED' } });
  on.sim.setToken(TOKEN, { scopes: ['whatsapp_business_messaging', 'whatsapp_business_management'] });
  expect(codeOf(await act(on, 'connect', { to: '+15550100001', ...offer }))).toBe(138000);
  expect(() => person.call()).toThrow('takes no calls');
  on.sim.addNumber({ phoneNumberId: '77', accountId: ACCOUNT });
  expect(
    codeOf(
      await on.call('POST', '/v24.0/77/calls', {
        messaging_product: 'whatsapp',
        action: 'terminate',
        call_id: id,
      }),
    ),
  ).toBe(131009);
});

test('a blocked person rings in vain, and the business hears nothing', async () => {
  const on = await stage();
  const person = ana(on);
  await on.call('POST', `/v24.0/${NUMBER}/block_users`, { block_users: [{ user: '15550100001' }] });
  person.call();
  await on.sim.advance(60_000);
  expect(on.values('calls')).toEqual([]);
  expect(person.chat().at(-1)?.content).toMatchObject({ state: 'missed' });
});
