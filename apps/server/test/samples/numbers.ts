import { randomInt } from 'node:crypto';
import type { Samples } from './index.ts';

export const samples: Samples = {
  'GET /v1/numbers': () => ({ query: { limit: 5 } }),
  'POST /v1/numbers': () => ({
    body: {
      phoneNumberId: String(randomInt(1e14)),
      displayPhoneNumber: '+1 555 010 9999',
      token: 'mock_sample',
    },
  }),
  'GET /v1/numbers/:id': ({ numberId }) => ({ params: { id: numberId } }),
  'PATCH /v1/numbers/:id': ({ numberId }) => ({ params: { id: numberId }, body: { mps: 40 } }),
  'GET /v1/numbers/:id/notices': ({ numberId }) => ({ params: { id: numberId } }),
  'GET /v1/notices': () => ({ query: { limit: 5 } }),
  'GET /v1/parked': () => ({ query: { limit: 5 } }),
};
