/**
 * People and what a business may know of them.
 * Source: Meta "Business-scoped user IDs" (June 29 2026 update): the phone is shared unless the person has a
 * username and number and person had no exchange by phone in 30 days; user_id is always there, one per portfolio.
 */
import type { JsonObject } from './json.ts';
import { savePerson } from './keep.ts';
import type { PhonePerson } from './phone-api.ts';
import { digitsFrom } from './random.ts';
import { type Chat, type Num, type Person, tell, type World } from './world.ts';

export const USER_ID = /^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/;
const VISIBLE_MS = 30 * 24 * 3600_000;

export interface AddPerson {
  name?: string;
  /** E.164, with or without `+`. Left out together with userId and username: one is made up. */
  phone?: string;
  userId?: string;
  parentUserId?: string;
  username?: string;
  /** false: sending fails with 131026 */
  onWhatsApp?: boolean;
}

/**
 * Digits as WhatsApp keeps them. Brazilian mobiles outside the area codes 11–30 lose their ninth digit: the
 * wa_id in answers differs from the number that was dialled.
 */
export function waId(phone: string): string {
  const digits = phone.replace(/\D/g, '');
  const area = Number(digits.slice(2, 4));
  if (digits.startsWith('55') && digits.length === 13 && digits[4] === '9' && area > 30)
    return digits.slice(0, 4) + digits.slice(5);
  return digits;
}

/**
 * Asking again for the same name, phone, user id and username gives the same person, also after they moved to
 * another number: a product that sets its stage at each start finds everybody there. A bare name names nobody.
 */
export function addPerson(world: World, person: AddPerson): Person {
  const asked =
    person.phone || person.userId || person.username
      ? JSON.stringify([person.name, person.phone && waId(person.phone), person.userId, person.username])
      : null;
  const same = asked === null ? undefined : current(world, asked);
  if (same) return same;
  const serial = world.people.size + 1;
  const seed = `${world.seed}/person/${serial}`;
  const made = !person.phone && !person.userId && !person.username;
  const phone = person.phone ? waId(person.phone) : made ? `1555${digitsFrom(seed, 7)}` : null;
  if (phone !== null && !/^\d{7,15}$/.test(phone)) throw new RangeError('phone must have 7 to 15 digits');
  if (person.userId !== undefined && !USER_ID.test(person.userId))
    throw new RangeError('userId must look like US.13491208655302741918');
  if (phone !== null && byPhone(world, phone))
    throw new RangeError(`somebody already has the phone ${phone}`);
  const added: Person = {
    id: `person_${serial}`,
    name: person.name ?? (phone ? `+${phone}` : 'Somebody'),
    phone,
    userId: person.userId ?? `US.${digitsFrom(`${seed}/${phone ?? ''}`, 20)}`,
    parentUserId: person.parentUserId ?? null,
    username: person.username?.replace(/^@/, '') ?? null,
    onWhatsApp: person.onWhatsApp ?? true,
    rotation: 0,
    asked,
  };
  world.people.set(added.id, added);
  indexPerson(world, added);
  savePerson(world, added);
  tell(world, () => ({ type: 'person', person: presentPerson(added) }));
  return added;
}

/** Phone, first portfolio's user id or what was asked → person: a look-up must not walk a hundred thousand people. */
const known = new WeakMap<World['people'], Map<string, Person>>();

export function indexPerson(world: World, person: Person): void {
  let map = known.get(world.people);
  if (!map) {
    map = new Map();
    known.set(world.people, map);
  }
  if (person.phone !== null) map.set(person.phone, person);
  map.set(person.userId, person);
  if (person.asked !== null) map.set(person.asked, person);
}

/** The index forgets nobody; the world does. */
function current(world: World, key: string): Person | undefined {
  const found = known.get(world.people)?.get(key);
  return found && world.people.get(found.id) === found ? found : undefined;
}

export function byPhone(world: World, phone: string): Person | undefined {
  const found = current(world, waId(phone));
  return found?.phone === waId(phone) ? found : undefined;
}

/** By user id or parent user id, as that portfolio knows it. */
export function byUserId(world: World, userId: string, portfolioId: string): Person | undefined {
  const direct = current(world, userId);
  if (direct && userIdFor(world, direct, portfolioId) === userId) return direct;
  for (const person of world.people.values())
    if (userIdFor(world, person, portfolioId) === userId || person.parentUserId === userId) return person;
  return undefined;
}

/** The first portfolio sees `person.userId`; each other one sees an id of its own. */
export function userIdFor(world: World, person: Person, portfolioId: string): string {
  const first = world.accounts.values().next().value?.portfolioId;
  if (first === undefined || first === portfolioId) return person.userId;
  return `${person.userId.slice(0, 2)}.${digitsFrom(`${person.id}/${portfolioId}/${person.rotation}`, 20)}`;
}

/** Whether this number's webhooks carry the phone of this person. */
export function phoneVisible(chat: Chat, now: number): boolean {
  if (chat.person.phone === null) return false;
  if (chat.person.username === null) return true;
  return chat.lastByPhone !== null && now - chat.lastByPhone < VISIBLE_MS;
}

/** One `contacts[]` element of a webhook; keys that may not be known are absent, never empty. */
export function contactShape(world: World, chat: Chat, portfolioId: string): JsonObject {
  const { person } = chat;
  return {
    profile: { name: person.name, ...(person.username === null ? {} : { username: person.username }) },
    ...(phoneVisible(chat, world.clock.now()) ? { wa_id: person.phone } : {}),
    user_id: userIdFor(world, person, portfolioId),
    ...(person.parentUserId === null ? {} : { parent_user_id: person.parentUserId }),
  };
}

export function presentPerson(person: Person): PhonePerson {
  return {
    id: person.id,
    name: person.name,
    phone: person.phone,
    userId: person.userId,
    username: person.username,
    phoneHidden: person.phone === null || person.username !== null,
  };
}

/** New phone (made up when empty) and, as Meta does, a new user id with it. */
export function movePerson(world: World, person: Person, phone: string): void {
  const next = phone ? waId(phone) : `1555${digitsFrom(`${person.id}/${person.rotation + 1}/phone`, 7)}`;
  if (!/^\d{7,15}$/.test(next)) throw new RangeError('phone must have 7 to 15 digits');
  if (byPhone(world, next)) throw new RangeError(`somebody already has the phone ${next}`);
  person.phone = next;
  rotateUserId(world, person);
}

export function rotateUserId(world: World, person: Person): void {
  person.rotation++;
  const fresh = (id: string, kind = '') =>
    `${id.slice(0, 2)}.${kind}${digitsFrom(`${person.id}/${id}/${person.rotation}`, 20)}`;
  person.userId = fresh(person.userId);
  if (person.parentUserId !== null) person.parentUserId = fresh(person.parentUserId, 'ENT.');
  indexPerson(world, person);
  savePerson(world, person);
}

/** Numbers this person has a chat with. */
export function numbersOf(world: World, person: Person): Num[] {
  return [...world.chats.values()].filter((chat) => chat.person === person).map((chat) => chat.number);
}
