import type { WaNumber } from './queries.ts';

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const word = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export type Tone = 'good' | 'wait' | 'bad' | 'plain';

/** What a number's state is called (settings.numbers.state.…), and how it looks. */
export function stateOf(number: WaNumber): { key: string; tone: Tone } {
  if (record(number.providerState.ban).banned === true) return { key: 'banned', tone: 'bad' };
  if (number.status === 'active' && number.account.pausedReason !== null)
    return { key: 'paused', tone: 'bad' };
  const tones = { active: 'good', pending: 'wait', refused: 'bad', suspended: 'wait' } as const;
  const resting = number.status === 'suspended' && number.statusBy === 'workspace';
  return { key: resting ? 'resting' : number.status, tone: tones[number.status] };
}

/** Why it is so, in the words of whoever decided; null where nobody said any. */
export const reasonOf = (number: WaNumber): string | null =>
  number.statusReason ?? number.account.pausedReason;

/** What WhatsApp told about it, as pairs of a key (settings.numbers.told.…) and its words. */
export function toldOf({ providerState }: WaNumber): { key: string; value: string }[] {
  const told: [string, string | null][] = [
    ['quality', word(record(providerState.quality).event)],
    ['limit', word(record(providerState.limit).tier)],
    ['throughput', word(record(providerState.throughput).level)],
    ['name', word(record(providerState.name).decision)],
    ['review', word(record(providerState.review).decision)],
    ['username', word(record(providerState.username).username)],
  ];
  return told.flatMap(([key, value]) => (value === null ? [] : [{ key, value }]));
}
