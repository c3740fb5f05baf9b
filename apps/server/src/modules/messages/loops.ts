import type { Tx } from '../../platform/db/index.ts';
import { automatedSince, automatedWords } from './queries-send.ts';

/**
 * Two machines that answer each other never stop. Two cuts: words that another number of this installation sent
 * automatically are known as such and get no automatic answer; a foreign machine is stopped by a limit per
 * conversation. The limit lies above what a person types in five minutes and below WhatsApp's pair limit (45).
 */
export const automaticAnswers = { limit: 40, withinMs: 5 * 60_000, rememberMs: 60 * 60_000 };

/** For each question: did `fromPhone` say this to `toPhone` automatically, within the last hour? */
export async function saidAutomatically(
  tx: Tx,
  asked: readonly { fromPhone: string | null; toPhone: string; said: string | null }[],
): Promise<boolean[]> {
  const answers = asked.map(() => false);
  const real = asked.flatMap((a, index) =>
    a.fromPhone !== null && a.said !== null
      ? [{ fromPhone: a.fromPhone, toPhone: a.toPhone, said: a.said, index }]
      : [],
  );
  if (real.length === 0) return answers;
  const rows = await tx.query<{ ord: number }>(automatedWords, [
    real.map((a) => a.fromPhone),
    real.map((a) => a.toPhone.replace(/\D/g, '')),
    real.map((a) => a.said),
    new Date(tx.now().getTime() - automaticAnswers.rememberMs).toISOString(),
  ]);
  for (const { ord } of rows) answers[real[ord - 1]!.index] = true;
  return answers;
}

/** Automatic answers of the last five minutes, by conversation. */
export async function recentAutomatic(
  tx: Tx,
  conversations: readonly { workspaceId: string; conversationId: string }[],
): Promise<Map<string, number>> {
  const distinct = [...new Map(conversations.map((c) => [c.conversationId, c])).values()];
  if (distinct.length === 0) return new Map();
  const rows = await tx.query<{ conversation_id: string; count: number }>(automatedSince, [
    distinct.map((c) => c.workspaceId),
    distinct.map((c) => c.conversationId),
    new Date(tx.now().getTime() - automaticAnswers.withinMs).toISOString(),
  ]);
  return new Map(rows.map((row) => [row.conversation_id, row.count]));
}
