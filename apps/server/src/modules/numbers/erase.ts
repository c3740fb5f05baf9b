import { type SystemTx, statement } from '../../platform/db/index.ts';

const blank = statement(
  'numbers.erase_notices',
  `update notices n set value = '{"erased": true}', about = case
       when exists (select from unnest($2::text[]) a where strpos(n.about, a) > 0) then 'erased' else n.about end
   where n.workspace_id = $1
     and exists (select from unnest($2::text[]) a where strpos(n.value::text, a) > 0 or strpos(n.about, a) > 0)`,
);

/**
 * What WhatsApp said that names a person: calls, groups, fields that no part of this program knows. That and when it was
 * said stays; what it said goes whole, because nobody knows which of its other fields are about the same person.
 */
export async function eraseNotices(
  tx: SystemTx,
  workspaceId: string,
  aliases: readonly string[],
): Promise<number> {
  if (aliases.length === 0) return 0;
  return tx.execute(blank, [workspaceId, aliases]);
}
