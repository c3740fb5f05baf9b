import { z } from 'zod';
import type { Database, SystemTx, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { VaultAnswer, VaultUse } from '../../platform/keys/index.ts';
import { defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { type KeyRing, unseal } from '../../platform/seal.ts';
import { namesElsewhere } from './queries-token.ts';

/** A token as its row will hold it: itself, or the name it has in the vault. */
export interface KeptToken {
  in: 'database' | 'aws';
  text: string;
}

/** What a row says about its token. */
export interface TokenRow {
  sealed_token: string;
  token_in: KeptToken['in'];
}

/** Where an account's token is sealed: pasted into another row or workspace it does not open. */
export function tokenPlace(workspaceId: string, accountId: string) {
  return { workspaceId, table: 'accounts', column: 'sealed_token', rowId: accountId };
}

interface Keys {
  ring: KeyRing;
  tokens: VaultUse | null;
}
const keysOf = new WeakMap<Database, Keys>();

/** Tells which keys open the tokens of this database, and where else they lie; called once, where the program is put together. */
export function useKeyRing(db: Database, ring: KeyRing, tokens: VaultUse | null = null): void {
  keysOf.set(db, { ring, tokens });
}

function keysFor(db: Database): Keys {
  const keys = keysOf.get(db);
  if (!keys) throw errors.configuration('No key ring was given for the stored tokens (useKeyRing).');
  return keys;
}

const dropJob = defineJob({ name: 'numbers.drop-token', schema: z.object({ name: z.string() }) });

/** Longer than any request lives, shorter than anybody would look for it. */
const orphanAfterMs = 60 * 60_000;

/**
 * Puts a token where it is to lie. Calls out: not in a transaction. The simulator's are no secrets and stay in their
 * rows. Away: `vault_unavailable`, and nothing is kept anywhere else.
 */
export async function keepToken(db: Database, workspaceId: string, token: string): Promise<KeptToken> {
  const { tokens } = keysFor(db);
  if (!tokens?.keeps || token.startsWith('mock_')) return { in: 'database', text: token };
  const name = tokens.vault.newName(workspaceId);
  // The job that takes it away again comes first: who dies between the vault and the row leaves nothing behind.
  await db.withSystem('a token goes to the vault', (tx) =>
    drop(tx, workspaceId, name, new Date(Date.now() + orphanAfterMs)),
  );
  const kept = await tokens.vault.create(name, token, 'Token of a WhatsApp account');
  if (kept.outcome === 'away') {
    throw errors.vaultUnavailable(
      `The token could not be kept in ${tokens.vault.name} (${kept.reason}). Nothing was stored; try again.`,
    );
  }
  return { in: 'aws', text: name };
}

/** The token of an account. Calls out where it lies in the vault: not in a transaction. */
export async function readToken(
  db: Database,
  workspaceId: string,
  accountId: string,
  row: TokenRow,
): Promise<VaultAnswer<string>> {
  const { ring, tokens } = keysFor(db);
  const text = unseal(ring, tokenPlace(workspaceId, accountId), row.sealed_token);
  if (row.token_in === 'database') return { outcome: 'ok', value: text };
  if (tokens === null) return { outcome: 'away', reason: 'USE_AWS_SECRETS is off' };
  return tokens.vault.read(text);
}

/** The same where there is nothing to branch on: throws `vault_unavailable`. */
export async function openToken(
  db: Database,
  workspaceId: string,
  accountId: string,
  row: TokenRow,
): Promise<string> {
  const read = await readToken(db, workspaceId, accountId, row);
  if (read.outcome === 'ok') return read.value;
  throw errors.vaultUnavailable(
    `The token of this account lies in AWS Secrets Manager and cannot be read (${read.reason}).`,
    { accountId },
  );
}

/** What a row held goes from the vault once the transaction has committed. */
export async function dropToken(
  tx: TenantTx,
  ring: KeyRing,
  accountId: string,
  row: { sealed_token: string | null; token_in: KeptToken['in'] },
): Promise<void> {
  if (row.sealed_token === null || row.token_in === 'database') return;
  const name = unseal(ring, tokenPlace(tx.workspaceId, accountId), row.sealed_token);
  await drop(tx, tx.workspaceId, name);
}

async function drop(tx: TenantTx | SystemTx, workspaceId: string, name: string, runAt?: Date): Promise<void> {
  await enqueue(tx, dropJob, [{ workspaceId, payload: { name }, key: name, ...(runAt ? { runAt } : {}) }]);
}

/** What `numbers.drop-token` runs: a secret that no account of the workspace names goes. */
export function dropTokenHandler(db: Database): Handler {
  return handle(dropJob, async ({ name }, { workspaceId }) => {
    if (workspaceId === null) return;
    const { ring, tokens } = keysFor(db);
    const rows = await db.withSystem('which tokens lie in the vault', (tx) =>
      tx.query<{ id: string; sealed_token: string }>(namesElsewhere, [workspaceId]),
    );
    if (rows.some((row) => unseal(ring, tokenPlace(workspaceId, row.id), row.sealed_token) === name)) return;
    const gone =
      tokens === null
        ? { outcome: 'away' as const, reason: 'USE_AWS_SECRETS is off' }
        : await tokens.vault.remove(name);
    if (gone.outcome === 'away') throw new Error(`The secret ${name} could not be deleted: ${gone.reason}`);
  });
}
