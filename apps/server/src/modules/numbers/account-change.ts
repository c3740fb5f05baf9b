import type { TenantTx } from '../../platform/db/index.ts';
import { AppError, errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { seal } from '../../platform/seal.ts';
import { type AccountRow, getAccount } from './account.ts';
import { type AccountDeps, askAccount } from './account-check.ts';
import { requestSubscription } from './account-subscribe.ts';
import { audited, tellAccount } from './account-tell.ts';
import { setToken, webhookSecretPlace } from './credentials.ts';
import { tellLimit } from './owner.ts';
import { deleteAccount, lockAccount, setWebhookSecret, updateAccount } from './queries-account.ts';
import { lockToken } from './queries-token.ts';
import type { Owned } from './rules.ts';
import { accountSpoken, readGraphVersion, speakerOfAccount } from './speaker.ts';
import { dropToken, type KeptToken, keepToken } from './token.ts';

export interface AccountChange {
  name?: string | undefined;
  portfolioRef?: string | undefined;
  graphVersion?: string | undefined;
  token?: string | undefined;
  webhookSecret?: string | undefined;
}

/** What must be done outside before the change: whether a new token is of the right kind, and good; then it is kept. */
export async function prepareChange(
  deps: AccountDeps,
  account: AccountRow,
  change: AccountChange,
): Promise<KeptToken | null> {
  if (change.token === undefined) return null;
  const token = change.token.trim();
  const speaker = await accountSpoken(deps, account.workspaceId, account.id);
  if (token === '' || token.startsWith('mock_') !== speaker.isMock) {
    throw errors.invalidRequest([
      {
        path: 'token',
        message: speaker.isMock
          ? 'This account lives in the simulator: its token begins with mock_.'
          : "A token of the provider is needed; a mock_ token is the simulator's.",
      },
    ]);
  }
  if (!speaker.isMock)
    await askAccount(deps, { ...speaker, token }, account.numbers[0]?.phoneNumberId ?? null);
  return keepToken(deps.db, account.workspaceId, token);
}

/** Changes what is given; `token` is what `prepareChange` kept. A new one ends a pause and has the webhooks subscribed again. */
export async function changeAccount(
  tx: TenantTx,
  deps: AccountDeps,
  id: string,
  change: AccountChange,
  token: KeptToken | null,
): Promise<AccountRow> {
  const [owned] = await tx.query<Owned & Record<string, unknown>>(lockAccount, [tx.workspaceId, id]);
  const before = await getAccount(tx, id);
  const { webhookSecret } = change;
  if (webhookSecret !== undefined && before.provider !== 'ycloud') {
    throw errors.invalidRequest([
      {
        path: 'webhookSecret',
        message: "Only YCloud signs per account; Meta's webhooks are signed by its app.",
      },
    ]);
  }
  if (change.graphVersion !== undefined && before.provider !== 'cloud') {
    throw errors.invalidRequest([
      { path: 'graphVersion', message: 'Only accounts of the Cloud API have a version.' },
    ]);
  }
  await tx.execute(updateAccount, [
    tx.workspaceId,
    id,
    change.name ?? null,
    change.portfolioRef ?? null,
    change.graphVersion === undefined ? null : readGraphVersion(change.graphVersion).version,
  ]);
  if (owned && change.portfolioRef !== undefined)
    await tellLimit(tx, tx.workspaceId, owned, { ...owned, portfolio_ref: change.portfolioRef });
  if (token !== null) {
    await setToken(tx, deps, { accountId: id, token });
    if (webhookSecret === undefined && (before.provider === 'ycloud' || before.ref !== null)) {
      await requestSubscription(tx, id);
    }
  }
  if (webhookSecret !== undefined) {
    await tx.execute(setWebhookSecret, [
      tx.workspaceId,
      id,
      seal(deps.ring, webhookSecretPlace(tx.workspaceId, id), webhookSecret.trim()),
    ]);
  }
  const after = await getAccount(tx, id);
  await tellAccount(tx, after, {
    before,
    after,
    // That they changed, never what they are.
    credentials: token !== null || webhookSecret !== undefined ? 'changed' : undefined,
  });
  return after;
}

/** Asks again for webhooks; the answer comes with the job. */
export async function retrySubscription(tx: TenantTx, id: string): Promise<AccountRow> {
  const before = await getAccount(tx, id);
  if (!before.hasToken) {
    throw errors.conflict('token_missing', 'This account has no access token yet. Add one.', {
      accountId: id,
    });
  }
  if (before.provider === 'cloud' && before.ref === null) {
    throw errors.unprocessable(
      'account_ref_missing',
      "WhatsApp's id of this account is not known, so nothing can be subscribed. Add the account again with its id.",
    );
  }
  await requestSubscription(tx, id);
  const account = await getAccount(tx, id);
  await tellAccount(tx, account, { subscribing: true });
  return account;
}

/** Takes our address back at the provider. Before the transaction of `removeAccount`; best effort. */
export async function prepareRemoval(deps: AccountDeps, account: AccountRow): Promise<void> {
  requireEmpty(account);
  if (deps.calls === 'unchecked' || !account.hasToken || account.provider !== 'ycloud') return;
  const speaker = await speakerOfAccount(deps, account.workspaceId, account.id).catch((error: unknown) => {
    // Whoever lost the secret must be able to let the account go.
    if (error instanceof AppError && error.code === 'vault_unavailable') return null;
    throw error;
  });
  if (speaker === null) return;
  const { provider, token, baseUrl, version } = speaker;
  await deps.calls.unsubscribe({
    credential: { provider, token, baseUrl, version },
    address: deps.addressOf(account),
    timeoutMs: 10_000,
  });
}

/** Forgets an account without numbers, with its credentials. */
export async function removeAccount(
  tx: TenantTx,
  deps: Pick<AccountDeps, 'ring'>,
  id: string,
): Promise<void> {
  const [row] = await tx.query<Parameters<typeof dropToken>[3]>(lockToken, [tx.workspaceId, id]);
  const account = await getAccount(tx, id);
  requireEmpty(account);
  if (row) await dropToken(tx, deps.ring, id, row);
  await tx.execute(deleteAccount, [tx.workspaceId, id]);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'account.deleted',
      data: { accountId: id },
      audit: { target: { kind: 'account', id }, before: audited(account) },
    },
  ]);
}

function requireEmpty(account: AccountRow): void {
  if (account.numbers.length === 0) return;
  throw errors.conflict('account_in_use', 'Numbers hang on this account; it cannot be deleted.', {
    numbers: account.numbers.length,
  });
}
