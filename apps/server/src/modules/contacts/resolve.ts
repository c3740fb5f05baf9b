import { type PersonRef, phoneVariants } from '@chaski/providers';
import type { TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { type ContactId, newId } from '../../platform/ids.ts';
import { linkConflicts } from './conflicts.ts';
import { countryOfPhone } from './country.ts';
import {
  type Alias,
  aliasKey,
  type ContactRow,
  createContacts,
  type IdentityRow,
  type NewContact,
  type NewIdentity,
  removeContacts,
  type Sighting,
  selectContacts,
  selectIdentities,
  updateSightings,
} from './queries.ts';
import { type Choice, chooseContact, countryOf, type Hit } from './rules.ts';

export interface PersonSighting {
  workspaceId: string;
  /** Portfolio (or account) that the BSUID belongs to. */
  scope: string;
  person: PersonRef;
  at: Date;
}

/** An alias as the payload wrote it, or a national variant of the phone that may find the same person. */
interface Candidate extends Alias {
  exact: boolean;
}

// A parent BSUID spans portfolios, a phone the world: only plain BSUIDs have a scope.
function candidates(ref: PersonSighting): Candidate[] {
  const { workspaceId, scope, person } = ref;
  const list: Candidate[] = [];
  if (person.userId) list.push({ workspaceId, kind: 'bsuid', scope, value: person.userId, exact: true });
  if (person.phone) {
    list.push({ workspaceId, kind: 'phone', scope: '', value: person.phone, exact: true });
    for (const value of phoneVariants(person.phone)) {
      if (value !== person.phone) list.push({ workspaceId, kind: 'phone', scope: '', value, exact: false });
    }
  }
  if (person.parentUserId) {
    list.push({ workspaceId, kind: 'parent_bsuid', scope: '', value: person.parentUserId, exact: true });
  }
  return list;
}

/** Can this person be told from others at all. */
export function isSomebody(person: PersonRef): boolean {
  return Boolean(person.phone || person.userId || person.parentUserId);
}

type Mode = 'seen' | 'looked-up' | 'known-only';

type Known = ReadonlyMap<string, Pick<IdentityRow, 'contactId' | 'supersededAt'>>;

/** Aliases that were looked up before it was sure who is meant. */
export interface Ahead {
  asked: ReadonlySet<string>;
  known: Known;
}

const distinctOf = (wanted: readonly Candidate[][]) =>
  new Map<string, Alias>(wanted.flat().map((alias) => [aliasKey(alias), alias]));

/** Looks these people's aliases up for a `resolveMany` to come, so that the question can travel with another one. */
export async function lookAhead(tx: Tx, refs: readonly PersonSighting[]): Promise<Ahead> {
  const distinct = distinctOf(refs.map(candidates));
  const rows = distinct.size === 0 ? [] : await selectIdentities(tx, [...distinct.values()]);
  return { asked: new Set(distinct.keys()), known: new Map(rows.map((row) => [aliasKey(row), row])) };
}

/**
 * Who these people are, in the order of `refs`, where all of them and all their aliases are known, as one contact's each;
 * else null. Then `resolveMany` locks nobody after its first round trip (but where a contact is merged in that moment).
 */
export function knownAhead(refs: readonly PersonSighting[], { known }: Ahead): string[] | null {
  const ids: string[] = [];
  for (const ref of refs) {
    const list = candidates(ref);
    const { contactId, others } = chosen(ref, list, known);
    const isNew = list.some((alias) => alias.exact && !known.has(aliasKey(alias)));
    if (contactId === null || others.length > 0 || isNew) return null;
    ids.push(contactId);
  }
  return ids;
}

/**
 * The contacts of these people, in the order of `refs`; creates who is new, links aliases that one payload shows
 * together, never moves an alias from one contact to another. One round trip where `knownAhead` knows everybody.
 */
export async function resolveMany(
  tx: Tx,
  refs: readonly PersonSighting[],
  ahead: Ahead | null = null,
): Promise<ContactRow[]> {
  const found = await resolve(tx, refs, 'seen', { ahead });
  rememberPairs(tx, refs, found);
  return found.map(present);
}

// Pairs that are linked already: each message and status of 2026 shows phone and BSUID together, and one look per pair
// is enough. Per process and forgetful; a pair too few is looked up again. For an hour: another process may have taken
// apart what it says.
let linkedPairs = new Map<string, number>();
const rememberedMs = 60 * 60 * 1000;

const pairKey = ({ workspaceId, scope, person }: PersonSighting) =>
  `${workspaceId}|${scope}|${person.phone}|${person.userId}|${person.parentUserId}`;

const isPair = ({ person: { phone, userId, parentUserId } }: PersonSighting) =>
  Number(Boolean(phone)) + Number(Boolean(userId)) + Number(Boolean(parentUserId)) >= 2;

/** From the commit on: what was linked in a transaction that rolls back is not. */
function rememberPairs(tx: Tx, refs: readonly PersonSighting[], found: readonly Resolved[]): void {
  const now = tx.now().getTime();
  tx.afterCommit(() => {
    if (linkedPairs.size > 50_000) linkedPairs = new Map();
    refs.forEach((ref, index) => {
      if (found[index]?.owner && isPair(ref)) linkedPairs.set(pairKey(ref), now);
    });
  });
}

/** What was linked in this workspace was taken apart: its pairs are looked up again. */
export function forgetPairs(tx: Tx, workspaceId: string): void {
  tx.afterCommit(() => {
    for (const key of linkedPairs.keys()) if (key.startsWith(`${workspaceId}|`)) linkedPairs.delete(key);
  });
}

/** Links aliases shown together (by a status) where one of them is known; creates nobody. */
export async function linkMany(tx: Tx, refs: readonly PersonSighting[]): Promise<void> {
  const due = new Map<string, PersonSighting>();
  const since = tx.now().getTime() - rememberedMs;
  for (const ref of refs) {
    const key = pairKey(ref);
    if (isPair(ref) && (linkedPairs.get(key) ?? since) <= since) due.set(key, ref);
  }
  if (due.size === 0) return;
  const asked = [...due.values()];
  rememberPairs(tx, asked, await resolve(tx, asked, 'known-only'));
}

/** The contact that a send names by phone (any writing) or BSUID; created when new. `scope`: the number's portfolio. */
export async function contactForAddress(
  tx: TenantTx,
  address: { phone?: string | null; userId?: string | null; scope?: string },
): Promise<ContactRow> {
  return present(await lookUp(tx, address));
}

/** The same, for whoever must not take somebody known for new; `audited`: making one is what was asked for. */
export async function newContact(
  tx: TenantTx,
  address: { phone?: string | null; userId?: string | null; scope?: string },
  audited: Record<string, unknown>,
): Promise<{ contact: ContactRow; isNew: boolean }> {
  const found = await lookUp(tx, address, audited);
  return { contact: present(found), isNew: found.isNew };
}

async function lookUp(
  tx: TenantTx,
  address: { phone?: string | null; userId?: string | null; scope?: string },
  audited: Record<string, unknown> | null = null,
): Promise<Resolved> {
  const phone = address.phone?.replace(/\D/g, '') || null;
  const [found] = await resolve(
    tx,
    [
      {
        workspaceId: tx.workspaceId,
        scope: address.scope ?? '',
        person: {
          phone,
          userId: address.userId ?? null,
          parentUserId: null,
          username: null,
          profileName: null,
        },
        at: tx.now(),
      },
    ],
    'looked-up',
    { audited },
  );
  return found!;
}

/**
 * The contacts of many phones, in the order given; whoever is new is made while there is room (null: any number), and
 * null behind that.
 */
export async function lookUpPhones(
  tx: TenantTx,
  phones: readonly string[],
  room: number | null,
): Promise<({ id: string; isNew: boolean } | null)[]> {
  const ref = (phone: string): PersonSighting => ({
    workspaceId: tx.workspaceId,
    scope: '',
    person: { phone, userId: null, parentUserId: null, username: null, profileName: null },
    at: tx.now(),
  });
  const known = await resolve(tx, phones.map(ref), 'known-only');
  const strangers = [...new Set(phones.filter((_, index) => known[index]?.owner === null))];
  const welcome = room === null ? strangers : strangers.slice(0, room);
  const made = new Map<string, Resolved>();
  (await resolve(tx, welcome.map(ref), 'looked-up')).forEach((one, index) => {
    made.set(welcome[index]!, one);
  });
  return phones.map((phone, index) => {
    const found = known[index]!.owner;
    if (found !== null) return { id: found, isNew: false };
    const one = made.get(phone);
    return one?.owner ? { id: one.owner, isNew: one.isNew } : null;
  });
}

interface Resolved {
  /** Id of the contact; null only when nobody may be created. */
  owner: string | null;
  row: ContactRow | null;
  isNew: boolean;
}

function present({ row }: Pick<Resolved, 'row'>): ContactRow {
  // A contact deleted between two statements of this transaction: look again with the next batch.
  if (!row) throw errors.databaseBusy({ reason: 'contact' });
  return row;
}

async function resolve(
  tx: Tx,
  refs: readonly PersonSighting[],
  mode: Mode,
  options: { audited?: Record<string, unknown> | null; ahead?: Ahead | null } = {},
): Promise<Resolved[]> {
  if (refs.length === 0) return [];
  for (const ref of refs) {
    if (!isSomebody(ref.person)) {
      throw errors.unprocessable('no_person', 'The sender has neither a phone nor a user id.');
    }
  }
  const wanted = refs.map(candidates);
  // Losing a race takes one more look; the second loss of one person needs three workers, the fourth does not happen.
  for (let round = 0; round < 5; round += 1) {
    const ahead = round === 0 ? (options.ahead ?? null) : null;
    const done = await attempt(tx, refs, wanted, mode, options.audited ?? null, ahead);
    if (done) return done;
  }
  throw errors.databaseBusy({ reason: 'identities' });
}

async function attempt(
  tx: Tx,
  refs: readonly PersonSighting[],
  wanted: readonly Candidate[][],
  mode: Mode,
  audited: Record<string, unknown> | null,
  ahead: Ahead | null,
): Promise<Resolved[] | null> {
  const known = new Map(ahead?.known);
  const unasked = [...distinctOf(wanted)].flatMap(([key, alias]) => (ahead?.asked.has(key) ? [] : [alias]));
  // Not even a moment of waiting where all was asked: what the caller asks for beside us comes behind us.
  if (unasked.length > 0) {
    for (const row of await selectIdentities(tx, unasked)) known.set(aliasKey(row), row);
  }

  const created = new Map<string, Pick<NewContact, 'workspaceId' | 'id' | 'country'>>();
  const linked: NewIdentity[] = [];
  const sightings = new Map<string, Sighting>();
  const owners: (string | null)[] = [];
  const pairs = new Map<string, { workspaceId: string; contactId: string; otherId: string }>();

  refs.forEach((ref, index) => {
    const list = wanted[index]!;
    const { person } = ref;
    const choice = chosen(ref, list, known);
    if (choice.contactId === null && mode === 'known-only') {
      owners.push(null);
      return;
    }
    const contactId = choice.contactId ?? newId<ContactId>();
    owners.push(contactId);
    for (const otherId of choice.others) {
      pairs.set(`${contactId}|${otherId}`, { workspaceId: ref.workspaceId, contactId, otherId });
    }
    // What another contact holds stays there.
    for (const alias of list) {
      if (!alias.exact || known.has(aliasKey(alias))) continue;
      known.set(aliasKey(alias), { contactId, supersededAt: null });
      linked.push({
        workspaceId: alias.workspaceId,
        kind: alias.kind,
        scope: alias.scope,
        value: alias.value,
        contactId,
      });
    }
    const ownsPhone =
      person.phone !== null &&
      known.get(aliasKey({ workspaceId: ref.workspaceId, kind: 'phone', scope: '', value: person.phone }))
        ?.contactId === contactId;
    if (choice.contactId === null) {
      created.set(contactId, {
        workspaceId: ref.workspaceId,
        id: contactId,
        country:
          countryOf(person.userId ?? person.parentUserId) ??
          (ownsPhone ? countryOfPhone(person.phone) : null),
      });
    }
    const before = sightings.get(contactId);
    const newer = !before?.seenAt || ref.at >= before.seenAt;
    sightings.set(contactId, {
      workspaceId: ref.workspaceId,
      id: contactId,
      profileName: (newer ? person.profileName : null) ?? before?.profileName ?? person.profileName,
      username: (newer ? person.username : null) ?? before?.username ?? person.username,
      phone: before?.phone ?? (ownsPhone ? person.phone : null),
      conflict: choice.conflict || (before?.conflict ?? false),
      seenAt: mode !== 'seen' ? null : newer ? ref.at : (before?.seenAt ?? ref.at),
    });
  });

  const rows = new Map<string, ContactRow>();
  if (linked.length > 0 || created.size > 0) {
    // As they were seen: a sighting afterwards would write each of them twice.
    const contacts = [...created.values()].map((contact) => ({ ...sightings.get(contact.id)!, ...contact }));
    const { made, won } = await createContacts(tx, contacts, linked, tx.now());
    for (const row of made) rows.set(row.id, row);
    if (won.length < linked.length) {
      // Somebody else named one of these people meanwhile. Ours go (with the aliases they won), and we look again.
      if (created.size > 0) await removeContacts(tx, [...created.values()]);
      return null;
    }
  }

  const before = [...sightings.values()].filter(({ id }) => !created.has(id));
  if (mode === 'looked-up' && linked.length === 0) {
    for (const row of await selectContacts(tx, before)) rows.set(row.id, row);
  } else {
    // Looking somebody up in order to link changes a row only where something is new.
    const due = mode === 'known-only' ? before.filter(changes(linked)) : before;
    if (due.length > 0) for (const row of await updateSightings(tx, due)) rows.set(row.id, row);
  }

  await linkConflicts(tx, [...pairs.values()]);

  if (created.size > 0) {
    await emit(
      tx,
      [...created.values()].map((contact) => ({
        workspaceId: contact.workspaceId,
        name: 'contact.created',
        data: { contactId: contact.id },
        ...(audited
          ? {
              audit: {
                target: { kind: 'contact', id: contact.id },
                after: { phone: rows.get(contact.id)?.phone ?? null, ...audited },
              },
            }
          : {}),
      })),
    );
  }
  // Merged away between two statements of ours: its aliases lead to the other contact by now.
  if ([...rows.values()].some((row) => row.mergedInto !== null)) return null;
  return owners.map((owner) => ({
    owner,
    row: owner === null ? null : (rows.get(owner) ?? null),
    isNew: owner !== null && created.has(owner),
  }));
}

function chosen({ person }: PersonSighting, list: readonly Candidate[], known: Known): Choice {
  const hits = list.flatMap((alias): Hit[] => {
    const row = known.get(aliasKey(alias));
    if (!row) return [];
    const { kind, exact } = alias;
    return [{ contactId: row.contactId, kind, exact, superseded: row.supersededAt !== null }];
  });
  const unknownUserId = person.userId !== null && !hits.some((hit) => hit.kind === 'bsuid');
  return chooseContact(hits, unknownUserId);
}

function changes(linked: readonly NewIdentity[]): (sighting: Sighting) => boolean {
  const touched = new Set(linked.map((identity) => identity.contactId));
  return (sighting) => sighting.conflict || touched.has(sighting.id);
}
