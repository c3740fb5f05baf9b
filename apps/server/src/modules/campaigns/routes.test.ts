import { describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { fsBlobs } from '../../platform/blobs/index.ts';
import { newId } from '../../platform/ids.ts';
import { log } from '../messages/testing.ts';
import { attachList, removeCampaign } from './create.ts';
import type { Example } from './example.ts';
import { dropListHandler } from './list-file.ts';
import { planCampaign } from './plan.ts';
import { selectCampaign } from './queries.ts';

const api = await testApi();
const message = { template: { name: 'spring', language: 'en' }, variables: [] };

type Stage = Awaited<ReturnType<typeof api.stage>>;

async function written(stage: Stage, more: Record<string, unknown> = {}): Promise<string> {
  const { body } = await stage.send('POST /v1/campaigns', {
    body: { name: 'Spring', numberId: stage.numberId, message, ...more },
  });
  return (body as { id: string }).id;
}

async function planned(stage: Stage, more: Record<string, unknown> = {}): Promise<string> {
  const id = await written(stage, { audience: { kind: 'phones', phones: ['+1 650 555 1234'] }, ...more });
  await stage.send('POST /v1/campaigns/:id/plan', { params: { id }, body: {} });
  const row = await api.db.withSystem('test', (tx) => selectCampaign(tx, stage.workspaceId, id));
  await planCampaign({ db: api.db, blobs: fsBlobs('/nonexistent') }, row!.workspaceId, id, row!.planVersion);
  return id;
}

it('a filter as the audience is shown as it was written, alone and in the list', async () => {
  const stage = await api.stage();
  const audience = {
    kind: 'filter',
    filter: { any: [{ not: { all: [] } }, { field: 'createdAt', op: 'within', days: 7 }] },
  };
  const id = await written(stage, { audience });
  const { body } = await stage.send('GET /v1/campaigns/:id', { params: { id } });
  expect(body).toMatchObject({ audience });
  const list = await stage.send('GET /v1/campaigns', {});
  expect(list.body).toMatchObject({ data: [{ id, audience }] });
});

it('a key gives nobody’s second yes, a colleague does', async () => {
  const stage = await api.stage();
  await api.db.withSystem('test: two people', (tx) =>
    tx.execute(`update workspaces set settings = '{"campaignApproval": "second-person"}' where id = $1`, [
      stage.workspaceId,
    ]),
  );
  const id = await planned(stage);
  const launched = await stage.send('POST /v1/campaigns/:id/launch', { params: { id }, body: {} });
  expect(launched.body).toMatchObject({ state: 'awaiting_approval', mayApprove: false });
  const sample = { params: { id }, body: {} };
  const key = api.as(stage, 'key');
  const seen = await api.send('GET /v1/campaigns/:id', { params: { id } }, key);
  expect(seen.body).toMatchObject({ mayApprove: false });
  expect(await api.send('POST /v1/campaigns/:id/approve', sample, key)).toMatchObject({ status: 403 });
  const other = await api.send('POST /v1/campaigns/:id/approve', sample, api.as(stage, 'admin'));
  expect(other).toMatchObject({ status: 200, body: { state: 'scheduled', approvedBy: stage.members.admin } });
});

it('a list says its columns and its first person with a number before there is a plan', async () => {
  const stage = await api.stage();
  const id = await written(stage);
  await stage.send('POST /v1/campaigns/:id/list', {
    params: { id },
    headers: { 'content-type': 'text/csv' },
    body: Buffer.from(
      'phone,first_name,order\nnobody,Zed,0\n+16505550177,Ana,A-7\n1.65055E+10,Eve,1\n+1 650 555 0177,Ann,2\n',
    ),
  });
  const { body } = await stage.send('GET /v1/campaigns/:id/example', { params: { id } });
  expect(body).toMatchObject({
    columns: ['phone', 'first_name', 'order'],
    // As the line says that counts: the last with this number.
    person: { phone: '16505550177', name: null, columns: { first_name: 'Ann', order: '2' } },
    // Which lines get nothing, and why, before one goes on.
    checked: 4,
    more: false,
    problems: [
      { line: 2, said: 'nobody', reason: 'not_a_phone_number' },
      { line: 3, said: '+16505550177', reason: 'twice' },
      { line: 4, said: '1.65055E+10', reason: 'rounded_by_a_spreadsheet' },
    ],
  });
  const pasted = ['+44 7700 900123', 'call Ben', '+447700900123'];
  await stage.send('PATCH /v1/campaigns/:id', {
    params: { id },
    body: { audience: { kind: 'phones', phones: pasted } },
  });
  expect((await stage.send('GET /v1/campaigns/:id/example', { params: { id } })).body).toMatchObject({
    checked: 3,
    problems: [
      { line: 1, said: '+44 7700 900123', reason: 'twice' },
      { line: 2, said: 'call Ben', reason: 'not_a_phone_number' },
    ],
  });
  // It says how far it looked: 1,000 lines, or as far as 100 problems reach, and then for a person alone.
  const looked = async (lines: string[]) => {
    await stage.send('POST /v1/campaigns/:id/list', {
      params: { id },
      headers: { 'content-type': 'text/csv' },
      body: Buffer.from(['phone', ...lines, ''].join('\n')),
    });
    const { body } = await stage.send('GET /v1/campaigns/:id/example', { params: { id } });
    const { person, checked, more, problems } = body as Example;
    return [person?.phone, checked, more, problems.length];
  };
  const nobody = Array.from({ length: 100 }, () => 'nobody');
  expect(await looked(nobody)).toEqual([undefined, 100, false, 100]);
  expect(await looked([...nobody, 'nobody', '+16505550177'])).toEqual(['16505550177', 100, true, 100]);
  const people = Array.from({ length: 1_000 }, (_, at) => `+1650556${1_000 + at}`);
  expect(await looked(people)).toEqual(['16505561000', 1_000, false, 0]);
  expect(await looked([...people, 'nobody'])).toEqual(['16505561000', 1_000, true, 0]);
  // Nobody is taken for a heading; what Excel says of the separator is none either.
  const again = (text: string) =>
    api.send(
      'POST /v1/campaigns/:id/list',
      { params: { id }, headers: { 'content-type': 'text/csv' }, body: Buffer.from(text) },
      api.as(stage, 'owner'),
    );
  expect(await again('+16505550177,Ana\n+16505550178,Ben\n')).toMatchObject({
    status: 422,
    body: { error: { code: 'no_headings' } },
  });
  expect((await again('sep=;\nphone;name\n+16505550177;Ana\n')).body).toMatchObject({
    headers: ['phone', 'name'],
    phoneColumn: 'phone',
  });
  // Nobody became a contact by being looked at.
  const found = await stage.send('GET /v1/contacts', { query: { q: '6505550177' } });
  expect(found.body).toMatchObject({ data: [] });
});

it('the export says when an offer ends as a date', async () => {
  const stage = await api.stage();
  const id = await planned(stage, {
    audience: { kind: 'phones', phones: ['+44 7700 900123'] },
    schedule: { kind: 'now', timeZone: 'UTC' },
    message: {
      ...message,
      variables: [
        { place: 'body', name: '1', source: { from: 'text', text: '4102444800000' } },
        { place: 'offer', name: 'time', source: { from: 'text', text: '2099-12-24T18:00:00Z' } },
      ],
    },
  });
  const { body } = await stage.send('GET /v1/campaigns/:id/export', { params: { id } });
  expect(String(body)).toContain(
    '"{""body:1"":""4102444800000"",""offer:time"":""2099-12-24T18:00:00.000Z""}"',
  );
});

describe('whoever is limited', () => {
  it('to own conversations or to numbers sees campaigns and none of their people', async () => {
    const stage = await api.stage();
    const id = await planned(stage);
    const sample = { params: { id } };
    for (const limit of [{ ownOnly: true }, { numberIds: [stage.numberId] }]) {
      const headers = api.as(stage, 'admin', limit);
      expect(await api.send('GET /v1/campaigns/:id', sample, headers)).toMatchObject({ status: 200 });
      for (const route of ['recipients', 'export', 'example'])
        expect(await api.send(`GET /v1/campaigns/:id/${route}`, sample, headers)).toMatchObject({
          status: 403,
        });
      for (const route of ['plan', 'launch', 'duplicate', 'cancel'])
        expect(
          await api.send(`POST /v1/campaigns/:id/${route}`, { ...sample, body: {} }, headers),
        ).toMatchObject({ status: 403 });
      expect(
        await api.send('POST /v1/campaigns', { body: { name: 'Mine', numberId: stage.numberId } }, headers),
      ).toMatchObject({ status: 403 });
    }
    const elsewhere = api.as(stage, 'admin', { numberIds: ['00000000-0000-7000-8000-000000000009'] });
    expect((await api.send('GET /v1/campaigns', {}, elsewhere)).body).toMatchObject({ data: [] });
  });
});

it('a list goes with the last campaign that names it, and not before', async () => {
  const stage = await api.stage();
  const [parent, removed, replaced] = [await written(stage), await written(stage), await written(stage)];
  const keys = Array.from({ length: 3 }, () => newId());
  const gone: string[] = [];
  const handler = dropListHandler({
    db: api.db,
    blobs: { ...fsBlobs('/nonexistent'), delete: async (key) => void gone.push(key) },
  });
  /** What was enqueued is run. */
  const drop = (key: string) =>
    handler.run(
      { key },
      { workspaceId: stage.workspaceId, attempt: 1, log, signal: new AbortController().signal },
    );
  const released = async () =>
    (
      await api.db.withSystem('test', (tx) =>
        tx.query<{ key: string }>(
          `select j.payload #>> '{payload,key}' as key from graphile_worker._private_jobs j
           join graphile_worker._private_tasks k on k.id = j.task_id where k.identifier = 'campaigns.drop-list'`,
        ),
      )
    ).map((row) => row.key);
  const list = (id: string, key: string) => stage.tenant((tx) => attachList(tx, id, key, null));
  await list(parent, keys[0]!);
  await api.db.withSystem('test: two turns', (tx) =>
    tx.execute('update campaigns set list_key = $2 where id = any($1::uuid[])', [
      [removed, replaced],
      keys[0],
    ]),
  );
  await stage.tenant((tx) => removeCampaign(tx, removed));
  await list(replaced, keys[1]!);
  expect(await released()).toContain(keys[0]);
  await drop(keys[0]!);
  expect(gone).toEqual([]);
  await stage.tenant((tx) => removeCampaign(tx, parent));
  await drop(keys[0]!);
  await list(replaced, keys[2]!);
  await drop(keys[1]!);
  await drop(keys[2]!);
  expect(gone).toEqual([keys[0], keys[1]]);
});
