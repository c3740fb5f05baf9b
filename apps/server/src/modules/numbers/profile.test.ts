import { createProviders } from '@chaski/providers';
import { createSimulator, type Simulator } from '@chaski/simulator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Seeded, seedWorkspace, testDatabase, testRing } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import { getNumber, type NumberRow, useKeyRing } from './index.ts';
import { type ProfileDeps, readProfile, tellProfile, writeProfile } from './profile.ts';

const { db } = await testDatabase();
useKeyRing(db, testRing);
const calls = createProviders();
let sim: Simulator;
let place: Seeded;
let number: NumberRow;
const picture = { bytes: Buffer.from([0xff, 0xd8, 0xff]), type: 'image/jpeg' };
const deps: ProfileDeps = { db, calls, pictureOf: async () => picture };

beforeAll(async () => {
  sim = await createSimulator({ adminKey: 'key' });
  place = await seedWorkspace(db, { baseUrl: sim.url, token: 'mock_profile' });
  sim.addApp({ id: place.appId, secret: 'secret', webhookUrl: 'http://127.0.0.1:9/', verifyToken: 'v' });
  sim.addNumber({
    phoneNumberId: place.phoneNumberId,
    displayPhoneNumber: place.displayPhoneNumber,
    accountId: place.accountRef,
    appId: place.appId,
    token: 'mock_profile',
  });
  number = await db.withTenant(place.workspaceId, systemActor, (tx) => getNumber(tx, place.numberId));
});
afterAll(async () => {
  await sim.close();
  await calls.close();
});

it('is written at WhatsApp and read from there, with a picture', async () => {
  const before = await readProfile(deps, number);
  expect(before).toMatchObject({ websites: [], pictureUrl: null });
  const change = {
    about: 'Fresh fish every day',
    email: 'fish@example.com',
    websites: ['https://example.com', 'https://example.org/menu'],
    vertical: 'RESTAURANT' as const,
  };
  await writeProfile(deps, number, { ...change, pictureMediaId: 'x' });
  const after = await readProfile(deps, number);
  expect(after).toMatchObject({ ...change, address: '' });
  expect(after.pictureUrl).toMatch(/^https:/);
  // What is not named stays.
  await writeProfile(deps, number, { about: 'Fresh fish on weekdays', email: '' });
  expect(await readProfile(deps, number)).toEqual({ ...after, about: 'Fresh fish on weekdays', email: '' });
});

it('tells who changed what, as it was and as it is', async () => {
  const before = await readProfile(deps, number);
  await db.withTenant(place.workspaceId, systemActor, (tx) =>
    tellProfile(tx, number, before, { about: 'Closed in August' }),
  );
  const [line] = await db.withSystem('test', (tx) =>
    tx.query<{ before: object; after: object }>(
      "select before, after from audit where action = 'number.profile_changed' and workspace_id = $1",
      [place.workspaceId],
    ),
  );
  expect(line).toEqual({ before: { about: before.about }, after: { about: 'Closed in August' } });
});

it('says why WhatsApp refuses, and that it could not be asked', async () => {
  await expect(
    writeProfile({ ...deps, pictureOf: async () => ({ ...picture, type: 'application/pdf' }) }, number, {
      pictureMediaId: 'x',
    }),
  ).rejects.toMatchObject({ code: 'profile_refused', status: 422 });
  const away = await seedWorkspace(db, { baseUrl: 'http://127.0.0.1:1' });
  const unheard = await db.withTenant(away.workspaceId, systemActor, (tx) => getNumber(tx, away.numberId));
  await expect(readProfile(deps, unheard)).rejects.toMatchObject({ code: 'overloaded', status: 503 });
});
