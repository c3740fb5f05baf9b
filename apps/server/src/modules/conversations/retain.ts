import { type SystemTx, statement } from '../../platform/db/index.ts';

const blank = statement(
  'conversations.retain',
  `update conversations set last_preview = null
   where workspace_id = $1 and last_message_id = any($2::uuid[]) and last_preview is not null`,
);

/** Threads whose last word is deleted show it no more. That and when something was said stays. */
export function forgetPreviews(
  tx: SystemTx,
  workspaceId: string,
  messageIds: readonly string[],
): Promise<number> {
  return tx.execute(blank, [workspaceId, messageIds]);
}
