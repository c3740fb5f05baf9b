import { listWorkflows } from '../../src/modules/workflows/defaults.ts';
import type { Samples } from './index.ts';

export const samples: Samples = {
  'GET /v1/workflows': () => ({}),
  'PATCH /v1/workflows/:id': async (stage) => {
    const [first] = await stage.tenant(listWorkflows);
    return { params: { id: first!.id }, body: { text: 'We answer within the hour' } };
  },
};
