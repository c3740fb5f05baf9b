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
