import type { Fields, MergeRecord } from './queries-merge.ts';

/** Pure decisions of merging: what one contact becomes, and what two become again. */

const consentKeys = [
  'optedOut',
  'optedOutAt',
  'optOutSource',
  'optOutKeyword',
  'optOutScope',
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
    marketingStoppedAt: kept.marketingStoppedAt ?? merged.marketingStoppedAt,
    identityConflict: hasOthers,
    lastSeenAt: newer,
  };
}

function stricter(a: Fields, b: Fields): Pick<Fields, (typeof consentKeys)[number]> {
  const rank = (of: Fields) => (!of.optedOut ? 0 : of.optOutScope === 'marketing' ? 1 : 2);
  const chosen = rank(b) > rank(a) ? b : a;
  return {
    optedOut: chosen.optedOut,
    optedOutAt: chosen.optedOutAt,
    optOutSource: chosen.optOutSource,
    optOutKeyword: chosen.optOutKeyword,
    optOutScope: chosen.optOutScope,
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
  const consentOf = hasNewWords
    ? pick(now, [...consentKeys, 'marketingStoppedAt'])
    : pick(kept, [...consentKeys, 'marketingStoppedAt']);
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
