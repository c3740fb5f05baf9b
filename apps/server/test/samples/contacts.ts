import { newId } from '../../src/platform/ids.ts';
import { writes } from '../writes.ts';
import type { Sample, Samples, Stage } from './index.ts';

const contact = async (stage: Stage, body?: unknown): Promise<Sample> => ({
  params: { id: (await writes(stage)).contactId },
  ...(body === undefined ? {} : { body }),
});

let made = 0;
const phone = () => `1666${String(Date.now() % 1e5).padStart(5, '0')}${String(++made).padStart(4, '0')}`;

async function idOf(stage: Stage, route: string, body: unknown, params?: Record<string, string>) {
  return ((await stage.send(route, { body, ...(params ? { params } : {}) })).body as { id: string }).id;
}

const label = async (stage: Stage): Promise<string> =>
  idOf(stage, 'POST /v1/labels', { name: `Label ${newId()}` });

const attribute = async (stage: Stage): Promise<string> => {
  const key = `a${newId().replaceAll('-', '')}`;
  await stage.send('POST /v1/contact-attributes', { body: { key, label: 'Size', type: 'number' } });
  return key;
};

const note = async (stage: Stage): Promise<Record<string, string>> => {
  const { contactId: id } = await writes(stage);
  return { id, noteId: await idOf(stage, 'POST /v1/contacts/:id/notes', { text: 'Calls back' }, { id }) };
};

const list = (): Sample => ({
  query: { options: JSON.stringify({ country: 'BR' }) },
  headers: { 'content-type': 'text/csv' },
  body: Buffer.from(`Telefone,Nome\n+${phone()},Ana\n`),
});

async function merge(stage: Stage): Promise<{ id: string; contactId: string }> {
  const answer = await stage.send('POST /v1/contacts/:id/merges', {
    params: { id: (await writes(stage)).contactId },
    body: { contactId: (await writes(stage)).contactId },
  });
  return answer.body as { id: string; contactId: string };
}

async function erasure(stage: Stage): Promise<string> {
  const { contactId: id } = await writes(stage);
  return idOf(stage, 'POST /v1/contacts/:id/erase', { confirm: `erase ${id}` }, { id });
}

const importOf = async (stage: Stage): Promise<string> =>
  ((await stage.send('POST /v1/contacts/import', list())).body as { id: string }).id;

const filter = { all: [{ field: 'country', values: ['BR'] }, { not: { field: 'blocked', is: true } }] };
const segment = (stage: Stage): Promise<string> =>
  idOf(stage, 'POST /v1/segments', { name: `Segment ${newId()}`, filter });
const suppression = (stage: Stage): Promise<string> =>
  idOf(stage, 'POST /v1/suppressions', { address: `+${phone()}`, proof: 'asked by letter' });

export const samples: Samples = {
  'GET /v1/contacts': async (stage) => ({ query: { phone: (await writes(stage)).phone } }),
  'GET /v1/contacts/count': async (stage) => ({ query: { phone: (await writes(stage)).phone } }),
  'GET /v1/contacts/:id': (stage) => contact(stage),
  'POST /v1/contacts/:id/opt-out': (stage) => contact(stage, { scope: 'marketing' }),
  'POST /v1/contacts/:id/opt-in': (stage) => contact(stage, { scope: 'all' }),
  'POST /v1/contacts/:id/block': (stage) => contact(stage),
  'POST /v1/contacts/:id/unblock': async (stage) => {
    const made = await contact(stage);
    await stage.send('POST /v1/contacts/:id/block', made);
    return made;
  },
  'POST /v1/contacts': () => ({ body: { phone: `+${phone()}`, name: 'Ana' } }),
  'PATCH /v1/contacts/:id': (stage) => contact(stage, { name: 'Ana', email: 'ana@example.com' }),
  'PUT /v1/contacts/:id/labels': async (stage) => contact(stage, { labelIds: [await label(stage)] }),
  'POST /v1/contacts/bulk': async (stage) => ({
    body: { action: 'block', ids: [(await writes(stage)).contactId] },
  }),
  'GET /v1/labels': async (stage) => {
    await label(stage);
    return {};
  },
  'POST /v1/labels': () => ({ body: { name: `Label ${newId()}`, colour: '#2f855a' } }),
  'PATCH /v1/labels/:id': async (stage) => ({
    params: { id: await label(stage) },
    body: { name: `Label ${newId()}` },
  }),
  'DELETE /v1/labels/:id': async (stage) => ({ params: { id: await label(stage) } }),
  'GET /v1/contact-attributes': () => ({}),
  'POST /v1/contact-attributes': () => ({
    body: { key: `a${newId().replaceAll('-', '')}`, label: 'Tier', type: 'choice', choices: ['gold'] },
  }),
  'PATCH /v1/contact-attributes/:key': async (stage) => ({
    params: { key: await attribute(stage) },
    body: { label: 'Shoe size' },
  }),
  'DELETE /v1/contact-attributes/:key': async (stage) => ({ params: { key: await attribute(stage) } }),
  'GET /v1/contacts/:id/notes': async (stage) => ({ params: { id: (await note(stage)).id! } }),
  'POST /v1/contacts/:id/notes': (stage) => contact(stage, { text: 'Calls back' }),
  'PATCH /v1/contacts/:id/notes/:noteId': async (stage) => ({
    params: await note(stage),
    body: { text: 'Called back' },
  }),
  'DELETE /v1/contacts/:id/notes/:noteId': async (stage) => ({ params: await note(stage) }),
  'POST /v1/contacts/import/preview': () => list(),
  'POST /v1/contacts/import': () => list(),
  'GET /v1/contacts/imports': async (stage) => {
    await stage.send('POST /v1/contacts/import', list());
    return {};
  },
  'GET /v1/contacts/imports/:id': async (stage) => ({ params: { id: await importOf(stage) } }),
  'GET /v1/contacts/imports/:id/report': async (stage) => ({ params: { id: await importOf(stage) } }),
  'GET /v1/contacts/export': async (stage) => {
    await writes(stage);
    return {};
  },
  'GET /v1/contacts/:id/merges': async (stage) => ({ params: { id: (await merge(stage)).contactId } }),
  'POST /v1/contacts/:id/merges': async (stage) => ({
    params: { id: (await writes(stage)).contactId },
    body: { contactId: (await writes(stage)).contactId },
  }),
  'POST /v1/contacts/:id/merges/:mergeId/undo': async (stage) => {
    const { id, contactId } = await merge(stage);
    return { params: { id: contactId, mergeId: id } };
  },
  'POST /v1/contacts/:id/erase': async (stage) => {
    const { contactId: id } = await writes(stage);
    return { params: { id }, body: { confirm: `erase ${id}` } };
  },
  'GET /v1/segments': async (stage) => {
    await segment(stage);
    return {};
  },
  'POST /v1/segments': () => ({ body: { name: `Segment ${newId()}`, filter } }),
  'POST /v1/segments/count': () => ({ body: { filter } }),
  'GET /v1/segments/:id': async (stage) => ({ params: { id: await segment(stage) } }),
  'PATCH /v1/segments/:id': async (stage) => ({
    params: { id: await segment(stage) },
    body: { name: `Segment ${newId()}` },
  }),
  'DELETE /v1/segments/:id': async (stage) => ({ params: { id: await segment(stage) } }),
  'GET /v1/segments/:id/contacts': async (stage) => ({ params: { id: await segment(stage) } }),
  'POST /v1/segments/:id/labels': async (stage) => ({
    params: { id: await segment(stage) },
    body: { labelIds: [await label(stage)] },
  }),
  'GET /v1/suppressions': async (stage) => {
    await suppression(stage);
    return {};
  },
  'POST /v1/suppressions': () => ({
    body: { address: `+${phone()}`, scope: 'marketing', proof: 'a letter' },
  }),
  'POST /v1/suppressions/import': () => ({ body: { addresses: [`+${phone()}`, 'nobody'] } }),
  'DELETE /v1/suppressions/:id': async (stage) => ({ params: { id: await suppression(stage) } }),
  'GET /v1/erasures': async (stage) => {
    await erasure(stage);
    return {};
  },
  'GET /v1/erasures/:id': async (stage) => ({ params: { id: await erasure(stage) } }),
};
