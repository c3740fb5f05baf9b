import type { Tx } from '../../platform/db/index.ts';
import { type MediaId, newId } from '../../platform/ids.ts';
import { enqueue } from '../../platform/queue/index.ts';
import { storableText } from '../../platform/storable.ts';
import { fetchJob } from './jobs.ts';
import { giveFiles, insertWaiting } from './queries.ts';
import { declaredKind, hexSha256, type MediaKind, plainType } from './rules.ts';

/** A file that a message announced. */
export interface ExpectedMedia {
  workspaceId: string;
  numberId: string;
  messageId: string;
  /** The message's type; left out, the declared type decides. */
  kind?: MediaKind;
  /** WhatsApp's id. */
  providerMediaId: string;
  /** Given where the message's content must name our id before this is called. */
  id?: string;
  url?: string | null;
  declaredType?: string | null;
  sha256?: string | null;
  filename?: string | null;
}

// Ids that come by webhook live 7 days since October 2025; uploads live 30.
const webhookIdDays = 7;

/** Text for a column: PostgreSQL knows no U+0000, and no sender needs more than 240 characters for a file name. */
const cut = (text: string | null | undefined): string | null => (text ? storableText(text, 240) : null);

/**
 * Notes the files of a batch of messages and enqueues their fetch, two statements however many. Answers our ids in the
 * order of `expected`. The fetch never blocks the message: it is already there.
 */
export async function expectMany(tx: Tx, expected: readonly ExpectedMedia[]): Promise<MediaId[]> {
  if (expected.length === 0) return [];
  const now = tx.now();
  const ids = expected.map((file) => (file.id ?? newId(now.getTime())) as MediaId);
  const expires = new Date(now.getTime() + webhookIdDays * 86_400_000).toISOString();
  await tx.execute(insertWaiting, [
    expected.map((file) => file.workspaceId),
    ids,
    expected.map((file) => file.numberId),
    expected.map((file) => file.messageId),
    expected.map((file) => file.kind ?? declaredKind(file.declaredType)),
    expected.map((file) => cut(file.providerMediaId)),
    expected.map((file) => plainType(file.declaredType)),
    expected.map((file) => hexSha256(file.sha256)),
    expected.map((file) => cut(file.filename)),
    now.toISOString(),
    expected.map(() => expires),
  ]);
  await enqueue(
    tx,
    fetchJob,
    expected.map((file, at) => ({
      workspaceId: file.workspaceId,
      payload: { mediaId: ids[at]!, url: file.url ?? null },
      key: ids[at]!,
    })),
  );
  return ids;
}

/** A message gave way to another one, and its files are that one's. */
export async function moveFiles(
  tx: Tx,
  pairs: readonly { workspaceId: string; messageId: string; mergedId: string }[],
): Promise<void> {
  await tx.execute(giveFiles, [
    pairs.map((pair) => pair.workspaceId),
    pairs.map((pair) => pair.messageId),
    pairs.map((pair) => pair.mergedId),
  ]);
}
