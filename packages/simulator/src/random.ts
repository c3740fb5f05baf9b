/** Seeded randomness: the same seed and the same order of events give the same bytes. */
import { createHash } from 'node:crypto';

/** mulberry32: small, fast and good enough to decide which webhook gets lost. Returns 0 ≤ x < 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A number from a text, to give each fault or person a stream of its own. */
export function hashNumber(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}

/** `length` decimal digits made from a text; never starts with 0. */
export function digitsFrom(text: string, length: number): string {
  const hash = createHash('sha512').update(text).digest();
  let digits = '';
  for (let i = 0; i < length; i++) digits += String(hash[i % hash.length]! % 10);
  return digits.startsWith('0') ? `1${digits.slice(1)}` : digits;
}

/** Hands out ids that depend only on the seed and on how many were handed out before. */
export class Ids {
  #seed: number;
  /** How many were handed out. */
  count = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /**
   * `wamid.` + base64. Real ones hold the phone and a random part; receivers must treat them as opaque,
   * so these hold only what makes them unique. 32 bytes: the length of the real ones.
   */
  wamid(): string {
    const bytes = Buffer.alloc(33);
    bytes.write('\x1d\x07SIM', 0, 'latin1');
    bytes.writeUInt32BE(this.#seed >>> 0, 5);
    bytes.writeUInt32BE(this.#mixed(), 9);
    bytes.writeUInt32BE(this.count, 13);
    bytes.write('CHASKI-SIMULATOR', 17, 'latin1');
    return `wamid.${bytes.toString('base64')}`;
  }

  /** A Meta object id: 15 or 16 digits. */
  object(kind: string): string {
    this.count++;
    return digitsFrom(`${this.#seed}/${kind}/${this.count}`, 16);
  }

  /** Like `Az8or2yhqkZfEZ-_4Qn_Bam`. */
  trace(): string {
    this.count++;
    return `A${createHash('sha256').update(`${this.#seed}/trace/${this.count}`).digest('base64url').slice(0, 22)}`;
  }

  #mixed(): number {
    this.count++;
    return Math.imul(this.count ^ this.#seed, 0x9e3779b1) >>> 0;
  }
}
