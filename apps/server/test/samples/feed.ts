import type { Samples } from './index.ts';

export const samples: Samples = {
  'GET /v1/events': () => ({ query: { after: 0, limit: 10, names: 'message.received,message.sent' } }),
  'POST /v1/realtime/ticket': () => ({ status: 201 }),
};
