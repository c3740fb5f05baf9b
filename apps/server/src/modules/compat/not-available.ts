import { AppError, errors } from '../../platform/errors.ts';
import type { HttpApp } from '../../platform/http/index.ts';

/** Addresses of the documents whose capability comes later: never 404, never a pretence. */
const later: readonly {
  capability: string;
  methods: readonly ('GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[];
  addresses: readonly string[];
  instead: string;
}[] = [
  {
    capability: 'embedded-signup',
    methods: ['GET', 'POST'],
    addresses: ['/api/v1/onboarding/esb/start', '/api/v1/onboarding/esb/callback'],
    instead: 'Connect a number with its access token: POST /v1/numbers.',
  },
  {
    capability: 'edge-functions',
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    addresses: ['/api/functions/v1/*'],
    instead: 'No function of others runs here; /openapi.json lists what there is.',
  },
];

/** Stands (inbound has it), among functions that do not: whoever opens it in a browser must not read that it is none. */
const webhook = '/api/functions/v1/whatsapp-webhook';
const wrongMethods = ['GET', 'PUT', 'PATCH', 'DELETE'] as const;

/** `POST /api/v1/onboarding/esb/start`, and so on. */
export const notAvailable: readonly string[] = [
  ...later.flatMap(({ methods, addresses }) =>
    addresses.flatMap((url) => methods.map((method) => `${method} ${url}`)),
  ),
  ...wrongMethods.map((method) => `${method} ${webhook}`),
];

export function notAvailableRoutes(app: HttpApp): void {
  app.route({
    method: [...wrongMethods],
    url: webhook,
    schema: { hide: true } as never,
    onRequest: async (_request, reply) => {
      reply.header('allow', 'POST');
      throw new AppError('method_not_allowed', 405, 'YCloud sends its events here: use POST.', {
        allowed: ['POST'],
      });
    },
    handler: () => {},
  });
  for (const { capability, methods, addresses, instead } of later) {
    for (const url of addresses) {
      app.route({
        method: [...methods],
        url,
        schema: { hide: true } as never,
        // Before the body: nothing is done with it.
        onRequest: async () => {
          throw errors.notAvailable(capability, `${capability} is not available here yet. ${instead}`);
        },
        handler: () => {},
      });
    }
  }
}
