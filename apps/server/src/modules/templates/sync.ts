import type { Database, Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { markDeleted, upsertTemplates } from './queries.ts';

/** A template as the provider lists it. */
export interface TemplateListing {
  name: string;
  language: string;
  category: string;
  status: string;
  providerTemplateId?: string | null;
  components?: readonly unknown[];
}

/** Adds or replaces templates of accounts, one statement however many. */
export async function upsertMany(
  tx: Tx,
  listings: readonly (TemplateListing & { workspaceId: string; accountId: string })[],
): Promise<void> {
  if (listings.length === 0) return;
  const key = (one: (typeof listings)[number]) =>
    `${one.workspaceId} ${one.accountId} ${one.name} ${one.language}`;
  // One row per key in one statement, the last counts; sorted, since two syncs may overlap.
  const rows = [...new Map(listings.map((one) => [key(one), one])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one);
  await tx.execute(upsertTemplates, [
    rows.map((row) => row.workspaceId),
    rows.map(() => newId(tx.now().getTime())),
    rows.map((row) => row.accountId),
    rows.map((row) => row.name),
    rows.map((row) => row.language),
    rows.map((row) => row.category.toUpperCase()),
    rows.map((row) => row.status.toUpperCase()),
    rows.map((row) => row.providerTemplateId ?? null),
    rows.map((row) => JSON.stringify(row.components ?? [])),
    tx.now().toISOString(),
  ]);
}

/**
 * Takes over a full listing of one account: adds, replaces, and marks as DELETED what it no longer names. `list` asks
 * the provider, outside of any transaction.
 */
export async function syncTemplates(
  db: Database,
  account: { workspaceId: string; accountId: string },
  list: () => Promise<readonly TemplateListing[]>,
): Promise<number> {
  const listings = await list();
  await db.withSystem('sync templates', async (tx) => {
    await upsertMany(
      tx,
      listings.map((one) => ({ ...one, ...account })),
    );
    await tx.execute(markDeleted, [
      account.workspaceId,
      account.accountId,
      listings.map((one) => one.name),
      tx.now().toISOString(),
      listings.map((one) => one.language),
    ]);
    await emit(tx, [
      {
        workspaceId: account.workspaceId,
        name: 'templates.synced',
        data: { accountId: account.accountId, count: listings.length },
      },
    ]);
  });
  return listings.length;
}
