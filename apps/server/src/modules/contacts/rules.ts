/** Pure decisions about who is who. */

export type IdentityKind = 'phone' | 'bsuid' | 'parent_bsuid';

/** One of our contacts that one alias of a person points at. */
export interface Hit {
  contactId: string;
  kind: IdentityKind;
  /** False: a national variant of the phone matched, not what WhatsApp wrote. */
  exact: boolean;
  superseded: boolean;
}

export interface Choice {
  /** Null: nobody we know. */
  contactId: string | null;
  /** Two exact aliases of one person belong to two contacts; nothing is moved, a person decides. */
  conflict: boolean;
  /** The other contacts that aliases shown in the same payload belong to today: perhaps the same person. */
  others: string[];
}

// A BSUID is never given to somebody else; a phone number is, after some months; a superseded phone proves least.
function strength(hit: Hit): number {
  if (hit.kind === 'bsuid') return hit.superseded ? 5 : 6;
  if (hit.kind === 'phone') {
    if (hit.superseded) return 0;
    return hit.exact ? 4 : 3;
  }
  return 2;
}

/**
 * Which contact a person is. `unknownUserId`: the person shows a BSUID that no contact of ours has; then a phone that
 * its owner is known to have given up is no evidence, or a stranger would read another person's thread.
 */
export function chooseContact(hits: readonly Hit[], unknownUserId: boolean): Choice {
  let best: Hit | null = null;
  let conflict = false;
  for (const hit of hits) {
    if (unknownUserId && hit.kind === 'phone' && hit.superseded) {
      conflict = true;
      continue;
    }
    if (
      best === null ||
      strength(hit) > strength(best) ||
      (strength(hit) === strength(best) && hit.contactId < best.contactId)
    ) {
      best = hit;
    }
  }
  const others = new Set<string>();
  for (const hit of hits) {
    if (best && hit.exact && !hit.superseded && hit.contactId !== best.contactId) others.add(hit.contactId);
  }
  return {
    contactId: best?.contactId ?? null,
    conflict: conflict || others.size > 0,
    others: [...others].sort(),
  };
}

/** Country of a BSUID (`US.1349…`), the only hint when no phone is shared. */
export function countryOf(userId: string | null): string | null {
  return userId?.match(/^([A-Z]{2})\./)?.[1] ?? null;
}

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

export interface ConsentState {
  optedOut: boolean;
  optedOutAt: Date | null;
  optOutSource: string | null;
  optOutKeyword: string | null;
  optOutScope: 'all' | 'marketing' | null;
  marketingStoppedAt: Date | null;
}

export interface MissingWord {
  action: 'opt-out';
  scope: 'all' | 'marketing';
  source: string;
  keyword: string | null;
  at: Date;
}

/** Opt-outs of one contact that another, who is or may be the same person, does not have yet. */
export function missingWords(from: ConsentState, to: ConsentState): MissingWord[] {
  const words: MissingWord[] = [];
  const wider = to.optedOut && to.optOutScope === 'marketing' && from.optOutScope !== 'marketing';
  if (from.optedOut && from.optedOutAt && (!to.optedOut || wider)) {
    words.push({
      action: 'opt-out',
      scope: from.optOutScope ?? 'all',
      source: from.optOutSource ?? 'api',
      keyword: from.optOutKeyword,
      at: from.optedOutAt,
    });
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
