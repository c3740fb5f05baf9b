import type { Samples } from './index.ts';

export const samples: Samples = {
  'GET /v1/operator/plans': () => ({}),
  'PATCH /v1/operator/plans/:name': () => ({
    params: { name: 'team' },
    body: { points: 1_500, pointsSeconds: 30, members: null },
  }),
};
