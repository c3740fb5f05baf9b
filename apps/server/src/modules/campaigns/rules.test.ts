import { campaignOptions } from '@chaski/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countryOfPhone } from '../contacts/index.ts';
import { costsOf, priceOf, readRates } from './rates.ts';
import { capMs, countsAsFailure, failsTooOften, followFailure, judgedFrom } from './rules-errors.ts';
import { roomFor, tierOf, withinTier } from './rules-pace.ts';

const options = campaignOptions.parse({});
const count = fc.integer({ min: 0, max: 5_000 });

describe('how many go now', () => {
  it('never leaves more than a second of the number waiting, however many campaigns share it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        count,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 500 }),
        (mps, backlog, sharing, batch) => {
          const room = roomFor({ mps, backlog, sharing, batch });
          expect(room).toBeLessThanOrEqual(batch);
          expect(room).toBeGreaterThanOrEqual(0);
          expect(backlog + room).toBeLessThanOrEqual(Math.max(mps, backlog));
          // Nobody starves: where there is room, each gets some.
          if (backlog < mps) expect(room).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('spends exactly what is left of the tier on strangers, nothing on who is known, and forgets nobody', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ opened: fc.boolean() }), { maxLength: 200 }),
        count,
        (people, left) => {
          const { now, wait, spent } = withinTier(people, left);
          const strangers = people.filter((one) => !one.opened).length;
          expect(spent).toBe(Math.min(left, strangers));
          expect(now.length + wait.length).toBe(people.length);
          expect(wait.every((one) => !one.opened)).toBe(true);
        },
      ),
    );
  });

  it('goes by the newest word about the limit, in any of its spellings', () => {
    expect(tierOf({})).toBeNull();
    expect(tierOf({ limit: { tier: 'TIER_10K', at: '2026-01-01' } })).toBe(10_000);
    expect(tierOf({ limit: { tier: 'TIER_UNLIMITED', at: '2026-01-01' } })).toBe(Number.POSITIVE_INFINITY);
    expect(
      tierOf({
        limit: { tier: 'TIER_10K', at: '2026-01-01' },
        capability: { maxDailyConversationsPerBusiness: 2_000, at: '2026-02-01' },
      }),
    ).toBe(2_000);
    expect(tierOf({ limit: { tier: 'TIER_OF_TOMORROW', at: '2026-01-01' } })).toBeNull();
  });
});

describe('what follows from a failure', () => {
  it('131049 waits a day, and is not held against the campaign', () => {
    expect(followFailure('131049', options, 1)).toEqual({ follow: 'later', afterMs: capMs });
    expect(followFailure('131049', { ...options, retryCapped: false }, 1)).toEqual({ follow: 'never' });
    expect(followFailure('131049', options, options.maxAttempts)).toEqual({ follow: 'never' });
    expect(countsAsFailure('131049')).toBe(false);
  });

  it('token, payment and paused templates stop the campaign, at any attempt', () => {
    for (const [code, reason] of [
      ['190', 'token'],
      ['131042', 'payment'],
      ['132015', 'template_paused'],
      ['132016', 'template_disabled'],
      ['131048', 'spam_limit'],
      ['131063', 'marketing_route'],
    ])
      expect(followFailure(code!, options, 99)).toEqual({ follow: 'stop', reason });
  });

  it('any code has an answer, and nobody is tried more often than the campaign says', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.integer().map(String)),
        fc.integer({ min: 1, max: 9 }),
        (code, attempt) => {
          const { follow } = followFailure(code, options, attempt);
          expect(['never', 'later', 'stop']).toContain(follow);
          if (attempt >= options.maxAttempts) expect(follow).not.toBe('later');
        },
      ),
    );
  });

  it('a rate counts from enough outcomes on', () => {
    fc.assert(
      fc.property(count, count, (ok, failed) => {
        const stops = failsTooOften({ ok, failed }, options);
        if (ok + failed < judgedFrom) expect(stops).toBe(false);
        else expect(stops).toBe(failed / (ok + failed) >= 0.2);
      }),
    );
  });
});

it('countries come from the first digits, and are remembered rightly', () => {
  for (const [digits, country] of [
    ['16505551234', 'US'],
    ['14165551234', 'CA'],
    ['5511987654321', 'BR'],
    ['919876543210', 'IN'],
    ['201001234567', 'EG'],
    // Guernsey's mobiles differ from British ones in the seventh digit.
    ['447911111111', 'GG'],
    ['447911211111', 'GB'],
  ]) {
    expect(countryOfPhone(digits!)).toBe(country);
    expect(countryOfPhone(digits!)).toBe(country);
  }
  expect(countryOfPhone(null)).toBeNull();
});

it('prices are read from lines as people have them, and cost what they say', () => {
  const rates = readRates(
    '\ufeffcountry,category,price\nBR,Marketing,0.0625\n*;marketing;0.0604\nIN\tutility\t0.0014\n',
  );
  expect(rates).toEqual([
    { country: 'BR', category: 'marketing', micros: 62_500 },
    { country: '*', category: 'marketing', micros: 60_400 },
    { country: 'IN', category: 'utility', micros: 1_400 },
  ]);
  for (const [text, path] of [
    ['BR,marketing,0.06\nUS,marketing,abc', 'line 2'],
    ['US,marketing,0,05', 'line 1'],
    ['country,category,price\n', 'rates'],
  ] as const)
    expect(() => readRates(text)).toThrowError(
      expect.objectContaining({ details: { problems: [expect.objectContaining({ path })] } }),
    );
  const card = { rates: { BR: { marketing: 62_500 }, '*': { marketing: 60_400 } } };
  expect(priceOf(card, 'BR', 'MARKETING')).toBe(62_500);
  expect(priceOf(card, 'FR', 'MARKETING')).toBe(60_400);
  expect(priceOf(card, null, 'MARKETING')).toBe(60_400);
  expect(priceOf(card, 'BR', 'UTILITY')).toBeNull();
  expect(priceOf(null, 'BR', 'MARKETING')).toBeNull();
});

describe('what messages cost', () => {
  const card = (validFrom: string, currency: string, micros: number) => ({
    id: validFrom,
    name: validFrom,
    currency,
    validFrom,
    rates: { BR: { marketing: micros }, '*': { utility: 1_000 } },
    loadedAt: new Date(validFrom),
  });
  // Newest day first, as they are listed.
  const cards = [card('2026-10-01', 'USD', 60_000), card('2026-01-01', 'USD', 50_000)];
  const line = (
    day: string,
    category: string,
    n: number,
    type = 'regular',
    country: string | null = 'BR',
  ) => ({
    day,
    category,
    type,
    country,
    n,
  });

  it('goes by the card of its day, whichever way marketing went, and what was free costs nothing', () => {
    expect(
      costsOf(cards, [
        line('2026-09-30', 'marketing', 2),
        line('2026-10-01', 'marketing_lite', 3),
        line('2026-10-02', 'utility', 4, 'regular', null),
        line('2026-10-02', 'marketing', 9, 'free_entry_point'),
      ]),
    ).toEqual([{ currency: 'USD', micros: 2 * 50_000 + 3 * 60_000 + 4 * 1_000, unpriced: 0 }]);
  });

  it('names what no card has a price for, and speaks of no money without a card', () => {
    expect(
      costsOf(cards, [
        line('2025-12-31', 'marketing', 5),
        line('2026-10-01', 'marketing', 1, 'regular', 'US'),
      ]),
    ).toEqual([{ currency: 'USD', micros: 0, unpriced: 6 }]);
    expect(costsOf([], [line('2026-10-01', 'marketing', 5)])).toEqual([]);
    expect(costsOf(cards, [])).toEqual([]);
  });

  it('comes apart by currency, each message counted once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 8 }), (counts) => {
        const mixed = [card('2026-10-01', 'EUR', 7), card('2026-01-01', 'USD', 5)];
        const lines = counts.map((n, i) => line(i % 2 ? '2026-10-05' : '2026-03-05', 'marketing', n));
        const by = (currency: string) => costsOf(mixed, lines).find((one) => one.currency === currency);
        const sum = (odd: number) => counts.reduce((all, n, i) => (i % 2 === odd ? all + n : all), 0);
        expect(by('EUR')?.micros ?? 0).toBe(sum(1) * 7);
        expect(by('USD')?.micros ?? 0).toBe(sum(0) * 5);
      }),
    );
  });
});
