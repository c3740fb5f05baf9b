import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { asArray, asObject } from './json.ts';
import { ACCOUNT, ana, codeOf, NUMBER, SECRET, stage, text } from './test-stage.ts';

test('signed over the raw bytes, non-ASCII and slashes escaped', async () => {
  const on = await stage();
  const person = ana(on);
  person.send('a/ü/🎉');
  await on.sim.idle();
  const { body, headers } = on.received[1]!;
  expect(body).toContain('a\\/\\u00fc\\/\\ud83c\\udf89');
  expect(body).toMatch(/^[ -~]+$/);
  expect(headers['x-hub-signature-256']).toBe(
    `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
  );
  expect(JSON.stringify(JSON.parse(body))).not.toBe(body);
  expect(on.inbound()[1]).toMatchObject({ text: { body: 'a/ü/🎉' } });
});

test('a webhook that is not answered with 200 comes again, ever more seldom, the same bytes', async () => {
  const on = await stage();
  on.answers.push(500, 503, 404, 200);
  const person = ana(on);
  await on.sim.idle();
  expect(on.received).toHaveLength(2);
  expect(person.chat()[0]?.tick).toBe('sent');
  await on.sim.advance(1_000);
  expect(on.received).toHaveLength(3);
  await on.sim.advance(4_999);
  expect(on.received).toHaveLength(3);
  await on.sim.advance(1);
  expect(on.received).toHaveLength(4);
  expect(person.chat()[0]?.tick).toBe('delivered');
  await on.sim.advance(86_400_000);
  expect(on.received).toHaveLength(4);
  expect(new Set(on.received.map((one) => one.body)).size).toBe(1);
  expect(on.sim.deliveries().map((one) => [one.attempt, one.status])).toEqual([
    [1, 500],
    [2, 503],
    [3, 404],
    [4, 200],
  ]);
});

test('no answer in time is no 200: it comes again', async () => {
  // The second time the answer has to be back within it, on a busy machine too.
  const on = await stage({ webhooks: { timeoutMs: 1_000 } });
  on.answers.push(0);
  ana(on);
  await on.sim.idle();
  await on.sim.idle();
  expect(on.sim.deliveries().map((one) => [one.attempt, one.status])).toEqual([
    [1, 0],
    [2, 200],
  ]);
});

test('what one app does not take goes to every app of the account again, signed for each', async () => {
  const on = await stage();
  on.sim.addApp({ id: '2', secret: 'another', webhookUrl: on.callback, verifyToken: 'verify me' });
  const path = `/v24.0/${ACCOUNT}/subscribed_apps`;
  on.sim.addAccount({ id: ACCOUNT, appId: '2', token: 'T2' });
  await on.call('POST', path, undefined, { authorization: 'Bearer T2' });
  on.answers.push(200, 500);
  ana(on);
  await on.sim.idle();
  const seen = on.sim.deliveries();
  expect(seen.map((one) => one.appId).sort()).toEqual(['1', '1', '2', '2']);
  expect(new Set(seen.map((one) => one.body)).size).toBe(1);
  for (const { appId, body, signature } of seen)
    expect(signature).toBe(
      `sha256=${createHmac('sha256', appId === '1' ? SECRET : 'another')
        .update(body)
        .digest('hex')}`,
    );
  await on.sim.advance(7 * 86_400_000);
  expect(on.sim.deliveries()).toHaveLength(4);
});

test('an app hears the fields that it subscribed to; its callback has to answer the challenge', async () => {
  const on = await stage();
  const subscribe = (body: object) =>
    on.call('POST', '/v24.0/1/subscriptions', body, { authorization: `Bearer 1|${SECRET}` });
  const all = { object: 'whatsapp_business_account', callback_url: on.callback, verify_token: 'verify me' };
  const heard = async () => {
    const { json } = await on.call('GET', '/v24.0/1/subscriptions', undefined, {
      authorization: `Bearer 1|${SECRET}`,
    });
    const [said] = json.data as { fields: { name: string }[] }[];
    return said!.fields.map(({ name }) => name);
  };
  // Who named none hears all.
  expect(await heard()).toEqual(expect.arrayContaining(['messages', 'account_update', 'user_preferences']));
  expect(codeOf(await subscribe({ ...all, verify_token: 'wrong' }))).toBe(2200);
  expect((await subscribe({ ...all, fields: 'account_update,phone_number_quality_update' })).status).toBe(
    200,
  );
  expect(await heard()).toEqual(['account_update', 'phone_number_quality_update']);
  const person = ana(on);
  on.sim.faults.arm('quality_drop');
  await on.sim.idle();
  expect(on.inbound()).toEqual([]);
  expect(on.values('phone_number_quality_update')).toHaveLength(1);
  await subscribe({ ...all, fields: ['messages'] });
  person.send('now');
  await on.sim.idle();
  expect(on.inbound()).toMatchObject([{ text: { body: 'now' } }]);
});

test('a webhook nobody ever takes is given up on the seventh day', async () => {
  const lines: string[] = [];
  const on = await stage({ log: (line) => lines.push(line) });
  on.answers.push(...Array.from({ length: 50 }, () => 500));
  ana(on);
  await on.sim.advance(6 * 86_400_000);
  expect(lines).toEqual([]);
  await on.sim.advance(86_400_000);
  expect(on.received).toHaveLength(18);
  expect(lines).toEqual([expect.stringContaining('given up after 18 attempts')]);
});

test('batches: many updates in one body, same number in one value, accounts in entries of their own', async () => {
  const on = await stage({ webhooks: { batch: 10, batchWaitMs: 100 } });
  on.sim.addNumber({ phoneNumberId: '2000', displayPhoneNumber: '+15550000002', accountId: '777' });
  const person = on.sim.person(on.sim.addPerson({ phone: '+15550100001' }).id);
  for (let i = 0; i < 3; i++) person.send(`${i}`, NUMBER);
  person.send('other', '2000');
  await on.sim.idle();
  expect(on.received).toHaveLength(0);
  await on.sim.advance(100);
  expect(on.received).toHaveLength(1);
  const entries = asArray(on.received[0]!.json.entry).map(asObject);
  expect(entries.map((entry) => entry.id)).toEqual([ACCOUNT, '777']);
  const value = asObject(asObject(asArray(entries[0]!.changes)[0]).value);
  expect([asArray(value.messages).length, asArray(value.contacts).length]).toEqual([3, 1]);
  for (let i = 0; i < 10; i++) person.send(`${i}`, NUMBER);
  await on.sim.idle();
  expect(on.received).toHaveLength(2);
});

test('stopped webhooks wait and come in order', async () => {
  const on = await stage();
  on.sim.stopWebhooks();
  const person = ana(on);
  person.send('2');
  await on.sim.advance(60_000);
  expect(on.received).toHaveLength(0);
  on.sim.resumeWebhooks();
  await on.sim.idle();
  expect(on.inbound()).toHaveLength(2);
});

test('the challenge is answered with the right token only', async () => {
  const on = await stage();
  expect(await on.sim.verifyWebhook('1')).toBe(true);
  on.sim.addApp({ id: '1', secret: SECRET, webhookUrl: on.callback, verifyToken: 'wrong' });
  expect(await on.sim.verifyWebhook('1')).toBe(false);
});

test('overrides: number before account before app; unsubscribed hears nothing', async () => {
  const on = await stage();
  const path = `/v24.0/${ACCOUNT}/subscribed_apps`;
  const urls = () => on.sim.deliveries().map((one) => new URL(one.url).pathname);
  const override = (verify: string, where: string) => ({
    override_callback_uri: on.callback.replace('hook', where),
    verify_token: verify,
  });
  expect(codeOf(await on.call('POST', path, override('wrong', 'account')))).toBe(2200);
  await on.call('POST', path, override('verify me', 'account'));
  const person = ana(on);
  await on.call('POST', `/v24.0/${NUMBER}`, { webhook_configuration: override('verify me', 'number') });
  person.send('2');
  on.sim.faults.arm('quality_drop');
  await on.sim.idle();
  expect(urls()).toEqual(['/account', '/number', '/hook']);
  await on.call('DELETE', path);
  person.send('3');
  await on.sim.idle();
  expect(urls()).toHaveLength(3);
});

test('with the wall clock idle waits for what is still to come', async () => {
  const { RealClock } = await import('./clock.ts');
  const on = await stage({ clock: new RealClock(), statusDelaysMs: { sent: 1, delivered: 2, read: 3 } });
  ana(on);
  await on.send(text('+15550100001'));
  await on.sim.idle();
  expect(
    on
      .statuses()
      .map((status) => status.status)
      .sort(),
  ).toEqual(['delivered', 'read', 'sent']);
});
