import { randomInt } from 'node:crypto';
import { newId } from '../../src/platform/ids.ts';
import type { Sample, Samples, Stage } from './index.ts';

/** An account without numbers: what can be deleted. */
async function made(stage: Stage): Promise<Sample> {
  const { body } = await stage.send('POST /v1/accounts', {
    body: { provider: 'ycloud', name: 'Sample', token: 'mock_sample' },
  });
  return { params: { id: (body as { id: string }).id } };
}

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
  'GET /v1/numbers/:id/profile': ({ numberId }) => ({ params: { id: numberId } }),
  'PATCH /v1/numbers/:id/profile': ({ numberId }) => ({
    params: { id: numberId },
    body: { about: 'Fresh fish every day', websites: ['https://example.com'] },
  }),
  'GET /v1/business-hours': () => ({}),
  'GET /v1/numbers/:id/notices': ({ numberId }) => ({ params: { id: numberId } }),
  'GET /v1/notices': () => ({ query: { limit: 5 } }),
  'GET /v1/accounts': () => ({ query: { limit: 5 } }),
  'POST /v1/accounts': () => ({
    body: { provider: 'ycloud', name: 'Front desk', token: `mock_${newId()}` },
  }),
  'GET /v1/accounts/:id': ({ seeded }) => ({ params: { id: seeded.accountId } }),
  'PATCH /v1/accounts/:id': ({ seeded }) => ({
    params: { id: seeded.accountId },
    body: { name: 'Front desk' },
  }),
  'POST /v1/accounts/:id/subscribe': ({ seeded }) => ({ params: { id: seeded.accountId } }),
  'DELETE /v1/accounts/:id': made,
  'GET /v1/parked': () => ({ query: { limit: 5 } }),
};
