import type { TenantTx } from '../../platform/db/index.ts';
import { type Told, tell } from './activity.ts';
import type { Audited } from './change.ts';
import { existing } from './people.ts';
import type { ConversationRow } from './queries.ts';
import { deleteLabels, insertLabels } from './queries-work.ts';

/** Hangs labels on conversations. Gives back the ids of those that gained one. */
export async function labelMany(
  tx: TenantTx,
  rows: readonly ConversationRow[],
  labelIds: readonly string[],
  audited: Audited = 'each',
): Promise<Set<string>> {
  const pairs = await existing(
    insertLabels(
      tx,
      rows.map((row) => row.id),
      labelIds,
    ),
  );
  return tellLabels(tx, rows, pairs, 'added', audited);
}

/** Takes labels off conversations. Gives back the ids of those that lost one. */
export async function unlabelMany(
  tx: TenantTx,
  rows: readonly ConversationRow[],
  labelIds: readonly string[],
  audited: Audited = 'each',
): Promise<Set<string>> {
  const pairs = await deleteLabels(
    tx,
    rows.map((row) => row.id),
    labelIds,
  );
  return tellLabels(tx, rows, pairs, 'removed', audited);
}

async function tellLabels(
  tx: TenantTx,
  rows: readonly ConversationRow[],
  pairs: readonly { conversationId: string; labelId: string }[],
  what: 'added' | 'removed',
  audited: Audited,
): Promise<Set<string>> {
  const changed = new Map<string, string[]>();
  for (const { conversationId, labelId } of pairs) {
    const list = changed.get(conversationId);
    if (list) list.push(labelId);
    else changed.set(conversationId, [labelId]);
  }
  await tell(
    tx,
    rows.flatMap((row): Told[] => {
      const labelIds = changed.get(row.id);
      if (!labelIds) return [];
      const data = { [what]: labelIds };
      return [
        {
          ...row,
          name: 'conversation.labelled',
          data,
          ...(audited === 'each'
            ? { audit: { target: { kind: 'conversation', id: row.id }, after: data } }
            : {}),
        },
      ];
    }),
  );
  return new Set(changed.keys());
}
