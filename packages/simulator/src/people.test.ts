import { expect, test } from 'vitest';
import { asArray, asObject } from './json.ts';
import { ana, codeOf, NUMBER, stage, text } from './test-stage.ts';

test('somebody without a phone: only the user id, keys absent', async () => {
  const on = await stage();
  const sheena = on.sim.person(
    on.sim.addPerson({
      name: 'Sheena',
      userId: 'US.13491208655302741918',
      parentUserId: 'US.ENT.11815799212886844830',
      username: '@sheena',
    }).id,
  );
  sheena.send('hi');
  await on.sim.idle();
  expect(on.values('messages')[0]).toEqual({
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '+1 555 078 3881', phone_number_id: NUMBER },
    contacts: [
      {
        profile: { name: 'Sheena', username: 'sheena' },
        user_id: 'US.13491208655302741918',
        parent_user_id: 'US.ENT.11815799212886844830',
      },
    ],
    messages: [
      {
        from_user_id: 'US.13491208655302741918',
        from_parent_user_id: 'US.ENT.11815799212886844830',
        id: expect.stringMatching(/^wamid\./),
        timestamp: expect.stringMatching(/^\d{10}$/),
        type: 'text',
        text: { body: 'hi' },
      },
    ],
  });
  const answer = await on.send({
    recipient: 'US.13491208655302741918',
    type: 'text',
    text: { body: 'hello' },
  });
  expect(asArray(answer.json.contacts)).toEqual([
    { input: 'US.13491208655302741918', user_id: 'US.13491208655302741918' },
  ]);
  await on.sim.advance(1000);
  expect(on.statuses()[0]).toMatchObject({ recipient_user_id: 'US.13491208655302741918' });
  expect(on.statuses()[0]).not.toHaveProperty('recipient_id');
  expect(on.sim.messagesTo('US.13491208655302741918')).toMatchObject([{ text: 'hello' }]);
});

test('a BSUID in `to`: 200, a wamid, and silence', async () => {
  const on = await stage();
  on.sim.person(on.sim.addPerson({ userId: 'US.1349' }).id).send('hi');
  await on.sim.idle();
  const answer = await on.send(text('US.1349'));
  expect(answer.status).toBe(200);
  await on.sim.advance(86_400_000);
  expect([on.statuses(), on.sim.messagesTo('US.1349')]).toEqual([[], []]);
});

test('the phone of a username adopter shows after a send to it, for 30 days', async () => {
  const on = await stage();
  const person = on.sim.person(on.sim.addPerson({ name: 'Li', phone: '+15550100001', username: 'li' }).id);
  const last = () => on.inbound().at(-1)?.from;
  person.send('1');
  await on.sim.idle();
  expect(last()).toBeUndefined();
  await on.send(text('+15550100001'));
  person.send('2');
  await on.sim.idle();
  expect(last()).toBe('15550100001');
  await on.sim.advance(31 * 86_400_000);
  person.send('3');
  await on.sim.idle();
  expect(last()).toBeUndefined();
});

test('each portfolio knows a person by another id, and only by its own', async () => {
  const on = await stage();
  on.sim.addAccount({ id: '777', appId: '1', token: 'T2', portfolioId: '10' });
  on.sim.addNumber({ phoneNumberId: '2000', displayPhoneNumber: '+15550000002', accountId: '777' });
  const person = on.sim.person(on.sim.addPerson({ phone: '+15550100001' }).id);
  person.send('1', NUMBER);
  person.send('2', '2000');
  await on.sim.idle();
  const [first, second] = on.inbound().map((message) => String(message.from_user_id));
  expect(first).not.toBe(second);
  const foreign = await on.send({ recipient: second ?? '', type: 'text', text: { body: 'x' } });
  expect(codeOf(foreign)).toBe(131009);
});

test('blocked people are not heard and cannot be reached', async () => {
  const on = await stage();
  const person = ana(on);
  const stranger = on.sim.person(on.sim.addPerson({ phone: '+15550100077' }).id);
  await on.sim.idle();
  const path = `/v24.0/${NUMBER}/block_users`;
  const mixed = await on.call('POST', path, {
    messaging_product: 'whatsapp',
    block_users: [{ user: '+15550100001' }, { user: '+1999' }, { user: '+15550100077' }],
  });
  expect(mixed.status).toBe(400);
  expect(asObject(mixed.json.block_users)).toMatchObject({
    added_users: [{ wa_id: '15550100001' }],
    failed_users: [{ input: '+1999' }, { input: '+15550100077' }],
  });
  // who never wrote has no chat here, however often it was looked for: the number is not told that they move
  const permissions = `/v24.0/${NUMBER}/call_permissions?user_wa_id=15550100077`;
  expect((await on.call('GET', permissions)).status).toBe(200);
  expect(stranger.chat()).toEqual([]);
  stranger.read();
  stranger.changeNumber('+15550199977');
  await on.sim.idle();
  expect(on.inbound()).toHaveLength(1);
  person.send('hello?');
  await on.send(text('+15550100001'));
  await on.sim.advance(1000);
  expect(on.inbound()).toHaveLength(1);
  expect(on.statuses()).toMatchObject([{ status: 'failed', errors: [{ code: 131026 }] }]);
  expect(person.chat().at(-1)?.tick).toBe('sent');
  expect((await on.call('DELETE', path, { block_users: [{ user: '+15550100001' }] })).status).toBe(200);
  person.send('back');
  await on.sim.idle();
  expect(on.inbound()).toHaveLength(2);
  // a day later they wrote too long ago to be blocked
  await on.sim.advance(86_400_000);
  expect((await on.call('POST', path, { block_users: [{ user: '+15550100001' }] })).json).toMatchObject({
    block_users: { added_users: [], failed_users: [{ errors: [{ code: 139100 }] }] },
  });
});

test('two people cannot have one phone; user ids must look like one', async () => {
  const on = await stage();
  on.sim.addPerson({ phone: '+15550100001' });
  expect(() => on.sim.addPerson({ name: 'Bob', phone: '15550100001' })).toThrow('already has');
  expect(on.sim.addPerson({ phone: '15550100001' }).id).toBe(on.sim.people()[0]?.id);
  expect(on.sim.people()).toHaveLength(1);
  expect(() => on.sim.addPerson({ userId: 'sheena' })).toThrow('must look like');
});

test('what has no verb can be sent raw: an ad referral by a person, a call by the platform', async () => {
  const on = await stage();
  const person = ana(on);
  person.sendRaw({
    type: 'text',
    text: { body: 'From the ad' },
    referral: { source_type: 'ad', ctwa_clid: 'c' },
  });
  on.sim.emitWebhook({
    phoneNumberId: NUMBER,
    field: 'calls',
    value: { calls: [{ id: 'wacid.1', event: 'connect' }] },
  });
  await on.sim.idle();
  expect(on.inbound().at(-1)).toMatchObject({
    from: '15550100001',
    referral: { ctwa_clid: 'c' },
    id: expect.any(String),
  });
  expect(on.values('calls')).toMatchObject([
    { metadata: { phone_number_id: NUMBER }, calls: [{ id: 'wacid.1' }] },
  ]);
});
