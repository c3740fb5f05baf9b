import type { ConsentScope } from '@chaski/contracts';
import { statement, type Tx } from '../../platform/db/index.ts';
import type { ContactId, WorkspaceId } from '../../platform/ids.ts';
import type { IdentityKind } from './rules.ts';
import type { Said } from './rules-consent.ts';

export interface ContactRow {
  workspaceId: WorkspaceId;
  id: ContactId;
  name: string | null;
  profileName: string | null;
  username: string | null;
  phone: string | null;
  country: string | null;
  blockedAt: Date | null;
  optedOut: boolean;
  optedOutAt: Date | null;
  optOutSource: string | null;
  optOutKeyword: string | null;
  optOutScope: ConsentScope | null;
  marketingStoppedAt: Date | null;
  marketingResumedAt: Date | null;
  consentService: Said;
  consentUtility: Said;
  consentMarketing: Said;
  identityConflict: boolean;
  email: string | null;
  company: string | null;
  language: string | null;
  attributes: Record<string, AttributeValue>;
  /** The contact that this one was merged into; null for everybody who still stands alone. */
  mergedInto: ContactId | null;
  erasedAt: Date | null;
  lastSeenAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A date is text, `2026-11-21`; a choice is one of its definition's. */
export type AttributeValue = string | number | boolean;

export interface IdentityRow {
  workspaceId: string;
  kind: IdentityKind;
  scope: string;
  value: string;
  contactId: string;
  supersededAt: Date | null;
}

export interface Alias {
  workspaceId: string;
  kind: IdentityKind;
  scope: string;
  value: string;
}

const columns = (c: string) =>
  `${c}.workspace_id as "workspaceId", ${c}.id, ${c}.name, ${c}.profile_name as "profileName", ${c}.username, ${c}.phone,
   ${c}.country, ${c}.blocked_at as "blockedAt", ${c}.opted_out as "optedOut", ${c}.opted_out_at as "optedOutAt",
   ${c}.opt_out_source as "optOutSource", ${c}.opt_out_keyword as "optOutKeyword", ${c}.opt_out_scope as "optOutScope",
   ${c}.marketing_stopped_at as "marketingStoppedAt", ${c}.marketing_resumed_at as "marketingResumedAt",
   ${c}.consent_service as "consentService", ${c}.consent_utility as "consentUtility",
   ${c}.consent_marketing as "consentMarketing", ${c}.identity_conflict as "identityConflict",
   ${c}.email, ${c}.company, ${c}.language, ${c}.attributes, ${c}.merged_into as "mergedInto",
   ${c}.erased_at as "erasedAt", ${c}.last_seen_at as "lastSeenAt", ${c}.created_at as "createdAt",
   ${c}.updated_at as "updatedAt"`;

const findIdentities = statement(
  'contacts.find_identities',
  `select i.workspace_id as "workspaceId", i.kind, i.scope, i.value, i.contact_id as "contactId",
          i.superseded_at as "supersededAt"
   from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as a (workspace_id, kind, scope, value)
   cross join lateral (select * from identities i where i.workspace_id = a.workspace_id and i.kind = a.kind
     and i.scope = a.scope and i.value = a.value limit 1) i`,
);

export function selectIdentities(tx: Tx, aliases: readonly Alias[]): Promise<IdentityRow[]> {
  return tx.query<IdentityRow>(findIdentities, [
    aliases.map((a) => a.workspaceId),
    aliases.map((a) => a.kind),
    aliases.map((a) => a.scope),
    aliases.map((a) => a.value),
  ]);
}

export interface NewContact {
  workspaceId: string;
  id: string;
  profileName: string | null;
  username: string | null;
  phone: string | null;
  country: string | null;
  conflict: boolean;
  seenAt: Date | null;
}

export interface NewIdentity extends Alias {
  contactId: string;
}

const insertContacts = statement(
  'contacts.insert',
  `insert into contacts as c (workspace_id, id, profile_name, username, phone, country, identity_conflict, last_seen_at,
                         created_at, updated_at)
   select t.*, $9::timestamptz, $9::timestamptz
   from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[],
               $8::timestamptz[]) as t
   returning ${columns('c')}`,
);

// Waits for another worker's uncommitted row of the same alias; once that committed, ours is left out.
const insertIdentities = statement(
  'contacts.insert_identities',
  `insert into identities (workspace_id, kind, scope, value, contact_id, created_at)
   select t.*, $6::timestamptz
   from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[]) as t
   on conflict (workspace_id, kind, scope, value) do nothing
   returning workspace_id as "workspaceId", kind, scope, value, contact_id as "contactId"`,
);

/** Inserts both in one round trip; `won`: the identities that nobody else had. */
export async function createContacts(
  tx: Tx,
  contacts: readonly NewContact[],
  identities: readonly NewIdentity[],
  at: Date,
): Promise<{ made: ContactRow[]; won: NewIdentity[] }> {
  const now = at.toISOString();
  const sorted = [...identities].sort(byAlias);
  const steps = [];
  if (contacts.length > 0) {
    steps.push({
      statement: insertContacts,
      values: [
        contacts.map((c) => c.workspaceId),
        contacts.map((c) => c.id),
        contacts.map((c) => c.profileName),
        contacts.map((c) => c.username),
        contacts.map((c) => c.phone),
        contacts.map((c) => c.country),
        contacts.map((c) => c.conflict),
        contacts.map((c) => c.seenAt?.toISOString() ?? null),
        now,
      ],
    });
  }
  if (sorted.length > 0) {
    steps.push({
      statement: insertIdentities,
      values: [
        sorted.map((i) => i.workspaceId),
        sorted.map((i) => i.kind),
        sorted.map((i) => i.scope),
        sorted.map((i) => i.value),
        sorted.map((i) => i.contactId),
        now,
      ],
    });
  }
  const results = await tx.batch(steps);
  return {
    made: contacts.length > 0 ? (results[0] as unknown as ContactRow[]) : [],
    won: sorted.length > 0 ? (results.at(-1) as unknown as NewIdentity[]) : [],
  };
}

export const aliasKey = (a: Alias): string => `${a.workspaceId}|${a.kind}|${a.scope}|${a.value}`;

function byAlias(a: Alias, b: Alias): number {
  const x = aliasKey(a);
  const y = aliasKey(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Takes back contacts of this transaction that lost the race for an alias. */
export async function removeContacts(
  tx: Tx,
  contacts: readonly { workspaceId: string; id: string }[],
): Promise<void> {
  await tx.execute(
    `delete from contacts c using unnest($1::uuid[], $2::uuid[]) as t (workspace_id, id)
     where c.workspace_id = t.workspace_id and c.id = t.id`,
    [contacts.map((c) => c.workspaceId), contacts.map((c) => c.id)],
  );
}

export interface Sighting {
  workspaceId: string;
  id: string;
  profileName: string | null;
  username: string | null;
  phone: string | null;
  conflict: boolean;
  /** Null: not seen, only looked up. */
  seenAt: Date | null;
}

// Locks in key order first: an update joined to unnest would lock in whatever order the join yields. Not `for update`:
// that would wait for the key share that a concurrent insert of a conversation or identity holds on the contact.
// Names belong to the newest sighting; what arrives late must not put an old name back.
const sight = statement(
  'contacts.sight',
  `with input as (
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::timestamptz[])
       as t (workspace_id, id, profile_name, username, phone, conflict, seen_at)
   ), locked as materialized (
     -- Row by row through the primary key, in order: a join read all contacts while they had no statistics.
     select c.* from (select workspace_id, id from input order by 1, 2) i cross join lateral (
       select c.workspace_id, c.id from contacts c where c.workspace_id = i.workspace_id and c.id = i.id
       for no key update) c
   )
   update contacts c set
     profile_name = case when i.profile_name is not null and (c.profile_name is null or i.seen_at >= coalesce(c.last_seen_at, '-infinity')) then i.profile_name else c.profile_name end,
     username = case when i.username is not null and (c.username is null or i.seen_at >= coalesce(c.last_seen_at, '-infinity')) then i.username else c.username end,
     phone = coalesce(c.phone, i.phone),
     identity_conflict = c.identity_conflict or i.conflict,
     last_seen_at = greatest(c.last_seen_at, i.seen_at),
     updated_at = case
       when (i.profile_name is not null and i.profile_name is distinct from c.profile_name)
         or (i.username is not null and i.username is distinct from c.username)
         or (c.phone is null and i.phone is not null) or (i.conflict and not c.identity_conflict)
       then $8::timestamptz else c.updated_at end
   from input i join locked l using (workspace_id, id)
   where c.workspace_id = i.workspace_id and c.id = i.id
     and c.workspace_id = any(array(select distinct workspace_id from input))
     and c.id = any(array(select id from input))
   returning ${columns('c')}`,
);

export function updateSightings(tx: Tx, sightings: readonly Sighting[]): Promise<ContactRow[]> {
  return tx.query<ContactRow>(sight, [
    sightings.map((s) => s.workspaceId),
    sightings.map((s) => s.id),
    sightings.map((s) => s.profileName),
    sightings.map((s) => s.username),
    sightings.map((s) => s.phone),
    sightings.map((s) => s.conflict),
    sightings.map((s) => s.seenAt?.toISOString() ?? null),
    tx.now().toISOString(),
  ]);
}

// Row by row through the primary key: a join read all contacts for each of a thousand while they had no statistics.
const byIds = statement(
  'contacts.by_ids',
  `select ${columns('c')} from unnest($1::uuid[], $2::uuid[]) as t (workspace_id, id)
   cross join lateral (
     select * from contacts c where c.workspace_id = t.workspace_id and c.id = t.id limit 1) c`,
);

export function selectContacts(
  tx: Tx,
  keys: readonly { workspaceId: string; id: string }[],
): Promise<ContactRow[]> {
  return tx.query<ContactRow>(byIds, [keys.map((k) => k.workspaceId), keys.map((k) => k.id)]);
}

const identitiesOf = statement(
  'contacts.identities_of',
  `select workspace_id as "workspaceId", kind, scope, value, contact_id as "contactId",
          superseded_at as "supersededAt"
   from identities where workspace_id = $1 and contact_id = any($2::uuid[])
   order by contact_id, created_at, kind, value`,
);

export function selectContactIdentities(
  tx: Tx,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<IdentityRow[]> {
  return tx.query<IdentityRow>(identitiesOf, [workspaceId, contactIds]);
}

const putAliasesInForce = statement(
  'contacts.put_aliases_in_force',
  `update identities set superseded_at = case when superseded_at is null then $3::timestamptz end
   where workspace_id = $1 and contact_id = $2
     and ((superseded_at is not null) = case kind
         when 'phone' then value = any ($4::text[])
         when 'bsuid' then case when scope = $5 then value = $6 end
         else value = $7 end
       or (superseded_at is null and value = any ($8::text[])))`,
);

/**
 * What the contact is called from `at` on: its other aliases of the kinds that are given become history, and one that
 * had become it is in force again (so each row that is touched turns). `givenUp` becomes history whatever its kind.
 */
export async function putInForce(
  tx: Tx,
  change: {
    workspaceId: string;
    contactId: string;
    phones: readonly string[] | null;
    userId: { scope: string; value: string } | null;
    parentUserId: string | null;
    givenUp: readonly string[];
    at: Date;
  },
): Promise<void> {
  await tx.execute(putAliasesInForce, [
    change.workspaceId,
    change.contactId,
    change.at.toISOString(),
    change.phones,
    change.userId?.scope ?? null,
    change.userId?.value ?? null,
    change.parentUserId,
    change.givenUp,
  ]);
}

export async function setPhone(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  phone: string | null,
  conflict: boolean,
): Promise<void> {
  await tx.execute(
    `update contacts set phone = coalesce($3, phone), identity_conflict = identity_conflict or $4, updated_at = $5
     where workspace_id = $1 and id = $2`,
    [workspaceId, contactId, phone, conflict, tx.now().toISOString()],
  );
}

const insertConflicts = statement(
  'contacts.insert_conflicts',
  `insert into contact_conflicts (workspace_id, contact_id, other_id, created_at)
   select t.workspace_id, t.contact_id, t.other_id, $4::timestamptz
   from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as t (workspace_id, contact_id, other_id)
   order by t.workspace_id, t.contact_id, t.other_id
   on conflict do nothing
   returning workspace_id as "workspaceId", contact_id as "contactId", other_id as "otherId"`,
);

export interface ConflictPair {
  workspaceId: string;
  contactId: string;
  otherId: string;
}

/**
 * One payload showed aliases of both. Kept in both directions, so that a look from either side finds the other; answers
 * what nobody knew yet.
 */
export async function insertConflictPairs(tx: Tx, pairs: readonly ConflictPair[]): Promise<ConflictPair[]> {
  if (pairs.length === 0) return [];
  const both = pairs.flatMap((pair) => [
    pair,
    { workspaceId: pair.workspaceId, contactId: pair.otherId, otherId: pair.contactId },
  ]);
  return tx.query<ConflictPair & Record<string, unknown>>(insertConflicts, [
    both.map((pair) => pair.workspaceId),
    both.map((pair) => pair.contactId),
    both.map((pair) => pair.otherId),
    tx.now().toISOString(),
  ]);
}

/** Who may be the same person as these. */
export function selectConflicts(
  tx: Tx,
  contacts: readonly { workspaceId: string; contactId: string }[],
): Promise<{ workspaceId: string; contactId: string; otherId: string }[]> {
  return tx.query(
    `select distinct k.workspace_id as "workspaceId", k.contact_id as "contactId", k.other_id as "otherId"
     from unnest($1::uuid[], $2::uuid[]) as t (workspace_id, contact_id)
     join contact_conflicts k using (workspace_id, contact_id)`,
    [contacts.map((c) => c.workspaceId), contacts.map((c) => c.contactId)],
  );
}

/** Two words about one contact, recorded at once, would each miss the other: one waits. */
export async function lockContacts(
  tx: Tx,
  contacts: readonly { workspaceId: string; contactId: string }[],
): Promise<void> {
  await tx.execute(
    `select 1 from contacts c
     where (c.workspace_id, c.id) in (select * from unnest($1::uuid[], $2::uuid[]))
     order by c.workspace_id, c.id for no key update of c`,
    [contacts.map((c) => c.workspaceId), contacts.map((c) => c.contactId)],
  );
}
