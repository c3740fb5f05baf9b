import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError, errors } from '../../platform/errors.ts';
import type { HttpApp } from '../../platform/http/index.ts';
import { hidden } from './hidden.ts';
import type { CompatDeps } from './routes.ts';

const worked = z.object({
  processed: z.number().int(),
  failed: z.number().int(),
  pending: z.number().int(),
});

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * S1: a cron that calls this each minute is the worker. The shared secret is looked at before the body; calls are
 * counted by address before that, so that nobody tries secrets for long.
 */
export async function queueRoutes(app: HttpApp, { queue }: CompatDeps): Promise<void> {
  // Crons send what they like, or nothing and call it a form (wget): nobody reads it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null));
  app.post(
    '/api/queue/whatsapp',
    {
      config: { limits: ['queue'] },
      onRequest: async (request) => refuseStranger(queue?.secret ?? null, request),
      schema: hidden({ response: { 200: worked } }),
    },
    async () => {
      if (!queue) throw closed();
      return queue.workOff.run();
    },
  );
}

function refuseStranger(secret: string | null, request: FastifyRequest): void {
  if (secret === null) throw closed();
  const given = request.headers['x-queue-secret'];
  if (typeof given !== 'string' || !timingSafeEqual(digest(given), digest(secret))) {
    throw errors.unauthenticated('Send the secret of QUEUE_SECRET as x-queue-secret.');
  }
}

const closed = () =>
  new AppError('not_configured', 503, 'QUEUE_SECRET is not set, so this address is closed.', {
    setting: 'QUEUE_SECRET',
  });
