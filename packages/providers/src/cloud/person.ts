/**
 * Who is meant. Since 2026 a phone number may be absent and a business-scoped user id (BSUID) stands alone; some
 * senders put the BSUID where the phone belongs, so each field is read by its shape and not by its name.
 */
import type { PersonRef } from '../contract.ts';
import { items, type Rec, rec, ref, str } from './json.ts';
import { isUserId, phoneVariants } from './phone.ts';

export const nobody: PersonRef = {
  phone: null,
  userId: null,
  parentUserId: null,
  username: null,
  profileName: null,
};

/** Digits, or null if it is no phone number (a BSUID, a placeholder, another type). */
export function phoneOf(value: unknown): string | null {
  const s = ref(value, 64);
  if (s === null || !/^\+?[\d\s().-]+$/.test(s)) return null;
  const digits = s.replace(/\D/g, '');
  return digits.length >= 1 && digits.length <= 20 ? digits : null;
}

/** Phone and ids of one person from the three fields that may hold them. */
export function person(phone: unknown, userId: unknown, parentUserId: unknown): PersonRef {
  const found: PersonRef = {
    phone: phoneOf(phone),
    userId: ref(userId),
    parentUserId: ref(parentUserId),
    username: null,
    profileName: null,
  };
  if (found.phone === null) {
    const misplaced = ref(phone);
    if (misplaced !== null && isUserId(misplaced)) {
      if (misplaced.includes('.ENT.')) found.parentUserId ??= misplaced;
      else found.userId ??= misplaced;
    }
  }
  return found;
}

export const isSomebody = (p: PersonRef): boolean =>
  p.phone !== null || p.userId !== null || p.parentUserId !== null;

/** `value.contacts[]`, the cards that say who the people of this value are. */
export function readContacts(value: Rec): PersonRef[] {
  const found: PersonRef[] = [];
  for (const item of items(value.contacts) ?? []) {
    const card = rec(item);
    if (!card) continue;
    const profile = rec(card.profile);
    const one = person(card.wa_id, card.user_id, card.parent_user_id);
    // Older examples write usernames with @ (PROTOCOL §6).
    const username = ref(profile?.username ?? card.username)?.replace(/^@/, '') ?? null;
    one.username = username === '' ? null : username;
    one.profileName = str(profile?.name);
    found.push(one);
  }
  return found;
}

/**
 * Completes a person by their card. A card belongs to somebody if it shares the phone or the user id; a lone card
 * also if nothing contradicts it. A card of somebody else is never merged: that would join two people for good.
 */
export function complete(who: PersonRef, cards: readonly PersonRef[]): PersonRef {
  const card = find(who, cards);
  if (!card) return who;
  return {
    phone: who.phone ?? card.phone,
    userId: who.userId ?? card.userId,
    parentUserId: who.parentUserId ?? card.parentUserId,
    username: who.username ?? card.username,
    profileName: who.profileName ?? card.profileName,
  };
}

interface Places {
  phone: Map<string | null, number>;
  userId: Map<string | null, number>;
  parentUserId: Map<string | null, number>;
}

const known = new WeakMap<readonly PersonRef[], Places>();

/** The first card of each phone and id. A body of 3 MB has 1,000 cards and 1,000 messages that look for theirs: 26 ms. */
function placesOf(cards: readonly PersonRef[]): Places {
  let places = known.get(cards);
  if (places) return places;
  places = { phone: new Map(), userId: new Map(), parentUserId: new Map() };
  for (const key of ['phone', 'userId', 'parentUserId'] as const) {
    cards.forEach((card, place) => {
      const value = card[key];
      if (value !== null && !places[key].has(value)) places[key].set(value, place);
    });
  }
  known.set(cards, places);
  return places;
}

function find(who: PersonRef, cards: readonly PersonRef[]): PersonRef | undefined {
  if (cards.length === 0) return undefined;
  const places = placesOf(cards);
  const place = Math.min(
    places.phone.get(who.phone) ?? Number.POSITIVE_INFINITY,
    places.userId.get(who.userId) ?? Number.POSITIVE_INFINITY,
    (who.userId === null ? places.parentUserId.get(who.parentUserId) : undefined) ?? Number.POSITIVE_INFINITY,
  );
  if (place < cards.length) return cards[place];
  if (who.phone !== null) {
    const spelt = phoneVariants(who.phone).flatMap((spelling) => places.phone.get(spelling) ?? []);
    if (spelt.length > 0) return cards[Math.min(...spelt)];
  }
  const [lone] = cards;
  if (cards.length !== 1 || !lone) return undefined;
  const samePhone = who.phone === null || lone.phone === null;
  const sameUser = who.userId === null || lone.userId === null;
  return samePhone && sameUser ? lone : undefined;
}
