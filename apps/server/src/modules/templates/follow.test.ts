import { createCloudProvider } from '@chaski/providers';
import { createSimulator } from '@chaski/simulator';
import { afterAll, expect, test } from 'vitest';
import { seedWorkspace, testDatabase, testRing } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import { createLog } from '../../platform/log.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { useKeyRing } from '../numbers/index.ts';
import { activatedAccounts, syncTemplatesHandlers, templatesOf } from './index.ts';

const t = await testDatabase();
const { db } = t;
useKeyRing(db, testRing);
await registerJobs(db);
const simulator = await createSimulator({ adminKey: 'key' });
const provider = createCloudProvider();
afterAll(async () => {
  await provider.close();
  await simulator.close();
});
const handlers = syncTemplatesHandlers({ db, provider });
const log = createLog('silent');

const place = await seedWorkspace(db, { baseUrl: simulator.url, token: 'token-1' });
simulator.addApp({ id: 'app', secret: 'secret', webhookUrl: 'http://127.0.0.1:9/', verifyToken: 'v' });
simulator.addNumber({
  phoneNumberId: place.phoneNumberId,
  accountId: place.accountRef,
  appId: 'app',
  token: 'token-1',
});

const jobs = () =>
  db.withSystem('test', (tx) =>
    tx.query<{ name: string; payload: { payload: { accountId: string; accountRef: string } } }>(
      `select t.identifier as name, j.payload from graphile_worker._private_jobs j
         join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'templates.sync'`,
    ),
  );
const run = (name: string, payload: object) =>
  handlers
    .find((handler) => handler.job.name === name)!
    .run(payload, {
      workspaceId: place.workspaceId,
      attempt: 1,
      log,
      signal: new AbortController().signal,
    });
const names = async () =>
  (await db.withTenant(place.workspaceId, systemActor, (tx) => templatesOf(tx))).map(
    ({ name, status }) => `${name} ${status}`,
  );

test('a number that becomes active brings its account’s templates, all pages of them', async () => {
  const event = {
    seq: 1,
    id: 'e',
    workspaceId: place.workspaceId,
    name: 'number.updated',
    at: t.clock.now(),
    actor: null,
    data: { numberId: place.numberId, activated: true },
  };
  await db.withSystem('test', (tx) => activatedAccounts.handle(tx, [event, event]));
  const queued = await jobs();
  expect(queued).toHaveLength(1);

  for (let n = 0; n < 230; n++) {
    simulator.addTemplate(place.accountRef, {
      name: `notice_${String(n).padStart(3, '0')}`,
      components: [{ type: 'BODY', text: 'Hello {{1}}' }],
    });
  }
  // Watched by WhatsApp, and sent all the same.
  simulator.changeTemplate(place.accountRef, 'notice_007', { status: 'FLAGGED' });
  await run('templates.sync', queued[0]!.payload.payload);
  const listed = await names();
  expect(listed.filter((one) => /^notice_\d{3} APPROVED$/.test(one))).toHaveLength(230);
  expect(listed).toContain('hello_world APPROVED');
});

test('a refusal ends the job, an absent WhatsApp does not', async () => {
  const payload = { accountId: place.accountId, accountRef: place.accountRef };
  const before = await names();
  simulator.setToken('token-1', { expired: true });
  await run('templates.sync', payload);
  simulator.setToken('token-1', { expired: false });
  const away = await seedWorkspace(db, { baseUrl: 'http://127.0.0.1:9' });
  await expect(
    handlers
      .find((handler) => handler.job.name === 'templates.sync')!
      .run(
        { accountId: away.accountId, accountRef: away.accountRef },
        {
          workspaceId: away.workspaceId,
          attempt: 1,
          log,
          signal: new AbortController().signal,
        },
      ),
  ).rejects.toThrow('did not list templates');
  expect(await names()).toEqual(before);
});
