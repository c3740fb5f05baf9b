/**
 * How much and when: throughput of a number, pair rate, customer-service window.
 * Source: Meta "Throughput", "Pair rate limits", "Customer service windows".
 */
import { GraphError } from './errors.ts';
import { type Bucket, type Chat, type Num, tell, type World } from './world.ts';

/** 24 hours from the person's last message. */
export const WINDOW_MS = 24 * 3600_000;
/** "1 message every 6 seconds", 45 of them may be borrowed at once. */
export const PAIR_BURST = 45;
export const PAIR_MS = 6_000;

function take(bucket: Bucket, capacity: number, perMs: number, now: number): boolean {
  bucket.tokens = Math.min(capacity, bucket.tokens + (now - bucket.at) * perMs);
  bucket.at = now;
  // the nudge swallows the rounding of 1/6000-th tokens: after 6,000 ms there is one whole token
  if (bucket.tokens < 1 - 1e-6) return false;
  bucket.tokens -= 1;
  return true;
}

/** 130429 (HTTP 400) above the number's messages per second. */
export function takeThroughput(number: Num, now: number): void {
  if (take(number.throughput, number.mps, number.mps / 1000, now)) return;
  throw new GraphError(130429, 'Cloud API message throughput has been reached.');
}

/** 131056 when one person gets too many from one number. */
export function takePair(chat: Chat, now: number): void {
  if (take(chat.pair, PAIR_BURST, 1 / PAIR_MS, now)) return;
  throw new GraphError(
    131056,
    'Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.',
  );
}

/** The person wrote or rang: the window begins again, and their phone shows it. */
export function openWindow(world: World, chat: Chat, now: number): void {
  chat.lastFromPerson = now;
  tell(world, () => ({
    type: 'window',
    personId: chat.person.id,
    numberId: chat.number.id,
    until: windowUntil(chat, now),
  }));
}

/** When the window closes (ms), or null when it is closed. */
export function windowUntil(chat: Chat, now: number): number | null {
  if (chat.lastFromPerson === null) return null;
  const until = chat.lastFromPerson + WINDOW_MS;
  return until > now ? until : null;
}
