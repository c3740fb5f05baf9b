/**
 * From bytes to values that can be stored, and readers that never throw.
 *
 * Always true of what leaves this file: PostgreSQL takes it as text and jsonb. NUL becomes U+FFFD, lone surrogates
 * become U+FFFD, what is nested deeper than `MAX_DEPTH` becomes `null`, `__proto__` keys are left out (they would
 * change objects that other code copies them into). The raw body keeps the original of all of it.
 */

export type Rec = Record<string, unknown>;

/** WhatsApp's deepest documented body has 12 levels; PostgreSQL's jsonb gives up at a few thousand. */
const MAX_DEPTH = 64;

/** Escapes whose result PostgreSQL refuses. A false hit only costs a walk. */
const SUSPECT = /\\u(0000|[dD][89a-fA-F])/;
/** Integers that a JavaScript number may round: template and account ids have 16 digits and grow. */
const LONG_INTEGER = /[:[,]\s*-?\d{16,}/;

/** Bytes → value. Invalid UTF-8 becomes U+FFFD, so that one broken character does not cost a message. */
export function decode(raw: Uint8Array): { ok: true; value: unknown } | { ok: false; reason: string } {
  let text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8');
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  try {
    const value: unknown = LONG_INTEGER.test(text) ? parseExactly(text) : JSON.parse(text);
    return { ok: true, value: SUSPECT.test(text) ? plain(value) : value };
  } catch (error) {
    // RangeError: the engine's own limit on nesting.
    return {
      ok: false,
      reason: error instanceof SyntaxError ? 'the body is not JSON' : 'the body is nested too deep',
    };
  }
}

/** Integers beyond 2^53 become strings with all their digits instead of a rounded number. */
function parseExactly(text: string): unknown {
  const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? context?.source
      : value;
  try {
    return JSON.parse(text, keepDigits);
  } catch (error) {
    // The reviver recurses where the parser does not; rounding beats refusing.
    if (error instanceof RangeError) return JSON.parse(text);
    throw error;
  }
}

function cleanString(s: string): string {
  const wellFormed = s.isWellFormed() ? s : s.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
}

/** A storable copy; keys stay as they are. For maps that belong to users and for parts we cannot read. */
export function plain(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cleanString(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((v) => plain(v, depth + 1));
  const out: Rec = {};
  for (const key of Object.keys(value)) {
    if (key !== '__proto__') out[cleanString(key)] = plain((value as Rec)[key], depth + 1);
  }
  return out;
}

const camelKeys = new Map<string, string>();

function camelKey(key: string): string {
  if (!key.includes('_')) return key;
  const known = camelKeys.get(key);
  if (known !== undefined) return known;
  const made = key.replace(/(?<=[A-Za-z0-9])_+([A-Za-z0-9])/g, (_all, c: string) => c.toUpperCase());
  // Keys come from outside: the cache is bounded, strange ones are computed each time.
  if (camelKeys.size < 2000 && key.length <= 64) camelKeys.set(key, made);
  return made;
}

/** A storable copy with camelCase keys. Values stay. Never call it on a map whose keys belong to a user. */
export function camel(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((v) => camel(v, depth + 1));
  const out: Rec = {};
  for (const key of Object.keys(value)) {
    if (key !== '__proto__') out[camelKey(key)] = camel((value as Rec)[key], depth + 1);
  }
  return out;
}

export const camelRec = (value: Rec): Rec => camel(value) as Rec;

// ── readers: a field of the wrong type reads as missing ──────────────────────────────────────────────────────

export function rec(value: unknown): Rec | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Rec) : null;
}

/** A list; a lone object counts as a list of one; anything else is missing. */
export function items(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value;
  return rec(value) ? [value] : null;
}

/** The objects of a list; other entries are left out. */
export function recs(value: unknown): Rec[] {
  return (items(value) ?? []).filter((item): item is Rec => rec(item) !== null);
}

export function str(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** An identifier: numbers count too, empty and absurdly long ones do not (they would not fit an index). */
export function ref(value: unknown, max = 256): string | null {
  const s = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  return typeof s === 'string' && s !== '' && s.length <= max ? s : null;
}

/** Unix seconds, as WhatsApp writes them: strings in messages, integers in account fields. */
export function time(value: unknown): Date | null {
  const n = typeof value === 'string' && /^\d{1,13}$/.test(value) ? Number(value) : value;
  if (typeof n !== 'number' || !Number.isFinite(n) || n <= 0) return null;
  // Some partners send milliseconds. 1e11 seconds is the year 5138.
  const ms = n >= 1e11 ? n : n * 1000;
  return ms < 8.64e15 ? new Date(Math.trunc(ms)) : null;
}

export type Spec = Record<string, 's' | 'n' | 'b' | 'o' | 'a'>;

/** Holds known fields to their type: numbers become text where text is due, otherwise the field becomes null. */
export function fix(record: Rec, spec: Spec): Rec {
  for (const key in spec) {
    const value = record[key];
    if (value === undefined || value === null) continue;
    switch (spec[key]) {
      case 's':
        if (typeof value !== 'string') record[key] = typeof value === 'number' ? String(value) : null;
        break;
      case 'n':
        if (typeof value !== 'number' || !Number.isFinite(value)) record[key] = numeric(value);
        break;
      case 'b':
        if (typeof value !== 'boolean') record[key] = null;
        break;
      case 'o':
        if (!rec(value)) record[key] = null;
        break;
      default:
        if (!Array.isArray(value)) record[key] = [];
    }
  }
  return record;
}

function numeric(value: unknown): number | null {
  if (typeof value !== 'string' || !/^-?\d{1,15}(\.\d{1,15})?$/.test(value)) return null;
  return Number(value);
}
