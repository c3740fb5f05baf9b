import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { campaignSchedule } from './campaign.ts';
import {
  campaignStart,
  nextCampaignTurn,
  outOfQuiet,
  recipientDue,
  recipientZone,
  zoneOfCountry,
} from './campaign-time.ts';
import { instantOf } from './zone.ts';

const zones = [
  'UTC',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Europe/Madrid',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/St_Johns',
  'Africa/Cairo',
];
const zone = fc.constantFrom(...zones);
const from = Date.UTC(2026, 0, 1);
const instant = fc.integer({ min: from, max: Date.UTC(2028, 0, 1) });
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);

/** Minutes that a clock in the zone shows, by another way than the code under test. */
function minutesIn(at: number, timeZone: string): number {
  const text = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at);
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}
const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const isQuiet = (at: number, timeZone: string, quiet: { from: string; to: string }) => {
  const [now, a, b] = [minutesIn(at, timeZone), minutes(quiet.from), minutes(quiet.to)];
  return a < b ? now >= a && now < b : now >= a || now < b;
};

describe('local times', () => {
  it('name the first moment that a clock there shows them', () => {
    // The clock in New York jumps from 2:00 to 3:00 on 8 March 2026, and back on 1 November.
    expect(instantOf(Date.UTC(2026, 2, 8, 2, 30), 'America/New_York')).toBe(Date.UTC(2026, 2, 8, 7));
    expect(instantOf(Date.UTC(2026, 10, 1, 1, 30), 'America/New_York')).toBe(Date.UTC(2026, 10, 1, 5, 30));
    fc.assert(
      fc.property(instant, zone, (wall, timeZone) => {
        const whole = Math.floor(wall / 60_000) * 60_000;
        const at = instantOf(whole, timeZone);
        const shown = minutesIn(at, timeZone);
        const wanted = new Date(whole).getUTCHours() * 60 + new Date(whole).getUTCMinutes();
        // Skipped times become the moment of the change, at most an hour (Lord Howe: half) later.
        const late = (shown - wanted + 1_440) % 1_440;
        expect(late).toBeLessThanOrEqual(60);
      }),
    );
  });
});

describe('quiet hours', () => {
  it('are never written in, and waited out as shortly as possible, over every change of the clock', () => {
    fc.assert(
      fc.property(instant, zone, clock, clock, (at, timeZone, a, b) => {
        fc.pre(a !== b);
        const quiet = { from: a, to: b };
        const due = outOfQuiet(at, timeZone, quiet);
        expect(due).toBeGreaterThanOrEqual(at);
        expect(isQuiet(due, timeZone, quiet)).toBe(false);
        // A day with a change of the clock has 25 hours.
        expect(due - at).toBeLessThanOrEqual(25 * 3_600_000);
        if (!isQuiet(at, timeZone, quiet)) expect(due).toBe(at);
        else expect(isQuiet(due - 60_000, timeZone, quiet)).toBe(true);
      }),
    );
  });
});

describe('whose turn it is when', () => {
  it('is never before the start, and at everybody’s own time where that is asked for', () => {
    fc.assert(
      fc.property(instant, zone, clock, (now, timeZone, time) => {
        const date = new Date(now + 3 * 86_400_000).toISOString().slice(0, 10);
        const schedule = campaignSchedule.parse({ kind: 'local', date, time });
        const start = campaignStart(schedule, now)!;
        const due = recipientDue(schedule, start, timeZone);
        expect(start).toBeGreaterThanOrEqual(now);
        expect(due).toBeGreaterThanOrEqual(start);
        const late = (minutesIn(due, timeZone) - minutes(time) + 1_440) % 1_440;
        expect(late).toBeLessThanOrEqual(60);
      }),
    );
  });

  it('takes the person’s own zone, then the country’s, then the schedule’s', () => {
    const schedule = { timeZone: 'Asia/Dubai', zoneAttribute: 'zone' };
    expect(recipientZone(schedule, { country: 'BR', attributes: { zone: 'Europe/Madrid' } })).toBe(
      'Europe/Madrid',
    );
    expect(recipientZone(schedule, { country: 'BR', attributes: { zone: 'Mars' } })).toBe(
      'America/Sao_Paulo',
    );
    expect(recipientZone(schedule, { country: null })).toBe('Asia/Dubai');
    expect(zoneOfCountry('US')).toBe('America/New_York');
    expect(zoneOfCountry('ZZ')).toBeNull();
  });

  it('of a daily one comes once a day at the same time of the clock there, over both changes of it', () => {
    const turns = (time: string, timeZone: string, after: string, count: number) => {
      const schedule = campaignSchedule.parse({ kind: 'recurring', every: 'day', time, timeZone });
      if (schedule.kind !== 'recurring') throw new Error('it is');
      const found: string[] = [];
      for (let at = Date.parse(after); found.length < count; ) {
        at = nextCampaignTurn(schedule, at)!;
        found.push(new Date(at).toISOString().slice(5, 16));
      }
      return found;
    };
    // Madrid: from 2:00 to 3:00 on 29 March, from 3:00 to 2:00 on 25 October 2026.
    expect(turns('09:00', 'Europe/Madrid', '2026-03-28T00:00:00Z', 3)).toEqual([
      '03-28T08:00',
      '03-29T07:00',
      '03-30T07:00',
    ]);
    expect(turns('09:00', 'Europe/Madrid', '2026-10-24T00:00:00Z', 3)).toEqual([
      '10-24T07:00',
      '10-25T08:00',
      '10-26T08:00',
    ]);
    // 2:30 is skipped once, and there twice once: neither a day without a turn nor one with two.
    expect(turns('02:30', 'Europe/Madrid', '2026-03-28T00:00:00Z', 3)).toEqual([
      '03-28T01:30',
      '03-29T01:00',
      '03-30T00:30',
    ]);
    expect(turns('02:30', 'Europe/Madrid', '2026-10-24T00:00:00Z', 3)).toEqual([
      '10-24T00:30',
      '10-25T00:30',
      '10-26T01:30',
    ]);
  });

  it('over a change of the clock comes at each person’s own time, and quiet hours over midnight end by their clock', () => {
    const schedule = campaignSchedule.parse({
      ...{ kind: 'local', date: '2026-03-29', time: '08:30' },
      quietHours: { from: '21:00', to: '09:00' },
    });
    const due = (timeZone: string) =>
      new Date(recipientDue(schedule, Date.UTC(2026, 2, 28), timeZone)).toISOString();
    // Nine o'clock in each: summer began that morning in Madrid, three weeks before in New York, never in Kolkata.
    expect(due('Europe/Madrid')).toBe('2026-03-29T07:00:00.000Z');
    expect(due('America/New_York')).toBe('2026-03-29T13:00:00.000Z');
    expect(due('Asia/Kolkata')).toBe('2026-03-29T03:30:00.000Z');
    const quiet = { from: '21:00', to: '09:00' };
    const out = (at: number) => new Date(outOfQuiet(at, 'Europe/Madrid', quiet)).toISOString();
    expect(out(Date.UTC(2026, 2, 28, 21))).toBe('2026-03-29T07:00:00.000Z');
    expect(out(Date.UTC(2026, 9, 24, 20))).toBe('2026-10-25T08:00:00.000Z');
  });

  it('of a recurring one lies ahead, on its day, and ends', () => {
    fc.assert(
      fc.property(instant, zone, clock, fc.integer({ min: 1, max: 7 }), (after, timeZone, time, weekday) => {
        const schedule = campaignSchedule.parse({
          kind: 'recurring',
          every: 'week',
          time,
          weekday,
          timeZone,
        });
        if (schedule.kind !== 'recurring') throw new Error('it is');
        const next = nextCampaignTurn(schedule, after)!;
        expect(next).toBeGreaterThan(after);
        expect(next - after).toBeLessThanOrEqual(8 * 86_400_000);
        expect(nextCampaignTurn({ ...schedule, until: '2025-01-01' }, after)).toBeNull();
        expect(campaignStart({ ...schedule, until: '2025-01-01' }, after)).toBeNull();
      }),
    );
  });
});
