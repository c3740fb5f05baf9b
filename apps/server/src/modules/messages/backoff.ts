import type { Retry } from '@chaski/providers';

/** Tries before a message becomes a dead letter, as S2 and S4 had it. */
export const maxAttempts = 5;

const seconds = 1000;

/**
 * How long to wait after attempt `n` (1-based) failed. Doubling from 2 s with half of it random, so that a thousand
 * messages refused together don't come back together; WhatsApp's own advice for a pair is 4^n s. A network that is away
 * stays away longer than a refusal: up to 4^n s too. `random` in [0, 1).
 */
export function backoffMs(
  n: number,
  slow: 'message' | 'pair' | 'number' | 'app' | 'network',
  random: number,
): number {
  if (slow === 'pair') return Math.min(4 ** n, 600) * seconds;
  if (slow === 'network') return Math.round((Math.min(4 ** n, 600) / 2) * (1 + random)) * seconds;
  const full = Math.min(2 ** n, 300) * seconds * (slow === 'app' ? 4 : 1);
  return Math.round(full / 2 + (full / 2) * random);
}

export type Next =
  | {
      next: 'retry';
      afterMs: number;
      counts: boolean;
      slow: 'message' | 'pair' | 'number' | 'app' | 'account';
    }
  | { next: 'dead' }
  | { next: 'fail' };

/** What follows a refusal of class `retry` at attempt `n`. A dead token is nobody's attempt: the message waits. */
export function afterRefusal(retry: Retry, n: number, random: number): Next {
  switch (retry.retry) {
    case 'never':
    case 'fix':
      return { next: 'fail' };
    case 'reauth':
      return { next: 'retry', afterMs: 0, counts: false, slow: 'account' };
    case 'after':
      return n >= maxAttempts
        ? { next: 'dead' }
        : { next: 'retry', afterMs: retry.afterMs, counts: true, slow: 'message' };
    case 'later':
      return n >= maxAttempts
        ? { next: 'dead' }
        : { next: 'retry', afterMs: backoffMs(n, retry.slow, random), counts: true, slow: retry.slow };
  }
}
