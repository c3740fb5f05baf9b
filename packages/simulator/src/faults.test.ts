import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { FAULTS, type FaultId } from './faults.ts';
import { ACCOUNT, ana, codeOf, idOf, NUMBER, SECRET, type Stage, stage, text } from './test-stage.ts';

const TO = '+15550100001';
const states = (on: Stage) => on.statuses().map((status) => status.status);

/** What one send looks like from both ends. */
async function once(fault: FaultId | null, value?: string) {
  const on = await stage();
  ana(on, TO);
  await on.sim.idle();
  if (fault) on.sim.faults.arm(fault, value === undefined ? {} : { value });
  const answer = await on.send(text(TO));
  await on.sim.advance(60_000);
  return { on, answer, arrived: on.sim.messagesTo(TO).length, states: states(on) };
}

test('control: without a fault a send is answered, arrives once and is told in order', async () => {
  const { answer, arrived, states } = await once(null);
  expect([answer.status, arrived, states]).toEqual([200, 1, ['sent', 'delivered']]);
});

test('accept, then hang up: no answer, but it arrives; sending again doubles it', async () => {
  const { on, answer, arrived, states } = await once('accept_then_hang_up');
  expect([answer.status, arrived, states]).toEqual([0, 1, ['sent', 'delivered']]);
  expect((await on.send(text(TO))).status).toBe(200);
  await on.sim.advance(60_000);
  expect(on.sim.messagesTo(TO)).toHaveLength(2);
});

test.each([
  ['server_error_bare', 502, undefined],
  ['server_error', 500, 131000],
  ['token_expired', 401, 190],
  ['permission_denied', 403, 200],
  ['rate_limited', 400, 130429],
] as const)('%s: HTTP %i, nothing arrives, and the next one is fine', async (fault, status, code) => {
  const { on, answer, arrived, states } = await once(fault);
  expect([answer.status, codeOf(answer), arrived, states]).toEqual([status, code, 0, []]);
  expect((await on.send(text(TO))).status).toBe(200);
});

test('hang: never an answer, nothing arrives', async () => {
  const on = await stage();
  ana(on, TO);
  on.sim.faults.arm('hang');
  const given = new AbortController();
  const hanging = fetch(`${on.sim.url}/v24.0/${NUMBER}/messages`, {
    method: 'POST',
    signal: given.signal,
    headers: { authorization: 'Bearer EAAtoken' },
    body: JSON.stringify({ messaging_product: 'whatsapp', ...text(TO) }),
  }).catch(() => 'aborted');
  // another send proves that the first was taken and is still unanswered
  while (on.sim.faults.list().find((fault) => fault.id === 'hang')?.struck === 0)
    await on.call('GET', '/_sim/state');
  expect((await on.send(text(TO, 'second'))).status).toBe(200);
  given.abort();
  expect(await hanging).toBe('aborted');
  await on.sim.advance(60_000);
  expect(on.sim.messagesTo(TO).map((message) => message.text)).toEqual(['second']);
});

test('slow: the answer comes when its time has come, after the statuses', async () => {
  const on = await stage();
  ana(on, TO);
  on.sim.faults.arm('slow', { value: '5000' });
  let answered = false;
  const sending = on.send(text(TO)).then((answer) => {
    answered = true;
    return answer;
  });
  while (on.clock.nextDue() === null) await on.call('GET', '/_sim/state');
  await on.sim.advance(4_999);
  expect([answered, states(on)]).toEqual([false, ['sent', 'delivered']]);
  await on.sim.advance(1);
  expect((await sending).status).toBe(200);
});

test('status before the answer', async () => {
  const on = await stage();
  ana(on, TO);
  on.sim.faults.arm('status_before_response');
  const answer = await on.send(text(TO));
  expect(on.statuses()).toMatchObject([{ status: 'sent', id: idOf(answer) }]);
  await on.sim.advance(1000);
  expect(states(on)).toEqual(['sent', 'delivered']);
});

test('no delivered; failed after sent', async () => {
  const skipped = await once('skip_delivered');
  expect(skipped).toMatchObject({ arrived: 1, states: ['sent', 'read'] });
  // the price is told twice, whichever word says that it arrived
  expect(skipped.on.statuses().map((status) => 'pricing' in status)).toEqual([true, true]);
  expect(await once('fail_after_sent')).toMatchObject({ arrived: 0, states: ['sent', 'failed'] });
});

test('kept back: spam limit for everything; marketing cap and stop for marketing templates alone', async () => {
  const on = await stage();
  ana(on, TO);
  on.sim.addTemplate(ACCOUNT, {
    name: 'offer',
    language: 'en',
    category: 'MARKETING',
    components: [{ type: 'BODY', text: 'Half off' }],
  });
  const offer = { to: TO, type: 'template', template: { name: 'offer', language: { code: 'en' } } };
  const failures = () =>
    on.statuses().flatMap((status) => (status.errors as { code: number }[] | undefined)?.[0]?.code ?? []);
  on.sim.faults.arm('marketing_cap');
  on.sim.faults.arm('marketing_stopped');
  await on.send(text(TO));
  await on.sim.advance(60_000);
  expect([failures(), on.sim.messagesTo(TO).length]).toEqual([[], 1]);
  for (let i = 0; i < 3; i++) {
    expect((await on.send(offer)).status).toBe(200);
    await on.sim.advance(60_000);
  }
  expect([failures(), on.sim.messagesTo(TO).length]).toEqual([[131049, 131050], 2]);
  on.sim.faults.arm('spam_limit');
  await on.send(text(TO));
  await on.sim.advance(60_000);
  expect([failures(), on.sim.messagesTo(TO).length]).toEqual([[131049, 131050, 131048], 2]);
});

test('lose, double, swap and delay webhooks', async () => {
  expect(await once('drop_webhook')).toMatchObject({ arrived: 1, states: ['delivered'] });
  const doubled = await once('duplicate_webhook');
  expect(doubled.states).toEqual(['sent', 'sent', 'delivered']);
  expect(doubled.on.received[1]?.body).toBe(doubled.on.received[2]?.body);
  expect((await once('reorder_webhooks')).states).toEqual(['delivered', 'sent']);
  expect((await once('delay_webhook', '30000')).states).toEqual(['delivered', 'sent']);
});

test('a swapped webhook with nothing after it is only late', async () => {
  const on = await stage();
  on.sim.faults.arm('reorder_webhooks');
  ana(on, TO);
  await on.sim.idle();
  expect(on.inbound()).toHaveLength(0);
  await on.sim.advance(5_000);
  expect(on.inbound()).toHaveLength(1);
});

test('account events: quality, template, restriction, echo', async () => {
  const on = await stage();
  ana(on, TO);
  on.sim.faults.arm('quality_drop');
  on.sim.faults.arm('messaging_limit', { value: 'TIER_2K' });
  expect(() => on.sim.faults.arm('messaging_limit', { value: 'toString' })).toThrow('tier is one of TIER_50');
  on.sim.faults.arm('template_to_marketing', { value: 'order_update' });
  on.sim.faults.arm('account_update');
  on.sim.faults.arm('coexistence_echo', { value: 'from my pocket' });
  await on.sim.idle();
  expect(on.values('phone_number_quality_update')).toMatchObject([
    { event: 'DOWNGRADE' },
    { event: 'ONBOARDING', current_limit: 'TIER_2K' },
  ]);
  expect(on.values('template_category_update')).toMatchObject([
    { message_template_name: 'order_update', previous_category: 'UTILITY', new_category: 'MARKETING' },
  ]);
  expect(on.values('account_update')).toMatchObject([{ event: 'ACCOUNT_RESTRICTION' }]);
  expect(on.values('smb_message_echoes')).toMatchObject([
    { message_echoes: [{ from: '15550783881', to: '15550100001', text: { body: 'from my pocket' } }] },
  ]);
  expect(on.sim.messagesTo(TO)).toMatchObject([{ text: 'from my pocket' }]);
});

test('a person moves to a new number, then gets a new user id', async () => {
  const on = await stage();
  const person = on.sim.person(on.sim.addPerson({ phone: TO, parentUserId: 'US.ENT.1' }).id);
  person.send('hi');
  const before = person.userId;
  on.sim.faults.arm('number_change', { personId: person.id, value: '+15550199999' });
  await on.sim.idle();
  expect(on.inbound().at(-1)).toMatchObject({
    from: '15550100001',
    type: 'system',
    system: {
      type: 'user_changed_number',
      wa_id: '15550199999',
      previous_user_id: before,
      user_id: person.userId,
      previous_parent_user_id: 'US.ENT.1',
      parent_user_id: expect.stringMatching(/^US\.ENT\.\d{20}$/),
    },
  });
  const middle = person.userId;
  on.sim.faults.arm('user_id_rotation', { personId: person.id });
  await on.sim.idle();
  expect(on.inbound().at(-1)).toMatchObject({
    system: { type: 'user_changed_user_id', previous_user_id: middle, user_id: person.userId },
  });
  expect(new Set([before, middle, person.userId]).size).toBe(3);
});

test('armed by count, by probability, for one number; disarmed', async () => {
  const on = await stage();
  const { faults } = on.sim;
  const armed = (id: FaultId) => faults.list().find((fault) => fault.id === id);
  ana(on, TO);
  faults.arm('server_error', { count: 2, numberId: NUMBER });
  expect((await on.send(text(TO))).status).toBe(500);
  faults.disarm('server_error');
  expect((await on.send(text(TO))).status).toBe(200);
  faults.arm('server_error', { numberId: 'another' });
  expect((await on.send(text(TO))).status).toBe(200);
  faults.arm('server_error', { probability: 1 });
  for (let i = 0; i < 3; i++) expect((await on.send(text(TO))).status).toBe(500);
  expect(armed('server_error')).toMatchObject({ struck: 4, probability: 1 });
  faults.disarm();
  expect((await on.send(text(TO))).status).toBe(200);
  expect(() => faults.arm('hang', { probability: 2 })).toThrow('between 0 and 1');
  expect(faults.list()).toHaveLength(Object.keys(FAULTS).length);
});

test('the same seed and scenario give the same bytes; another seed others', async () => {
  const scenario = async (seed: number): Promise<string[]> => {
    const on = await stage({ seed, personReads: true });
    on.sim.faults.arm('drop_webhook', { probability: 0.3 });
    on.sim.faults.arm('duplicate_webhook', { probability: 0.3 });
    on.sim.faults.arm('skip_delivered', { probability: 0.5 });
    for (let i = 0; i < 8; i++) {
      const person = ana(on, `+1555010000${i}`);
      const answer = await on.send(text(`+1555010000${i}`, `número ${i}`));
      await on.sim.advance(1000);
      if (answer.status === 200) person.react(idOf(answer), '👍');
      await on.sim.advance(5000);
    }
    on.sim.person('+15550100003').changeNumber();
    await on.sim.advance(60_000);
    return on.sim.deliveries().map((sent) => `${sent.status} ${sent.attempt} ${sent.signature} ${sent.body}`);
  };
  const first = await scenario(7);
  expect(first.length).toBeGreaterThan(20);
  expect(first.some((line) => line.startsWith('dropped'))).toBe(true);
  expect(await scenario(7)).toEqual(first);
  expect(await scenario(8)).not.toEqual(first);
  const body = first[0]!.slice(first[0]!.indexOf('{'));
  expect(first[0]).toContain(createHmac('sha256', SECRET).update(body).digest('hex'));
});
