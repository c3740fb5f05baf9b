import type { Provider } from '@chaski/providers';
import { z } from 'zod';
import type { Database, Tx } from '../../platform/db/index.ts';
import { defineConsumer } from '../../platform/events/index.ts';
import { type CronEntry, defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { type AskableAccount, askableAccounts, credentialFor } from '../numbers/index.ts';
import { syncTemplates } from './sync.ts';

const syncAccount = defineJob({
  name: 'templates.sync',
  schema: z.object({ accountId: z.uuid(), accountRef: z.string() }),
});
const syncAll = defineJob({ name: 'templates.sync-all', schema: z.object({}) });

const timeoutMs = 30_000;

/** Asks WhatsApp for the lists of a workspace's accounts, or of all; answers how many accounts. */
export async function requestSync(tx: Tx, workspaceId: string | null): Promise<number> {
  const accounts = await askableAccounts(tx, workspaceId);
  await enqueueSync(tx, accounts);
  return accounts.length;
}

/** Asks for the lists of these accounts, where they can be asked. */
export async function requestSyncOf(
  tx: Tx,
  wanted: readonly { workspaceId: string; accountId: string }[],
): Promise<void> {
  const ids = new Set(wanted.map(({ accountId }) => accountId));
  for (const workspaceId of [...new Set(wanted.map((one) => one.workspaceId))].sort())
    await enqueueSync(
      tx,
      (await askableAccounts(tx, workspaceId)).filter(({ accountId }) => ids.has(accountId)),
    );
}

async function enqueueSync(tx: Tx, accounts: readonly AskableAccount[]): Promise<void> {
  await enqueue(
    tx,
    syncAccount,
    accounts.map((account) => ({
      workspaceId: account.workspaceId,
      payload: { accountId: account.accountId, accountRef: account.accountRef },
      // Several wishes before it ran are one.
      key: `templates:${account.accountId}`,
    })),
  );
}

/** A number that became active brings its account's templates. */
export const activatedAccounts = defineConsumer({
  name: 'templates.activated-accounts',
  events: ['number.updated'],
  async handle(tx, events) {
    const workspaces = events.filter(({ data }) => data.activated === true).map((event) => event.workspaceId);
    for (const workspaceId of [...new Set(workspaces)].sort()) await requestSync(tx, workspaceId);
  },
});

/** Notices may be lost or come for templates that nobody told us about: once a day everything is asked. */
export const syncTemplatesCron: CronEntry = { job: syncAll, match: '41 3 * * *' };

/** What `templates.sync` and `templates.sync-all` run. Repeatable: a list replaces a list. */
export function syncTemplatesHandlers(deps: {
  db: Database;
  provider: Pick<Provider, 'listTemplates'>;
}): Handler[] {
  const { db, provider } = deps;
  return [
    handle(syncAll, async () => {
      await db.withSystem('templates of all accounts', (tx) => requestSync(tx, null));
    }),
    handle(syncAccount, async ({ accountId, accountRef }, { workspaceId, log }) => {
      if (workspaceId === null) return;
      const credential = await credentialFor(db, workspaceId, accountId);
      const listed = await provider.listTemplates({ credential, accountRef, timeoutMs });
      if (listed.outcome === 'unreachable')
        throw new Error(`WhatsApp did not list templates: ${listed.reason}`);
      if (listed.outcome === 'refused') {
        // Another try would be refused too; a new token asks again.
        log.warn({ workspaceId, accountId, reason: listed.reason }, 'WhatsApp refused to list templates');
        return;
      }
      await syncTemplates(db, { workspaceId, accountId }, async () => listed.templates);
    }),
  ];
}
