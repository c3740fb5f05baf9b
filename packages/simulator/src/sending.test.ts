import { expect, test } from 'vitest';
import { asObject } from './json.ts';
import { ana, codeOf, idOf, NUMBER, stage, text } from './test-stage.ts';

const names = (statuses: { status?: unknown }[]) => statuses.map((status) => status.status);

test('accepted, sent, delivered, read; the opaque data comes back in each', async () => {
  const on = await stage();
  const person = ana(on);
  const answer = await on.send({ ...text('+15550100001'), biz_opaque_callback_data: 'mine' });
  expect(answer.json).toMatchObject({ contacts: [{ input: '+15550100001', wa_id: '15550100001' }] });
  expect(on.sim.messagesTo('+15550100001')).toEqual([]);
  await on.sim.advance(1000);
  expect(on.sim.messagesTo('+15550100001')).toMatchObject([
    { text: 'hello', opaque: 'mine', id: idOf(answer) },
  ]);
  expect(names(on.statuses())).toEqual(['sent', 'delivered']);
  person.read();
  await on.sim.idle();
  expect(names(on.statuses())).toEqual(['sent', 'delivered', 'read']);
  for (const status of on.statuses()) {
    expect(status).toMatchObject({
      id: idOf(answer),
      biz_opaque_callback_data: 'mine',
      recipient_id: '15550100001',
    });
    expect(status.conversation).toBeUndefined();
  }
});

test('people read by themselves when told so, and not twice', async () => {
  const on = await stage({ personReads: true });
  const person = ana(on);
  await on.send(text('+15550100001'));
  await on.sim.advance(10_000);
  person.read();
  await on.sim.idle();
  expect(names(on.statuses())).toEqual(['sent', 'delivered', 'read']);
});

test('the window: closed after 24 hours, opened by the person, no matter for templates and mock numbers', async () => {
  const on = await stage();
  ana(on);
  await on.sim.advance(24 * 3600_000 - 1);
  await on.send(text('+15550100001', 'inside'));
  await on.sim.advance(60_000);
  expect((await on.send(text('+15550100001', 'outside'))).status).toBe(200);
  await on.sim.advance(60_000);
  expect(on.statuses().at(-1)).toMatchObject({
    status: 'failed',
    errors: [{ code: 131047, title: 'Re-engagement message' }],
  });
  await on.send({
    to: '+15550100001',
    type: 'template',
    template: { name: 'hello_world', language: { code: 'en_US' } },
  });
  on.sim.addNumber({ phoneNumberId: NUMBER, token: 'mock_1' });
  await on.send(text('+15550100001', 'mock'));
  await on.sim.advance(60_000);
  expect(on.sim.messagesTo('+15550100001').map((message) => message.text || message.type)).toEqual([
    'inside',
    expect.stringContaining('Welcome'),
    'mock',
  ]);
  on.sim.addNumber({ phoneNumberId: NUMBER, hasWindow: true });
  await on.send(text('+15550100001', 'again as at WhatsApp'));
  await on.sim.advance(60_000);
  expect(on.sim.messagesTo('+15550100001')).toHaveLength(3);
});

test('the window, answered at once', async () => {
  const on = await stage({ windowErrors: 'sync' });
  on.sim.addPerson({ phone: '+15550100001' });
  const answer = await on.send(text('+15550100001'));
  expect([answer.status, codeOf(answer)]).toEqual([400, 131047]);
});

test('45 messages to one person at once, then one every 6 seconds; others are not concerned', async () => {
  const on = await stage();
  ana(on);
  ana(on, '+15550100002');
  for (let i = 0; i < 45; i++) expect((await on.send(text('+15550100001'))).status).toBe(200);
  expect(codeOf(await on.send(text('+15550100001')))).toBe(131056);
  expect((await on.send(text('+15550100002'))).status).toBe(200);
  await on.sim.advance(6_000);
  expect((await on.send(text('+15550100001'))).status).toBe(200);
  expect(codeOf(await on.send(text('+15550100001')))).toBe(131056);
});

test('more than the number’s throughput: 130429 with HTTP 400', async () => {
  const on = await stage();
  on.sim.addNumber({ phoneNumberId: NUMBER, mps: 2 });
  ana(on);
  await on.sim.advance(1_000);
  for (let i = 0; i < 2; i++) expect((await on.send(text('+15550100001'))).status).toBe(200);
  const over = await on.send(text('+15550100001'));
  expect([over.status, codeOf(over)]).toEqual([400, 130429]);
  await on.sim.advance(500);
  expect((await on.send(text('+15550100001'))).status).toBe(200);
});

test('v23 still carries conversation, v24 does not; v20 is expired and answers with a warning; v19 and v27 are none', async () => {
  const on = await stage();
  ana(on);
  const at = (version: number) =>
    on.call('POST', `/v${version}.0/${NUMBER}/messages`, {
      messaging_product: 'whatsapp',
      ...text('+15550100001'),
    });
  await at(23);
  await on.sim.advance(1000);
  expect(on.statuses()[0]).toMatchObject({
    conversation: { origin: { type: 'service' }, expiration_timestamp: expect.any(String) },
  });
  expect((await at(20)).headers?.get('x-ad-api-version-warning')).toContain('expired');
  expect((await at(26)).headers?.get('x-ad-api-version-warning')).toBeNull();
  expect((await at(19)).status).toBe(400);
  expect((await at(27)).status).toBe(400);
});

test('somebody who is not on WhatsApp: 131026 as a status', async () => {
  const on = await stage({ unknownRecipients: 'undeliverable' });
  await on.send(text('+15550100009'));
  await on.sim.advance(1000);
  expect(on.statuses()).toMatchObject([
    { status: 'failed', recipient_id: '15550100009', errors: [{ code: 131026 }] },
  ]);
  expect(on.sim.messagesTo('+15550100009')).toEqual([]);
});

test('a Brazilian number comes back without its ninth digit', async () => {
  const on = await stage();
  const answer = await on.send(text('+55 31 9 8765-4321'));
  expect(answer.json).toMatchObject({ contacts: [{ input: '+55 31 9 8765-4321', wa_id: '553187654321' }] });
});

test('an unregistered number: 133010, until it is registered with its pin', async () => {
  const on = await stage();
  ana(on);
  await on.call('POST', `/v24.0/${NUMBER}/deregister`);
  expect(codeOf(await on.send(text('+15550100001')))).toBe(133010);
  await on.call('POST', `/v24.0/${NUMBER}/register`, { messaging_product: 'whatsapp', pin: '123456' });
  expect((await on.send(text('+15550100001'))).status).toBe(200);
  const wrong = await on.call('POST', `/v24.0/${NUMBER}/register`, {
    messaging_product: 'whatsapp',
    pin: '654321',
  });
  expect(codeOf(wrong)).toBe(133005);
});

test('read receipts turn the person’s ticks blue, also of earlier messages, and show typing', async () => {
  const on = await stage();
  const person = ana(on);
  const second = person.send('second');
  person.send('third');
  await on.sim.idle();
  expect(person.chat().map((message) => message.tick)).toEqual(['delivered', 'delivered', 'delivered']);
  const answer = await on.send({ status: 'read', message_id: second, typing_indicator: { type: 'text' } });
  expect(answer.json).toEqual({ success: true });
  expect(person.chat().map((message) => message.tick)).toEqual(['read', 'read', 'delivered']);
  expect(codeOf(await on.send({ status: 'read', message_id: 'wamid.unknown' }))).toBe(131009);
});

test('buttons, rows and reactions answer what was tapped', async () => {
  const on = await stage();
  const person = ana(on);
  const buttons = await on.send({
    to: '+15550100001',
    type: 'interactive',
    interactive: {
      type: 'button',
      body: { text: '?' },
      action: { buttons: [{ type: 'reply', reply: { id: 'y', title: 'Yes' } }] },
    },
  });
  const list = await on.send({
    to: '+15550100001',
    type: 'interactive',
    interactive: {
      type: 'list',
      body: { text: '?' },
      action: { button: 'Open', sections: [{ rows: [{ id: 'r1', title: 'One', description: 'd' }] }] },
    },
  });
  await on.sim.advance(1000);
  person.tapButton(idOf(buttons), 'Yes');
  person.pickRow(idOf(list), 'One');
  person.react(idOf(list), '👍');
  await on.sim.idle();
  const bySort = Object.fromEntries(
    on.inbound().map((message) => [String(asObject(message.interactive).type ?? message.type), message]),
  );
  expect(bySort.button_reply).toMatchObject({
    context: { from: '15550783881', id: idOf(buttons) },
    interactive: { button_reply: { id: 'y', title: 'Yes' } },
  });
  expect(bySort.list_reply).toMatchObject({
    context: { id: idOf(list) },
    interactive: { list_reply: { id: 'r1', title: 'One', description: 'd' } },
  });
  expect(bySort.reaction).toMatchObject({ reaction: { message_id: idOf(list), emoji: '👍' } });
  expect(() => person.tapButton(idOf(buttons), 'No')).toThrow('no button');
});

test('a reaction of the business sits on the person’s message and is no bubble', async () => {
  const on = await stage();
  const person = ana(on);
  const mine = person.send('look');
  await on.send({ to: '+15550100001', type: 'reaction', reaction: { message_id: mine, emoji: '❤️' } });
  await on.sim.advance(1000);
  expect(person.chat().at(-1)).toMatchObject({ id: mine, reactions: [{ from: 'business', emoji: '❤️' }] });
  expect(on.sim.messagesTo('+15550100001')).toEqual([]);
});
