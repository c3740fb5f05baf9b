import { randomBytes } from 'node:crypto';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type AccountId, newId, type WorkspaceId } from '../../platform/ids.ts';
import { type KeyRing, seal } from '../../platform/seal.ts';
import { type AccountRow, getAccount } from './account.ts';
import { type AccountDeps, askAccount } from './account-check.ts';
import { requestSubscription } from './account-subscribe.ts';
import { tellAccount } from './account-tell.ts';
import { webhookSecretPlace } from './credentials.ts';
import { insertAccount } from './queries.ts';
import { type Speaker, speakerOfKey, speakerOfToken } from './speaker.ts';
import { type KeptToken, keepToken, tokenPlace } from './token.ts';

export interface NewAccount {
  provider: 'cloud' | 'ycloud' | 'simulator';
  name?: string | undefined;
  /** Left out for the simulator: one is made up. */
  token?: string | undefined;
  ref?: string | undefined;
  portfolioRef?: string | undefined;
  appId?: string | undefined;
  graphVersion?: string | undefined;
  webhookSecret?: string | undefined;
}

export interface PreparedAccount {
  workspaceId: WorkspaceId;
  command: NewAccount;
  speaker: Speaker;
  token: KeptToken;
}

/** Asks the provider whether the credentials are good, before the transaction. Refused: `account_not_reachable`. */
export async function prepareAccount(
  deps: AccountDeps,
  workspaceId: WorkspaceId,
  command: NewAccount,
): Promise<PreparedAccount> {
  const speaker = await speakerOf(deps, workspaceId, command);
  if (command.webhookSecret !== undefined && speaker.provider !== 'ycloud') {
    throw errors.invalidRequest([
      {
        path: 'webhookSecret',
        message: "Only YCloud signs per account; Meta's webhooks are signed by its app.",
      },
    ]);
  }
  if (!speaker.isMock) await askAccount(deps, speaker);
  return { workspaceId, command, speaker, token: await keepToken(deps.db, workspaceId, speaker.token) };
}

function speakerOf(deps: AccountDeps, workspaceId: WorkspaceId, command: NewAccount) {
  const { token, ref, appId, graphVersion } = command;
  const wrong = (message: string) => errors.invalidRequest([{ path: 'token', message }]);
  switch (command.provider) {
    case 'ycloud':
      return speakerOfKey(deps, token, ref ?? null);
    case 'simulator': {
      const mock = token ?? `mock_${randomBytes(9).toString('base64url')}`;
      if (!mock.startsWith('mock_')) throw wrong("The simulator's tokens begin with mock_.");
      return speakerOfToken(deps, workspaceId, { token: mock, accountRef: ref });
    }
    case 'cloud':
      if (!ref)
        throw errors.invalidRequest([{ path: 'ref', message: "WhatsApp's id of the account is needed." }]);
      if (token?.trim().startsWith('mock_')) throw wrong('A mock_ token belongs to the provider simulator.');
      return speakerOfToken(deps, workspaceId, { token, accountRef: ref, appId, graphVersion });
  }
}

/** Stores what `prepareAccount` asked about, and has its webhooks subscribed. */
export async function addAccount(
  tx: TenantTx,
  deps: { ring: KeyRing },
  { workspaceId, command, speaker, token }: PreparedAccount,
): Promise<AccountRow> {
  if (workspaceId !== tx.workspaceId) throw new Error('an account was prepared for another workspace');
  const id = await makeAccount(tx, deps, {
    speaker,
    token,
    ref: command.ref ?? null,
    portfolioRef: command.portfolioRef ?? '',
    name: command.name ?? '',
    webhookSecret: command.webhookSecret ?? null,
  });
  const account = await getAccount(tx, id);
  await tellAccount(tx, account, { after: account });
  return account;
}

/** The row, and the job that subscribes it; whoever adds a number with a token of its own makes one too. */
export async function makeAccount(
  tx: TenantTx,
  deps: { ring: KeyRing },
  wanted: {
    speaker: Speaker;
    token: KeptToken;
    ref: string | null;
    portfolioRef: string;
    name: string;
    webhookSecret: string | null;
  },
): Promise<AccountId> {
  const { speaker } = wanted;
  const id = newId<AccountId>(tx.now().getTime());
  const signsItself = speaker.appId === null;
  await tx.execute(insertAccount, [
    tx.workspaceId,
    id,
    speaker.provider,
    wanted.ref,
    wanted.portfolioRef,
    speaker.appId ?? id,
    wanted.name,
    seal(deps.ring, tokenPlace(tx.workspaceId, id), wanted.token.text),
    speaker.baseUrl,
    speaker.version,
    tx.now().toISOString(),
    speaker.isMock,
    signsItself ? randomBytes(12).toString('base64url') : null,
    wanted.webhookSecret === null
      ? null
      : seal(deps.ring, webhookSecretPlace(tx.workspaceId, id), wanted.webhookSecret.trim()),
    wanted.token.in,
  ]);
  // With a secret that was pasted somebody has made the endpoint by hand. An account without a reference cannot be
  // subscribed at Meta, and the simulator's numbers without one are.
  const byHand = wanted.webhookSecret !== null;
  if (!byHand && (signsItself || wanted.ref !== null)) await requestSubscription(tx, id);
  return id;
}
