import type { Fields, MergeRecord } from './queries-merge.ts';
import { type Said, scopeOf } from './rules-consent.ts';

/** Pure decisions of merging: what one contact becomes, and what two become again. */

const consentKeys = [
  'optedOut',
  'optedOutAt',
  'optOutSource',
  'optOutKeyword',
  'optOutScope',
  'consentService',
  'consentUtility',
  'consentMarketing',
  'marketingStoppedAt',
  'marketingResumedAt',
] as const satisfies (keyof Fields)[];

/** The kept contact's own fields win, gaps are filled; of consent and block the stricter one counts. */
export function mergedFields(kept: Fields, merged: Fields, hasOthers: boolean): Fields {
  const newer =
    merged.lastSeenAt !== null && (kept.lastSeenAt === null || merged.lastSeenAt > kept.lastSeenAt)
      ? merged.lastSeenAt
      : kept.lastSeenAt;
  return {
    name: kept.name ?? merged.name,
    profileName: kept.profileName ?? merged.profileName,
    username: kept.username ?? merged.username,
    phone: kept.phone ?? merged.phone,
    country: kept.country ?? merged.country,
    email: kept.email ?? merged.email,
    company: kept.company ?? merged.company,
    language: kept.language ?? merged.language,
    attributes: { ...merged.attributes, ...kept.attributes },
    blockedAt: kept.blockedAt ?? merged.blockedAt,
    ...stricter(kept, merged),
    identityConflict: hasOthers,
    lastSeenAt: newer,
  };
}

/** The row that stands behind from now on: as it was, but what is on its way in its thread keeps to the stricter word. */
export function behind(merged: Fields, made: Fields): Fields {
  return { ...merged, blockedAt: made.blockedAt, ...pick(made, consentKeys) };
}

function stricter(a: Fields, b: Fields): Pick<Fields, (typeof consentKeys)[number]> {
  const either = (key: 'consentService' | 'consentUtility' | 'consentMarketing'): Said =>
    a[key] === 'out' || b[key] === 'out' ? 'out' : (a[key] ?? b[key]);
  const flags = {
    consentService: either('consentService'),
    consentUtility: either('consentUtility'),
    consentMarketing: either('consentMarketing'),
  };
  const rank = (of: Fields) => (of.optOutScope === null ? 0 : of.optOutScope === 'all' ? 2 : 1);
  const chosen = rank(b) > rank(a) ? b : a;
  const stopped = a.marketingStoppedAt ?? b.marketingStoppedAt;
  return {
    ...flags,
    optedOut: chosen.optedOut,
    optedOutAt: chosen.optedOutAt,
    optOutSource: chosen.optOutSource,
    optOutKeyword: chosen.optOutKeyword,
    optOutScope: scopeOf(flags),
    marketingStoppedAt: stopped,
    marketingResumedAt: stopped === null ? (a.marketingResumedAt ?? b.marketingResumedAt) : null,
  };
}

/** `hasNewWords`: somebody spoke about being written to since; then what counts now counts for both. */
export function restoredFields(
  now: Fields,
  { kept, merged, made }: Pick<MergeRecord, 'kept' | 'merged' | 'made'>,
  hasNewWords: boolean,
): { kept: Fields; merged: Fields } {
  const back = new Map<keyof Fields, Fields[keyof Fields]>();
  for (const key of Object.keys(kept) as (keyof Fields)[]) {
    // What somebody changed since is theirs.
    back.set(key, same(now[key], made[key]) ? kept[key] : now[key]);
  }
  back.set('attributes', restoredAttributes(now.attributes, kept.attributes, made.attributes));
  const consentOf = pick(hasNewWords ? now : kept, consentKeys);
  return {
    kept: { ...(Object.fromEntries(back) as unknown as Fields), ...consentOf },
    merged: hasNewWords ? { ...merged, ...consentOf } : merged,
  };
}

function restoredAttributes(
  now: Fields['attributes'],
  kept: Fields['attributes'],
  made: Fields['attributes'],
): Fields['attributes'] {
  const keys = new Set([...Object.keys(now), ...Object.keys(kept)]);
  const entries = [...keys].flatMap((key) => {
    const value = same(now[key], made[key]) ? kept[key] : now[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function pick<K extends keyof Fields>(of: Fields, keys: readonly K[]): Pick<Fields, K> {
  return Object.fromEntries(keys.map((key) => [key, of[key]])) as Pick<Fields, K>;
}
