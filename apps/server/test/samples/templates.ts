import type { Samples } from './index.ts';

export const samples: Samples = {
  'GET /v1/templates': (stage) => ({ query: { numberId: stage.numberId, status: 'APPROVED' } }),
  'POST /v1/templates/sync': () => ({ body: {} }),
};
