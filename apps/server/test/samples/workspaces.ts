import type { Samples } from './index.ts';

export const samples: Samples = {
  'GET /v1/workspace': () => ({}),
  'PATCH /v1/workspace': () => ({ body: { name: 'Acme & Sons' } }),
};
