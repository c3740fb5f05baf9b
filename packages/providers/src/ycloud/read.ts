/** Readers of YCloud's own spelling: E.164 with its plus, times as RFC 3339, camelCase around Meta's snake_case. */

import { type Rec, ref, str } from '../cloud/json.ts';
import { person, phoneOf } from '../cloud/person.ts';
import type { ItemBase, PersonRef } from '../contract.ts';

/**
 * What a number of YCloud's is called here: the number itself, `+15550783881`. Meta's ids are digits alone, so the two
 * never meet in the one index over all numbers.
 */
export function numberIdOf(value: unknown): string | null {
  const digits = phoneOf(value);
  return digits === null ? null : `+${digits}`;
}

/** RFC 3339; YCloud's examples have milliseconds, its newest payloads Unix seconds here and there. */
export function timeOf(value: unknown): Date | null {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{9,13}$/.test(value))) {
    const n = Number(value);
    return new Date(n >= 1e11 ? n : n * 1000);
  }
  if (typeof value !== 'string' || value.length > 40 || !/^\d{4}-\d\d-\d\dT/.test(value)) return null;
  const ms = Date.parse(value);
  return Number.isFinite(ms) && ms > 0 ? new Date(ms) : null;
}

/** The base of an item about one of the business's numbers. */
export function about(event: Rec, part: Rec, number: unknown, path: string): ItemBase {
  return {
    path,
    accountRef: ref(part.wabaId),
    phoneNumberId: numberIdOf(number),
    displayPhoneNumber: phoneOf(number),
    at: timeOf(event.createTime),
  };
}

/** Somebody with the name that YCloud knows; both spellings of the ids (the newer one since 2026). */
export function named(
  phone: unknown,
  userId: unknown,
  parentUserId: unknown,
  profile: Rec | null,
): PersonRef {
  const found = person(phone, userId, parentUserId);
  const username = str(profile?.username)?.replace(/^@/, '') ?? '';
  return { ...found, username: username === '' ? null : username, profileName: str(profile?.name) };
}
