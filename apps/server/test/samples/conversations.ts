import { writes } from '../writes.ts';
import type { Samples } from './index.ts';

export const samples: Samples = {
  'GET /v1/conversations': async (stage) => {
    const { contactId } = await writes(stage);
    return { query: { contactId, numberId: stage.numberId, limit: 5 } };
  },
  'GET /v1/conversations/:id': async (stage) => ({ params: { id: (await writes(stage)).conversationId } }),
  'POST /v1/conversations/:id/read': async (stage) => ({
    params: { id: (await writes(stage)).conversationId },
    body: {},
  }),
};
