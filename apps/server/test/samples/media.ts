import { writes } from '../writes.ts';
import type { Samples, Stage } from './index.ts';

/** One pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const upload = {
  query: { filename: 'pixel.png' },
  headers: { 'content-type': 'image/png' },
  body: png,
};

const uploaded = async (stage: Stage): Promise<string> =>
  ((await stage.send('POST /v1/media', upload)).body as { id: string }).id;

/** A picture that somebody sent and that is not here yet. */
const waiting = async (stage: Stage): Promise<string> =>
  (await writes(stage, { type: 'image', content: { image: { id: '9911', mime_type: 'image/png' } } }))
    .mediaId!;

export const samples: Samples = {
  'POST /v1/media': () => upload,
  'GET /v1/media/:id': async (stage) => ({ params: { id: await uploaded(stage) } }),
  'GET /v1/media/:id/info': async (stage) => ({ params: { id: await uploaded(stage) } }),
  'GET /v1/media/:id/url': async (stage) => ({
    params: { id: await uploaded(stage) },
    query: { seconds: 60 },
  }),
  'DELETE /v1/media/:id': async (stage) => ({ params: { id: await uploaded(stage) } }),
  'POST /v1/media/:id/fetch': async (stage) => ({ params: { id: await waiting(stage) } }),
};
