import { afterAll, beforeEach, expect, it } from 'vitest';
import { seedWorkspace, testDatabase, testRing } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import { buildHttp } from '../../platform/http/index.ts';
import { createLog } from '../../platform/log.ts';
import { authenticateKeys, createApiKey } from '../auth/index.ts';
import { seedPlans } from '../workspaces/index.ts';
import {
  type AddNumberDeps,
  addApp,
  credentialFor,
  numberRoutes,
  pauseAccount,
  recordNotices,
  type SimulatorDoor,
  useKeyRing,
} from './index.ts';

const { db, clock } = await testDatabase();
useKeyRing(db, testRing);
const http = await buildHttp({
  log: createLog('silent'),
  environment: 'test',
  checks: {},
  authenticate: authenticateKeys(db),
  clock,
});
type Asked = Parameters<Exclude<AddNumberDeps['checkNumber'], 'unchecked'>>[0];
const asked: Asked[] = [];
const registered: Parameters<SimulatorDoor['register']>[0][] = [];
let outcome: 'ok' | 'refused' = 'ok';
await http.app.register(
  numberRoutes({
    db,
    gate: http.gate,
    ring: testRing,
    simulator: {
      baseUrl: 'http://127.0.0.1:9',
      async register(number) {
        registered.push(number);
        return number.displayPhoneNumber ?? '+1 555 000 9003';
      },
    },
    approval: 'automatic',
    async checkNumber(call) {
      asked.push(call);
      return outcome === 'ok'
        ? { outcome, displayPhoneNumber: '+1 555', verifiedName: 'Acme' }
        : { outcome, reason: '190: dead' };
    },
  }),
);
await http.app.ready();
afterAll(() => http.close());
beforeEach(() => {
  outcome = 'ok';
  asked.length = 0;
});

await db.withSystem('test', async (tx) => {
  await seedPlans(tx);
  await addApp(tx, { ring: testRing }, { name: 'Meta', secret: 's', verifyToken: 'v', isDefault: true });
  await addApp(tx, { ring: testRing }, { name: 'Sim', secret: 's', verifyToken: 'v', isSimulator: true });
});
const at = await seedWorkspace(db);
const keyOf = async (command: object = {}) =>
  (await db.withTenant(at.workspaceId, systemActor, (tx) => createApiKey(tx, { name: 't', ...command }))).key;
const key = await keyOf();

async function call(method: 'POST' | 'PATCH', url: string, body: object, headers: object = {}) {
  const answer = await http.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}`, ...headers },
    payload: body,
  });
  return { status: answer.statusCode, body: answer.json() };
}

it('a made-up token claims no number', async () => {
  outcome = 'refused';
  const body = { phoneNumberId: '9001', token: 'made-up' };
  const refused = await call('POST', '/v1/numbers', body);
  expect(refused).toMatchObject({ status: 422, body: { error: { code: 'number_not_reachable' } } });
  outcome = 'ok';
  expect(await call('POST', '/v1/numbers', body)).toMatchObject({ status: 201 });
});

it('a repeated request gets the first answer, and WhatsApp is not asked again', async () => {
  const body = { phoneNumberId: '9002', token: 'EAA' };
  const headers = { 'idempotency-key': 'k1' };
  const first = await call('POST', '/v1/numbers', body, headers);
  expect(first).toMatchObject({ status: 201, body: { displayPhoneNumber: '+1 555' } });
  expect(await call('POST', '/v1/numbers', body, headers)).toEqual(first);
  expect(asked).toHaveLength(1);
});

it('a new token revives a paused account, if WhatsApp takes it', async () => {
  await db.withSystem('test', (tx) => pauseAccount(tx, at.workspaceId, at.accountId, 'token dead'));
  const patch = (token: string, headers: object = {}) =>
    call('PATCH', `/v1/numbers/${at.numberId}`, { token }, headers);
  const paused = async () => (await call('PATCH', `/v1/numbers/${at.numberId}`, { mps: 80 })).body;

  outcome = 'refused';
  expect(await patch('EAAdead')).toMatchObject({ status: 422 });
  expect((await patch('mock_x')).status).toBe(400);
  expect(JSON.stringify(await paused())).toContain('token dead');
  outcome = 'ok';
  const limited = await keyOf({ numberIds: [at.numberId] });
  expect((await patch('EAAfresh', { authorization: `Bearer ${limited}` })).status).toBe(403);
  expect((await patch('EAAfresh')).status).toBe(200);
  expect(JSON.stringify(await paused())).not.toContain('token dead');
  expect((await credentialFor(db, at.workspaceId, at.accountId)).token).toBe('EAAfresh');
  expect(asked.at(-1)).toMatchObject({ phoneNumberId: at.phoneNumberId, accountRef: at.accountRef });
});

it('the 24-hour window may be switched for numbers of the simulator, which hears of it first; for no others', async () => {
  const fixed = await call('PATCH', `/v1/numbers/${at.numberId}`, { hasWindow: false });
  expect(fixed).toMatchObject({ status: 422, body: { error: { code: 'window_fixed' } } });
  const made = await call('POST', '/v1/numbers', { phoneNumberId: '9003', token: 'mock_9003' });
  expect(made).toMatchObject({ status: 201, body: { hasWindow: false, isSimulated: true } });
  registered.length = 0;
  const url = `/v1/numbers/${made.body.id}`;
  expect(await call('PATCH', url, { hasWindow: true })).toMatchObject({
    status: 200,
    body: { hasWindow: true },
  });
  expect(registered).toEqual([
    { phoneNumberId: '9003', displayPhoneNumber: '+1 555 000 9003', provider: 'cloud', hasWindow: true },
  ]);
  // Still the simulator's: its token is one of the simulator's.
  expect((await call('PATCH', url, { token: 'EAAreal' })).status).toBe(400);
  expect((await call('PATCH', url, { token: 'mock_other' })).status).toBe(200);
});

it('notices of the whole workspace are listed, also those that name no number; a limited key sees its own', async () => {
  const stranger = await seedWorkspace(db);
  const notice = (field: string, more: object = {}) => ({
    workspaceId: at.workspaceId,
    accountId: at.accountId,
    numberId: null,
    field,
    about: 'account',
    value: { event: field },
    at: clock.now(),
    ...more,
  });
  await db.withSystem('test', (tx) =>
    recordNotices(tx, [
      notice('account_review_update'),
      notice('something_new', { accountId: null }),
      notice('phone_number_name_update', { numberId: at.numberId }),
      notice('not_yours', { workspaceId: stranger.workspaceId, accountId: stranger.accountId }),
    ]),
  );
  const list = async (query: string, bearer = key) => {
    const answer = await http.app.inject({
      url: `/v1/notices${query}`,
      headers: { authorization: `Bearer ${bearer}` },
    });
    return answer.json() as { data: { field: string; numberId: string | null }[]; nextCursor: string | null };
  };
  const fields = ({ data }: Awaited<ReturnType<typeof list>>) => data.map(({ field }) => field).sort();
  const all = await list('');
  expect(fields(all)).toEqual(['account_review_update', 'phone_number_name_update', 'something_new']);
  const first = await list('?limit=2');
  const rest = await list(`?limit=2&cursor=${encodeURIComponent(first.nextCursor!)}`);
  expect([...first.data, ...rest.data]).toEqual(all.data);
  const limited = await keyOf({ numberIds: [at.numberId] });
  expect(fields(await list('', limited))).toEqual(['account_review_update', 'phone_number_name_update']);
});
