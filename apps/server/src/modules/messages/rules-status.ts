/** Pure decisions about what the provider says of a message later. */
import type { ProviderError, StatusName } from '@chaski/providers';

/**
 * A message shows the highest word of: accepted < sent < failed < delivered < read < played. So every permutation,
 * with duplicates, ends equal: `failed` after `delivered` is a contradiction of the provider, and the person has it.
 */
export const ranks = { accepted: 1, sent: 2, failed: 3, delivered: 4, read: 5, played: 6 } as const;

export type ShownStatus = keyof typeof ranks;

export function rankOf(status: StatusName | 'accepted'): number {
  return ranks[status];
}

/** What a message shows after one more word. */
export function advance(shown: ShownStatus | null, word: ShownStatus): ShownStatus {
  return shown !== null && ranks[shown] >= ranks[word] ? shown : word;
}

/** WhatsApp's failure codes in our words; `kind` is what programs branch on. */
const kinds: Record<number, string> = {
  190: 'token-dead',
  130429: 'throttled',
  130472: 'experiment',
  131021: 'same-number',
  131026: 'undeliverable',
  131031: 'account-locked',
  131042: 'payment',
  131045: 'not-registered',
  131047: 'window-closed',
  131048: 'spam-limited',
  131049: 'marketing-limited',
  131050: 'marketing-stopped',
  131051: 'unsupported-type',
  131052: 'media',
  131053: 'media',
  131056: 'pair-throttled',
  131057: 'maintenance',
  131062: 'needs-phone',
  133010: 'not-registered',
  368: 'account-locked',
};

export interface ShownError {
  /** WhatsApp's number, as text like our own codes. */
  code: string;
  kind: string;
  message: string;
}

/** The error as a message shows it. */
export function shownError(error: ProviderError): ShownError {
  const kind = kinds[error.code] ?? (error.code >= 132000 && error.code < 133000 ? 'template' : 'provider');
  const message = error.details || error.message || error.title || `WhatsApp error ${error.code}`;
  return { code: String(error.code), kind, message };
}

/** WhatsApp's word that this person wants no marketing from this business. */
export const marketingStopped = 131050;
