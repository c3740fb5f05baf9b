import { expect, test } from 'vitest';
import { codeOf, NUMBER, stage, text } from './test-stage.ts';

test('what is said in a group carries its id, opens no window and shows in no chat of the person', async () => {
  const on = await stage({ windowErrors: 'sync' });
  const person = on.sim.person(on.sim.addPerson({ name: 'Ana', phone: '+15550100001' }).id);
  const id = person.sendToGroup('HBgGroup', 'hello all');
  await on.sim.idle();
  expect(on.inbound()).toEqual([
    expect.objectContaining({ id, type: 'text', group_id: 'HBgGroup', text: { body: 'hello all' } }),
  ]);
  expect(on.values('messages')[0]).toMatchObject({ metadata: { phone_number_id: NUMBER } });
  expect(person.chat()).toEqual([]);
  expect(codeOf(await on.send(text('+15550100001')))).toBe(131047);
  // Said to the business alone, the same opens the window.
  person.send('hello');
  expect((await on.send(text('+15550100001'))).status).toBe(200);
});

test('a call is told as WhatsApp tells it', async () => {
  const on = await stage();
  const call = {
    id: 'wacid.1',
    from: '15550100001',
    to: '15550783881',
    event: 'connect',
    timestamp: '1763640000',
  };
  on.sim.emitWebhook({ field: 'calls', phoneNumberId: NUMBER, value: { calls: [call] } });
  await on.sim.idle();
  expect(on.values('calls')).toEqual([expect.objectContaining({ calls: [call] })]);
});
