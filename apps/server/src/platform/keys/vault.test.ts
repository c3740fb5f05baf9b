/** Secrets that AWS keeps while the program runs, against a double that checks signatures. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AwsDouble, awsDouble } from '../../../test/aws.ts';
import { ManualClock } from '../clock.ts';
import { awsVault, remembering, type Vault } from './index.ts';

let aws: AwsDouble;
let vault: Vault;

beforeEach(async () => {
  aws = await awsDouble();
  vault = awsVault({ ...aws.address, prefix: 'chaski/tokens' });
});
afterEach(() => aws.close());

const actions = () => aws.asked.map((target) => target.split('.').at(-1));

test('created under a name of its own, read, taken away; taken away again it ends equal', async () => {
  const name = vault.newName('a-workspace');
  expect(name).toMatch(/^chaski\/tokens\/a-workspace\/[0-9a-f-]{36}$/);
  expect(vault.newName('a-workspace')).not.toBe(name);
  expect(await vault.create(name, 'EAA-one', 'Token')).toEqual({ outcome: 'ok', value: null });
  expect([...aws.secrets]).toEqual([[name, 'EAA-one']]);
  // Whose answer was lost tries again.
  expect(await vault.create(name, 'EAA-one', 'Token')).toEqual({ outcome: 'ok', value: null });
  expect(await vault.read(name)).toEqual({ outcome: 'ok', value: 'EAA-one' });
  expect(await vault.remove(name)).toEqual({ outcome: 'ok', value: null });
  expect(aws.secrets.size).toBe(0);
  expect(await vault.remove(name)).toEqual({ outcome: 'ok', value: null });
  expect(await vault.read(name)).toEqual({
    outcome: 'away',
    reason: expect.stringContaining('ResourceNotFoundException'),
  });
});

test('away or denied: the reason, and no secret in it; a hiccup while saving is tried again', async () => {
  const name = vault.newName('w');
  aws.failing = { status: 500, times: 2 };
  expect(await vault.create(name, 'EAA-secret', 'Token')).toEqual({ outcome: 'ok', value: null });
  aws.denied.add('GetSecretValue').add('DeleteSecret').add('CreateSecret');
  const refusals: string[] = [];
  vault = awsVault({
    ...aws.address,
    prefix: 'chaski/tokens',
    onRefusal: (...told) => void refusals.push(told.join(' ')),
  });
  for (const said of [
    await vault.read(name),
    await vault.remove(name),
    await vault.create(vault.newName('w'), 'EAA-secret', 'Token'),
  ]) {
    expect(said).toMatchObject({ outcome: 'away', reason: expect.stringContaining('AccessDenied') });
    expect(JSON.stringify(said)).not.toContain('EAA-secret');
    // AWS's sentence names accounts, roles and paths: not for tenants.
    expect(JSON.stringify(said)).not.toContain('not authorized');
  }
  expect(refusals).toContain(
    'GetSecretValue 400 AccessDeniedException not authorized to perform GetSecretValue',
  );
  aws.failing = { status: 503, times: 99 };
  expect(await vault.read(name)).toMatchObject({ outcome: 'away', reason: expect.stringContaining('503') });
  await aws.close();
  expect(await vault.read(name)).toMatchObject({
    outcome: 'away',
    reason: expect.stringMatching(/ECONNREFUSED|ECONNRESET|SOCKET/),
  });
});

test('what was read stays in memory for five minutes, what could not be for five seconds', async () => {
  let now = 0;
  const kept = remembering(vault, () => now);
  const name = kept.newName('w');
  await kept.create(name, 'EAA', 'Token');
  aws.asked.length = 0;
  const both = await Promise.all([kept.read(name), kept.read(name)]);
  expect(both).toEqual([both[0], both[0]]);
  now = 5 * 60_000 - 1;
  await kept.read(name);
  expect(actions()).toEqual(['GetSecretValue']);
  now += 2;
  aws.failing = { status: 503, times: 1 };
  expect(await kept.read(name)).toMatchObject({ outcome: 'away' });
  now += 4_000;
  expect(await kept.read(name)).toMatchObject({ outcome: 'away' });
  expect(actions()).toEqual(['GetSecretValue', 'GetSecretValue']);
  now += 2_000;
  expect(await kept.read(name)).toEqual({ outcome: 'ok', value: 'EAA' });
  await kept.remove(name);
  expect(await kept.read(name)).toMatchObject({ outcome: 'away' });
});

test('the credentials of a role are renewed before they end, and asked for again after they were not there', async () => {
  const clock = new ManualClock();
  const credentials = { metadataEndpoint: aws.endpoint };
  const ofRole = awsVault({ ...aws.address, credentials, clock, prefix: 'p' });
  const roles = () => aws.asked.filter((what) => what.endsWith('/chaski-role')).length;
  clock.set(new Date());
  aws.roleEnds = new Date(clock.now().getTime() + 3_600_000);
  await ofRole.create(ofRole.newName('w'), 'x', 'Token');
  await ofRole.create(ofRole.newName('w'), 'x', 'Token');
  expect(roles()).toBe(1);
  aws.roleEnds = new Date(clock.now().getTime() + 60_000);
  const young = awsVault({ ...aws.address, credentials, clock, prefix: 'p' });
  await young.create(young.newName('w'), 'x', 'Token');
  await young.create(young.newName('w'), 'x', 'Token');
  // The first call renews what ends within five minutes, and so does each that follows.
  expect(roles()).toBeGreaterThan(3);
  const nowhere = awsVault({
    ...aws.address,
    credentials: { metadataEndpoint: 'http://127.0.0.1:1' },
    prefix: 'p',
  });
  expect(await nowhere.read('x')).toMatchObject({
    outcome: 'away',
    reason: expect.stringContaining('there are no credentials'),
  });
});
