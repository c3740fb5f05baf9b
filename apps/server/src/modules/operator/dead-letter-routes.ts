import { z } from 'zod';
import { errors } from '../../platform/errors.ts';
import { emit, listDeadEvents, retryDeadEvent } from '../../platform/events/index.ts';
import { type HttpApp, operatorOf } from '../../platform/http/index.ts';
import { installation } from '../../platform/ids.ts';
import { listDeadJobs, retryJob } from '../../platform/queue/index.ts';
import { listDead, retryDead } from '../messages/index.ts';
import type { OperatorDeps } from './routes.ts';

const deadBody = z
  .object({
    kind: z.enum(['message', 'job', 'event']),
    id: z.string().describe('Of an event: consumer and number, `name:123`.'),
    workspaceId: z.string().nullable(),
    what: z.string(),
    attempts: z.number().int().nullable(),
    error: z.string().nullable(),
    since: z.string(),
  })
  .meta({ id: 'DeadLetter' });
type Dead = z.infer<typeof deadBody>;

const limitOf = z.coerce.number().int().min(1).max(500).default(100);

/** The first line: stacks are for the log. */
const firstLine = (text: string | null | undefined) => text?.split('\n')[0] ?? null;

export function deadLetterRoutes(app: HttpApp, { db, gate, consumers }: OperatorDeps): void {
  app.get(
    '/v1/operator/dead-letters',
    {
      onRequest: gate.operator(),
      schema: {
        tags: ['operator'],
        description: 'Messages, jobs and events that gave up, oldest first.',
        querystring: z.strictObject({ kind: z.enum(['message', 'job', 'event']).optional(), limit: limitOf }),
        response: { 200: z.object({ data: z.array(deadBody) }) },
      },
    },
    async (request) => {
      const { kind, limit } = request.query;
      const wants = (one: Dead['kind']) => kind === undefined || kind === one;
      const messages = wants('message')
        ? await db.withSystem('dead messages for the operator', (tx) => listDead(tx, { limit }))
        : [];
      const data: Dead[] = [
        ...messages.map((one) => ({
          kind: 'message' as const,
          id: one.messageId,
          workspaceId: one.workspaceId,
          what: one.state,
          attempts: one.attempts,
          error: one.reason ?? one.error?.message ?? null,
          since: one.createdAt.toISOString(),
        })),
        ...(wants('job') ? await listDeadJobs(db, { limit }) : []).map((one) => ({
          kind: 'job' as const,
          id: one.id,
          workspaceId: one.workspaceId,
          what: one.name,
          attempts: one.attempts,
          error: firstLine(one.error),
          since: one.failedAt.toISOString(),
        })),
        ...(wants('event') ? await listDeadEvents(db, { limit }) : []).map((one) => ({
          kind: 'event' as const,
          id: `${one.consumer}:${one.seq}`,
          workspaceId: one.workspaceId,
          what: one.name,
          attempts: null,
          error: firstLine(one.error),
          since: one.createdAt.toISOString(),
        })),
      ];
      return { data };
    },
  );

  app.post(
    '/v1/operator/dead-letters/retry',
    {
      onRequest: gate.operator(),
      schema: {
        tags: ['operator'],
        description: 'Tries one again, with fresh attempts.',
        body: z.strictObject({ kind: z.enum(['message', 'job', 'event']), id: z.string().min(1).max(200) }),
        response: { 200: z.object({ retried: z.boolean() }) },
      },
    },
    async (request) => {
      const { kind, id } = request.body;
      const { retried, workspaceId } = await retry(kind, id);
      await db.withSystem('the operator retried a dead letter', (tx) =>
        emit(tx, [
          {
            workspaceId: workspaceId ?? installation,
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

  async function retry(
    kind: Dead['kind'],
    id: string,
  ): Promise<{ retried: boolean; workspaceId: string | null }> {
    if (kind === 'message') {
      return db.withSystem('the operator retries a message', async (tx) => {
        const found = (await listDead(tx, { limit: 10_000 })).find((one) => one.messageId === id);
        if (!found) throw errors.notFound('dead message', { id });
        return { retried: (await retryDead(tx, [found])) > 0, workspaceId: found.workspaceId };
      });
    }
    if (kind === 'job') {
      const [found] = /^\d+$/.test(id) ? await listDeadJobs(db, { id }) : [];
      if (!found) throw errors.notFound('dead job', { id });
      return { retried: (await retryJob(db, id)) === 'queued', workspaceId: found.workspaceId };
    }
    const found = (await listDeadEvents(db, { limit: 10_000 })).find(
      (one) => `${one.consumer}:${one.seq}` === id,
    );
    if (!found) throw errors.notFound('dead event', { id });
    return {
      retried: (await retryDeadEvent(db, consumers, found)) === 'handled',
      workspaceId: found.workspaceId,
    };
  }
}
