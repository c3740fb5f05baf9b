import type { SystemTx } from '../../platform/db/index.ts';
import { factsFor } from './can-send.ts';
import { campaignLane } from './lane.ts';
import { type AttemptRef, type Result, unknown } from './results.ts';

export interface OrphanRecord {
  workspace_id: string;
  number_id: string;
  message_id: string;
  conversation_id: string;
  attempt_id: string;
  attempts: number;
  fence: number;
  priority: number;
}

/** Claims whose holder is gone: the call may have been made or not, nobody knows. */
export async function orphanResults(tx: SystemTx, orphans: readonly OrphanRecord[]): Promise<Result[]> {
  const facts = await factsFor(
    tx,
    orphans.map((row) => ({ workspaceId: row.workspace_id, conversationId: row.conversation_id })),
  );
  return orphans.map((row, i) =>
    unknown(attemptRef(row), 'The process that sent it ended before the answer came.', {
      now: tx.now(),
      settings: facts[i]?.settings,
    }),
  );
}

export function attemptRef(row: OrphanRecord): AttemptRef {
  return {
    workspaceId: row.workspace_id,
    messageId: row.message_id,
    attemptId: row.attempt_id,
    numberId: row.number_id,
    conversationId: row.conversation_id,
    contactId: null,
    n: row.attempts,
    campaign: row.priority >= campaignLane,
  };
}
