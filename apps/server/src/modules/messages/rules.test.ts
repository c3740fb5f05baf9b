import type { ConsentPurpose } from '@chaski/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultStartWords, defaultStopWords } from '../workspaces/settings.ts';
import { afterRefusal, backoffMs, maxAttempts } from './backoff.ts';
import { keywordMatcher, normalise } from './keywords.ts';
import { Bucket, Pairs, pair } from './pace.ts';
import {
  consentPurposeOf,
  decide,
  type SendFacts,
  shownStatus,
  shownStatuses,
  storedStatuses,
  windowMs,
} from './rules.ts';

const now = new Date('2026-11-20T12:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);

const open: SendFacts = {
  now,
  purpose: 'service',
  kind: 'free-form',
  workspace: { status: 'active' },
  number: { status: 'active', hasWindow: true },
  accountPaused: null,
  contact: {
    blockedAt: null,
    suppressed: null,
    consent: { service: null, utility: null, marketing: null },
    marketingStoppedAt: null,
    marketingResumedAt: null,
    marketingPaused: false,
    reachable: true,
    showsPhone: true,
  },
  marketingNeedsOptIn: false,
  lastInboundAt: ago(1_000),
  template: null,
  usage: { month: null, minute: null },
};
const contact = open.contact!;

const outOf = (...purposes: ConsentPurpose[]) => ({
  ...contact,
  consent: {
    ...contact.consent,
    ...Object.fromEntries(purposes.map((purpose) => [purpose, 'out' as const])),
  },
});
const said = fc.option(fc.constantFrom('in' as const, 'out' as const));

const moment = fc.option(fc.integer({ min: -3 * windowMs, max: windowMs }).map((ms) => ago(-ms)));
const usage = fc.option(
  fc.record({ used: fc.nat(5), limit: fc.nat(5), changesAt: fc.constant(ago(-60_000)) }),
);
const anyFacts: fc.Arbitrary<SendFacts> = fc.record({
  now: fc.constant(now),
  purpose: fc.constantFrom('service', 'utility', 'authentication', 'marketing', 'consent-receipt'),
  kind: fc.constantFrom('free-form', 'template'),
  workspace: fc.record({ status: fc.constantFrom('active', 'suspended') }),
  number: fc.record({ status: fc.constantFrom('pending', 'active', 'suspended'), hasWindow: fc.boolean() }),
  accountPaused: fc.option(fc.constant('190: expired')),
  contact: fc.option(
    fc.record({
      blockedAt: moment,
      suppressed: fc.option(fc.constantFrom('all' as const, 'marketing' as const)),
      consent: fc.record({ service: said, utility: said, marketing: said }),
      marketingStoppedAt: moment,
      marketingResumedAt: moment,
      marketingPaused: fc.boolean(),
      reachable: fc.boolean(),
      showsPhone: fc.boolean(),
    }),
  ),
  marketingNeedsOptIn: fc.boolean(),
  lastInboundAt: moment,
  template: fc.option(
    fc.record({
      status: fc.constantFrom('APPROVED', 'PAUSED', 'REJECTED', 'PENDING'),
      category: fc.constantFrom('MARKETING', 'UTILITY', 'AUTHENTICATION'),
    }),
  ),
  usage: fc.record({ month: usage, minute: usage }),
});

describe('decide', () => {
  it('keeps every promise for any facts', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const verdict = decide(facts);
        const passes = verdict.verdict === 'free-form';
        const { contact: person } = facts;
        if (facts.workspace.status !== 'active' || facts.number.status !== 'active')
          expect(passes).toBe(false);
        if (person?.blockedAt) expect(passes).toBe(false);
        if (person && !person.reachable) expect(passes).toBe(false);
        if (person?.suppressed === 'all') expect(passes).toBe(false);
        const under = consentPurposeOf(facts);
        if (under !== 'consent-receipt' && person?.consent[under] === 'out') expect(passes).toBe(false);
        if (person && under === 'marketing') {
          if (person.marketingStoppedAt || person.suppressed) expect(passes).toBe(false);
          if (facts.marketingNeedsOptIn && person.consent.marketing === null && !person.marketingResumedAt)
            expect(passes).toBe(false);
        }
        // Whatever the sender calls it, what WhatsApp holds for marketing needs consent to marketing.
        if (facts.template?.category === 'MARKETING' && facts.purpose !== 'consent-receipt')
          expect(under).toBe('marketing');
        if (facts.template?.category === 'MARKETING' && facts.kind === 'template' && person?.marketingPaused)
          expect(passes && facts.purpose !== 'consent-receipt').toBe(false);
        const inWindow =
          facts.lastInboundAt !== null && facts.lastInboundAt.getTime() + windowMs > facts.now.getTime();
        if (passes && facts.kind === 'free-form' && facts.number.hasWindow) expect(inWindow).toBe(true);
        if (facts.kind === 'template') expect(verdict.verdict).not.toBe('template-needed');
        if (!facts.number.hasWindow) expect(verdict.verdict).not.toBe('template-needed');
        if (verdict.verdict !== 'free-form') expect(verdict.sentence).toMatch(/\.$/);
        // A pause delays, it never refuses.
        expect(decide({ ...facts, accountPaused: null }).verdict).toBe(verdict.verdict);
      }),
      { numRuns: 2_000 },
    );
  });

  it('closes the window exactly 24 hours after the last word', () => {
    expect(decide({ ...open, lastInboundAt: ago(windowMs - 1) })).toEqual({
      verdict: 'free-form',
      changesAt: new Date(now.getTime() + 1),
    });
    expect(decide({ ...open, lastInboundAt: ago(windowMs) })).toMatchObject({
      verdict: 'template-needed',
      code: 'window_closed',
      sentence: expect.stringContaining('More than 24 hours'),
    });
    expect(decide({ ...open, lastInboundAt: null })).toMatchObject({
      code: 'window_closed',
      sentence: expect.stringContaining('never written'),
    });
    expect(decide({ ...open, lastInboundAt: null, number: { status: 'active', hasWindow: false } })).toEqual({
      verdict: 'free-form',
    });
  });

  it('sends codes to log in to phone numbers alone', () => {
    const code = { status: 'APPROVED', category: 'AUTHENTICATION' };
    const hidden = { ...open, kind: 'template' as const, contact: { ...contact, showsPhone: false } };
    expect(decide({ ...hidden, template: code })).toMatchObject({ verdict: 'blocked', code: 'no_address' });
    expect(decide({ ...hidden, template: { ...code, category: 'UTILITY' } }).verdict).toBe('free-form');
    expect(decide({ ...hidden, contact, template: code }).verdict).toBe('free-form');
  });

  it('lets a receipt through an opt-out and nothing else', () => {
    const out = { ...open, contact: outOf('service', 'utility', 'marketing') };
    expect(decide({ ...out, purpose: 'consent-receipt' }).verdict).toBe('free-form');
    for (const purpose of ['service', 'utility', 'authentication', 'marketing'] as const)
      expect(decide({ ...out, purpose })).toMatchObject({ verdict: 'blocked', code: 'opted_out' });
  });

  it('sends no marketing template where WhatsApp brings none, and everything else', () => {
    const facts: SendFacts = {
      ...open,
      kind: 'template',
      purpose: 'utility',
      template: { status: 'APPROVED', category: 'MARKETING' },
      contact: { ...contact, marketingPaused: true },
    };
    expect(decide(facts)).toMatchObject({ code: 'marketing_paused' });
    expect(decide({ ...facts, template: null, purpose: 'marketing' })).toMatchObject({
      code: 'marketing_paused',
    });
    for (const change of [
      { template: { status: 'APPROVED', category: 'UTILITY' } },
      { template: { status: 'APPROVED', category: 'UTILITY' }, purpose: 'marketing' as const },
      { kind: 'free-form' as const, template: null, purpose: 'marketing' as const },
      { contact },
    ])
      expect(decide({ ...facts, ...change }).verdict).toBe('free-form');
  });

  it('takes a marketing template for marketing whatever the sender calls it', () => {
    const facts: SendFacts = {
      ...open,
      kind: 'template',
      purpose: 'utility',
      template: { status: 'APPROVED', category: 'MARKETING' },
      contact: outOf('marketing'),
    };
    expect(decide(facts)).toMatchObject({ code: 'opted_out' });
    expect(decide({ ...facts, contact: { ...contact, marketingStoppedAt: now } })).toMatchObject({
      code: 'marketing_stopped',
    });
    expect(decide({ ...facts, contact, marketingNeedsOptIn: true })).toMatchObject({ code: 'not_opted_in' });
    expect(
      decide({
        ...facts,
        contact: { ...contact, consent: { ...contact.consent, marketing: 'in' } },
        marketingNeedsOptIn: true,
      }).verdict,
    ).toBe('free-form');
    expect(
      decide({ ...facts, contact: { ...contact, marketingResumedAt: now }, marketingNeedsOptIn: true })
        .verdict,
    ).toBe('free-form');
    expect(decide({ ...facts, template: { status: 'APPROVED', category: 'UTILITY' } }).verdict).toBe(
      'free-form',
    );
  });

  it('asks for the consent of the purpose, and codes to log in count as utility', () => {
    const facts: SendFacts = {
      ...open,
      kind: 'template',
      template: { status: 'APPROVED', category: 'UTILITY' },
    };
    expect(decide({ ...facts, contact: outOf('utility') })).toMatchObject({ code: 'opted_out' });
    expect(decide({ ...facts, contact: outOf('service') }).verdict).toBe('free-form');
    const code = { status: 'APPROVED', category: 'AUTHENTICATION' };
    expect(decide({ ...facts, template: code, contact: outOf('utility') })).toMatchObject({
      code: 'opted_out',
    });
    expect(decide({ ...open, purpose: 'authentication', contact: outOf('utility') })).toMatchObject({
      code: 'opted_out',
    });
    expect(decide({ ...open, contact: outOf('utility', 'marketing') }).verdict).toBe('free-form');
  });

  it('sends nothing to a suppressed address, not even a receipt', () => {
    const all = { ...contact, suppressed: 'all' as const };
    for (const purpose of ['service', 'utility', 'marketing', 'consent-receipt'] as const)
      expect(decide({ ...open, purpose, contact: all })).toMatchObject({ code: 'suppressed' });
    const marketing = { ...contact, suppressed: 'marketing' as const };
    expect(decide({ ...open, contact: marketing }).verdict).toBe('free-form');
    expect(decide({ ...open, purpose: 'marketing', contact: marketing })).toMatchObject({
      code: 'suppressed',
    });
  });

  it('says when a plan has room again, and lets unknown templates to WhatsApp', () => {
    const full = { used: 3, limit: 3, changesAt: ago(-5_000) };
    expect(decide({ ...open, usage: { month: null, minute: full } })).toMatchObject({
      code: 'plan_limit_minute',
      changesAt: ago(-5_000),
    });
    expect(decide({ ...open, usage: { month: full, minute: full } })).toMatchObject({
      code: 'plan_limit_month',
    });
    expect(decide({ ...open, kind: 'template', lastInboundAt: null }).verdict).toBe('free-form');
    expect(
      decide({ ...open, kind: 'template', template: { status: 'PAUSED', category: 'UTILITY' } }),
    ).toMatchObject({ code: 'template_not_approved' });
  });
});

describe('shown statuses', () => {
  it('are the eight of the API, and a filter finds what it shows', () => {
    const stored = ['received', 'queued', 'accepted', 'sent', 'failed', 'delivered', 'read', 'played'];
    for (const status of [...stored, 'unconfirmed', 'cancelled'])
      for (const claimed of [true, false]) {
        const shown = shownStatus(status, claimed);
        expect(shownStatuses).toContain(shown);
        expect(storedStatuses(shown)).toContain(status);
      }
  });
});

describe('backoff', () => {
  it('ends after five tries and grows with jitter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.constantFrom('message', 'pair', 'number', 'app'),
        (n, random, slow) => {
          const next = afterRefusal({ retry: 'later', slow }, n, random);
          expect(next.next).toBe(n >= maxAttempts ? 'dead' : 'retry');
          const wait = backoffMs(n, slow, random);
          expect(wait).toBeGreaterThan(0);
          expect(backoffMs(n + 2, slow, random)).toBeGreaterThanOrEqual(wait);
        },
      ),
    );
    expect([1, 2, 3].map((n) => backoffMs(n, 'pair', 0))).toEqual([4_000, 16_000, 64_000]);
  });

  it('treats each class as it must', () => {
    expect(afterRefusal({ retry: 'never' }, 1, 0)).toEqual({ next: 'fail' });
    expect(afterRefusal({ retry: 'fix' }, 1, 0)).toEqual({ next: 'fail' });
    expect(afterRefusal({ retry: 'reauth' }, 9, 0)).toMatchObject({ next: 'retry', counts: false });
    expect(afterRefusal({ retry: 'after', afterMs: 7_000 }, 1, 0)).toMatchObject({ afterMs: 7_000 });
    expect(afterRefusal({ retry: 'after', afterMs: 7_000 }, 5, 0)).toEqual({ next: 'dead' });
  });
});

describe('keywords', () => {
  const matcher = keywordMatcher({ stopWords: ['stop', 'إيقاف', 'opt out'], startWords: ['start', 'STOP'] });

  it('find a word however it is written, and only alone', () => {
    for (const said of [
      'stop',
      ' STOP! ',
      'Stop.',
      'ＳＴＯＰ',
      '"stop"',
      's\u200btop',
      '🛑 stop 🛑',
      '*STOP*',
      // How an emoji is drawn, what joins and fills: nothing that anybody sees.
      'STOP \u270b\ufe0e',
      'STOP \u{1f44b}\u{1f3fd}',
      'ST\u034fOP\u3164',
      '\u2067STOP\u2069',
    ])
      expect(matcher.match([said])).toEqual({ action: 'opt-out', keyword: 'stop' });
    expect(matcher.match(['إِيقَاف'])).toEqual({ action: 'opt-out', keyword: 'إيقاف' });
    expect(matcher.match(['OPT-OUT'])).toEqual({ action: 'opt-out', keyword: 'opt out' });
    for (const said of ["don't stop", 'stopp', 'please stop', 'bus stop?', '', '!!!', 'stop '.repeat(60)])
      expect(matcher.match([said])).toBeNull();
    expect(matcher.match(['Yes please', 'START'])).toEqual({ action: 'opt-in', keyword: 'start' });
  });

  it('of every language are heard as people write them', () => {
    const shipped = keywordMatcher({ stopWords: defaultStopWords, startWords: defaultStartWords });
    const outs = [
      '¡BAJA!',
      'Detener 🙏',
      'SAIR.',
      'Arre\u0302t',
      'إيقاف؟',
      'ايقـاف',
      'قِف',
      'रोकें।',
      'बंद  करें 🙏',
    ];
    for (const said of outs) expect(shipped.match([said])).toMatchObject({ action: 'opt-out' });
    for (const said of ['Comec\u0327ar!', 'ALTA ✅\ufe0f', 'ابدأ', 'शुरू करें।'])
      expect(shipped.match([said])).toMatchObject({ action: 'opt-in' });
  });

  it('normalise to a form that stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const once = normalise(text);
        expect(normalise(once)).toBe(once);
        expect(normalise(` ${text}! `)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('buckets', () => {
  it('never give more than burst and rate allow, in any order of asking', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.integer({ min: -50, max: 2_000 }), { maxLength: 60 }),
        (burst, perSecond, steps) => {
          const bucket = new Bucket(burst, perSecond, 0);
          let time = 0;
          let latest = 0;
          let forward = 0;
          let given = 0;
          for (const step of steps) {
            time += step;
            // A clock that goes back and forth refills each forward stretch.
            if (time > latest) forward += time - latest;
            latest = time;
            const n = bucket.available(time);
            bucket.take(n, time);
            given += n;
          }
          expect(given).toBeLessThanOrEqual(burst + (forward * perSecond) / 1000 + 1e-6);
        },
      ),
    );
  });

  it('let 45 messages to one person go at once, then one each 6 s; a take-over remembers', () => {
    const pairs = new Pairs();
    for (let i = 0; i < pair.burst; i += 1) {
      expect(pairs.blocked(0).ids).toEqual([]);
      pairs.take('a', 0);
    }
    pairs.take('b', 0);
    expect(pairs.blocked(0)).toEqual({ ids: ['a'], nextAt: 6_000 });
    expect(pairs.blocked(6_000).ids).toEqual([]);

    const heir = new Pairs();
    heir.seed(Array.from({ length: 45 }, (_, i) => ({ conversationId: 'a', at: i })));
    expect(heir.blocked(3_000).ids).toEqual(['a']);
    expect(heir.blocked(7_000).ids).toEqual([]);
  });
});
