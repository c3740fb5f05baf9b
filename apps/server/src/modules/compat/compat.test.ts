/** The reference systems' addresses without the open door; acceptance/reference runs the documents' own commands. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import type { Stage } from '../../../test/samples/index.ts';
import { writes } from '../../../test/writes.ts';
import type { NumberId } from '../../platform/ids.ts';
import { createWorkOff } from './index.ts';

const api = await testApi();
const stage = await api.stage();
let made = 0;

const tenant = () => {
  const id = `77${Date.now()}${made++}`;
  return { name: 'Tenant A', phoneNumberId: id, accessToken: `mock_${id}` };
};

describe("S4's tenants", () => {
  it('want an operator where the door is not open, and say so', async () => {
    const answer = await api.send('POST /tenants/register', { body: tenant() });
    expect(answer).toMatchObject({
      status: 401,
      body: { error: { code: 'unauthenticated', message: expect.stringContaining('mock_ numbers') } },
    });
    // A wrong credential is told what wrong credentials are told.
    const wrong = await api.send(
      'POST /tenants/register',
      { body: tenant() },
      { authorization: 'Bearer ck_x' },
    );
    expect(JSON.stringify(wrong.body)).not.toContain('mock_ numbers');
  });

  it('are workspaces with a number whose automatic reply is on, and one line in their own audit', async () => {
    const body = tenant();
    const answer = await api.send('POST /tenants/register', { body }, api.superadmin());
    const { tenantId } = answer.body as { tenantId: string };
    const [found] = await api.db.withSystem('test', (tx) =>
      tx.query(
        `select w.name, w.plan, n.status, n.is_default, (select bool_and(f.is_active) from workflows f where f.workspace_id = w.id) as replies,
           (select array_agg(a.action || ' ' || a.actor_role) from audit a where a.workspace_id = w.id) as lines
         from workspaces w join numbers n on n.workspace_id = w.id where w.id = $1`,
        [tenantId],
      ),
    );
    expect(found).toEqual({
      name: 'Tenant A',
      plan: 'free',
      status: 'active',
      is_default: true,
      replies: true,
      lines: ['number.updated superadmin'],
    });
  });

  it('leave nothing behind when the number is taken', async () => {
    const body = tenant();
    await api.send('POST /tenants/register', { body }, api.superadmin());
    const count = () =>
      api.db.withSystem('test', (tx) => tx.query('select count(*)::int as n from workspaces'));
    const before = await count();
    const again = await api.send('POST /tenants/register', { body }, api.superadmin());
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'number_taken' } } });
    expect(await count()).toEqual(before);
  });

  it('send with their own key alone, also under one idempotency_key side by side', async () => {
    const { phone } = await writes(stage);
    const key = api.as(stage, 'key', { scopes: ['messages:write'] });
    const send = (tenantId: string, text: string) =>
      api.send(
        'POST /tenants/:tenantId/send',
        { params: { tenantId }, body: { to: `+${phone}`, text, idempotency_key: 'one' } },
        key,
      );
    expect((await send((await api.stage()).workspaceId, 'hi')).status).toBe(404);
    expect((await send(randomUUID(), 'hi')).status).toBe(404);
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(stage.workspaceId, 'hi')));
    answers.push(await send(stage.workspaceId, 'other words'));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => (body as { messageId: string }).messageId)).size).toBe(1);
  });
});

describe('a message to a contact', () => {
  /** A second active number of the workspace. */
  const secondNumber = async (on: Stage) => {
    const phoneNumberId = `88${Date.now()}`;
    const answer = await on.send('POST /v1/numbers', {
      body: { phoneNumberId, token: `mock_${phoneNumberId}` },
    });
    return { numberId: (answer.body as { id: NumberId }).id, phoneNumberId };
  };

  it('goes where the person wrote last, else out from the default number', async () => {
    const fresh = await api.stage();
    const second = await secondNumber(fresh);
    const { contactId, phone } = await writes(fresh);
    const numberOf = async (route: string, body: object) => {
      const { message } = (await fresh.send(route, { body })).body as { message: { numberId: string } };
      return message.numberId;
    };
    expect(await numberOf('POST /api/v1/messages/send', { contactId, body: 'a' })).toBe(fresh.numberId);
    api.clock.advance(1_000);
    await writes({ ...fresh, seeded: { ...fresh.seeded, ...second } }, { phone });
    expect(await numberOf('POST /api/v1/messages/send', { contactId, body: 'b' })).toBe(second.numberId);
    expect(await numberOf('POST /api/whatsapp/send', { to: `${phone}@c.us`, message: 'c' })).toBe(
      second.numberId,
    );
    // Somebody who may use the first number only answers from that one.
    const limited = api.as(fresh, 'key', { scopes: ['messages:write'], numberIds: [fresh.numberId] });
    const answer = await api.send('POST /api/v1/messages/send', { body: { contactId, body: 'd' } }, limited);
    expect((answer.body as { message: { numberId: string } }).message.numberId).toBe(fresh.numberId);
  });
});

describe("S1's queue", () => {
  it('is closed without QUEUE_SECRET', async () => {
    expect(await api.send('POST /api/queue/whatsapp', { headers: { 'x-queue-secret': '' } })).toMatchObject({
      status: 503,
      body: { error: { code: 'not_configured' } },
    });
  });

  it('works once for all who call meanwhile, and ends when the process does', async () => {
    let started = 0;
    const workOff = createWorkOff({
      db: api.db,
      log: api.logger,
      startWorker: async () => {
        started++;
        return async () => {};
      },
      inboundWaiting: async () => 1,
    });
    const calls = [workOff.run(), workOff.run()];
    await workOff.stop();
    const [one, two] = await Promise.all(calls);
    expect(two).toEqual(one);
    expect(one).toMatchObject({ failed: 0 });
    expect(one?.pending).toBeGreaterThan(0);
    expect(started).toBe(1);
  });
});

describe('accounts at S3’s address', () => {
  it('answer the same for known and new addresses', async () => {
    const body = { email: `x${made++}@example.com`, password: 'a long enough phrase', fullName: 'X' };
    const [first, second] = [
      await api.send('POST /api/auth/register', { body }),
      await api.send('POST /api/auth/register', { body }),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });
});
