import type { Actor, Database } from '../../platform/db/index.ts';
import type { AccountId, WorkspaceId } from '../../platform/ids.ts';
import { type KeyRing, seal } from '../../platform/seal.ts';
import { getAccount } from './account.ts';
import { tellAccount } from './account-tell.ts';
import { forgetCredential } from './credentials.ts';
import { moveToken, tokensNotIn } from './queries-token.ts';
import { dropToken, type KeptToken, keepToken, readToken, tokenPlace } from './token.ts';

/**
 * Moves every token to where the configuration wants new ones, account by account, while the program runs. What was
 * replaced meanwhile lies there already. An account that cannot be moved keeps its token where it is.
 */
export async function moveTokens(
  db: Database,
  options: { ring: KeyRing; to: KeptToken['in']; actor: Actor },
): Promise<{ moved: number; failed: { accountId: string; reason: string }[] }> {
  const { ring, to, actor } = options;
  const rows = await db.withSystem('tokens that lie elsewhere', (tx) =>
    tx.query<{
      workspace_id: WorkspaceId;
      id: AccountId;
      sealed_token: string;
      token_in: KeptToken['in'];
    }>(tokensNotIn, [to]),
  );
  let moved = 0;
  const failed: { accountId: string; reason: string }[] = [];
  for (const row of rows) {
    const { workspace_id: workspaceId, id } = row;
    try {
      const token = await readToken(db, workspaceId, id, row);
      if (token.outcome === 'away') throw new Error(token.reason);
      const kept = await keepToken(db, workspaceId, token.value);
      await db.withTenant(workspaceId, actor, async (tx) => {
        const sealed = seal(ring, tokenPlace(workspaceId, id), kept.text);
        const touched = await tx.execute(moveToken, [workspaceId, id, sealed, kept.in, row.sealed_token]);
        if (touched === 0) return;
        await dropToken(tx, ring, id, row);
        await tellAccount(tx, await getAccount(tx, id), { credentials: 'moved' });
        tx.afterCommit(() => forgetCredential(db, id));
      });
      moved += 1;
    } catch (error) {
      failed.push({ accountId: id, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { moved, failed };
}
