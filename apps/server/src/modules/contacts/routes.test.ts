import { describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { seedConversation } from '../../../test/harness.ts';
import { etagOf } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';

const api = await testApi();
const stage = await api.stage();

type Body = Record<string, unknown> & {
  id: string;
  updatedAt: string;
  data: Body[];
  nextCursor: string | null;
};

/** As the owner; `headers` go along. */
async function call(
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  url: string,
  body?: unknown,
  headers: Record<string, string> = api.as(stage, 'owner'),
): Promise<{ status: number; body: Body }> {
  const answer = await api.http.app.inject({
    method,
    url,
    headers,
    ...(body === undefined ? {} : { payload: body as object }),
  });
  return { status: answer.statusCode, body: (answer.body === '' ? null : answer.json()) as Body };
}

let last = 0;
const phone = () => `1555200${String(++last).padStart(4, '0')}`;
const make = async (fields: object = {}) =>
  (await call('POST', '/v1/contacts', { phone: phone(), ...fields })).body;

describe('contacts', () => {
  it('creates one with every field, and refuses an address that somebody has', async () => {
    await call('POST', '/v1/contact-attributes', {
      key: 'tier',
      label: 'Tier',
      type: 'choice',
      choices: ['gold', 'silver'],
    });
    await call('POST', '/v1/contact-attributes', { key: 'visits', label: 'Visits', type: 'number' });
    const made = await call('POST', '/v1/contacts', {
      phone: '+55 11 98765-4321',
      name: 'Ana',
      email: 'ana@example.com',
      company: 'Padaria',
      language: 'pt-BR',
      attributes: { tier: 'gold', visits: 3 },
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        displayName: 'Ana',
        phone: '5511987654321',
        email: 'ana@example.com',
        attributes: { tier: 'gold', visits: 3 },
        labels: [],
      },
    });
    // In its other writing too.
    expect(await call('POST', '/v1/contacts', { phone: '551187654321' })).toMatchObject({
      status: 409,
      body: { error: { code: 'contact_exists', details: { contactId: made.body.id } } },
    });
    expect(await call('POST', '/v1/contacts', { phone: '12' })).toMatchObject({ status: 400 });
    expect(await call('POST', '/v1/contacts', { name: 'Nobody' })).toMatchObject({ status: 400 });
    expect(
      await call('POST', '/v1/contacts', { phone: phone(), attributes: { tier: 'tin', nothing: 1 } }),
    ).toMatchObject({
      status: 400,
      body: {
        error: {
          details: { problems: [{ path: 'body.attributes.tier' }, { path: 'body.attributes.nothing' }] },
        },
      },
    });
    const byUser = await call('POST', '/v1/contacts', { userId: 'US.4242', name: 'No phone' });
    expect(byUser).toMatchObject({ status: 201, body: { phone: null, country: 'US' } });
    expect(await call('POST', '/v1/contacts', { userId: '4242' })).toMatchObject({ status: 400 });
  });

  it('changes fields, and nothing that somebody else changed since', async () => {
    const { id, updatedAt } = await make({ name: 'Before' });
    const etag = etagOf(new Date(updatedAt));
    api.clock.advance(1_000);
    const changed = await call(
      'PATCH',
      `/v1/contacts/${id}`,
      { name: 'After', email: 'a@b.co' },
      { ...api.as(stage, 'owner'), 'if-match': etag },
    );
    expect(changed).toMatchObject({ status: 200, body: { name: 'After', email: 'a@b.co' } });
    expect(
      await call(
        'PATCH',
        `/v1/contacts/${id}`,
        { name: 'Lost' },
        { ...api.as(stage, 'owner'), 'if-match': etag },
      ),
    ).toMatchObject({ status: 412, body: { error: { code: 'changed_meanwhile' } } });
    expect((await call('PATCH', `/v1/contacts/${id}`, { email: null })).body).toMatchObject({
      name: 'After',
      email: null,
    });
  });

  it('filters by label, opt-out, block, attribute, country, times and words', async () => {
    const label = (await call('POST', '/v1/labels', { name: 'VIP' })).body.id;
    const other = (await call('POST', '/v1/labels', { name: 'Later' })).body.id;
    const a = await make({ name: 'Filter A', attributes: { visits: 7 } });
    const b = await make({ name: 'Filter B' });
    await call('PUT', `/v1/contacts/${a.id}/labels`, { labelIds: [label, other] });
    await call('PUT', `/v1/contacts/${b.id}/labels`, { labelIds: [label] });
    await call('POST', `/v1/contacts/${b.id}/block`);
    await call('POST', `/v1/contacts/${a.id}/opt-out`, { scope: 'marketing' });
    const list = async (query: string) =>
      (await call('GET', `/v1/contacts?${query}`)).body.data.map((row) => row.id).sort();
    expect(await list(`label=${label}`)).toEqual([a.id, b.id].sort());
    expect(await list(`label=${label}&label=${other}`)).toEqual([a.id]);
    expect(await list('attribute=visits:7')).toEqual([a.id]);
    expect(await list('blocked=true')).toEqual([b.id]);
    expect(await list(`label=${label}&optedOut=true`)).toEqual([a.id]);
    expect(await list('country=US')).toHaveLength(1);
    api.clock.advance(60_000);
    const now = api.clock.now().toISOString();
    expect(await list(`createdAfter=${now}`)).toEqual([]);
    expect((await list(`createdBefore=${now}`)).length).toBeGreaterThan(3);
    expect(await list(`seenAfter=2020-01-01T00:00:00.000Z`)).toEqual([]);
    expect(await call('GET', '/v1/contacts?attribute=visits:many')).toMatchObject({ status: 400 });
  });

  it('pages by cursor and by offset alike', async () => {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { body: Body } = await call(
        'GET',
        `/v1/contacts?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      );
      ids.push(...page.body.data.map((row) => row.id));
      cursor = page.body.nextCursor;
    } while (cursor);
    expect(new Set(ids).size).toBe(ids.length);
    const third = await call('GET', '/v1/contacts?limit=2&offset=2');
    expect(third.body.data.map((row) => row.id)).toEqual(ids.slice(2, 4));
    expect((await call('GET', '/v1/contacts?offset=10001')).status).toBe(400);
  });

  it('keeps notes', async () => {
    const { id } = await make();
    const note = await call('POST', `/v1/contacts/${id}/notes`, { text: 'Calls back on Monday' });
    expect(note).toMatchObject({ status: 201, body: { author: { kind: 'user', id: stage.userId } } });
    const one = `/v1/contacts/${id}/notes/${note.body.id}`;
    expect((await call('PATCH', one, { text: 'Tuesday' })).body).toMatchObject({ text: 'Tuesday' });
    expect((await call('GET', `/v1/contacts/${id}/notes`)).body.data).toMatchObject([{ text: 'Tuesday' }]);
    expect((await call('DELETE', one)).status).toBe(204);
    expect((await call('DELETE', one)).status).toBe(404);
  });

  it('keeps labels and attributes of a workspace', async () => {
    const { id } = (await call('POST', '/v1/labels', { name: 'Lead', colour: '#ff0000' })).body;
    expect((await call('POST', '/v1/labels', { name: 'lead' })).status).toBe(409);
    expect((await call('PATCH', `/v1/labels/${id}`, { name: 'Hot lead' })).body).toMatchObject({
      name: 'Hot lead',
      colour: '#ff0000',
    });
    const { id: contactId } = await make();
    await call('PUT', `/v1/contacts/${contactId}/labels`, { labelIds: [id] });
    expect((await call('GET', `/v1/contacts/${contactId}`)).body).toMatchObject({
      labels: [{ name: 'Hot lead' }],
    });
    expect((await call('DELETE', `/v1/labels/${id}`)).status).toBe(204);
    expect((await call('GET', `/v1/contacts/${contactId}`)).body.labels).toEqual([]);
    expect((await call('PUT', `/v1/contacts/${contactId}/labels`, { labelIds: [newId()] })).status).toBe(404);

    await call('POST', '/v1/contact-attributes', {
      key: 'size',
      label: 'Size',
      type: 'choice',
      choices: ['s', 'm'],
    });
    await call('PATCH', `/v1/contacts/${contactId}`, { attributes: { size: 'm' } });
    expect(await call('PATCH', '/v1/contact-attributes/size', { choices: ['s'] })).toMatchObject({
      status: 409,
      body: { error: { code: 'choice_in_use' } },
    });
    expect((await call('PATCH', '/v1/contact-attributes/size', { choices: ['s', 'm', 'l'] })).status).toBe(
      200,
    );
    expect((await call('DELETE', '/v1/contact-attributes/size')).status).toBe(204);
    expect((await call('GET', `/v1/contacts/${contactId}`)).body.attributes).toEqual({});
  });

  it('changes many at once with a result for each', async () => {
    const [a, b] = [await make(), await make()];
    const missing = newId();
    await call('POST', `/v1/contacts/${a.id}/block`);
    const bulk = await call('POST', '/v1/contacts/bulk', { action: 'block', ids: [a.id, b.id, missing] });
    expect(bulk.body.data).toEqual([
      { id: a.id, result: 'unchanged' },
      { id: b.id, result: 'changed' },
      { id: missing, result: 'not_found' },
    ]);
    await call('POST', '/v1/contacts/bulk', { action: 'opt-out', ids: [a.id, b.id] });
    expect((await call('GET', `/v1/contacts/${b.id}`)).body).toMatchObject({
      optOut: { status: true, source: 'api' },
      consents: [{ action: 'opt-out', source: 'api' }],
    });
    const many = Array.from({ length: 501 }, () => newId());
    expect((await call('POST', '/v1/contacts/bulk', { action: 'block', ids: many })).status).toBe(400);
  });

  it('shows whoever is limited only the people of conversations they may reach', async () => {
    const mine = await seedConversation(api.db, stage.seeded);
    const { id: nobodys } = await make({ name: 'No conversation' });
    const here = api.as(stage, 'key', { numberIds: [stage.numberId] });
    const elsewhere = api.as(stage, 'key', { numberIds: [newId()] });
    const get = async (id: string, who: Record<string, string>) =>
      (await call('GET', `/v1/contacts/${id}`, undefined, who)).status;
    expect([await get(mine.contactId, here), await get(nobodys, here)]).toEqual([200, 404]);
    expect([await get(mine.contactId, elsewhere), await get(nobodys, elsewhere)]).toEqual([404, 404]);
    expect((await call('GET', '/v1/contacts', undefined, here)).body.data.map((row) => row.id)).toEqual([
      mine.contactId,
    ]);
    expect((await call('GET', '/v1/contacts', undefined, elsewhere)).body.data).toEqual([]);
    expect((await call('POST', `/v1/contacts/${mine.contactId}/block`, undefined, elsewhere)).status).toBe(
      404,
    );
    expect((await call('POST', '/v1/contacts', { phone: phone() }, here)).status).toBe(403);
  });
});
