import { createECDH, randomBytes } from 'node:crypto';
import type { Samples } from './index.ts';

/** What a browser hands over. */
const subscription = () => ({
  endpoint: `https://push.example.com/${randomBytes(8).toString('hex')}`,
  expirationTime: null,
  keys: {
    p256dh: createECDH('prime256v1').generateKeys('base64url'),
    auth: randomBytes(16).toString('base64url'),
  },
});

export const samples: Samples = {
  'GET /v1/push/key': () => ({}),
  'GET /v1/push/subscriptions': async (stage) => {
    await stage.send('POST /v1/push/subscriptions', { body: subscription() });
    return {};
  },
  'POST /v1/push/subscriptions': () => ({ body: subscription() }),
  'DELETE /v1/push/subscriptions/:id': async (stage) => {
    const made = await stage.send('POST /v1/push/subscriptions', { body: subscription() });
    return { params: { id: (made.body as { id: string }).id } };
  },
};
