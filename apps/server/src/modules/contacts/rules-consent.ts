import {
  type ConsentPurpose,
  type ConsentScope,
  type ConsentState,
  consentPurposes,
} from '@chaski/contracts';

/** Pure decisions about words on being written to: which one counts, and what they come to. */

interface Word {
  action: 'opt-out' | 'opt-in';
  source: string;
  at: Date;
}

const second = (at: Date): number => Math.floor(at.getTime() / 1000);
const coarse = ({ source, at }: Word): boolean =>
  (source === 'keyword' || source === 'whatsapp') && at.getMilliseconds() === 0;

/**
 * Does an earlier word of the same kind outdo this one. WhatsApp tells whole seconds: within one, an opt-out wins.
 * Otherwise, also where the word came without a time and has that of its arrival, the newer one counts, on a tie the
 * one that came later. The same rule as in `applyConsents`.
 */
export function outdone(word: Word, earlier: Word): boolean {
  if (!coarse(word) && !coarse(earlier)) return earlier.at > word.at;
  const [a, b] = [second(earlier.at), second(word.at)];
  return a > b || (a === b && earlier.action === 'opt-out' && word.action === 'opt-in');
}

/** What a purpose stands at by the person's own words; null: nothing was said. */
export type Said = 'in' | 'out' | null;

/** What a word is about: purposes, or WhatsApp's own preference, which stands beside them. */
export function aboutOf({
  scope,
  source,
}: {
  scope: ConsentScope;
  source: string;
}): (ConsentPurpose | 'whatsapp')[] {
  if (source === 'whatsapp') return ['whatsapp'];
  return scope === 'all' ? [...consentPurposes] : [scope];
}

export interface ConsentFlags {
  consentService: Said;
  consentUtility: Said;
  consentMarketing: Said;
}

const saidOf = (flags: ConsentFlags): Record<ConsentPurpose, Said> => ({
  service: flags.consentService,
  utility: flags.consentUtility,
  marketing: flags.consentMarketing,
});

/** What somebody is out of, in one word: the same rule as in `contacts.sum_up_consents`. */
export function scopeOf(flags: ConsentFlags): ConsentScope | null {
  const said = saidOf(flags);
  if (consentPurposes.every((purpose) => said[purpose] === 'out')) return 'all';
  return (['marketing', 'utility', 'service'] as const).find((purpose) => said[purpose] === 'out') ?? null;
}

/** What one of the purposes comes to, WhatsApp's own preference included: the same rule as in queries-filter.ts. */
export function consentOf(
  flags: ConsentFlags & { marketingStoppedAt: Date | null; marketingResumedAt: Date | null },
  purpose: ConsentPurpose,
): ConsentState {
  const said = saidOf(flags)[purpose];
  if (purpose !== 'marketing') return said ?? 'none';
  if (said === 'out' || flags.marketingStoppedAt !== null) return 'out';
  return said === 'in' || flags.marketingResumedAt !== null ? 'in' : 'none';
}

export interface ConsentPosition extends ConsentFlags {
  optedOutAt: Date | null;
  optOutSource: string | null;
  optOutKeyword: string | null;
  marketingStoppedAt: Date | null;
}

export interface MissingWord {
  action: 'opt-out';
  scope: ConsentScope;
  source: string;
  keyword: string | null;
  at: Date;
}

/** Opt-outs of one contact that another, who is or may be the same person, does not have yet. */
export function missingWords(from: ConsentPosition, to: ConsentPosition): MissingWord[] {
  const words: MissingWord[] = [];
  const [theirs, ours] = [saidOf(from), saidOf(to)];
  const missing = consentPurposes.filter((purpose) => theirs[purpose] === 'out' && ours[purpose] !== 'out');
  if (from.optedOutAt && missing.length > 0) {
    const scopes: ConsentScope[] = scopeOf(from) === 'all' ? ['all'] : missing;
    for (const scope of scopes) {
      words.push({
        action: 'opt-out',
        scope,
        source: from.optOutSource ?? 'api',
        keyword: from.optOutKeyword,
        at: from.optedOutAt,
      });
    }
  }
  if (from.marketingStoppedAt && !to.marketingStoppedAt) {
    words.push({
      action: 'opt-out',
      scope: 'marketing',
      source: 'whatsapp',
      keyword: null,
      at: from.marketingStoppedAt,
    });
  }
  return words;
}

/** Of a history, newest first, the word by which each purpose stands where it stands; nothing where nothing was said. */
export function standingWords<W extends { action: string; scope: ConsentScope; source: string }>(
  history: readonly W[],
  states: Record<ConsentPurpose, ConsentState>,
): Partial<Record<ConsentPurpose, W>> {
  const standing = consentPurposes.flatMap((purpose) => {
    const action = { in: 'opt-in', out: 'opt-out', none: null }[states[purpose]];
    const word = history.find(
      (one) => one.action === action && (one.scope === 'all' || one.scope === purpose),
    );
    return word ? [[purpose, word] as const] : [];
  });
  return Object.fromEntries(standing);
}
