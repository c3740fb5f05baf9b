/**
 * contacts — the people.
 *
 * Words: a *contact* is a person; its *identities* are aliases under which WhatsApp names it: `phone` (digits, as
 * WhatsApp wrote them), `bsuid` (business-scoped user id, unique per portfolio: its scope), `parent_bsuid`. A username
 * is display only, it changes. A *consent* is one word of the person about being written to, for all purposes (service,
 * utility, marketing) or one; a *suppression* an address that is never written to, whoever has it. A *segment* is a filter
 * with a name: who is in it is asked each time. A *label* is a word of the
 * team's, an *attribute* a field of the workspace's own, a *note* what the team says about the person. A *merge* makes
 * two contacts one, until it is undone. A *list* comes in as an import or leaves as an export.
 *
 * Tables: contacts, contact_conflicts (who may be the same person), identities, consents, labels (conversations hang them
 * up too), contact_labels, contact_attributes, contact_notes, contact_merges, contact_imports, contact_import_problems,
 * contact_words, segments, contact_campaigns (what became of each campaign for each contact), suppressions. States of an import: waiting → running → done | failed.
 *
 * Always true: a person without a phone is a contact like any other; one alias belongs to one contact, for ever (a
 * changed number or BSUID is superseded, not deleted: WhatsApp may still deliver what names it); aliases are linked
 * only when one payload shows them together and are never taken from another contact (`identity_conflict` is set and a
 * person decides); Brazilian, Mexican and Argentine writings of a number find the same contact, and what WhatsApp wrote
 * is kept; a word about being written to counts for everybody who may be the same person, and within one second an
 * opt-out wins; everything that changes a contact from outside commutes, so batches may finish in any order; a merged
 * contact is found through the one that stands for it; no list opts anybody back in silently; whoever may reach certain conversations
 * only knows the people of those.
 */
import type { Tx } from '../../platform/db/index.ts';
import { type ContactRow, type IdentityRow, selectContactIdentities, selectContacts } from './queries.ts';

export { listAttributes } from './attributes.ts';
export { seenContact } from './change.ts';
export { recordConsents } from './consents.ts';
export { countryOfPhone } from './country.ts';
export { eraseContacts, type Subject, subjectOf } from './erase.ts';
export { applyIdentityChange } from './identity-change.ts';
export { importHandler, maxListBytes, openList } from './import.ts';
export { type LabelRow, labelsByNames, labelsOf, listLabels } from './labels.ts';
export { namesPhone, readPhone } from './list-columns.ts';
export type { ContactRow, IdentityRow } from './queries.ts';
export { countContacts, selectVisible as visibleContacts } from './queries-read.ts';
export { noteCampaign } from './queries-segment.ts';
export {
  type Ahead,
  contactForAddress,
  isSomebody,
  knownAhead,
  linkMany,
  lookAhead,
  lookUpPhones,
  type PersonSighting,
  resolveMany,
} from './resolve.ts';
export { roomLeft } from './room.ts';
export {
  countSegment,
  readSegment,
  type SegmentContact,
  segmentContacts,
  segmentSql,
} from './segment.ts';
export { getSegment } from './segment-change.ts';
export { contactWords, findContacts, wordsQuery } from './words.ts';

/** One contact, or null; of one that was merged away the one that stands for it. Nobody who was erased. */
export async function getContact(tx: Tx, workspaceId: string, id: string): Promise<ContactRow | null> {
  const row = (await selectContacts(tx, [{ workspaceId, id }]))[0] ?? null;
  if (row?.erasedAt) return null;
  return row?.mergedInto ? getContact(tx, workspaceId, row.mergedInto) : row;
}

/** The aliases of contacts of one workspace, oldest first. */
export function identitiesOf(
  tx: Tx,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<IdentityRow[]> {
  return selectContactIdentities(tx, workspaceId, contactIds);
}

/** What one may greet a person by. A number is no name, nor is one that WhatsApp shows where a name should be. */
export function calledName(contact: Pick<ContactRow, 'name' | 'profileName'>): string | null {
  return [contact.name, contact.profileName].find((name) => name && !/^[+\d\s().-]*$/.test(name)) ?? null;
}

/** What lists show as a contact's name. */
export function displayName(
  contact: Pick<ContactRow, 'name' | 'profileName' | 'username' | 'phone'>,
  userId?: string | null,
): string {
  return (
    contact.name ||
    contact.profileName ||
    (contact.username ? `@${contact.username}` : null) ||
    (contact.phone ? `+${contact.phone}` : null) ||
    (userId ? `…${userId.slice(-6)}` : 'Unknown')
  );
}
