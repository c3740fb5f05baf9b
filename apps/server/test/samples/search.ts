import { writes } from '../writes.ts';
import type { Samples } from './index.ts';

export const samples: Samples = {
  'GET /v1/search': async (stage) => {
    await writes(stage, { text: 'Where is my order?' });
    return { query: { q: 'order', type: 'all' } };
  },
};
