import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { writes } from '../../../test/writes.ts';
import { resolveMany } from './index.ts';

const api = await testApi();
const stage = await api.stage();
type Body = Record<string, unknown> & { id: string; data: Body[] };

async function call(method: 'GET' | 'POST' | 'PATCH' | 'PUT', url: string, body?: object) {
  const answer = await api.http.app.inject({
    method,
    url,
    headers: api.as(stage, 'owner'),
    ...(body ? { payload: body } : {}),
  });
  return { status: answer.statusCode, body: answer.json() as Body };
}
let last = 0;
const make = async (fields: object = {}) =>
  (await call('POST', '/v1/contacts', { phone: `1555400${String(++last).padStart(4, '0')}`, ...fields }))
    .body;

/** Everything that the API shows of a contact but when it last changed. */
async function look(id: string) {
  const { updatedAt: _, ...contact } = (await call('GET', `/v1/contacts/${id}`)).body;
  return { contact, notes: (await call('GET', `/v1/contacts/${id}/notes`)).body.data };
}

const labels: string[] = [];
for (const name of ['one', 'two']) labels.push((await call('POST', '/v1/labels', { name })).body.id);
await call('POST', '/v1/contact-attributes', { key: 'a', label: 'A', type: 'text' });
await call('POST', '/v1/contact-attributes', { key: 'b', label: 'B', type: 'number' });

describe('merging two contacts', () => {
  it('makes one of them: aliases, labels, notes, attributes, and the stricter consent at once', async () => {
    const kept = await make({ name: 'Ana', attributes: { a: 'kept' } });
    const gone = await make({ name: 'A. Silva', email: 'ana@example.com', attributes: { a: 'gone', b: 2 } });
    await call('PUT', `/v1/contacts/${gone.id}/labels`, { labelIds: [labels[0]] });
    await call('POST', `/v1/contacts/${gone.id}/notes`, { text: 'Likes tea' });
    await call('POST', `/v1/contacts/${gone.id}/opt-out`);
    const merge = await call('POST', `/v1/contacts/${kept.id}/merges`, { contactId: gone.id });
    expect(merge).toMatchObject({ status: 201, body: { contactId: kept.id, mergedId: gone.id } });
    expect(await look(kept.id)).toMatchObject({
      contact: {
        name: 'Ana',
        email: 'ana@example.com',
        attributes: { a: 'kept', b: 2 },
        labels: [{ name: 'one' }],
        optOut: { status: true, source: 'api' },
        identities: [{ value: kept.phone }, { value: gone.phone }],
        consents: [{ action: 'opt-out' }],
      },
      notes: [{ text: 'Likes tea' }],
    });
    expect((await call('GET', `/v1/contacts/${gone.id}`)).body).toMatchObject({ mergedInto: kept.id });
    const list = (await call('GET', '/v1/contacts')).body.data.map((row) => row.id);
    expect(list).toContain(kept.id);
    expect(list).not.toContain(gone.id);
    expect(await call('PATCH', `/v1/contacts/${gone.id}`, { name: 'x' })).toMatchObject({
      status: 409,
      body: { error: { code: 'contact_merged' } },
    });
    expect((await call('POST', `/v1/contacts/${kept.id}/merges`, { contactId: gone.id })).status).toBe(409);
    expect((await call('POST', `/v1/contacts/${kept.id}/merges`, { contactId: kept.id })).status).toBe(400);
    // Whoever writes from the merged address is the kept contact now.
    const written = await writes(stage, { phone: String(gone.phone), text: 'It is me' });
    expect(written.contactId).toBe(kept.id);
    // And whoever still names the merged one means the kept one.
    const asked = await call('GET', `/v1/can-send?contactId=${gone.id}`);
    expect(asked.body).toMatchObject({ verdict: 'blocked', code: 'opted_out' });
  });

  it('and undoing it restores both exactly, whatever they were', async () => {
    const text = fc.option(fc.constantFrom('x', 'y'), { nil: null });
    const person = fc.record({
      name: text,
      company: text,
      language: fc.option(fc.constantFrom('en', 'pt-BR'), { nil: null }),
      a: text,
      b: fc.option(fc.integer(), { nil: null }),
      labels: fc.subarray([0, 1]),
      notes: fc.integer({ min: 0, max: 2 }),
      words: fc.array(fc.constantFrom('opt-out', 'opt-in', 'opt-out marketing'), { maxLength: 3 }),
      isBlocked: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(person, person, fc.boolean(), async (one, two, isConflict) => {
        const ids: string[] = [];
        const phones: string[] = [];
        for (const given of [one, two]) {
          const { id, phone } = await make({
            name: given.name,
            company: given.company,
            language: given.language,
            attributes: { a: given.a, b: given.b },
          });
          ids.push(id);
          phones.push(String(phone));
          await call('PUT', `/v1/contacts/${id}/labels`, { labelIds: given.labels.map((at) => labels[at]) });
          for (let n = 0; n < given.notes; n += 1)
            await call('POST', `/v1/contacts/${id}/notes`, { text: `${n}` });
          for (const word of given.words) {
            api.clock.advance(1_000);
            const [action, scope = 'all'] = word.split(' ');
            await call('POST', `/v1/contacts/${id}/${action}`, { scope });
          }
          if (given.isBlocked) await call('POST', `/v1/contacts/${id}/block`);
        }
        const [kept, gone] = ids as [string, string];
        if (isConflict) {
          const userId = `US.${phones[1]}`;
          const meet = (person: { phone: string | null; userId: string | null }) =>
            api.db.withSystem('test', (tx) =>
              resolveMany(tx, [
                {
                  workspaceId: stage.workspaceId,
                  scope: 'p',
                  person: { ...person, parentUserId: null, username: null, profileName: null },
                  at: api.clock.now(),
                },
              ]),
            );
          await meet({ phone: phones[1]!, userId });
          await meet({ phone: phones[0]!, userId });
        }
        api.clock.advance(1_000);
        const before = [await look(kept), await look(gone)];
        const { body } = await call('POST', `/v1/contacts/${kept}/merges`, { contactId: gone });
        api.clock.advance(1_000);
        const undone = await call('POST', `/v1/contacts/${kept}/merges/${body.id}/undo`);
        expect(undone).toMatchObject({ status: 200, body: { undoneAt: expect.any(String) } });
        expect([await look(kept), await look(gone)]).toEqual(before);
        expect((await call('POST', `/v1/contacts/${kept}/merges/${body.id}/undo`)).status).toBe(409);
      }),
      { numRuns: 15 },
    );
  });

  it('of several is undone last first: a later one filled its gaps from what the earlier made', async () => {
    const kept = await make({ name: null });
    const [first, second] = [await make({ name: 'First' }), await make({ name: 'Second' })];
    const merges: string[] = [];
    for (const { id } of [first, second]) {
      merges.push((await call('POST', `/v1/contacts/${kept.id}/merges`, { contactId: id })).body.id);
      api.clock.advance(1_000);
    }
    const undo = (id: string) => call('POST', `/v1/contacts/${kept.id}/merges/${id}/undo`);
    expect(await undo(merges[0]!)).toMatchObject({
      status: 409,
      body: { error: { code: 'later_merge', details: { mergeId: merges[1] } } },
    });
    for (const id of merges.toReversed()) expect((await undo(id)).status).toBe(200);
    expect((await look(kept.id)).contact).toMatchObject({ name: null, phone: kept.phone });
  });

  it('leaves what was said and changed in between', async () => {
    const kept = await make({ name: 'K' });
    const gone = await make({ name: 'G', email: 'g@example.com' });
    const { id } = (await call('POST', `/v1/contacts/${kept.id}/merges`, { contactId: gone.id })).body;
    api.clock.advance(1_000);
    await call('PATCH', `/v1/contacts/${kept.id}`, { name: 'Renamed' });
    await call('POST', `/v1/contacts/${kept.id}/opt-out`);
    await call('POST', `/v1/contacts/${kept.id}/merges/${id}/undo`);
    expect((await look(kept.id)).contact).toMatchObject({
      name: 'Renamed',
      email: null,
      optOut: { status: true },
    });
    expect((await look(gone.id)).contact).toMatchObject({
      name: 'G',
      email: 'g@example.com',
      mergedInto: null,
      optOut: { status: true },
    });
  });
});
