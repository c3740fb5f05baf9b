import { isUserId, normalizeRecipient, phoneVariants } from '@chaski/providers';
import type { SystemTx, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import {
  addressesThatSaidNo,
  blankSuppressions,
  deleteSuppression,
  insertSuppressions,
  type SuppressionRow,
} from './queries-suppress.ts';

/** What may stand on the list: a phone number in any writing with its country code, or a business-scoped user id. */
export function readAddress(said: string): { kind: 'phone' | 'bsuid'; value: string } | { reason: string } {
  const text = said.trim();
  if (isUserId(text)) return { kind: 'bsuid', value: text };
  const read = normalizeRecipient(text);
  return 'digits' in read ? { kind: 'phone', value: read.digits } : { reason: read.error };
}

export interface Suppress {
  addresses: readonly string[];
  scope: 'all' | 'marketing';
  proof: string | null;
  source: 'api' | 'import';
}

export interface Suppressed {
  rows: (SuppressionRow & { isNew: boolean })[];
  problems: { index: number; reason: string }[];
}

/**
 * Addresses that are never written to from now on, whoever has them. What is queued for them is refused when it is
 * handed over. The audit says how many and why, not whom: it outlives the people.
 */
export async function suppress(
  tx: TenantTx,
  { addresses, scope, proof, source }: Suppress,
): Promise<Suppressed> {
  const problems: Suppressed['problems'] = [];
  const wanted = new Map<string, { kind: 'phone' | 'bsuid'; value: string }>();
  addresses.forEach((said, index) => {
    const read = readAddress(said);
    if ('reason' in read) problems.push({ index, reason: read.reason });
    else wanted.set(read.kind === 'phone' ? phoneVariants(read.value).sort()[0]! : read.value, read);
  });
  const rows = await insertSuppressions(
    tx,
    [...wanted.values()].map((address) => ({
      ...address,
      workspaceId: tx.workspaceId,
      id: newId(),
      isShown: true,
      scope,
      source,
      proof,
      at: tx.now(),
    })),
  );
  const added = rows.filter((row) => row.isNew).length;
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'suppressions.added',
      data: { count: added },
      audit: {
        target: { kind: 'suppressions', id: rows.length === 1 ? rows[0]!.id : null },
        after: { scope, source, count: rows.length, added },
      },
    },
  ]);
  return { rows, problems };
}

/** Takes an address off the list again. */
export async function unsuppress(tx: TenantTx, id: string): Promise<void> {
  const row = await deleteSuppression(tx, id);
  if (!row) throw errors.notFound('suppression', { id });
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'suppressions.removed',
      data: { suppressionId: id },
      audit: {
        target: { kind: 'suppressions', id },
        before: { scope: row.scope, source: row.source },
      },
    },
  ]);
}

/**
 * Before somebody is erased: who said no stays on the list as a hash, so that no list brings them back as if they never
 * had; of who stands there already only the hash stays. They themselves can take it back by writing START.
 */
export async function keepRefusals(
  tx: SystemTx,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<void> {
  await blankSuppressions(tx, workspaceId, contactIds);
  const refused = new Map(
    (await addressesThatSaidNo(tx, workspaceId, contactIds)).map((one) => [
      one.kind === 'phone' ? phoneVariants(one.value).sort()[0]! : one.value,
      one,
    ]),
  );
  if (refused.size === 0) return;
  await insertSuppressions(
    tx,
    [...refused.values()].map((one) => ({
      ...one,
      workspaceId,
      id: newId(),
      isShown: false,
      source: 'erasure',
      proof: null,
    })),
  );
}
