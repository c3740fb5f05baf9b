import { expect, it } from 'vitest';
import { seedWorkspace, testDatabase, testRing } from '../../../test/harness.ts';
import { shownCode } from '../../../test/totp.ts';
import { forgetCallers } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { createAuthenticate } from './authenticate.ts';
import { beginTotp, confirmTotp, removeTotp } from './second-factor.ts';
import { startSession } from './sessions.ts';
import { tokenKeyOf } from './tokens.ts';

const { db, clock } = await testDatabase();
const system = <T>(fn: Parameters<typeof db.withSystem<T>>[1]) => db.withSystem('test', fn);
const tokenKey = tokenKeyOf('x'.repeat(40));
const authenticate = createAuthenticate({ db, tokenKey, site: { publicUrl: null, corsOrigins: [] } });

it('a workspace that asks for a second factor gives members without one nothing but a place to add it', async () => {
  const strict = await seedWorkspace(db, { name: 'Strict', settings: { requireSecondFactor: true } });
  const lax = await seedWorkspace(db, { name: 'Lax' });
  const userId = newId();
  const token = await system(async (tx) => {
    await tx.execute('insert into users (id, email, created_at) values ($1, $2, $3)', [
      userId,
      'a@example.com',
      clock.now(),
    ]);
    for (const { workspaceId } of [strict, lax]) {
      await tx.execute(
        "insert into members (workspace_id, user_id, role, created_at) values ($1, $2, 'owner', $3)",
        [workspaceId, userId, clock.now()],
      );
    }
    const session = { userId, kind: 'token', ip: null, userAgent: null, secondFactor: false } as const;
    return (await startSession(tx, { tokenKey }, session)).token;
  });
  const callerIn = (workspaceId: string) => {
    forgetCallers();
    const nothing = {
      cookie: null,
      origin: null,
      site: null,
      userAgent: null,
      host: null,
      contentType: null,
    };
    return authenticate({ ...nothing, bearer: token, workspaceId, method: 'GET', ip: '127.0.0.1' });
  };

  const refused = await callerIn(strict.workspaceId);
  expect(refused).toMatchObject({ person: { userId }, principal: null });
  expect(refused?.withheld).toMatchObject({ status: 403, details: { reason: 'second_factor_needed' } });
  expect((await callerIn(lax.workspaceId))?.principal?.workspaceId).toBe(lax.workspaceId);

  const { uri } = await system((tx) => beginTotp(tx, testRing, { userId, email: 'a@example.com' }));
  expect((await callerIn(strict.workspaceId))?.principal).toBeNull();
  await system((tx) => confirmTotp(tx, testRing, userId, shownCode(uri, clock.now())));
  expect((await callerIn(strict.workspaceId))?.principal?.workspaceId).toBe(strict.workspaceId);
  await system((tx) => removeTotp(tx, userId));
  expect((await callerIn(strict.workspaceId))?.principal).toBeNull();
});
