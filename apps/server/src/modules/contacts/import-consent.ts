import type { TenantTx } from '../../platform/db/index.ts';
import { recordConsents } from './consents.ts';
import type { ListRow } from './list-columns.ts';
import { type ContactRow, selectConflicts, selectContacts } from './queries.ts';
import { saidStop } from './queries-consent.ts';
import type { ProblemRow } from './queries-import.ts';
import { suppressedAmong } from './queries-suppress.ts';
import { consentOf } from './rules-consent.ts';

interface Known {
  number: number;
  row: ListRow;
  id: string;
}

/** Who a list says has opted out: of everything. Answers those for whom that is new. */
export async function optOutRows(
  tx: TenantTx,
  known: readonly Known[],
  before: ReadonlyMap<string, ContactRow>,
): Promise<string[]> {
  const proofs = new Map(known.filter(({ row }) => row.optOut).map(({ id, row }) => [id, row.proof]));
  const ids = [...proofs.keys()].filter((id) => before.get(id)!.optOutScope !== 'all').sort();
  await recordConsents(
    tx,
    ids.map((contactId) => ({
      workspaceId: tx.workspaceId,
      contactId,
      action: 'opt-out' as const,
      scope: 'all' as const,
      source: 'import',
      proof: proofs.get(contactId) ?? null,
      at: tx.now(),
    })),
  );
  return ids;
}

/**
 * Who a list says has opted in: to marketing. Nobody comes back silently: whoever said STOP, stopped marketing in
 * WhatsApp or stands on the suppression list stays out, whatever the list says; whoever was opted out otherwise comes
 * back with a proof only. Each of these is told by its row.
 */
export async function optInRows(
  tx: TenantTx,
  known: readonly Known[],
  before: ReadonlyMap<string, ContactRow>,
  listProof: string | null,
  problems: ProblemRow[],
): Promise<string[]> {
  // What a row says of somebody's opting out counts, also where another row says otherwise.
  const out = new Set(known.filter(({ row }) => row.optOut).map(({ id }) => id));
  const asked = known.filter(({ row, id }) => row.optIn && !out.has(id));
  if (asked.length === 0) return [];
  const { people, stopped, suppressed } = await standing(tx, [...new Set(asked.map(({ id }) => id))], before);
  const proofs = new Map<string, string | null>();
  for (const { number, row, id } of asked) {
    const told = (reason: string) => problems.push({ row: number, field: 'optIn', reason, skipped: false });
    const perhapsThem = people.get(id)!;
    const proof = row.proof ?? listProof;
    if (perhapsThem.some((one) => suppressed.has(one.id))) told('suppressed');
    else if (perhapsThem.some((one) => one.marketingStoppedAt !== null)) told('stopped_in_whatsapp');
    else if (perhapsThem.some((one) => stopped.has(one.id))) told('said_stop');
    else if (perhapsThem.some((one) => consentOf(one, 'marketing') === 'out')) {
      if (proof === null) told('opt_in_needs_proof');
      else {
        told('opted_in_again');
        proofs.set(id, proof);
      }
    } else if (before.get(id)!.consentMarketing === null) proofs.set(id, proof);
  }
  const ids = [...proofs.keys()].sort();
  await recordConsents(
    tx,
    ids.map((contactId) => ({
      workspaceId: tx.workspaceId,
      contactId,
      action: 'opt-in' as const,
      scope: 'marketing' as const,
      source: 'import',
      proof: proofs.get(contactId) ?? null,
      at: tx.now(),
    })),
  );
  return ids;
}

/** These and whoever may be the same person, for whom a word counts too: with what stands against an opt-in. */
async function standing(tx: TenantTx, ids: readonly string[], before: ReadonlyMap<string, ContactRow>) {
  const pairs = await selectConflicts(
    tx,
    ids.map((contactId) => ({ workspaceId: tx.workspaceId, contactId })),
  );
  const others = [...new Set(pairs.map(({ otherId }) => otherId))].filter((id) => !before.has(id));
  const rows = new Map<string, ContactRow>(before);
  for (const row of await selectContacts(
    tx,
    others.map((id) => ({ workspaceId: tx.workspaceId, id })),
  ))
    rows.set(row.id, row);
  const people = new Map(
    ids.map((id) => [
      id,
      [id, ...pairs.filter((pair) => pair.contactId === id).map(({ otherId }) => otherId)].flatMap(
        (one) => rows.get(one) ?? [],
      ),
    ]),
  );
  const all = [...new Set([...people.values()].flat().map((row) => row.id))];
  return {
    people,
    stopped: await saidStop(tx, all),
    suppressed: await suppressedAmong(tx, all),
  };
}
