import { z } from 'zod';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { type HttpApp, listOf, listQuery, operatorOf, page, sliceOf } from '../../platform/http/index.ts';
import { installation } from '../../platform/ids.ts';
import { byKind, deadKinds, deadLetterOf, listDeadLetters, retryDeadLetter } from './dead-letters.ts';
import type { OperatorDeps } from './routes.ts';

const deadBody = z
  .object({
    kind: z.enum(deadKinds),
    id: z.string().describe('Of an event: consumer and number, `name:123`.'),
    workspaceId: z.string().nullable(),
    what: z.string(),
    attempts: z.number().int().nullable(),
    error: z.string().nullable(),
    since: z.string(),
  })
  .meta({ id: 'DeadLetter' });

export function deadLetterRoutes(app: HttpApp, { db, gate, consumers }: OperatorDeps): void {
  app.get(
    '/v1/operator/dead-letters',
    {
      onRequest: gate.operator(),
      schema: {
        tags: ['operator'],
        description: 'What gave up: messages, then jobs, then events, each oldest first.',
        querystring: listQuery.extend({ kind: z.enum(deadKinds).optional() }),
        response: { 200: listOf(deadBody) },
      },
    },
    async (request) => {
      const { kind, limit } = request.query;
      const rows = await listDeadLetters(db, { kind }, sliceOf(request.query, byKind));
      return page(
        rows,
        limit,
        (row) => [row.kind, row.id],
        (row) => ({ ...row, since: row.since.toISOString() }),
      );
    },
  );

  app.post(
    '/v1/operator/dead-letters/retry',
    {
      onRequest: gate.operator(),
      schema: {
        tags: ['operator'],
        description: 'Tries one again, with fresh attempts.',
        body: z.strictObject({ kind: z.enum(deadKinds), id: z.string().min(1).max(200) }),
        response: { 200: z.object({ retried: z.boolean() }) },
      },
    },
    async (request) => {
      const { kind, id } = request.body;
      const dead = await deadLetterOf(db, kind, id);
      if (!dead) throw errors.notFound(`dead ${kind}`, { id });
      const retried = await retryDeadLetter(db, consumers, dead);
      await db.withSystem('the operator retried a dead letter', (tx) =>
        emit(tx, [
          {
            workspaceId: dead.workspaceId ?? installation,
            name: 'operator.retried',
            actor: operatorOf(request),
            data: { kind, id, retried },
            audit: { target: { kind, id }, after: { retried } },
          },
        ]),
      );
      return { retried };
    },
  );
}
