import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { standingContact } from './change.ts';
import { setLabels } from './labels.ts';
import {
  type ContactRow,
  insertConflictPairs,
  lockContacts,
  selectConflicts,
  selectContacts,
} from './queries.ts';
import {
  copyLabelsTo,
  countWordsSince,
  type Fields,
  insertMerge,
  laterMerge,
  lockMerge,
  type MergeRow,
  moveBelongings,
  removePairs,
  setUndone,
  writeContact,
} from './queries-merge.ts';
import { forgetPairs } from './resolve.ts';
import { behind, mergedFields, restoredFields } from './rules-merge.ts';

/**
 * Two contacts become one: `keptId` takes in the other's aliases, words, notes and labels, and what it does not know
 * itself; the stricter word about being written to counts at once. Threads follow by `contact.merged`
 * (modules/conversations/unite.ts). The other row stays, unseen, and the record has all that an undo needs.
 */
export async function mergeContacts(tx: TenantTx, keptId: string, mergedId: string): Promise<MergeRow> {
  if (keptId === mergedId) {
    throw errors.invalidRequest([{ path: 'body.contactId', message: 'Name another contact than this one.' }]);
  }
  const [kept, merged] = await lockedPair(tx, keptId, mergedId);
  const others = await perhapsSame(tx, [keptId, mergedId]);
  const moved = await moveBelongings(tx, mergedId, keptId, null);
  const labels = await copyLabelsTo(tx, mergedId, keptId);
  // The two rows stay a pair: a word said in an old thread of the one counts for the other. So does the other's with
  // third parties.
  const fresh = await insertConflictPairs(
    tx,
    [mergedId, ...others].map((otherId) => ({ workspaceId: tx.workspaceId, contactId: keptId, otherId })),
  );
  const pairs = fresh.filter((pair) => pair.contactId === keptId).map((pair) => pair.otherId);
  const [before, gone] = [fieldsOf(kept), fieldsOf(merged)];
  const made = mergedFields(before, gone, others.length > 0);
  await writeContact(tx, keptId, made, null);
  await writeContact(tx, mergedId, behind(gone, made), keptId);
  const row = await insertMerge(tx, {
    id: newId(),
    keptId,
    mergedId,
    record: { kept: before, merged: gone, made, labels, pairs, ...moved },
  });
  await tell(tx, 'contact.merged', row);
  return row;
}

/**
 * Makes two of one again, the last merge first: a later one filled its gaps from what this one made. Each has what it
 * had. What was changed or said since stays where it is now, and a word about
 * being written to that came since counts for both.
 */
export async function undoMerge(tx: TenantTx, keptId: string, id: string): Promise<MergeRow> {
  await standingContact(tx, keptId);
  const row = await lockMerge(tx, keptId, id);
  if (!row) throw errors.notFound('merge', { id });
  if (row.undoneAt !== null) throw errors.conflict('merge_undone', 'This merge was undone already.', { id });
  const { record, mergedId } = row;
  await lockContacts(
    tx,
    [keptId, mergedId].sort().map((contactId) => ({ workspaceId: tx.workspaceId, contactId })),
  );
  const last = await laterMerge(tx, row);
  if (last !== null) {
    throw errors.conflict('later_merge', 'Another contact was merged into this one since. Undo that first.', {
      mergeId: last,
    });
  }
  const [now] = await selectContacts(tx, [{ workspaceId: tx.workspaceId, id: keptId }]);
  const said = await countWordsSince(tx, [keptId, mergedId], row.at, record.consents);
  await moveBelongings(tx, keptId, mergedId, record);
  forgetPairs(tx, tx.workspaceId);
  await setLabels(tx, [keptId], record.labels, false);
  await removePairs(tx, keptId, record.pairs);
  const back = restoredFields(fieldsOf(now!), record, said > 0);
  await writeContact(tx, keptId, back.kept, null);
  await writeContact(tx, mergedId, back.merged, null);
  const undone = await setUndone(tx, id);
  await tell(tx, 'contact.unmerged', undone);
  return undone;
}

async function lockedPair(tx: TenantTx, keptId: string, mergedId: string): Promise<[ContactRow, ContactRow]> {
  await standingContact(tx, keptId);
  await standingContact(tx, mergedId);
  await lockContacts(
    tx,
    [keptId, mergedId].map((contactId) => ({ workspaceId: tx.workspaceId, contactId })),
  );
  return [await standingContact(tx, keptId), await standingContact(tx, mergedId)];
}

/** Third parties that may be the same person as one of these. */
async function perhapsSame(tx: TenantTx, ids: readonly string[]): Promise<string[]> {
  const pairs = await selectConflicts(
    tx,
    ids.map((contactId) => ({ workspaceId: tx.workspaceId, contactId })),
  );
  const others = [...new Set(pairs.map((pair) => pair.otherId))].filter((id) => !ids.includes(id)).sort();
  const rows = await selectContacts(
    tx,
    others.map((id) => ({ workspaceId: tx.workspaceId, id })),
  );
  return rows.filter((row) => row.mergedInto === null).map((row) => row.id);
}

function tell(tx: TenantTx, name: 'contact.merged' | 'contact.unmerged', row: MergeRow): Promise<void> {
  return emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { contactId: row.keptId, mergedId: row.mergedId, mergeId: row.id },
      audit: {
        target: { kind: 'contact', id: row.keptId },
        after: { mergedId: row.mergedId, mergeId: row.id },
      },
    },
  ]);
}

function fieldsOf(row: ContactRow): Fields {
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    name: row.name,
    profileName: row.profileName,
    username: row.username,
    phone: row.phone,
    country: row.country,
    email: row.email,
    company: row.company,
    language: row.language,
    attributes: row.attributes,
    blockedAt: iso(row.blockedAt),
    optedOut: row.optedOut,
    optedOutAt: iso(row.optedOutAt),
    optOutSource: row.optOutSource,
    optOutKeyword: row.optOutKeyword,
    optOutScope: row.optOutScope,
    consentService: row.consentService,
    consentUtility: row.consentUtility,
    consentMarketing: row.consentMarketing,
    marketingStoppedAt: iso(row.marketingStoppedAt),
    marketingResumedAt: iso(row.marketingResumedAt),
    identityConflict: row.identityConflict,
    lastSeenAt: iso(row.lastSeenAt),
  };
}
