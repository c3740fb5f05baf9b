import { type SystemTx, statement } from '../db/index.ts';

// The key stays: the same request must still be known, it only gets no answer to read any more.
const erase = statement(
  'http.erase',
  `update idempotency_keys k set answer = '{"erased": true}'
   where k.workspace_id = $1 and k.answer is not null
     and exists (select from unnest($2::text[]) a where strpos(k.answer::text, a) > 0 or strpos(k.route, a) > 0)`,
);

/** Answers kept for repeated requests, as far as they name one of these words. */
export function eraseAnswers(tx: SystemTx, workspaceId: string, words: readonly string[]): Promise<number> {
  // As they stand in JSON: a quote in a name is written with a stroke before it.
  const written = words.map((word) => JSON.stringify(word).slice(1, -1));
  return tx.execute(erase, [workspaceId, [...new Set([...words, ...written])]]);
}
