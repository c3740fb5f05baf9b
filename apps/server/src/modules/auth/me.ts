import { actionsOf, roles } from '@chaski/contracts';
import { z } from 'zod';
import type { SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { Person, Principal } from '../../platform/http/index.ts';
import { workspacesOf } from '../workspaces/index.ts';
import { locales } from './mail-texts.ts';
import { type PersonRecord, personById } from './queries-people.ts';

const role = z.enum(roles);

/** Who is signed in, where they may work, and what they may do where they are now. */
export const meBody = z
  .object({
    person: z.object({
      id: z.string(),
      email: z.string(),
      name: z.string(),
      locale: z.enum(locales),
      isSuperadmin: z.boolean(),
    }),
    session: z.object({
      id: z.string(),
      impersonatorId: z.string().nullable().describe('The superadmin who acts as this person.'),
    }),
    workspaces: z.array(
      z.object({ id: z.string(), name: z.string(), role, status: z.enum(['active', 'suspended']) }),
    ),
    workspace: z
      .object({
        id: z.string(),
        name: z.string(),
        plan: z.string(),
        role,
        permissions: z.array(z.string()),
        numberIds: z.array(z.string()).nullable(),
        ownOnly: z.boolean(),
      })
      .nullable()
      .describe('The current one; `X-Workspace-Id` chooses another for one request.'),
  })
  .meta({ id: 'Me' });

/** Reads it in one transaction. */
export async function readMe(
  tx: SystemTx,
  person: Person,
  principal: Principal | null,
): Promise<z.infer<typeof meBody>> {
  const [row] = await tx.query<PersonRecord>(personById, [person.userId]);
  if (!row) throw errors.notFound('user');
  const all = await workspacesOf(tx, person.userId);
  const current = all.find((one) => one.id === principal?.workspaceId);
  return {
    person: {
      id: row.id,
      email: row.email,
      name: row.name,
      locale: row.locale as (typeof locales)[number],
      isSuperadmin: person.isSuperadmin,
    },
    session: { id: person.sessionId, impersonatorId: person.impersonatorId ?? null },
    workspaces: all.map(({ id, name, role: held, status }) => ({ id, name, role: held, status })),
    workspace: current
      ? {
          id: current.id,
          name: current.name,
          plan: current.plan,
          role: current.role,
          permissions: actionsOf(current.role),
          numberIds: current.numberIds,
          ownOnly: current.ownOnly,
        }
      : null,
  };
}
