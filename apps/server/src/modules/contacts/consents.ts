import type { Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { applyConsents, type ConsentRow, insertConsents } from './queries.ts';

export interface Consent {
  workspaceId: string;
  contactId: string;
  action: 'opt-out' | 'opt-in';
  scope: 'all' | 'marketing';
  /** keyword | whatsapp | api | import; `whatsapp` is the person's own marketing preference there. */
  source: string;
  keyword?: string | null;
  /** Provider id of the message that said it. */
  evidence?: string | null;
  at: Date;
}

/** Keeps each word in the history and sets the contact's flags from the newest one. */
export async function recordConsents(tx: Tx, consents: readonly Consent[]): Promise<void> {
  if (consents.length === 0) return;
  const rows: ConsentRow[] = consents.map((consent) => ({
    ...consent,
    id: newId(),
    keyword: consent.keyword ?? null,
    evidence: consent.evidence ?? null,
  }));
  await insertConsents(tx, rows);
  // One row per contact and kind of word in one statement: the newest, the later one on a tie.
  const newest = new Map<string, ConsentRow>();
  for (const row of rows) {
    const key = `${row.workspaceId}|${row.contactId}|${row.source === 'whatsapp'}`;
    const before = newest.get(key);
    if (!before || row.at >= before.at) newest.set(key, row);
  }
  const due = [...newest.values()].sort((a, b) => (a.contactId < b.contactId ? -1 : 1));
  const applied = new Set((await applyConsents(tx, due)).map((row) => row.contactId));
  const events = due.filter((row) => applied.has(row.contactId));
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
    })),
  );
}
