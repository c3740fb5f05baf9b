import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { existing } from './people.ts';
import { deleteTeamRow, selectTeam, type TeamRow, upsertTeam } from './queries-teams.ts';

export async function getTeam(tx: TenantTx, id: string, how: 'read' | 'lock' = 'read'): Promise<TeamRow> {
  const team = await selectTeam(tx, id, how);
  if (!team) throw errors.notFound('team', { id });
  return team;
}

export async function createTeam(
  tx: TenantTx,
  given: { name: string; memberIds: readonly string[] },
): Promise<TeamRow> {
  return save(tx, { id: newId(tx.now().getTime()), ...given }, null);
}

/** `guard` refuses a state that the caller has not seen. */
export async function updateTeam(
  tx: TenantTx,
  id: string,
  given: {
    name?: string | undefined;
    memberIds?: readonly string[] | undefined;
  },
  guard: (updatedAt: Date) => void,
): Promise<TeamRow> {
  const before = await getTeam(tx, id, 'lock');
  guard(before.updatedAt);
  return save(
    tx,
    { id, name: given.name ?? before.name, memberIds: given.memberIds ?? before.memberIds },
    before,
  );
}

/** Its conversations belong to no team then. */
export async function deleteTeam(tx: TenantTx, id: string): Promise<void> {
  const before = await getTeam(tx, id, 'lock');
  await deleteTeamRow(tx, id);
  await told(tx, 'team.deleted', id, before, null);
}

async function save(
  tx: TenantTx,
  team: { id: string; name: string; memberIds: readonly string[] },
  before: TeamRow | null,
): Promise<TeamRow> {
  try {
    await existing(upsertTeam(tx, { ...team, memberIds: [...new Set(team.memberIds)].sort() }));
  } catch (error) {
    if ((error as { constraint?: string }).constraint === 'teams_name') {
      throw errors.conflict('team_exists', 'There is a team with this name.', { name: team.name });
    }
    throw error;
  }
  const after = await getTeam(tx, team.id);
  await told(tx, before ? 'team.updated' : 'team.created', team.id, before, after);
  return after;
}

const look = (team: TeamRow | null) => team && { name: team.name, memberIds: team.memberIds };

function told(
  tx: TenantTx,
  name: string,
  id: string,
  before: TeamRow | null,
  after: TeamRow | null,
): Promise<void> {
  return emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { teamId: id },
      audit: { target: { kind: 'team', id }, before: look(before), after: look(after) },
    },
  ]);
}
