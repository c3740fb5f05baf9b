import type { Credential, ProviderName } from '@chaski/providers';
import type { Database, TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type KeyRing, seal, unseal } from '../../platform/seal.ts';
import { askNumber, type CheckNumber } from './check.ts';
import { credentialRow, setPaused, updateToken } from './queries.ts';
import type { NumberRow } from './read.ts';

/** Where an account's token is sealed: pasted into another row or workspace it does not open. */
export function tokenPlace(workspaceId: string, accountId: string) {
  return { workspaceId, table: 'accounts', column: 'sealed_token', rowId: accountId };
}

/** Where an account's webhook secret is sealed. */
export function webhookSecretPlace(workspaceId: string, accountId: string) {
  return { workspaceId, table: 'accounts', column: 'sealed_webhook_secret', rowId: accountId };
}

// A token is needed for every call; a new one must count within seconds in every process.
const cacheMs = 5_000;

interface Cache {
  ring: KeyRing;
  known: Map<string, { until: number; credential: Promise<Credential> }>;
}
const caches = new WeakMap<Database, Cache>();

/** Tells which keys open the tokens of this database; called once, where the program is put together. */
export function useKeyRing(db: Database, ring: KeyRing): void {
  caches.set(db, { ring, known: new Map() });
}

/** The opened credential of an account, kept for 5 s. Throws `not_found` or `token_missing`. */
export function credentialFor(db: Database, workspaceId: string, accountId: string): Promise<Credential> {
  const cache = caches.get(db);
  if (!cache) throw errors.configuration('No key ring was given for the stored tokens (useKeyRing).');
  const now = performance.now();
  const hit = cache.known.get(accountId);
  if (hit && hit.until > now) return hit.credential;
  if (cache.known.size > 10_000) cache.known.clear();
  const credential = load(db, cache.ring, workspaceId, accountId);
  cache.known.set(accountId, { until: now + cacheMs, credential });
  credential.catch(() => cache.known.delete(accountId));
  return credential;
}

/** After a new token, and when the provider refused the one we hold: the next call reads the row. */
export function forgetCredential(db: Database, accountId: string): void {
  caches.get(db)?.known.delete(accountId);
}

async function load(
  db: Database,
  ring: KeyRing,
  workspaceId: string,
  accountId: string,
): Promise<Credential> {
  const [rows] = await db.readTenant(workspaceId as Parameters<Database['readTenant']>[0], [
    { statement: credentialRow, values: [workspaceId, accountId] },
  ]);
  const row = rows?.[0] as
    | { provider: ProviderName; sealed_token: string | null; base_url: string; graph_version: string }
    | undefined;
  if (!row) throw errors.notFound('account', { accountId });
  if (row.sealed_token === null) {
    throw errors.conflict('token_missing', 'This account has no access token yet. Add one.', { accountId });
  }
  return {
    provider: row.provider,
    token: unseal(ring, tokenPlace(workspaceId, accountId), row.sealed_token),
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
  if (token === '' || token.startsWith('mock_') === number.hasWindow) {
    throw errors.invalidRequest([
      {
        path: 'token',
        message: number.hasWindow
          ? "An access token of WhatsApp is needed; a mock_ token is the simulator's."
          : 'This number lives in the simulator: its token begins with mock_.',
      },
    ]);
  }
  if (!number.hasWindow) return;
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

/** Stores a new token and ends a pause. */
export async function setToken(
  tx: TenantTx,
  deps: { db: Database; ring: KeyRing },
  command: { accountId: string; token: string; baseUrl?: string | null; graphVersion?: string | null },
): Promise<void> {
  const touched = await tx.execute(updateToken, [
    tx.workspaceId,
    command.accountId,
    seal(deps.ring, tokenPlace(tx.workspaceId, command.accountId), command.token),
    command.baseUrl ?? null,
    command.graphVersion ?? null,
  ]);
  if (touched === 0) throw errors.notFound('account', { accountId: command.accountId });
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
