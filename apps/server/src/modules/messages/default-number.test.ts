/** One number of a workspace is its default, used by every send that names none. Through HTTP alone. */
import { expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { testRing } from '../../../test/harness.ts';
import { addApp } from '../numbers/index.ts';

const api = await testApi();
await api.db.withSystem('test: an app for real numbers', (tx) =>
  addApp(tx, { ring: testRing }, { name: 'Meta', secret: 's3cret', verifyToken: 'v', isDefault: true }),
);

interface Row {
  id: string;
  isDefault: boolean;
}

test('a send that names no number leaves from the default, also after another was chosen', async () => {
  const stage = await api.stage();
  const owner = api.as(stage, 'owner');
  const call = async (route: string, sample: Parameters<typeof api.send>[1] = {}) => {
    const answer = await api.send(route, sample, owner);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer.body as Record<string, unknown>;
  };
  const template = { type: 'template', template: { name: 'order_update', language: { code: 'en_US' } } };
  let strangers = 0;
  const send = async (more: object = {}) => {
    strangers += 1;
    const to = `+1555010${String(strangers).padStart(4, '0')}`;
    const sent = await call('POST /v1/messages', { body: { to, ...template, ...more } });
    const found = await call('GET /v1/messages/:id', { params: { id: String(sent.id) } });
    expect(found.numberId).toBe(sent.numberId);
    return sent.numberId;
  };
  const defaults = async () =>
    ((await call('GET /v1/numbers')).data as Row[]).filter((row) => row.isDefault).map((row) => row.id);

  const first = stage.numberId;
  expect(await send()).toBe(first);
  const added = await call('POST /v1/numbers', {
    body: { phoneNumberId: '106540352249999', displayPhoneNumber: '+1 555 010 9999', token: 'EAAreal' },
  });
  const second = String(added.id);
  // A further number changes nothing by being there.
  expect(await defaults()).toEqual([first]);
  expect(await send()).toBe(first);
  expect(await send({ numberId: second })).toBe(second);

  await call('PATCH /v1/numbers/:id', { params: { id: second }, body: { isDefault: true } });
  expect(await defaults()).toEqual([second]);
  expect(await send()).toBe(second);
  expect(await send({ numberId: first })).toBe(first);

  // None is no choice, and a stranger's number neither.
  const none = await api.send(
    'PATCH /v1/numbers/:id',
    { params: { id: second }, body: { isDefault: false } },
    owner,
  );
  expect(none.status).toBe(400);
  const foreign = await api.stage('Other');
  const theirs = await api.send(
    'PATCH /v1/numbers/:id',
    { params: { id: second }, body: { isDefault: true } },
    api.as(foreign, 'owner'),
  );
  expect(theirs.status).toBe(404);
  expect(await defaults()).toEqual([second]);

  await call('PATCH /v1/numbers/:id', { params: { id: first }, body: { isDefault: true } });
  expect(await defaults()).toEqual([first]);
  expect(await send()).toBe(first);
});
