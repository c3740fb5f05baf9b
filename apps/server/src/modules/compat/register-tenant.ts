import type { Actor, Database } from '../../platform/db/index.ts';
import { newId, type WorkspaceId } from '../../platform/ids.ts';
import { type AddNumberDeps, addNumber, type NumberRow, prepareNumber } from '../numbers/index.ts';
import { type CreateWorkspaceHooks, createWorkspace } from '../workspaces/index.ts';

export interface TenantCommand {
  name: string;
  phoneNumberId: string;
  accessToken: string;
  wabaId?: string | undefined;
}

export interface Tenant {
  id: WorkspaceId;
  name: string;
  number: NumberRow;
}

/**
 * A workspace with its first number; its automatic reply is on, as every new number's is. WhatsApp is asked first, so
 * that a refused number leaves nothing. Two transactions: whoever loses a race for one number id to the last moment
 * leaves a workspace that nobody is in.
 */
export async function registerTenant(
  deps: { db: Database; numbers: AddNumberDeps; hooks: CreateWorkspaceHooks },
  command: TenantCommand,
  actor: Actor,
): Promise<Tenant> {
  const { db, numbers } = deps;
  const id = newId<WorkspaceId>(db.clock.now().getTime());
  const prepared = await prepareNumber(numbers, id, {
    phoneNumberId: command.phoneNumberId,
    token: command.accessToken,
    accountRef: command.wabaId,
    name: command.name,
  });
  const workspace = await db.withSystem('register a tenant', (tx) =>
    createWorkspace(tx, { id, name: command.name }, deps.hooks),
  );
  const { number } = await db.withTenant(id, actor, (tx) => addNumber(tx, numbers, prepared));
  return { id, name: workspace.name, number };
}
