import type { ProviderName, Providers, Subscription } from '@chaski/providers';
import { z } from 'zod';
import type { Database, Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { type KeyRing, seal } from '../../platform/seal.ts';
import { storableText } from '../../platform/storable.ts';
import type { AccountDeps } from './account-check.ts';
import { webhookSecretPlace } from './credentials.ts';
import { learnOwner } from './owner.ts';
import { forgetProblem, keepProblem, keepSubscription, subscribeRow } from './queries-account.ts';
import { readToken, type TokenRow } from './token.ts';

const subscribeJob = defineJob({
  name: 'numbers.subscribe-account',
  schema: z.object({ accountId: z.uuid() }),
});

const timeoutMs = 15_000;

/** Has webhooks of an account come here, soon. Asked twice before it began, it is done once. */
export async function requestSubscription(
  tx: Tx & { workspaceId: WorkspaceId },
  accountId: string,
): Promise<void> {
  await tx.execute(forgetProblem, [tx.workspaceId, accountId]);
  await enqueue(tx, subscribeJob, [
    { workspaceId: tx.workspaceId, payload: { accountId }, key: `subscribe:${accountId}` },
  ]);
}

/**
 * What `numbers.subscribe-account` runs: reads → calls, outside any transaction → writes. Dying anywhere repeats it, and
 * repeated it finds what an earlier run made. What it learnt with a token that was replaced meanwhile is thrown away.
 */
export function subscribeHandler(deps: {
  db: Database;
  ring: KeyRing;
  calls: Pick<Providers, 'subscribe'>;
  addressOf: AccountDeps['addressOf'];
}): Handler {
  return handle(subscribeJob, async ({ accountId }, { workspaceId, attempt, log }) => {
    if (workspaceId === null) return;
    const { db, ring } = deps;
    const [rows] = await db.readTenant(workspaceId as WorkspaceId, [
      { statement: subscribeRow, values: [workspaceId, accountId] },
    ]);
    const row = rows?.[0] as
      | {
          provider: ProviderName;
          sealed_token: string | null;
          token_in: TokenRow['token_in'];
          base_url: string;
          graph_version: string;
          account_ref: string | null;
          webhook_key: string | null;
          is_simulated: boolean;
        }
      | undefined;
    // Deleted since.
    if (!row || row.sealed_token === null) return;
    const { sealed_token } = row;
    const token = await readToken(db, workspaceId, accountId, { ...row, sealed_token });
    const told: Subscription =
      token.outcome === 'away'
        ? { outcome: 'unreachable', reason: `the token cannot be read: ${token.reason}` }
        : await deps.calls.subscribe({
            credential: {
              provider: row.provider,
              token: token.value,
              baseUrl: row.base_url,
              version: row.graph_version,
            },
            accountRef: row.account_ref,
            address: deps.addressOf({ webhookKey: row.webhook_key, isSimulated: row.is_simulated }),
            timeoutMs,
          });
    await db.withSystem('what became of a subscription', async (tx) => {
      if (!(await keep(tx, told))) return;
      if (told.outcome === 'ok') await learnOwner(tx, workspaceId, accountId, told.portfolioRef);
      await emit(tx, [
        {
          workspaceId,
          name: 'account.updated',
          data: { accountId, webhooksSubscribed: told.outcome === 'ok' },
        },
      ]);
    });
    if (told.outcome === 'ok') return;
    log.warn({ workspaceId, accountId, attempt, reason: told.reason }, 'webhooks could not be subscribed');
    // A refusal stays one until somebody changes something; that asks again.
    if (told.outcome === 'unreachable') throw new Error(`Webhooks could not be subscribed: ${told.reason}`);

    function keep(tx: Tx, outcome: Subscription): Promise<boolean> {
      const secret = outcome.outcome === 'ok' ? outcome.secret : null;
      const write =
        outcome.outcome === 'ok'
          ? tx.execute(keepSubscription, [
              workspaceId,
              accountId,
              sealed_token,
              tx.now().toISOString(),
              secret === null ? null : seal(ring, webhookSecretPlace(workspaceId!, accountId), secret),
            ])
          : tx.execute(keepProblem, [
              workspaceId,
              accountId,
              sealed_token,
              storableText(outcome.reason, 500),
              outcome.outcome === 'refused',
            ]);
      return write.then((touched) => touched > 0);
    }
  });
}
