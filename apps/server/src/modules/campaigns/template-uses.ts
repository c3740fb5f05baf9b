import { statement, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { listNumbers } from '../numbers/index.ts';

const using = statement(
  'campaigns.using_template',
  `select c.id, c.name, c.state from campaigns c
    where c.workspace_id = $1 and c.number_id = any($2::uuid[]) and c.message->'template'->>'name' = $3
      and c.message->'template'->>'language' = $4 and c.state not in ('finished', 'cancelled')
      and ($5::uuid is null or c.id < $5)
    order by c.id desc limit $6 offset $7`,
);

/** Campaigns that will send this template or are at it, newest first: templates ask what a change of theirs would touch. */
export async function campaignsUsing(
  tx: TenantTx,
  template: { accountId: string; name: string; language: string },
  page: Slice<{ id: string }>,
): Promise<{ kind: string; id: string; name: string; state: string }[]> {
  const numbers = await listNumbers(tx, { limit: 1_000, after: null, only: null });
  const rows = await tx.query<{ id: string; name: string; state: string }>(using, [
    tx.workspaceId,
    numbers.flatMap(({ id, accountId }) => (accountId === template.accountId ? [id] : [])),
    template.name,
    template.language,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
  return rows.map((row) => ({ kind: 'campaign', ...row }));
}
