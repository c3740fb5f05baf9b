import type { Tx } from '../../platform/db/index.ts';
import { deleteDocuments, deleteWords } from './queries.ts';

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

/** Messages that are deleted by age are not found any more. */
export function forgetWords(tx: Tx, workspaceId: string, messageIds: readonly string[]): Promise<number> {
  return deleteWords(tx, workspaceId, messageIds);
}
