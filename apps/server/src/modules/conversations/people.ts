import { statement, type TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';

const names = statement('conversations.member_names', 'select user_id, name from member_names($1::uuid[])');

/** What members are called; nulls among the ids are passed over, so are people of other workspaces. */
export async function memberNames(
  tx: TenantTx,
  ids: readonly (string | null)[],
): Promise<Map<string, string>> {
  const wanted = [...new Set(ids)].filter((id) => id !== null);
  if (wanted.length === 0) return new Map();
  const rows = await tx.query<{ user_id: string; name: string }>(names, [wanted]);
  return new Map(rows.map((row) => [row.user_id, row.name]));
}

const called: Record<string, string> = {
  assignee_id: 'member',
  user_id: 'member',
  owner_id: 'member',
  team_id: 'team',
  label_id: 'label',
  conversation_id: 'conversation',
};

/**
 * Whether a member, team or label exists here is the foreign key's to say: it cannot be passed by a deletion between
 * look and insert, and it knows nothing of other workspaces.
 */
export async function existing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, constraint } = error as { code?: string; constraint?: string };
    const column = code === '23503' ? /workspace_id_(\w+)_fkey$/.exec(constraint ?? '')?.[1] : undefined;
    const what = column && called[column];
    if (what) throw errors.notFound(what);
    throw error;
  }
}
