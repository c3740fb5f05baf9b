import { statement, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';

export interface TeamRow {
  id: string;
  name: string;
  memberIds: string[];
  createdAt: Date;
  updatedAt: Date;
}
type Row = TeamRow & Record<string, unknown>;

const columns = `t.id, t.name, t.created_at as "createdAt", t.updated_at as "updatedAt",
  array(select m.user_id::text from team_members m
    where m.workspace_id = t.workspace_id and m.team_id = t.id order by m.user_id) as "memberIds"`;

const list = statement(
  'conversations.teams',
  `select ${columns} from teams t where t.workspace_id = $1
     and ($2::text is null or (lower(t.name), t.id) > (lower($2::text), $3::uuid))
   order by lower(t.name), t.id limit $4 offset $5`,
);

/** By name, after (name, id). */
export function selectTeams(tx: TenantTx, page: Slice<readonly [string, string]>): Promise<TeamRow[]> {
  const [name = null, id = null] = page.after ?? [];
  return tx.query<Row>(list, [tx.workspaceId, name, id, page.limit, page.offset ?? 0]);
}

const one = statement(
  'conversations.team',
  `select ${columns} from teams t where t.workspace_id = $1 and t.id = $2`,
);
const locked = statement(
  'conversations.team_locked',
  `select ${columns} from teams t where t.workspace_id = $1 and t.id = $2 for no key update of t`,
);

export async function selectTeam(
  tx: TenantTx,
  id: string,
  how: 'read' | 'lock' = 'read',
): Promise<TeamRow | null> {
  return (await tx.query<Row>(how === 'lock' ? locked : one, [tx.workspaceId, id]))[0] ?? null;
}

const save = statement(
  'conversations.save_team',
  `insert into teams (workspace_id, id, name, created_at, updated_at) values ($1, $2, $3, $4, $4)
   on conflict (workspace_id, id) do update set name = excluded.name, updated_at = excluded.updated_at`,
);
const leave = statement(
  'conversations.leave_team',
  'delete from team_members where workspace_id = $1 and team_id = $2 and user_id <> all ($3::uuid[])',
);
const join = statement(
  'conversations.join_team',
  `insert into team_members (workspace_id, team_id, user_id, created_at)
   select $1, $2, u, $4::timestamptz from unnest($3::uuid[]) u order by u on conflict do nothing`,
);

/** Makes it or changes it; exactly these are its members. */
export async function upsertTeam(
  tx: TenantTx,
  team: { id: string; name: string; memberIds: readonly string[] },
): Promise<void> {
  const now = tx.now().toISOString();
  await tx.batch([
    { statement: save, values: [tx.workspaceId, team.id, team.name, now] },
    { statement: leave, values: [tx.workspaceId, team.id, team.memberIds] },
    { statement: join, values: [tx.workspaceId, team.id, team.memberIds, now] },
  ]);
}

const remove = statement(
  'conversations.delete_team',
  'delete from teams where workspace_id = $1 and id = $2',
);

export async function deleteTeamRow(tx: TenantTx, id: string): Promise<void> {
  await tx.execute(remove, [tx.workspaceId, id]);
}
