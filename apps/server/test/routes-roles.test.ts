/** Every route × everybody who may call: 403 exactly where the permission table says no. */
import { type Action, actions, permissions, type Role, roles } from '@chaski/contracts';
import { describe, expect, test } from 'vitest';
import type { Access } from '../src/platform/http/index.ts';
import { testApi } from './api.ts';
import { finerRules, routesOf } from './routes.ts';
import { allSamples, type Sample, type Stage } from './samples/index.ts';

const api = await testApi();
const samples = await allSamples();
const guarded = routesOf(api.http).filter((route) => route.access !== null && route.key in samples);
const shared = await api.stage();

/** A route about a person changes that person: each try gets people of its own. */
const stageFor = (access: Access) => (access.kind === 'person' ? api.stage() : shared);

/** The sample without credentials of its own: whoever is tried here brings theirs. */
async function plain(key: string, stage: Stage): Promise<Sample> {
  const { headers = {}, ...sample } = await samples[key]!(stage);
  const { authorization: _authorization, cookie: _cookie, ...others } = headers;
  return { ...sample, headers: others };
}

/** May somebody with this role pass this gate. */
function may(access: Access, role: Role): boolean {
  if (access.kind !== 'workspace') return access.kind === 'person';
  return access.actions.every((action) => (permissions[action as Action] as readonly Role[]).includes(role));
}

describe.each(guarded.map((route) => [route.key, route] as const))('%s', (key, route) => {
  const access = route.access!;

  test('nobody: 401', async () => {
    const sample = await plain(key, await stageFor(access));
    const wrong: Record<string, string>[] = [
      {},
      { authorization: 'Bearer ck_nobody' },
      { cookie: '__Host-session=nobody' },
    ];
    for (const credentials of wrong) {
      const answer = await api.send(key, sample, credentials);
      expect(answer.status, JSON.stringify(answer.body)).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  test.each(roles)('%s', async (role) => {
    const stage = await stageFor(access);
    const answer = await api.send(key, await plain(key, stage), api.as(stage, role));
    const finer = finerRules[key]?.refuses.includes(role) === true;
    if (!may(access, role) || finer) {
      expect(answer.status, JSON.stringify(answer.body)).toBe(403);
      expect(answer.body).toMatchObject({ error: { code: 'forbidden' } });
    } else if (access.kind === 'person' && answer.status === 403) {
      // Past the gate: a password or code is asked for once more, of whoever it is.
      expect(answer.body).toMatchObject({ error: { details: { reason: 'proof_needed' } } });
    } else expect(answer.status, JSON.stringify(answer.body)).not.toBe(403);
  });

  test('keys: with the scope, and with every other one', async () => {
    const stage = await stageFor(access);
    const withKey = async (scopes: readonly string[]) =>
      (await api.send(key, await plain(key, stage), api.as(stage, 'key', { scopes }))).status;
    if (access.kind !== 'workspace') {
      expect(await withKey(['*'])).toBe(403);
      return;
    }
    const areas = access.actions.map((action) => action.split(':')[0]!);
    const others = actions.filter((action) => !access.actions.includes(action));
    const { refuses = [], keysNeed } = finerRules[key] ?? {};
    const refusesKeys = refuses.includes('key');
    expect((await withKey([...access.actions])) === 403).toBe(refusesKeys || keysNeed !== undefined);
    if (keysNeed) expect(await withKey([...access.actions, keysNeed])).not.toBe(403);
    expect((await withKey(areas.map((area) => `${area}:*`))) === 403).toBe(refusesKeys);
    if (access.actions.length > 0) expect(await withKey(others)).toBe(403);
  });
});

test('the table was walked: routes of every kind, and refusals among them', () => {
  expect(guarded.length).toBeGreaterThan(60);
  const kinds = new Set(guarded.map((route) => route.access!.kind));
  expect(kinds.has('workspace') && kinds.has('operator')).toBe(true);
  expect(guarded.some((route) => !may(route.access!, 'viewer'))).toBe(true);
});
