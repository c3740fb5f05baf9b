import type { Credential, ProviderName } from '@chaski/providers';
import type { Database, TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type KeyRing, seal } from '../../platform/seal.ts';
import { askNumber, type CheckNumber } from './check.ts';
import { credentialRow, setPaused } from './queries.ts';
import { lockToken, updateToken } from './queries-token.ts';
import type { NumberRow } from './read.ts';
import { dropToken, type KeptToken, openToken, type TokenRow, tokenPlace } from './token.ts';

/** Where an account's webhook secret is sealed. */
export function webhookSecretPlace(workspaceId: string, accountId: string) {
  return { workspaceId, table: 'accounts', column: 'sealed_webhook_secret', rowId: accountId };
}

// A token is needed for every call; a new one must count within seconds in every process.
const cacheMs = 5_000;

type Known = Map<string, { until: number; credential: Promise<Credential> }>;
const caches = new WeakMap<Database, Known>();

/** The opened credential of an account, kept for 5 s. Throws `not_found`, `token_missing` or `vault_unavailable`. */
export function credentialFor(db: Database, workspaceId: string, accountId: string): Promise<Credential> {
  const known = caches.get(db) ?? new Map();
  caches.set(db, known);
  const now = performance.now();
  const hit = known.get(accountId);
  if (hit && hit.until > now) return hit.credential;
  if (known.size > 10_000) known.clear();
  const credential = load(db, workspaceId, accountId);
  known.set(accountId, { until: now + cacheMs, credential });
  credential.catch(() => known.delete(accountId));
  return credential;
}

/** After a new token, and when the provider refused the one we hold: the next call reads the row. */
export function forgetCredential(db: Database, accountId: string): void {
  caches.get(db)?.delete(accountId);
}

async function load(db: Database, workspaceId: string, accountId: string): Promise<Credential> {
  const [rows] = await db.readTenant(workspaceId as Parameters<Database['readTenant']>[0], [
    { statement: credentialRow, values: [workspaceId, accountId] },
  ]);
  const row = rows?.[0] as
    | (Omit<TokenRow, 'sealed_token'> & {
        provider: ProviderName;
        sealed_token: string | null;
        base_url: string;
        graph_version: string;
      })
    | undefined;
  if (!row) throw errors.notFound('account', { accountId });
  const { sealed_token } = row;
  if (sealed_token === null) {
    throw errors.conflict('token_missing', 'This account has no access token yet. Add one.', { accountId });
  }
  return {
    provider: row.provider,
    token: await openToken(db, workspaceId, accountId, { ...row, sealed_token }),
    baseUrl: row.base_url,
    version: row.graph_version,
  };
}

/** Throws unless the number may have this token: the right kind, and WhatsApp lets it use the number. Calls out: not in a transaction. */
export async function askToken(
  deps: { db: Database; checkNumber: CheckNumber | 'unchecked' },
  number: NumberRow,
  token: string,
): Promise<void> {
  // The two kinds go to different places: one of WhatsApp's must never reach the simulator, nor the reverse.
  const { isSimulated } = number.account;
  if (token === '' || token.startsWith('mock_') !== isSimulated) {
    throw errors.invalidRequest([
      {
        path: 'token',
        message: isSimulated
          ? 'This number lives in the simulator: its token begins with mock_.'
          : "An access token of WhatsApp is needed; a mock_ token is the simulator's.",
      },
    ]);
  }
  if (isSimulated) return;
  const { baseUrl, provider } = await addressOf(deps.db, number);
  await askNumber(deps, {
    credential: { provider, token, baseUrl, version: number.account.graphVersion },
    phoneNumberId: number.phoneNumberId,
    accountRef: number.account.ref,
  });
}

async function addressOf(
  db: Database,
  number: NumberRow,
): Promise<{ baseUrl: string; provider: ProviderName }> {
  const [rows] = await db.readTenant(number.workspaceId, [
    { statement: credentialRow, values: [number.workspaceId, number.accountId] },
  ]);
  const row = rows?.[0] as { base_url: string; provider: ProviderName } | undefined;
  if (!row) throw errors.notFound('account', { accountId: number.accountId });
  return { baseUrl: row.base_url, provider: row.provider };
}

/** Stores a new token and ends a pause; the old one goes from where it lay. */
export async function setToken(
  tx: TenantTx,
  deps: { db: Database; ring: KeyRing },
  command: { accountId: string; token: KeptToken; baseUrl?: string | null; graphVersion?: string | null },
): Promise<void> {
  const { accountId, token } = command;
  const [before] = await tx.query<{ sealed_token: string | null; token_in: KeptToken['in'] }>(lockToken, [
    tx.workspaceId,
    accountId,
  ]);
  if (!before) throw errors.notFound('account', { accountId });
  await tx.execute(updateToken, [
    tx.workspaceId,
    accountId,
    seal(deps.ring, tokenPlace(tx.workspaceId, accountId), token.text),
    token.in,
    command.baseUrl ?? null,
    command.graphVersion ?? null,
  ]);
  await dropToken(tx, deps.ring, accountId, before);
  tx.afterCommit(() => forgetCredential(deps.db, command.accountId));
}

/** Deliveries of the account wait until it gets a new token. True when this call changed it. */
export async function pauseAccount(
  tx: Tx,
  workspaceId: string,
  accountId: string,
  reason: string,
): Promise<boolean> {
  return (await tx.execute(setPaused, [workspaceId, accountId, reason])) > 0;
}
