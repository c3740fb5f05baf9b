import type { Tx } from '../../platform/db/index.ts';
import { deleteDocuments } from './queries.ts';

/** Nothing of the person is found any more. */
export async function eraseSearch(
  tx: Tx,
  workspaceId: string,
  of: { contactId: string; conversationIds: readonly string[]; messageIds: readonly string[] },
): Promise<{ words: number }> {
  return {
    words: await deleteDocuments(tx, workspaceId, of.contactId, of.conversationIds, of.messageIds),
  };
}
