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

/**
 * Changes may come out of order. What a change takes out of force that arrives behind a newer one, which shows by what
 * that one put out of force, at its own time; null where there is no newer one.
 *
 * `held`: the contact's aliases. `old`: what the person was called until `at`, in all its writings, as written first.
 */
export function givenUpLate(
  held: readonly { kind: IdentityKind; scope: string; value: string; supersededAt: Date | null }[],
  to: { kind: IdentityKind; scope: string; value: string },
  old: readonly string[],
  at: Date,
): string[] | null {
  const known = held.filter(({ kind, scope }) => kind === to.kind && scope === to.scope);
  if (!known.some(({ supersededAt }) => supersededAt !== null && supersededAt > at)) return null;
  // Nobody told of the new one later: it has been given up since. The old one may have been taken back since: it is in
  // force where nothing else is.
  const given = known.some(({ value }) => value === to.value) ? [] : [to.value];
  const isCalledElse = known.some(({ value, supersededAt }) => supersededAt === null && !old.includes(value));
  return isCalledElse ? [...given, ...old.slice(0, 1)] : given;
}

/** Country of a BSUID (`US.1349…`), the only hint when no phone is shared. */
export function countryOf(userId: string | null): string | null {
  return userId?.match(/^([A-Z]{2})\./)?.[1] ?? null;
}
