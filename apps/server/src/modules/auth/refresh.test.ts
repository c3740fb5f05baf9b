/** A session that renews itself: each token counts once, and one that comes back late ends the session. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { testDatabase } from '../../../test/harness.ts';
import { makeRenewable, renewSession } from './refresh.ts';
import type { AskedBy } from './second-factor-told.ts';
import { startSession } from './sessions.ts';
import { readToken, tokenKeyOf } from './tokens.ts';
import { createPerson } from './users.ts';

const { db, clock } = await testDatabase();
const tokenKey = tokenKeyOf(randomBytes(32).toString('hex'));
const deps = { db, tokenKey };
const request: AskedBy = { person: null, principal: null, ip: '127.0.0.1', headers: {}, id: 'test' };

let people = 0;
async function session() {
  const { userId, sessionId } = await db.withSystem('test: somebody signs in', async (tx) => {
    const email = `person${people++}@example.com`;
    const id = (await createPerson(tx, { email, hash: 'none' }))!;
    const who = { userId: id, kind: 'token' as const, ip: null, userAgent: null, secondFactor: false };
    return { userId: id, sessionId: (await startSession(tx, deps, who)).sessionId };
  });
  return makeRenewable(deps, { sessionId, userId });
}

const renew = (token: string) => renewSession(deps, request, token);
const gone = expect.objectContaining({ code: 'refresh_token_not_found' });

test('each renewal gives an hour and another token, for as long as somebody comes within a week', async () => {
  let { refreshToken } = await session();
  const seen = new Set([refreshToken]);
  for (let week = 0; week < 3; week++) {
    clock.advance(6 * 86_400_000);
    const renewed = await renew(refreshToken);
    expect(renewed.expiresAt.getTime() - clock.now().getTime()).toBe(3_600_000);
    expect(await readToken(tokenKey, renewed.accessToken, clock.now())).toMatchObject({
      userId: renewed.userId,
    });
    refreshToken = renewed.refreshToken;
    expect(seen.has(refreshToken)).toBe(false);
    seen.add(refreshToken);
  }
  clock.advance(8 * 86_400_000);
  await expect(renew(refreshToken)).rejects.toEqual(gone);
});

test('two at once, or an answer that was lost: the same token again', async () => {
  const { refreshToken } = await session();
  const both = await Promise.all([renew(refreshToken), renew(refreshToken)]);
  expect(both[0].refreshToken).toBe(both[1].refreshToken);
  clock.advance(9_000);
  expect((await renew(refreshToken)).refreshToken).toBe(both[0].refreshToken);
  await renew(both[0].refreshToken);
});

test('a token that was used up before ends the session for whoever has it', async () => {
  const { refreshToken } = await session();
  const { refreshToken: next } = await renew(refreshToken);
  clock.advance(11_000);
  await expect(renew(refreshToken)).rejects.toEqual(gone);
  await expect(renew(next)).rejects.toEqual(gone);
});

test('a token that was used up long before ends the session as well: the thief renewed twice', async () => {
  const { refreshToken } = await session();
  let stolen = refreshToken;
  for (let i = 0; i < 3; i++) {
    stolen = (await renew(stolen)).refreshToken;
    clock.advance(3_600_000);
  }
  await expect(renew(refreshToken)).rejects.toEqual(gone);
  await expect(renew(stolen)).rejects.toEqual(gone);
});

test('what is no token of ours', async () => {
  await expect(renew('')).rejects.toEqual(gone);
  await expect(renew(randomBytes(32).toString('base64url'))).rejects.toEqual(gone);
});
