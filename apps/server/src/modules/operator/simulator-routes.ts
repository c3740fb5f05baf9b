import { z } from 'zod';
import type { HttpApp } from '../../platform/http/index.ts';
import type { OperatorDeps } from './routes.ts';

const body = z
  .object({
    phoneUrl: z
      .string()
      .nullable()
      .describe('The page where one is the customer. Its key opens the whole simulator. null: none runs.'),
  })
  .meta({ id: 'OperatedSimulator' });

/** Not for keys: the address carries one of its own, which speaks for everybody's simulated numbers. */
export function simulatorRoutes(app: HttpApp, { gate, phoneUrl }: OperatorDeps): void {
  app.get(
    '/v1/operator/simulator',
    {
      onRequest: gate.operator(),
      schema: {
        tags: ['operator'],
        description: 'Where the demo’s simulated phones are, as the start prints it.',
        response: { 200: body },
      },
    },
    async () => ({ phoneUrl }),
  );
}
