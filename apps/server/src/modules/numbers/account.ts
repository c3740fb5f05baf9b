import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { Slice } from '../../platform/http/index.ts';
import type { AccountId, AppId, NumberId, WorkspaceId } from '../../platform/ids.ts';
import { accountById, accountsPage, numbersOf } from './queries-account.ts';
import type { NumberRow } from './read.ts';
import type { KeptToken } from './token.ts';

export interface AccountNumber {
  id: NumberId;
  phoneNumberId: string;
  displayPhoneNumber: string;
  verifiedName: string;
  status: NumberRow['status'];
  statusReason: string | null;
}

/** An account as people see it: that it has credentials, never which. */
export interface AccountRow {
  id: AccountId;
  workspaceId: WorkspaceId;
  provider: 'cloud' | 'ycloud';
  isSimulated: boolean;
  ref: string | null;
  portfolioRef: string;
  appId: AppId;
  name: string;
  graphVersion: string;
  pausedReason: string | null;
  webhookKey: string | null;
  hasToken: boolean;
  /** Null: it has none. */
  tokenIn: KeptToken['in'] | null;
  hasWebhookSecret: boolean;
  webhooksSubscribedAt: Date | null;
  webhooksProblem: string | null;
  numbers: AccountNumber[];
  createdAt: Date;
}

interface AccountRecord {
  id: AccountId;
  workspace_id: WorkspaceId;
  provider: AccountRow['provider'];
  is_simulated: boolean;
  account_ref: string | null;
  portfolio_ref: string;
  app_id: AppId;
  name: string;
  graph_version: string;
  paused_reason: string | null;
  webhook_key: string | null;
  has_token: boolean;
  token_in: KeptToken['in'];
  has_webhook_secret: boolean;
  webhooks_subscribed_at: Date | null;
  webhooks_problem: string | null;
  created_at: Date;
  [column: string]: unknown;
}

/** Throws `not_found`: an account of another workspace is none. `only`: the numbers that the caller may see. */
export async function getAccount(
  tx: TenantTx,
  id: string,
  only: readonly string[] | null = null,
): Promise<AccountRow> {
  const rows = await tx.query<AccountRecord>(accountById, [tx.workspaceId, id]);
  const [account] = await withNumbers(tx, rows, only);
  if (!account || (only !== null && account.numbers.length === 0)) throw errors.notFound('account', { id });
  return account;
}

/** Oldest first. `only` limits to the accounts of the numbers that a key may use. */
export async function listAccounts(
  tx: TenantTx,
  only: readonly string[] | null,
  page: Slice,
): Promise<AccountRow[]> {
  const rows = await tx.query<AccountRecord>(accountsPage, [
    tx.workspaceId,
    only,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
  return withNumbers(tx, rows, only);
}

async function withNumbers(
  tx: TenantTx,
  rows: readonly AccountRecord[],
  only: readonly string[] | null,
): Promise<AccountRow[]> {
  if (rows.length === 0) return [];
  const numbers = await tx.query<{
    account_id: string;
    id: NumberId;
    phone_number_id: string;
    display_phone_number: string;
    verified_name: string;
    status: AccountNumber['status'];
    status_reason: string | null;
  }>(numbersOf, [tx.workspaceId, rows.map((row) => row.id), only]);
  return rows.map((row) => ({
    id: row.id,
    workspaceId: row.workspace_id,
    provider: row.provider,
    isSimulated: row.is_simulated,
    ref: row.account_ref,
    portfolioRef: row.portfolio_ref,
    appId: row.app_id,
    name: row.name,
    graphVersion: row.graph_version,
    pausedReason: row.paused_reason,
    webhookKey: row.webhook_key,
    hasToken: row.has_token,
    tokenIn: row.has_token ? row.token_in : null,
    hasWebhookSecret: row.has_webhook_secret,
    webhooksSubscribedAt: row.webhooks_subscribed_at,
    webhooksProblem: row.webhooks_problem,
    numbers: numbers
      .filter((number) => number.account_id === row.id)
      .map((number) => ({
        id: number.id,
        phoneNumberId: number.phone_number_id,
        displayPhoneNumber: number.display_phone_number,
        verifiedName: number.verified_name,
        status: number.status,
        statusReason: number.status_reason,
      })),
    createdAt: row.created_at,
  }));
}
