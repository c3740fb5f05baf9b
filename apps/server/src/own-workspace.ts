/** S1's BASIC_AUTH_USERS: the operator's own workspace, made once with these members. app.ts's, beside demo.ts. */
import type { Role } from '@chaski/contracts';
import { createPerson, hashPassword, userIdByEmail } from './modules/auth/index.ts';
import {
  addMember,
  type CreateWorkspaceHooks,
  createWorkspace,
  workspacesFor,
} from './modules/workspaces/index.ts';
import { type Database, systemActor } from './platform/db/index.ts';
import type { WorkspaceId } from './platform/ids.ts';

/** Known beforehand: where it is, nothing is made any more, whatever the setting says by then. */
const ownWorkspace = '01980000-0000-7000-8000-00000000b451' as WorkspaceId;

export interface OwnMember {
  email: string;
  password: string;
  role: Role;
}

/** A workspace keeps an owner: where nobody is named as one, the first admin is, else the first of all. */
export function withOwner(members: readonly OwnMember[]): OwnMember[] {
  if (members.some(({ role }) => role === 'owner')) return [...members];
  const first = members.find(({ role }) => role === 'admin') ?? members[0];
  return members.map((member) => (member === first ? { ...member, role: 'owner' } : member));
}

/** Makes it if it is not there. Known people join with the password they have. */
export async function ensureOwnWorkspace(
  db: Database,
  members: readonly OwnMember[],
  hooks: CreateWorkspaceHooks,
): Promise<'made' | 'known'> {
  const isKnown = () =>
    db.withSystem("the operator's own workspace", async (tx) =>
      (await workspacesFor(tx, [ownWorkspace])).has(ownWorkspace),
    );
  if (members.length === 0 || (await isKnown())) return 'known';
  const hashed = await Promise.all(
    withOwner(members).map(async (member) => ({ ...member, hash: await hashPassword(member.password) })),
  );
  const making = db.withSystem("make the operator's own workspace", async (tx) => {
    await createWorkspace(tx, { id: ownWorkspace, name: 'Own', plan: 'unlimited' }, hooks);
    for (const { email, hash, role } of hashed) {
      const userId = (await createPerson(tx, { email, hash })) ?? (await userIdByEmail(tx, email));
      if (userId === null) continue;
      await addMember(tx, { workspaceId: ownWorkspace, userId, role }, { actor: systemActor, audited: true });
    }
  });
  try {
    await making;
  } catch (error) {
    // Of two processes that start at once one makes it.
    if (await isKnown()) return 'known';
    throw error;
  }
  return 'made';
}
