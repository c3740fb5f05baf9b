import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock.ts';

/** null: fine; a sentence: why not. Throwing counts as not fine. */
export type ReadyCheck = () => Promise<string | null>;

// A pool that cannot connect keeps a caller waiting for 10 s; readiness must show a lost database within 5.
const patienceMs = 2_000;

/**
 * /health for people and S3's and S4's clients, /livez for "restart me when this fails" (asks nobody), /readyz for
 * "send me requests" (asks every check, at most once at a time).
 */
export function healthRoutes(
  app: FastifyInstance,
  options: { environment: string; clock: Clock; checks: Record<string, ReadyCheck>; closing: () => boolean },
): void {
  const { environment, clock, checks, closing } = options;
  const hide = { schema: { hide: true } };
  // S4's page asks below /api.
  for (const address of ['/health', '/api/health']) {
    app.get(address, hide, async () => ({
      status: 'ok',
      ok: true,
      timestamp: clock.now().toISOString(),
      environment,
    }));
  }
  app.get('/livez', hide, async () => ({ status: 'ok' }));

  let asking: Promise<Record<string, string>> | null = null;
  async function ask(): Promise<Record<string, string>> {
    const said = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, (await patiently(check)) ?? 'ok'] as const),
    );
    return Object.fromEntries(said);
  }
  app.get('/readyz', hide, async (_request, reply) => {
    if (closing()) return reply.status(503).send({ status: 'closing', checks: {} });
    asking ??= ask().finally(() => {
      asking = null;
    });
    const said = await asking;
    const ready = Object.values(said).every((word) => word === 'ok');
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not-ready', checks: said });
  });
}

async function patiently(check: ReadyCheck): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      check(),
      new Promise<string>((resolve) => {
        timer = setTimeout(() => resolve(`no answer within ${patienceMs / 1_000} s`), patienceMs);
      }),
    ]);
  } catch (error) {
    return error instanceof Error ? error.message : 'failed';
  } finally {
    clearTimeout(timer);
  }
}
