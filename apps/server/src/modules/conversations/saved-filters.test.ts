import { describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api.ts';
import type { Stage } from '../../../test/samples/index.ts';

const api: TestApi = await testApi();

interface Filter {
  id: string;
  name: string;
  search: object;
}

const save = async (stage: Stage, who: 'owner' | 'agent' | 'key', body: object) =>
  api.send('POST /v1/saved-filters', { body }, api.as(stage, who));
const names = async (stage: Stage, who: 'owner' | 'agent' | 'key') =>
  ((await api.send('GET /v1/saved-filters', {}, api.as(stage, who))).body as { data: Filter[] }).data.map(
    ({ name }) => name,
  );

describe('saved filters', () => {
  it('follow the person and nobody else sees them; one of the same name is replaced', async () => {
    const stage = await api.stage();
    expect((await save(stage, 'agent', { name: 'Who waits', search: { waiting: true } })).status).toBe(201);
    await save(stage, 'agent', { name: 'all of mine', search: { view: 'mine' } });
    const again = await save(stage, 'agent', { name: 'who waits', search: { unread: true } });
    expect(again.body).toMatchObject({ name: 'who waits', search: { unread: true } });
    expect(await names(stage, 'agent')).toEqual(['all of mine', 'who waits']);
    expect(await names(stage, 'owner')).toEqual([]);
    const { id } = again.body as Filter;
    const theirs = await api.send('DELETE /v1/saved-filters/:id', { params: { id } }, api.as(stage, 'owner'));
    expect(theirs.status).toBe(404);
    const gone = await api.send('DELETE /v1/saved-filters/:id', { params: { id } }, api.as(stage, 'agent'));
    expect(gone.status).toBe(204);
    expect(await names(stage, 'agent')).toEqual(['all of mine']);
  });

  it('are fifty at most; a key has none; words that were searched for are not kept', async () => {
    const stage = await api.stage();
    for (let n = 0; n < 50; n++) await save(stage, 'owner', { name: `number ${n}`, search: {} });
    expect(await save(stage, 'owner', { name: 'one more', search: {} })).toMatchObject({
      status: 422,
      body: { error: { code: 'too_many_filters' } },
    });
    expect(await save(stage, 'key', { name: 'mine', search: {} })).toMatchObject({ status: 403 });
    expect(await names(stage, 'key')).toEqual([]);
    expect((await save(stage, 'agent', { name: 'Ana', search: { q: 'Ana' } })).status).toBe(400);
  });
});
