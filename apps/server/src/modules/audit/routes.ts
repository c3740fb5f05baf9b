import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Actor, Database } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import {
  byTime,
  type Http,
  type HttpApp,
  inTenant,
  listOf,
  listQuery,
  operatorOf,
  page,
  principalOf,
  type Slice,
  sliceOf,
} from '../../platform/http/index.ts';
import { installation, type WorkspaceId } from '../../platform/ids.ts';
import { auditBody, csvHead, csvOf, presentAudit } from './present.ts';
import { type AuditFilter, type AuditRow, countAudit, selectAudit, selectAuditLine } from './queries-read.ts';

export interface AuditRoutesDeps {
  db: Database;
  gate: Http['gate'];
}

const filterQuery = z.strictObject({
  actorId: z.string().max(100).optional(),
  actorKind: z.enum(['user', 'key', 'workflow', 'system', 'contact']).optional(),
  action: z
    .string()
    .max(100)
    .regex(
      /^[a-z_]+\.(\*|[a-z_]+)$/,
      'Use an event name such as contact.blocked, or contact.* for all of an area.',
    )
    .optional(),
  targetKind: z.string().max(100).optional(),
  targetId: z.string().max(200).optional(),
  from: z.iso.datetime({ offset: true }).optional().describe('From this moment on.'),
  to: z.iso.datetime({ offset: true }).optional().describe('Before this moment.'),
});

function filterOf(query: z.infer<typeof filterQuery>): AuditFilter {
  const { actorId, actorKind, action, targetKind, targetId, from, to } = query;
  return {
    actorId: actorId ?? null,
    actorKind: actorKind ?? null,
    action: action ?? null,
    targetKind: targetKind ?? null,
    targetId: targetId ?? null,
    from: from ?? null,
    to: to ?? null,
  };
}

/** /v1/audit, and /v1/operator/audit. */
export function auditRoutes(deps: AuditRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/audit',
      {
        onRequest: gate('audit:read'),
        schema: {
          tags: ['audit'],
          querystring: filterQuery.extend({
            ...listQuery.shape,
            count: z.enum(['true', 'false']).optional().describe('true: also how many there are in all.'),
          }),
          response: { 200: listOf(auditBody).extend({ count: z.number().int().optional() }) },
        },
      },
      async (request) => {
        const { limit, count, ...query } = request.query;
        const filter = filterOf(query);
        return inTenant(db, request, async (tx) => {
          const rows = await selectAudit(tx, filter, sliceOf(request.query, byTime));
          return {
            ...page(rows, limit, (row) => [row.at.toISOString(), row.id], presentAudit),
            ...(count === 'true' ? { count: await countAudit(tx, filter) } : {}),
          };
        });
      },
    );

    app.get(
      '/v1/operator/audit',
      {
        onRequest: gate.operator(),
        schema: {
          tags: ['operator'],
          description:
            "The installation's own lines: accounts, sign-ins, plans, whatever belongs to no workspace.",
          querystring: filterQuery.extend(listQuery.shape),
          response: { 200: listOf(auditBody) },
        },
      },
      async (request) => {
        const place = sliceOf(request.query, byTime);
        const rows = await db.withTenant(installation, operatorOf(request), (tx) =>
          selectAudit(tx, filterOf(request.query), place),
        );
        return page(rows, request.query.limit, (row) => [row.at.toISOString(), row.id], presentAudit);
      },
    );

    app.get(
      '/v1/audit/export',
      {
        onRequest: gate('audit:read'),
        schema: {
          tags: ['audit'],
          description: 'The lines as CSV, newest first.',
          querystring: filterQuery,
        },
      },
      async (request, reply) => {
        const { workspaceId, actor } = principalOf(request);
        const day = db.clock.now().toISOString().slice(0, 10);
        return reply
          .header('content-disposition', `attachment; filename="audit-${day}.csv"`)
          .type('text/csv; charset=utf-8')
          .send(Readable.from(csvPages(db, workspaceId, actor, filterOf(request.query))));
      },
    );

    app.get(
      '/v1/audit/:id',
      {
        onRequest: gate('audit:read'),
        schema: { tags: ['audit'], params: z.strictObject({ id: z.uuid() }), response: { 200: auditBody } },
      },
      async (request) => {
        const { id } = request.params;
        const row = await inTenant(db, request, (tx) => selectAuditLine(tx, id));
        if (!row) throw errors.notFound('audit line', { id });
        return presentAudit(row);
      },
    );
  };
}

/** A transaction a page: a slow reader of a long file holds no connection. */
async function* csvPages(
  db: Database,
  workspaceId: WorkspaceId,
  actor: Actor,
  filter: AuditFilter,
): AsyncGenerator<string> {
  const size = 1_000;
  yield csvHead;
  let after: Slice['after'] = null;
  for (;;) {
    const place: Slice = { limit: size, after };
    const rows: AuditRow[] = await db.withTenant(workspaceId, actor, (tx) => selectAudit(tx, filter, place));
    if (rows.length > 0) yield rows.map(csvOf).join('');
    const last = rows.at(-1);
    if (!last || rows.length < size) return;
    after = { at: last.at.toISOString(), id: last.id };
  }
}
