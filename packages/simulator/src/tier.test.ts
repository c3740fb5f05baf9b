import { describe, expect, it } from 'vitest';
import { asObject } from './json.ts';
import { ACCOUNT, ana, codeOf, NUMBER, stage, text } from './test-stage.ts';

const offer = (to: string) => ({
  to,
  type: 'template',
  template: { name: 'offer', language: { code: 'en_US' } },
});
const phone = (i: number) => `+1650555${String(1_000 + i)}`;

async function withOffer(options: Parameters<typeof stage>[0] = {}) {
  const on = await stage(options);
  on.sim.addTemplate(ACCOUNT, {
    name: 'offer',
    category: 'MARKETING',
    components: [{ type: 'BODY', text: 'Everything is 20% off.' }],
  });
  return on;
}
const failures = (on: Awaited<ReturnType<typeof stage>>) =>
  on.statuses().flatMap((status) => {
    const [error] = (status.errors as { code: number }[] | undefined) ?? [];
    return error ? [error.code] : [];
  });

describe('messaging limits', () => {
  it('let so many different people through in 24 hours, and count who comes too much', async () => {
    const on = await withOffer();
    on.sim.limits.setTier(ACCOUNT, 'TIER_50');
    for (let i = 0; i < 50; i++) await on.send(offer(phone(i)));
    // Somebody who counts already, and somebody whose window is open, cost nothing.
    await on.send(offer(phone(0)));
    ana(on, '+15550100009');
    await on.send(offer('+15550100009'));
    await on.sim.advance(1_000);
    expect(on.sim.limits.over()).toEqual({ throughput: 0, pair: 0, tier: 0, cap: 0 });
    await on.send(offer(phone(51)));
    await on.sim.advance(1_000);
    expect(on.sim.limits.over().tier).toBe(1);
    expect(failures(on)).toEqual([131064]);
    await on.sim.advance(24 * 3600_000);
    await on.send(offer(phone(51)));
    await on.sim.advance(1_000);
    expect(failures(on)).toEqual([131064]);
  });

  it('rise a step within six hours where half was used, and not at bad quality', async () => {
    const on = await withOffer();
    on.sim.limits.setTier(ACCOUNT, 'TIER_50');
    for (let i = 0; i < 25; i++) await on.send(offer(phone(i)));
    await on.sim.advance(6 * 3600_000);
    const words = () =>
      on.values('phone_number_quality_update').map((value) => [value.event, value.current_limit]);
    expect(words()).toEqual([
      ['ONBOARDING', 'TIER_50'],
      ['UPGRADE', 'TIER_250'],
    ]);
    const shown = await on.call('GET', `/v24.0/${NUMBER}?fields=whatsapp_business_manager_messaging_limit`);
    expect(shown.json.whatsapp_business_manager_messaging_limit).toBe('TIER_250');
    on.sim.limits.setQuality(NUMBER, 'RED');
    for (let i = 0; i < 130; i++) {
      if (i % 70 === 0) await on.sim.advance(2_000);
      await on.send(offer(phone(i)));
    }
    await on.sim.advance(6 * 3600_000);
    expect(words().at(-1)).toEqual(['FLAGGED', undefined]);
  });

  it('count calls above throughput and pair rate', async () => {
    const on = await withOffer();
    on.sim.addNumber({ phoneNumberId: NUMBER, mps: 10 });
    const answers = [];
    ana(on);
    for (let i = 0; i < 90; i++) answers.push(await on.send(text('+15550100001')));
    expect(answers.filter((answer) => codeOf(answer) === 130429).length).toBe(
      on.sim.limits.over().throughput,
    );
    expect(on.sim.limits.over().throughput).toBeGreaterThan(0);
  });
});

describe('marketing', () => {
  it('is kept from a share of people for a day, and whoever tries harder is counted', async () => {
    const on = await withOffer({ seed: 7 });
    on.sim.limits.capMarketing(0.5);
    for (let i = 0; i < 60; i++) await on.send(offer(phone(i)));
    await on.sim.advance(1_000);
    const kept = failures(on);
    expect(new Set(kept)).toEqual(new Set([131049]));
    expect(kept.length).toBeGreaterThan(15);
    expect(kept.length).toBeLessThan(45);
    for (let i = 0; i < 60; i++) await on.send(offer(phone(i)));
    await on.sim.advance(1_000);
    expect(on.sim.limits.over().cap).toBe(kept.length);
  });

  it('goes over its own endpoint, which takes nothing else', async () => {
    const on = await withOffer();
    const path = `/v24.0/${NUMBER}/marketing_messages`;
    const body = { messaging_product: 'whatsapp' };
    expect(codeOf(await on.call('POST', path, { ...body, ...text('+15550100001') }))).toBe(131055);
    const hello = {
      to: '+15550100001',
      type: 'template',
      template: { name: 'hello_world', language: { code: 'en_US' } },
    };
    expect(codeOf(await on.call('POST', path, { ...body, ...hello }))).toBe(131055);
    expect((await on.call('POST', path, { ...body, ...offer('+15550100001') })).status).toBe(200);
    await on.sim.advance(1_000);
    expect(asObject(on.statuses()[0]!.pricing).category).toBe('marketing_lite');
  });

  it('has no other endpoint where the account or the template says so', async () => {
    const on = await withOffer();
    const here = async (name: string) =>
      codeOf(await on.send({ ...offer('+15550100001'), template: { name, language: { code: 'en_US' } } }));
    on.sim.addTemplate(ACCOUNT, {
      name: 'dear',
      category: 'MARKETING',
      components: [{ type: 'BODY', text: 'Everything is 20% off.' }],
      optimization: { bid_strategy: 'LOWEST_COST_WITH_BID_CAP', bid_amount: 5 },
    });
    expect([await here('dear'), await here('offer')]).toEqual([131061, undefined]);
    on.sim.limits.moveMarketing(ACCOUNT, true);
    expect([await here('offer'), await here('hello_world')]).toEqual([131063, undefined]);
    on.sim.limits.moveMarketing(ACCOUNT, false);
    expect(await here('offer')).toBe(undefined);
  });
});

describe('prices since October 2026', () => {
  it('are asked for service messages behind a thousand free ones a month', async () => {
    const on = await stage();
    on.sim.addNumber({ phoneNumberId: NUMBER, mps: 1_000 });
    const people = Array.from({ length: 30 }, (_, i) => `+1555010${String(2_000 + i)}`);
    for (const one of people) ana(on, one);
    for (let i = 0; i < 1_001; i++) {
      if (i % 30 === 0) await on.sim.advance(6_000);
      await on.send(text(people[i % 30]!));
    }
    await on.sim.advance(1_000);
    const types = on
      .statuses()
      .filter((status) => status.status === 'sent')
      .map((status) => asObject(status.pricing).type);
    expect(types.length).toBe(1_001);
    expect(types.slice(0, 1_000).every((type) => type === 'free_customer_service')).toBe(true);
    expect(types[1_000]).toBe('regular');
  });
});
