/** S0's keys: what its one-liner prints is understood, everything else is nobody's. */
import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { installationKeys, makeInstallationKey } from './installation-keys.ts';

const jwtSecret = randomBytes(64).toString('hex');
const now = new Date('2026-11-20T12:00:00Z');
const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** As S0's one-liner does it. */
function oneLiner(
  role: string,
  secret = jwtSecret,
  header: object = { alg: 'HS256', typ: 'JWT' },
  exp = 315_360_000,
): string {
  const at = Math.floor(now.getTime() / 1_000);
  const text = `${b64(header)}.${b64({ role, iss: 'supabase', iat: at, exp: at + exp })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const read = (key: string, serviceRoleKey: string | null = null) =>
  installationKeys({ jwtSecret, serviceRoleKey }).read(key, now);

test('the tokens of the one-liner, and ours of the same claims', async () => {
  expect(await read(oneLiner('anon'))).toBe('anon');
  expect(await makeInstallationKey(jwtSecret, 'anon', now)).toBe(oneLiner('anon'));
  const service = oneLiner('service_role');
  expect(await read(service, service)).toBe('service_role');
});

test('an operator’s key is off when none is configured, and only the configured one counts', async () => {
  const service = oneLiner('service_role');
  expect(await read(service)).toBeNull();
  expect(await read(service, oneLiner('service_role', jwtSecret, undefined, 1_000))).toBeNull();
});

test.each([
  ['signed with another secret', oneLiner('anon', 'another secret')],
  ['over', oneLiner('anon', jwtSecret, undefined, -1)],
  ['without a signature', `${b64({ alg: 'none' })}.${b64({ role: 'anon', exp: 9_999_999_999 })}.`],
  ['with a header that names a key', oneLiner('anon', jwtSecret, { alg: 'HS256', typ: 'JWT', kid: '1' })],
  ['of another algorithm', oneLiner('anon', jwtSecret, { alg: 'HS512', typ: 'JWT' })],
  ['of another role', oneLiner('authenticated')],
  ['not even a token', 'any'],
  ['very long', `${oneLiner('anon')}${'a'.repeat(2_000)}`],
])('%s: nobody’s', async (_what, key) => {
  expect(await read(key, key)).toBeNull();
});
