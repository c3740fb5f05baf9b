import type { Providers } from '@chaski/providers';
import { z } from 'zod';
import type { Database, Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { type CronEntry, defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { askableAccounts } from './accounts.ts';
import { credentialFor } from './credentials.ts';
import { keepOwner, lockAccount } from './queries-account.ts';
import { limitScopeOf, type Owned } from './rules.ts';

/**
 * Whose an account is, by WhatsApp's own word. Told when webhooks are subscribed and asked once a day: a token may be
 * allowed to see it later only, and accounts change hands.
 */
const ownerOfAccount = defineJob({
  name: 'numbers.owner',
  schema: z.object({ accountId: z.uuid(), accountRef: z.string() }),
});
const ownersOfAll = defineJob({ name: 'numbers.owners', schema: z.object({}) });

export const ownersCron: CronEntry = { job: ownersOfAll, match: '7 4 * * *' };

const timeoutMs = 15_000;

/** What `numbers.owners` and `numbers.owner` run. */
export function ownerHandlers({ db, calls }: { db: Database; calls: Pick<Providers, 'owner'> }): Handler[] {
  return [
    handle(ownersOfAll, async () => {
      await db.withSystem('whose accounts are', async (tx) => {
        const accounts = await askableAccounts(tx, null);
        await enqueue(
          tx,
          ownerOfAccount,
          accounts.map(({ workspaceId, accountId, accountRef }) => ({
            workspaceId,
            payload: { accountId, accountRef },
            key: `owner:${accountId}`,
          })),
        );
      });
    }),
    handle(ownerOfAccount, async ({ accountId, accountRef }, { workspaceId, log }) => {
      if (workspaceId === null) return;
      const credential = await credentialFor(db, workspaceId, accountId);
      const told = await calls.owner({ credential, accountRef, timeoutMs });
      if (told.outcome === 'unreachable')
        throw new Error(`WhatsApp did not say whose an account is: ${told.reason}`);
      if (told.outcome === 'refused') {
        log.info({ workspaceId, accountId, reason: told.reason }, 'whose an account is was not told');
        return;
      }
      await db.withSystem('whose an account is', (tx) =>
        learnOwner(tx, workspaceId, accountId, told.portfolioRef),
      );
    }),
  ];
}

/** WhatsApp's word stays where it says nothing this time. */
export async function learnOwner(
  tx: Tx,
  workspaceId: string,
  accountId: string,
  portfolioRef: string | null,
): Promise<void> {
  if (portfolioRef === null) return;
  const [before] = await tx.query<Owned & Record<string, unknown>>(lockAccount, [workspaceId, accountId]);
  if (!before || before.told_portfolio === portfolioRef) return;
  await tx.execute(keepOwner, [workspaceId, accountId, portfolioRef]);
  await tellLimit(tx, workspaceId, before, { ...before, told_portfolio: portfolioRef });
}

/** The account counts under another limit from now on: whoever counts takes along what it has counted. */
export async function tellLimit(tx: Tx, workspaceId: string, before: Owned, after: Owned): Promise<void> {
  const [from, to] = [limitScopeOf(before), limitScopeOf(after)];
  if (from === to) return;
  await emit(tx, [
    { workspaceId, name: 'account.limit_moved', data: { accountId: after.account_id, from, to } },
  ]);
}
