import type { FastifyRequest } from 'fastify';
import type { Actor, SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { forgetCallers } from '../../platform/http/index.ts';
import { installation } from '../../platform/ids.ts';

export type AskedBy = Pick<FastifyRequest, 'person' | 'principal' | 'ip' | 'headers' | 'id'>;

/** A person who changes or uses what they sign in with: in no workspace's name, but with the role they came in. */
export function selfOf(request: AskedBy, userId: string): Actor {
  return {
    kind: 'user',
    id: userId,
    role: request.principal?.actor.role ?? (request.person?.isSuperadmin ? 'superadmin' : 'viewer'),
    origin: {
      ip: request.ip,
      userAgent: request.headers['user-agent']?.slice(0, 500) ?? null,
      requestId: request.id,
      impersonatorId: request.principal?.actor.origin?.impersonatorId ?? null,
    },
  };
}

/** One event about a person's ways to sign in, and its line in the installation's audit. */
export interface Told {
  name:
    | 'second_factor.begun'
    | 'second_factor.added'
    | 'second_factor.renamed'
    | 'second_factor.removed'
    | 'recovery_codes.made';
  data?: Record<string, unknown>;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

/** Says what changed, to the audit and, where it changes who can sign in, to the person by mail. */
export async function tell(tx: SystemTx, request: AskedBy, userId: string, told: Told): Promise<void> {
  await emit(tx, [
    {
      workspaceId: installation,
      name: told.name,
      actor: selfOf(request, userId),
      data: { userId, ...told.data },
      audit: {
        target: { kind: 'user', id: userId },
        before: told.before ?? null,
        after: told.after ?? told.data ?? null,
      },
    },
  ]);
  // Where a workspace asks for a second factor, the next request knows of it.
  tx.afterCommit(forgetCallers);
}
