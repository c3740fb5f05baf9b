import type { SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { replaceLast } from '../conversations/index.ts';
import { moveFiles } from '../media/index.ts';
import { applyStored, deleteEchoes, type EchoRow, echoesOf } from './queries-echoes.ts';
import { type Confirmation, confirmByAttempt } from './reconcile.ts';

/**
 * What we sent and WhatsApp told as an echo before it told us the id: two lines, one of which knows nothing of its
 * origin. Once an answer or a status shows that an attempt of ours has an echo's id, the echo's line goes and what hung
 * on it (statuses, files, its place as the newest of the conversation) is our line's.
 */
export async function uniteEchoes(tx: SystemTx, words: readonly Confirmation[]): Promise<void> {
  if (words.length === 0) return;
  const found = await echoesOf(tx, words);
  if (found.length === 0) return;
  await replaceLast(tx, found);
  await moveFiles(tx, found);
  await deleteEchoes(tx, found);
  const attempts = new Set(found.map((row) => row.attemptId));
  await confirmByAttempt(
    tx,
    words.filter(({ attemptId }) => attempts.has(attemptId)),
  );
  await applyStored(tx, found);
  await emit(tx, found.map(merged));
}

function merged(row: EchoRow) {
  const { workspaceId, attemptId: _, ...data } = row;
  return { workspaceId, name: 'message.merged', data };
}
