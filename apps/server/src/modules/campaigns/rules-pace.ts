/** How many may be queued now: pure. */

const day = 86_400_000;

/** WhatsApp's limits: different people the business writes to first, per portfolio in any 24 hours. */
const tiers: Readonly<Record<string, number>> = {
  TIER_50: 50,
  TIER_250: 250,
  TIER_1K: 1_000,
  TIER_2K: 2_000,
  TIER_10K: 10_000,
  TIER_100K: 100_000,
  TIER_UNLIMITED: Number.POSITIVE_INFINITY,
};

/** WhatsApp's lowest: what holds until it said something else. */
export const lowestTier = 250;

function limitOf(value: unknown): number | null {
  if (typeof value === 'number' && Number.isFinite(value))
    return value < 0 ? Number.POSITIVE_INFINITY : value;
  if (typeof value !== 'string') return null;
  return tiers[value.toUpperCase()] ?? (/^\d+$/.test(value) ? Number(value) : null);
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** What a number's state says of the limit, by the newest word; null: nobody told. */
export function tierOf(providerState: Readonly<Record<string, unknown>>): number | null {
  const words = [
    { ...record(providerState.limit), value: record(providerState.limit).tier },
    {
      ...record(providerState.capability),
      value:
        record(providerState.capability).maxDailyConversationPerPhone ??
        record(providerState.capability).maxDailyConversationsPerBusiness,
    },
  ] as { at?: unknown; value: unknown }[];
  const told = words
    .map(({ at, value }) => ({ at: typeof at === 'string' ? at : '', limit: limitOf(value) }))
    .filter((word): word is { at: string; limit: number } => word.limit !== null)
    .sort((a, b) => (a.at < b.at ? 1 : -1));
  return told[0]?.limit ?? null;
}

export interface Room {
  /** The number's throughput. */
  mps: number;
  /** Messages of campaigns that wait at the number already. */
  backlog: number;
  /** Campaigns that run on it. */
  sharing: number;
  /** At most in one transaction. */
  batch: number;
}

/**
 * A second of the number's messages may wait, never more: what a person says goes in front of them, a pause takes effect
 * within it, and a token that dies leaves few behind. Several campaigns share it evenly.
 */
export function roomFor({ mps, backlog, sharing, batch }: Room): number {
  const free = Math.max(0, mps - backlog);
  return Math.min(batch, Math.ceil(free / Math.max(1, sharing)));
}

/**
 * Whom the limit lets through, in order: those who were written to within 24 hours or have an open window cost nothing,
 * every other takes one. Others may still be let through behind somebody who has to wait.
 */
export function withinTier<T extends { opened: boolean }>(
  people: readonly T[],
  left: number,
): { now: T[]; wait: T[]; spent: number } {
  const now: T[] = [];
  const wait: T[] = [];
  let spent = 0;
  for (const person of people) {
    if (person.opened) now.push(person);
    else if (spent < left) {
      spent += 1;
      now.push(person);
    } else wait.push(person);
  }
  return { now, wait, spent };
}

/** When room comes back: a day after the oldest of those that count. */
export function tierFreesAt(oldest: Date | null, now: Date): Date {
  return new Date((oldest?.getTime() ?? now.getTime()) + day);
}
