import { writes } from '../writes.ts';
import type { Sample, Samples, Stage } from './index.ts';

const contact = async (stage: Stage, body?: unknown): Promise<Sample> => ({
  params: { id: (await writes(stage)).contactId },
  ...(body === undefined ? {} : { body }),
});

export const samples: Samples = {
  'GET /v1/contacts': async (stage) => ({ query: { phone: (await writes(stage)).phone } }),
  'GET /v1/contacts/:id': (stage) => contact(stage),
  'POST /v1/contacts/:id/opt-out': (stage) => contact(stage, { scope: 'marketing' }),
  'POST /v1/contacts/:id/opt-in': (stage) => contact(stage, { scope: 'all' }),
  'POST /v1/contacts/:id/block': (stage) => contact(stage),
  'POST /v1/contacts/:id/unblock': async (stage) => {
    const made = await contact(stage);
    await stage.send('POST /v1/contacts/:id/block', made);
    return made;
  },
};
