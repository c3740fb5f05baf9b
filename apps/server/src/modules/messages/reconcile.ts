import type { SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { changeEvent } from './changes.ts';
import { type ChangedRecord, confirmAttempts } from './queries-send.ts';

export interface Confirmation {
  workspaceId: string;
  numberId: string;
  /** The status's callback data. */
  attemptId: string;
  providerMessageId: string;
  /** It says that the attempt failed: then only a message without a newer attempt is told. */
  failed: boolean;
}

export interface Confirmed {
  workspaceId: string;
  numberId: string;
  messageId: string;
  attemptId: string;
  providerMessageId: string;
}

/**
 * Statuses named attempts of ours: their messages are accepted under these ids, whether we think them in flight,
 * unconfirmed or failed. Answers the messages that learned their id by this call. Callback data that is no attempt of
 * this number is somebody else's and matches nothing.
 */
export async function confirmByAttempt(
  tx: SystemTx,
  confirmations: readonly Confirmation[],
): Promise<Confirmed[]> {
  const asked = confirmations
    .filter((c) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(c.attemptId))
    .sort((a, b) => (a.workspaceId + a.attemptId < b.workspaceId + b.attemptId ? -1 : 1));
  if (asked.length === 0) return [];
  const changed = await tx.query<ChangedRecord & Record<string, unknown>>(confirmAttempts, [
    asked.map((c) => c.workspaceId),
    asked.map((c) => c.numberId),
    asked.map((c) => c.attemptId),
    asked.map((c) => c.providerMessageId),
    tx.now().toISOString(),
    asked.map((c) => c.failed),
  ]);
  await emit(
    tx,
    changed.flatMap((row) => changeEvent(row)),
  );
  return changed.map((row) => ({
    workspaceId: row.workspace_id,
    numberId: row.number_id,
    messageId: row.id,
    attemptId: row.attempt_id,
    providerMessageId: row.provider_message_id!,
  }));
}
