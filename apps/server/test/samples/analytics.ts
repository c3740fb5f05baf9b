import { writes } from '../writes.ts';
import type { Samples, Stage } from './index.ts';

const asked = async (stage: Stage) => {
  await writes(stage);
  const today = stage.clock.now().toISOString().slice(0, 10);
  return { from: today, to: today, timeZone: 'Asia/Kolkata' };
};

export const samples: Samples = {
  'GET /v1/analytics': async (stage) => ({ query: await asked(stage) }),
  'GET /v1/analytics/export': async (stage) => ({ query: { ...(await asked(stage)), table: 'days' } }),
};
