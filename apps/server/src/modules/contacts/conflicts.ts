import type { Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { type ConflictPair, insertConflictPairs, lockContacts, selectContacts } from './queries.ts';
import { type ConsentRow, insertConsents, setStricter } from './queries-consent.ts';
import { missingWords } from './rules-consent.ts';

/**
 * These may be the same person. From now on a word about being written to counts for both (`recordConsents`), and what
 * one of them said before counts for the other at once: the address that said STOP may be reached through either.
 */
export async function linkConflicts(tx: Tx, pairs: readonly ConflictPair[]): Promise<void> {
  const fresh = await insertConflictPairs(tx, pairs);
  if (fresh.length > 0) await spreadOptOuts(tx, fresh);
}

async function spreadOptOuts(tx: Tx, pairs: readonly ConflictPair[]): Promise<void> {
  const keys = pairs.map(({ workspaceId, contactId }) => ({ workspaceId, contactId }));
  await lockContacts(tx, keys);
  const rows = new Map(
    (
      await selectContacts(
        tx,
        [...new Map(keys.map((key) => [`${key.workspaceId}|${key.contactId}`, key])).values()].map((key) => ({
          workspaceId: key.workspaceId,
          id: key.contactId,
        })),
      )
    ).map((row) => [`${row.workspaceId}|${row.id}`, row]),
  );
  const words: ConsentRow[] = [];
  for (const { workspaceId, contactId, otherId } of pairs) {
    const [to, from] = [rows.get(`${workspaceId}|${contactId}`), rows.get(`${workspaceId}|${otherId}`)];
    if (!to || !from) continue;
    for (const word of missingWords(from, to)) {
      words.push({ ...word, workspaceId, contactId, id: newId(), proof: null });
    }
  }
  if (words.length === 0) return;
  await insertConsents(tx, words);
  await setStricter(tx, words);
  await emit(
    tx,
    words.map((word) => ({
      workspaceId: word.workspaceId,
      name: 'contact.opted_out',
      data: {
        contactId: word.contactId,
        scope: word.scope,
        source: word.source,
        keyword: word.keyword,
        at: word.at.toISOString(),
        reason: 'same-person',
      },
    })),
  );
}
