/**
 * WhatsApp's error codes → when the same request may be tried again. Source: Meta, Cloud API error codes (2026),
 * with the hints of PROTOCOL §1.2. Built on `code` alone, as Meta asks: titles, subcodes and HTTP statuses change,
 * and nearly all throttling comes as 400.
 */
import type { Retry } from '../contract.ts';

const minutes = (n: number): number => n * 60_000;
const hours = (n: number): number => n * 3_600_000;

const never: Retry = { retry: 'never' };
const fix: Retry = { retry: 'fix' };
const reauth: Retry = { retry: 'reauth' };
const later = (slow: 'message' | 'pair' | 'number' | 'app'): Retry => ({ retry: 'later', slow });
const after = (afterMs: number): Retry => ({ retry: 'after', afterMs });

const table = new Map<number, Retry>([
  [0, reauth],
  [190, reauth],
  // 1 and 131000 "something went wrong": Meta allows one to three more tries; five attempts bound it.
  [1, later('message')],
  [2, later('message')],
  [3, fix],
  // 4 counts for the whole Meta app, that is for all workspaces behind it.
  [4, later('app')],
  [10, fix],
  [33, never],
  [100, never],
  [368, after(hours(1))],
  [613, after(hours(1))],
  [80007, later('number')],
  [130429, later('number')],
  [130472, never],
  [130497, never],
  [131000, later('message')],
  [131005, fix],
  [131008, never],
  [131009, never],
  [131016, later('number')],
  [131020, never],
  [131021, never],
  [131026, never],
  [131030, fix],
  [131031, fix],
  [131037, fix],
  [131041, never],
  [131042, fix],
  [131044, fix],
  [131045, fix],
  [131047, never],
  [131048, after(hours(1))],
  // Per-user marketing cap: at least a day, and Meta limits accounts that try harder (since 2026-04-30).
  [131049, after(hours(24))],
  [131050, never],
  [131051, never],
  [131052, never],
  [131053, later('message')],
  [131055, never],
  [131056, later('pair')],
  // Throughput upgrade, done within a minute.
  [131057, after(minutes(1))],
  [131059, fix],
  [131060, never],
  [131061, never],
  [131062, never],
  [131063, never],
  [131064, after(hours(24))],
  [132000, never],
  [132001, fix],
  [132005, never],
  [132007, never],
  [132008, never],
  [132012, never],
  [132018, never],
  // First pause of a template lasts three hours.
  [132015, after(hours(3))],
  [132016, never],
  [132021, never],
  [132068, fix],
  [132069, after(hours(1))],
  [133000, fix],
  [133004, later('number')],
  [133005, fix],
  [133006, fix],
  [133008, after(hours(1))],
  [133009, after(hours(1))],
  [133010, fix],
  [133015, after(minutes(5))],
  [133016, after(hours(72))],
  [134011, fix],
  [134100, never],
  [134101, after(minutes(10))],
  [134102, fix],
  [135000, later('message')],
  [137000, never],
  [1752041, never],
  [2388019, never],
  // Of templates. No range: moves of numbers and maintenance lie between them (2388091, 2388093, 2388103).
  [2388040, never],
  [2388047, never],
  [2388072, never],
  [2388073, never],
  [2388293, never],
  [2388299, never],
  [2593079, never],
  [2593085, never],
  [2593107, never],
  [2593108, never],
  [2593109, never],
]);

const ranges: readonly (readonly [number, number, Retry])[] = [
  [200, 299, fix],
  [131201, 131215, never],
  // Calls: Meta gives names and no hint, and nothing here rings again by itself.
  [138000, 138018, never],
  [139000, 139004, never],
  [139100, 139103, later('message')],
  [147001, 147005, fix],
  [200005, 200007, fix],
];

/**
 * Total: every number has a class. A code that nobody wrote down follows the HTTP status and `is_transient`; without
 * a hint it is final, because repeating what WhatsApp refused for an unknown reason can cost a number its quality.
 */
export function retryClass(code: number, hint: { httpStatus?: number; transient?: boolean } = {}): Retry {
  const known = table.get(code);
  if (known) return known;
  for (const [first, last, retry] of ranges) if (code >= first && code <= last) return retry;
  if (hint.transient === true) return later('message');
  const status = hint.httpStatus ?? 0;
  if (status >= 500) return later('message');
  if (status === 429) return later('number');
  if (status === 401) return reauth;
  if (status === 403) return fix;
  return never;
}
