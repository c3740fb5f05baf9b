import { beginChallenge } from '../../src/modules/auth/login.ts';
import { listPasskeys, removePasskey } from '../../src/modules/auth/passkeys.ts';
import { removeTotp } from '../../src/modules/auth/second-factor.ts';
import { authenticator } from '../authenticator.ts';
import { shownCode } from '../totp.ts';
import type { Samples, Stage } from './index.ts';

/** As requests that nothing listens to name it. */
const origin = 'http://localhost';

/** The owner without any factor, who then need not prove anything. */
async function bare({ db, userId }: Stage): Promise<void> {
  await db.withSystem('test: no second factors', async (tx) => {
    await removeTotp(tx, userId);
    for (const { id } of await listPasskeys(tx, userId)) await removePasskey(tx, { userId, id });
  });
}

async function begun(stage: Stage): Promise<string> {
  await bare(stage);
  const { body } = await stage.send('POST /v1/auth/totp', { body: {} });
  return (body as { uri: string }).uri;
}

/** An authenticator app, and the recovery codes that came with it. */
async function enrolled(stage: Stage): Promise<string[]> {
  const code = shownCode(await begun(stage), stage.clock.now());
  const { body } = await stage.send('POST /v1/auth/totp/confirm', { body: { code } });
  return (body as { recoveryCodes: string[] }).recoveryCodes;
}

async function made(stage: Stage) {
  await bare(stage);
  const { body } = await stage.send('POST /v1/auth/passkeys/options', { body: {} });
  const device = authenticator(origin);
  return {
    device,
    body: { name: 'Phone', response: device.create(body as Parameters<typeof device.create>[0]) },
  };
}

async function registered(stage: Stage) {
  const { device, body } = await made(stage);
  const kept = (await stage.send('POST /v1/auth/passkeys', { body })).body as {
    passkey: { id: string };
    recoveryCodes: string[];
  };
  return { device, id: kept.passkey.id, recoveryCodes: kept.recoveryCodes };
}

/** A login of the owner that waits for the second factor. */
const waiting = ({ db, userId }: Stage): Promise<string> =>
  db.withSystem('test: a login waits', (tx) => beginChallenge(tx, { userId, kind: 'cookie' }));

export const samples: Samples = {
  'GET /v1/auth/factors': () => ({}),
  'POST /v1/auth/totp': async (stage) => {
    await bare(stage);
    return { body: {} };
  },
  'POST /v1/auth/totp/confirm': async (stage) => ({
    body: { code: shownCode(await begun(stage), stage.clock.now()) },
  }),
  'POST /v1/auth/totp/remove': async (stage) => ({ body: { code: (await enrolled(stage))[0]! } }),
  'POST /v1/auth/recovery-codes': async (stage) => ({ body: { code: (await enrolled(stage))[0]! } }),
  'POST /v1/auth/second-factor': async (stage) => {
    const [code] = await enrolled(stage);
    return { body: { challenge: await waiting(stage), code } };
  },
  'GET /v1/auth/passkeys': () => ({}),
  'POST /v1/auth/passkeys/options': async (stage) => {
    await bare(stage);
    return { body: {} };
  },
  'POST /v1/auth/passkeys': async (stage) => ({ body: (await made(stage)).body }),
  'PATCH /v1/auth/passkeys/:id': async (stage) => ({
    params: { id: (await registered(stage)).id },
    body: { name: 'Old phone' },
  }),
  'POST /v1/auth/passkeys/:id/remove': async (stage) => {
    const { id, recoveryCodes } = await registered(stage);
    return { params: { id }, body: { code: recoveryCodes[0]! } };
  },
  'POST /v1/auth/second-factor/passkey/options': async (stage) => {
    await registered(stage);
    return { body: { challenge: await waiting(stage) } };
  },
  'POST /v1/auth/second-factor/passkey': async (stage) => {
    const { device } = await registered(stage);
    const challenge = await waiting(stage);
    const { body } = await stage.send('POST /v1/auth/second-factor/passkey/options', {
      body: { challenge },
    });
    return { body: { challenge, response: device.get(body as Parameters<typeof device.get>[0]) } };
  },
  'POST /v1/auth/passkey/options': () => ({ body: {} }),
  'POST /v1/auth/passkey': async (stage) => {
    const { device } = await registered(stage);
    const { body } = await stage.send('POST /v1/auth/passkey/options', { body: {} });
    return { body: { response: device.get(body as Parameters<typeof device.get>[0]) } };
  },
  'GET /v1/auth/oidc': () => ({}),
  // The stage has no issuer.
  'GET /v1/auth/oidc/start': () => ({ status: 404 }),
  'GET /v1/auth/oidc/callback': () => ({ status: 404 }),
};
