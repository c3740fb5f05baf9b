import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { costsOf } from '../campaigns/index.ts';
import type { Cost, PricedLine } from '../templates/index.ts';
import { type CountRow, selectReport, type WaitRow } from './queries.ts';

export interface ReportRequest {
  /** First and last day, both counted, in the zone: YYYY-MM-DD. */
  from: string;
  to: string;
  /** IANA name. */
  zone: string;
  numberId: string | null;
  memberId: string | null;
  labelId: string | null;
  openOnly: boolean;
}

export interface Volume {
  received: number;
  sent: number;
  delivered: number;
  read: number;
  failed: number;
  unconfirmed: number;
  opened: number;
  closed: number;
}

/** Seconds; null where nobody waited. */
export interface Wait {
  n: number;
  median: number | null;
  p90: number | null;
}

export interface Waits {
  first: Wait;
  answer: Wait;
  resolution: Wait;
}

export type Line<Key extends string> = Record<Key, string> & { volume: Volume; waits: Waits };

export interface Report {
  total: { volume: Volume; waits: Waits };
  days: Line<'date'>[];
  /** Monday is 1. Hours in which nothing was said are left out. */
  hours: { weekday: number; hour: number; received: number; sent: number }[];
  numbers: Line<'id'>[];
  members: Line<'id'>[];
  labels: Line<'id'>[];
  sources: { source: string; n: number }[];
  failures: { code: string; n: number }[];
  pricing: { category: string; type: string; n: number }[];
  /** By currency; empty where no rate card was loaded. */
  costs: Cost[];
}

const longestDays = 366;
const dayMs = 86_400_000;

/** A workspace's figures between two days. */
export async function readReport(
  tx: TenantTx,
  request: ReportRequest,
  cards: Parameters<typeof costsOf>[0],
): Promise<Report> {
  const { zone, from, to } = request;
  checkZone(zone);
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  if (!(days >= 1 && days <= longestDays)) {
    throw errors.invalidRequest([
      { path: 'to', message: `Use a day from ${from} on, at most ${longestDays} days in all.` },
    ]);
  }
  const { counts, waits } = await selectReport(tx, {
    ...request,
    from: startOf(from, zone),
    before: startOf(new Date(Date.parse(to) + dayMs).toISOString().slice(0, 10), zone),
  });
  const lines = <Key extends string>(part: 'day' | 'number' | 'member' | 'label', name: Key) =>
    keysOf(part, counts, waits).map(
      (key) => ({ [name]: key, ...both(part, key, counts, waits) }) as Line<Key>,
    );
  const priced = counts
    .filter((row) => row.part === 'priced')
    .map(({ key, n }): PricedLine => {
      const [day = '', category = 'unknown', type = 'regular', country = ''] = key.split('|');
      return { day, category, type, country: country || null, n };
    });
  const known = new Map(lines('day', 'date').map((line) => [line.date, line]));
  const all = Array.from({ length: days }, (_, i) =>
    new Date(Date.parse(from) + i * dayMs).toISOString().slice(0, 10),
  );
  const reasons = (measure: string) =>
    counts
      .filter((row) => row.part === 'reason' && row.measure === measure)
      .sort((a, b) => b.n - a.n || (a.key < b.key ? -1 : 1));
  return {
    total: both('total', '', counts, waits),
    days: all.map((date) => known.get(date) ?? { date, ...both('day', date, [], []) }),
    hours: hoursOf(counts),
    numbers: lines('number', 'id'),
    members: lines('member', 'id'),
    labels: lines('label', 'id'),
    sources: reasons('sent').map(({ key, n }) => ({ source: key, n })),
    failures: reasons('failed').map(({ key, n }) => ({ code: key, n })),
    pricing: pricingOf(priced),
    costs: costsOf(cards, priced),
  };
}

function pricingOf(lines: readonly PricedLine[]): Report['pricing'] {
  const sums = new Map<string, Report['pricing'][number]>();
  for (const { category, type, n } of lines) {
    const sum = sums.get(`${category}|${type}`);
    if (sum) sum.n += n;
    else sums.set(`${category}|${type}`, { category, type, n });
  }
  return [...sums].sort(([a, x], [b, y]) => y.n - x.n || (a < b ? -1 : 1)).map(([, sum]) => sum);
}

function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw errors.invalidRequest([
      { path: 'timeZone', message: 'Use the name of a time zone, such as Asia/Kolkata.' },
    ]);
  }
}

/** The instant at which a day begins in a zone; where the clock jumps over midnight, the first instant after it. */
export function startOf(date: string, zone: string): Date {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const wall = (at: number) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return Date.parse(
      `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}Z`,
    );
  };
  const wanted = Date.parse(date);
  // Zones change at most once around a midnight: from either side of it one of two offsets is right.
  const candidates = [wanted - dayMs, wanted + dayMs].map((at) => wanted - (wall(at) - at));
  const exact = candidates.filter((at) => wall(at) === wanted).sort((a, b) => a - b)[0];
  return new Date(exact ?? Math.max(...candidates));
}

function keysOf(part: string, counts: readonly CountRow[], waits: readonly WaitRow[]): string[] {
  const keys = [...counts, ...waits].filter((row) => row.part === part).map((row) => row.key);
  return [...new Set(keys)].sort();
}

function both(
  part: string,
  key: string,
  counts: readonly CountRow[],
  waits: readonly WaitRow[],
): { volume: Volume; waits: Waits } {
  const n = (measure: string) =>
    counts.find((row) => row.part === part && row.key === key && row.measure === measure)?.n ?? 0;
  const wait = (kind: string): Wait => {
    const row = waits.find((one) => one.part === part && one.key === key && one.kind === kind);
    return row ? { n: row.n, median: row.median, p90: row.p90 } : { n: 0, median: null, p90: null };
  };
  return {
    volume: {
      received: n('received'),
      sent: n('sent'),
      delivered: n('delivered'),
      read: n('read'),
      failed: n('failed'),
      unconfirmed: n('unconfirmed'),
      opened: n('opened'),
      closed: n('closed'),
    },
    waits: { first: wait('first'), answer: wait('answer'), resolution: wait('resolution') },
  };
}

function hoursOf(counts: readonly CountRow[]): Report['hours'] {
  const hours = new Map<string, { weekday: number; hour: number; received: number; sent: number }>();
  for (const row of counts) {
    if (row.part !== 'hour') continue;
    const [weekday = 1, hour = 0] = row.key.split(':').map(Number);
    const one = hours.get(row.key) ?? { weekday, hour, received: 0, sent: 0 };
    if (row.measure === 'received') one.received = row.n;
    else one.sent = row.n;
    hours.set(row.key, one);
  }
  return [...hours.values()].sort((a, b) => a.weekday - b.weekday || a.hour - b.hour);
}
