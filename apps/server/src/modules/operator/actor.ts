import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../platform/db/index.ts';
import { personOf } from '../../platform/http/index.ts';

/** The superadmin who asks, as workspaces' audits name them. */
export function operatorOf(request: Pick<FastifyRequest, 'person' | 'ip' | 'headers' | 'id'>): Actor {
  return {
    kind: 'user',
    id: personOf(request).userId,
    role: 'superadmin',
    origin: {
      ip: request.ip,
      userAgent: request.headers['user-agent']?.slice(0, 500) ?? null,
      requestId: request.id,
    },
  };
}
