import type { ConsentScope } from '@chaski/contracts';
import type { Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { counter } from '../../platform/metrics.ts';
import { lockContacts, selectConflicts } from './queries.ts';
import { applyConsents, type ConsentRow, insertConsents, type PurposeWord } from './queries-consent.ts';
import { liftErased } from './queries-suppress.ts';
import { aboutOf, outdone } from './rules-consent.ts';

const words = counter('chaski_consents_total', 'People who opted out or in again, by who said so.', [
  'action',
  'source',
]);

export interface Consent {
  workspaceId: string;
  contactId: string;
  action: 'opt-out' | 'opt-in';
  /** All purposes, or one of them. */
  scope: ConsentScope;
  /** keyword | whatsapp | api | form | import; `whatsapp` is the person's own marketing preference there. */
  source: string;
  keyword?: string | null;
  /** What shows that it was said: WhatsApp's id of the message, the form, the list. */
  proof?: string | null;
  at: Date;
}

/**
 * Keeps each word in the history and sets the contact's flags from the newest one; answers, in the order given, which
 * of them count now. A word counts for everybody who may be the same person: an address that said STOP under one
 * contact must not be written to through the other. `audited`: somebody said it on the person's behalf.
 */
export async function recordConsents(
  tx: Tx,
  consents: readonly Consent[],
  audited = false,
): Promise<boolean[]> {
  if (consents.length === 0) return [];
  const now = tx.now();
  const partners = new Map<string, string[]>();
  for (const { workspaceId, contactId, otherId } of await selectConflicts(tx, consents)) {
    const key = `${workspaceId}|${contactId}`;
    partners.set(key, [...(partners.get(key) ?? []), otherId]);
  }
  const said: ConsentRow[] = [];
  const rows: ConsentRow[] = [];
  for (const consent of consents) {
    const row: ConsentRow = {
      ...consent,
      id: newId(),
      keyword: consent.keyword ?? null,
      proof: consent.proof ?? null,
      // A clock that is ahead must not have the last word for ever.
      at: new Date(Math.min(consent.at.getTime(), now.getTime())),
    };
    said.push(row);
    rows.push(row);
    for (const contactId of partners.get(`${row.workspaceId}|${row.contactId}`) ?? []) {
      rows.push({ ...row, id: newId(), contactId });
    }
  }
  await lockContacts(tx, rows);
  await insertConsents(tx, rows);
  // One word about each thing in one statement: the newest, the later one on a tie.
  const newest = new Map<string, PurposeWord>();
  for (const word of rows) {
    for (const about of aboutOf(word)) {
      const key = `${word.workspaceId}|${word.contactId}|${about}`;
      const before = newest.get(key);
      if (!before || !outdone(word, before.word)) newest.set(key, { word, about });
    }
  }
  const due = [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  const applied = await applyConsents(tx, due);
  const events = rows.filter((row) => applied.has(row.id));
  await liftErased(
    tx,
    events.filter((row) => row.action === 'opt-in' && row.source !== 'whatsapp' && row.source !== 'import'),
  );
  const spoken = new Set(said.map((row) => row.id));
  await emit(
    tx,
    events.map((row) => ({
      workspaceId: row.workspaceId,
      name: row.action === 'opt-out' ? 'contact.opted_out' : 'contact.opted_in',
      data: {
        contactId: row.contactId,
        scope: row.scope,
        source: row.source,
        keyword: row.keyword,
        at: row.at.toISOString(),
      },
      ...(audited && spoken.has(row.id)
        ? { audit: { target: { kind: 'contact', id: row.contactId }, after: { scope: row.scope } } }
        : {}),
    })),
  );
  tx.afterCommit(() => {
    for (const { action, source } of events) words.inc({ action, source });
  });
  const counted = new Set(events.map((row) => row.id));
  return said.map((row) => counted.has(row.id));
}
