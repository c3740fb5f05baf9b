import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConsentScope } from '@chaski/contracts';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { fsBlobs } from '../../platform/blobs/index.ts';
import { newId } from '../../platform/ids.ts';
import { createLog } from '../../platform/log.ts';
import { startImport } from './import.ts';
import { eraseContacts, getContact, importHandler, recordConsents } from './index.ts';
import { aboutOf, consentOf, outdone, scopeOf } from './rules-consent.ts';

const api = await testApi();
const stage = await api.stage();
const { workspaceId } = stage;
const directory = mkdtempSync(join(tmpdir(), 'chaski-consent-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const blobs = fsBlobs(directory);

type Body = Record<string, unknown> & { id: string; data: Body[] };
async function call(method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown) {
  const answer = await api.http.app.inject({
    method,
    url,
    headers: api.as(stage, 'owner'),
    ...(body === undefined ? {} : { payload: body as object }),
  });
  return { status: answer.statusCode, body: (answer.body === '' ? null : answer.json()) as Body };
}
let last = 0;
const number = () => `1555300${String(++last).padStart(4, '0')}`;
const make = async (phone = number()) => (await call('POST', '/v1/contacts', { phone })).body.id;
const read = (id: string) => api.db.withSystem('test', (tx) => getContact(tx, workspaceId, id));
const consent = async (id: string) => (await call('GET', `/v1/contacts/${id}`)).body.consent;
const none = { service: 'none', utility: 'none', marketing: 'none' };
const all = { service: 'out', utility: 'out', marketing: 'out' };

/** The same person says something at a time, in seconds from now on. */
const say = (
  contactId: string,
  word: { action: 'opt-in' | 'opt-out'; scope?: ConsentScope; source?: string; s?: number },
) =>
  api.db.withSystem('test', (tx) =>
    recordConsents(tx, [
      {
        workspaceId,
        contactId,
        scope: 'all',
        source: 'keyword',
        ...word,
        at: new Date(api.clock.now().getTime() - 3_600_000 + (word.s ?? 0) * 1_000),
      },
    ]),
  );

describe('consent', () => {
  it('is of one purpose or of all, with source, time and proof', async () => {
    const id = await make();
    expect(await consent(id)).toEqual(none);
    await call('POST', `/v1/contacts/${id}/opt-out`, { scope: 'utility', proof: 'ticket 12' });
    expect(await consent(id)).toEqual({ ...none, utility: 'out' });
    await call('POST', `/v1/contacts/${id}/opt-in`, {
      scope: 'marketing',
      source: 'form',
      proof: 'https://example.com/form/7',
      at: '2026-01-02T03:04:05.000Z',
    });
    const { body } = await call('GET', `/v1/contacts/${id}`);
    expect(body).toMatchObject({
      consent: { service: 'none', utility: 'out', marketing: 'in' },
      optOut: { status: true, scope: 'utility', source: 'api' },
      purposes: [
        { purpose: 'service', state: 'none', source: null, proof: null, at: null },
        { purpose: 'utility', state: 'out', source: 'api', proof: 'ticket 12' },
        {
          purpose: 'marketing',
          state: 'in',
          source: 'form',
          proof: 'https://example.com/form/7',
          at: '2026-01-02T03:04:05.000Z',
        },
      ],
    });
    expect(body.consents).toHaveLength(2);
    // Opting in to one purpose takes back nothing of the others.
    await say(id, { action: 'opt-out' });
    await call('POST', `/v1/contacts/${id}/opt-in`, { scope: 'marketing' });
    expect(await consent(id)).toEqual({ ...all, marketing: 'in' });
  });

  it('and WhatsApp’s own preference stand beside each other', async () => {
    const id = await make();
    await say(id, { action: 'opt-in', scope: 'marketing', source: 'whatsapp', s: 1 });
    expect(await consent(id)).toEqual({ ...none, marketing: 'in' });
    await say(id, { action: 'opt-out', scope: 'marketing', source: 'whatsapp', s: 2 });
    expect(await consent(id)).toEqual({ ...none, marketing: 'out' });
    await say(id, { action: 'opt-in', s: 3 });
    expect(await consent(id)).toEqual({ service: 'in', utility: 'in', marketing: 'out' });
    await say(id, { action: 'opt-in', scope: 'marketing', source: 'whatsapp', s: 4 });
    expect(await consent(id)).toEqual({ service: 'in', utility: 'in', marketing: 'in' });
  });

  it('comes out the same in whatever order the words arrive, and as the rules say', async () => {
    const word = fc.record({
      action: fc.constantFrom('opt-in' as const, 'opt-out' as const),
      scope: fc.constantFrom('all' as const, 'service' as const, 'utility' as const, 'marketing' as const),
      source: fc.constantFrom('keyword', 'api', 'whatsapp'),
      s: fc.integer({ min: 0, max: 4 }),
    });
    const words = fc.uniqueArray(word, { minLength: 2, maxLength: 5, selector: (one) => one.s });
    await fc.assert(
      fc.asyncProperty(
        words.chain((said) =>
          fc.tuple(fc.constant(said), fc.shuffledSubarray(said, { minLength: said.length })),
        ),
        async ([said, shuffled]) => {
          const [a, b] = [await make(), await make()];
          for (const one of said) await say(a, one);
          for (const one of shuffled) await say(b, one);
          const [first, second] = [(await read(a))!, (await read(b))!];
          const shown = (of: typeof first) => ({
            consent: [of.consentService, of.consentUtility, of.consentMarketing],
            out: [of.optedOut, of.optOutScope, of.optOutSource, of.optedOutAt],
            whatsapp: [of.marketingStoppedAt, of.marketingResumedAt],
          });
          expect(shown(second)).toEqual(shown(first));
          expect(first.optOutScope).toBe(scopeOf(first));
          expect(first.optedOut).toBe(first.optOutScope !== null);
          const newest = (about: string) =>
            said
              .filter((one) => aboutOf(one).some((thing) => thing === about))
              .map((one) => ({ ...one, at: new Date(one.s * 1_000) }))
              .reduce<{ action: string; source: string; at: Date } | null>(
                (best, one) => (best === null || !outdone(one, best as typeof one) ? one : best),
                null,
              );
          for (const [about, is] of [
            ['service', first.consentService],
            ['utility', first.consentUtility],
            ['marketing', first.consentMarketing],
          ] as const)
            expect(is).toBe(
              newest(about) === null ? null : newest(about)!.action === 'opt-out' ? 'out' : 'in',
            );
          expect(first.marketingStoppedAt !== null).toBe(newest('whatsapp')?.action === 'opt-out');
          if (newest('whatsapp')?.action === 'opt-out') expect(consentOf(first, 'marketing')).toBe('out');
        },
      ),
      { numRuns: 25 },
    );
  });
});

interface Report {
  created: number;
  updated: number;
  problems: { row: number; field: string; reason: string; skipped: boolean }[];
}
async function bring(text: string, options: object = {}): Promise<Report> {
  const key = newId();
  await blobs.put(key, Buffer.from(text));
  const { id } = await stage.tenant((tx) => startImport(tx, key, options));
  await importHandler({ db: api.db, blobs }).run(
    { importId: id },
    { workspaceId, attempt: 1, log: createLog('silent'), signal: new AbortController().signal },
  );
  return (await call('GET', `/v1/contacts/imports/${id}`)).body as unknown as Report;
}

describe('a list', () => {
  it('opts people in who never said anything, and nobody back in silently', async () => {
    const fresh = number();
    const phones = {
      stop: number(),
      whatsapp: number(),
      agent: number(),
      agentAgain: number(),
      listed: number(),
    };
    const stop = await make(phones.stop);
    await say(stop, { action: 'opt-out' });
    // Somebody else's later word does not make a STOP unsaid.
    await call('POST', `/v1/contacts/${stop}/opt-out`, { scope: 'all' });
    const whatsapp = await make(phones.whatsapp);
    await say(whatsapp, { action: 'opt-out', scope: 'marketing', source: 'whatsapp' });
    const agent = await make(phones.agent);
    await call('POST', `/v1/contacts/${agent}/opt-out`, { scope: 'marketing' });
    const agentAgain = await make(phones.agentAgain);
    await call('POST', `/v1/contacts/${agentAgain}/opt-out`, { scope: 'all' });
    const listed = await make(phones.listed);
    await call('POST', '/v1/suppressions', { address: `+${phones.listed}` });
    const rows = [
      `+${fresh},yes,`,
      `+${phones.stop},yes,a letter`,
      `+${phones.whatsapp},yes,a letter`,
      `+${phones.agent},yes,`,
      `+${phones.agentAgain},yes,a letter`,
      `+${phones.listed},yes,a letter`,
    ];
    const report = await bring(`phone,opt-in,proof\n${rows.join('\n')}\n`);
    expect(report.problems).toEqual([
      { row: 3, field: 'optIn', reason: 'said_stop', skipped: false },
      { row: 4, field: 'optIn', reason: 'stopped_in_whatsapp', skipped: false },
      { row: 5, field: 'optIn', reason: 'opt_in_needs_proof', skipped: false },
      { row: 6, field: 'optIn', reason: 'opted_in_again', skipped: false },
      { row: 7, field: 'optIn', reason: 'suppressed', skipped: false },
    ]);
    const [made] = (await call('GET', `/v1/contacts?phone=${fresh}`)).body.data;
    expect(made!.consent).toEqual({ ...none, marketing: 'in' });
    expect(await consent(stop)).toEqual(all);
    expect(await consent(whatsapp)).toEqual({ ...none, marketing: 'out' });
    expect(await consent(agent)).toEqual({ ...none, marketing: 'out' });
    expect(await consent(agentAgain)).toEqual({ ...all, marketing: 'in' });
    expect(await consent(listed)).toEqual(none);
    // The proof may be the whole list's.
    await bring(`phone,opt-in\n+${phones.agent},yes\n`, { proof: 'newsletter form of 2026' });
    const { body } = await call('GET', `/v1/contacts/${agent}`);
    expect(body.consents).toContainEqual(
      expect.objectContaining({ source: 'import', proof: 'newsletter form of 2026', action: 'opt-in' }),
    );
  });

  it('knows of the country by the number', async () => {
    await bring('phone\n+55 11 98765-0001\n');
    expect((await call('GET', '/v1/contacts?phone=5511987650001')).body.data).toMatchObject([
      { country: 'BR' },
    ]);
  });
});

describe('the suppression list', () => {
  const canSend = async (to: string, purpose = 'service') =>
    (await call('GET', `/v1/can-send?to=${to}&purpose=${purpose}`)).body;

  it('holds for every writing of a number, whether or not there is a contact, until it is taken off', async () => {
    const added = await call('POST', '/v1/suppressions', { address: '+55 11 98765-7777', proof: 'a court' });
    expect(added).toMatchObject({
      status: 201,
      body: { value: '5511987657777', scope: 'all', proof: 'a court' },
    });
    expect(await canSend('551187657777')).toMatchObject({ verdict: 'blocked', code: 'suppressed' });
    expect((await call('GET', '/v1/suppressions?address=551187657777')).body.data).toMatchObject([
      { id: added.body.id },
    ]);
    // Again, and narrower: it stays what it is.
    const again = await call('POST', '/v1/suppressions', { address: '551187657777', scope: 'marketing' });
    expect(again.body).toMatchObject({ id: added.body.id, scope: 'all' });
    await call('DELETE', `/v1/suppressions/${added.body.id}`);
    expect(await canSend('551187657777')).not.toMatchObject({ code: 'suppressed' });
    expect((await call('DELETE', `/v1/suppressions/${added.body.id}`)).status).toBe(404);
  });

  it('may be of marketing alone', async () => {
    const phone = number();
    await call('POST', '/v1/suppressions', { address: phone, scope: 'marketing' });
    expect(await canSend(phone, 'marketing')).toMatchObject({ code: 'suppressed' });
    expect(await canSend(phone)).toMatchObject({ code: 'window_closed' });
  });

  it('takes a list, and says by place what is no address', async () => {
    const phones = [number(), number()];
    const body = { addresses: [`+${phones[0]}`, 'nobody', phones[1], `00${phones[1]}`] };
    expect((await call('POST', '/v1/suppressions/import', body)).body).toEqual({
      added: 2,
      known: 0,
      problems: [{ index: 1, reason: expect.any(String) }],
    });
    expect((await call('POST', '/v1/suppressions/import', body)).body).toMatchObject({ added: 0, known: 2 });
  });

  const erase = (id: string) => api.db.withSystem('test', (tx) => eraseContacts(tx, workspaceId, [id], []));

  it('remembers who said no and was erased, and only they can take it back', async () => {
    const phone = number();
    const before = await make(phone);
    await say(before, { action: 'opt-out' });
    await erase(before);
    expect((await call('GET', `/v1/suppressions?address=${phone}`)).body.data).toMatchObject([
      { value: null, source: 'erasure', scope: 'all', proof: null },
    ]);
    const report = await bring(`phone,opt-in,proof\n+${phone},yes,a letter\n`);
    expect(report.problems).toMatchObject([{ reason: 'suppressed' }]);
    expect(await canSend(phone)).toMatchObject({ code: 'suppressed' });
    const [after] = (await call('GET', `/v1/contacts?phone=${phone}`)).body.data;
    await say(after!.id, { action: 'opt-in', s: 60 });
    expect(await canSend(phone)).not.toMatchObject({ code: 'suppressed' });
  });

  it('keeps a hash of who stood there and was erased', async () => {
    const phone = number();
    const id = await make(phone);
    await call('POST', '/v1/suppressions', { address: phone, proof: 'mail of Zephyrine' });
    await erase(id);
    expect((await call('GET', `/v1/suppressions?address=${phone}`)).body.data).toMatchObject([
      { value: null, proof: null, source: 'api' },
    ]);
    const again = await make(phone);
    await say(again, { action: 'opt-in', s: 60 });
    // Somebody else put it there: START is not theirs to decide.
    expect(await canSend(phone)).toMatchObject({ code: 'suppressed' });
  });
});

describe('segments', () => {
  it('are saved, counted, listed, renamed and label their people', async () => {
    const marker = await make();
    const label = (await call('POST', '/v1/labels', { name: 'Segment test' })).body.id;
    const other = (await call('POST', '/v1/labels', { name: 'Another' })).body.id;
    await api.http.app.inject({
      method: 'PUT',
      url: `/v1/contacts/${marker}/labels`,
      headers: api.as(stage, 'owner'),
      payload: { labelIds: [label] },
    });
    const filter = { all: [{ field: 'label', labelIds: [label] }] };
    expect((await call('POST', '/v1/segments/count', { filter })).body).toEqual({ count: 1 });
    const made = await call('POST', '/v1/segments', { name: 'Marked', filter });
    expect(made).toMatchObject({ status: 201, body: { name: 'Marked' } });
    expect(await call('POST', '/v1/segments', { name: 'marked', filter })).toMatchObject({
      status: 409,
      body: { error: { code: 'segment_exists' } },
    });
    const { id } = made.body;
    expect((await call('GET', `/v1/segments/${id}`)).body).toMatchObject({ count: 1 });
    expect((await call('GET', `/v1/segments/${id}/contacts`)).body.data).toMatchObject([{ id: marker }]);
    expect((await call('GET', `/v1/contacts?segment=${id}`)).body.data).toMatchObject([{ id: marker }]);
    expect((await call('GET', `/v1/conversations?segment=${id}`)).body.data).toEqual([]);
    expect((await call('POST', `/v1/segments/${id}/labels`, { labelIds: [other] })).body).toEqual({
      changed: 1,
    });
    expect((await call('POST', `/v1/segments/${id}/labels`, { labelIds: [other] })).body).toEqual({
      changed: 0,
    });
    expect(
      (await call('POST', `/v1/segments/${id}/labels`, { labelIds: [other], action: 'unlabel' })).body,
    ).toEqual({ changed: 1 });
    expect((await call('GET', '/v1/segments')).body.data).toMatchObject([
      { id, filter: { all: [{ op: 'any' }] } },
    ]);
    expect((await call('GET', `/v1/contacts?segment=${newId()}`)).status).toBe(404);
    expect(
      (await call('POST', '/v1/segments/count', { filter: { field: 'attribute', key: 'none', op: 'known' } }))
        .status,
    ).toBe(400);
    const never = { field: 'createdAt', op: 'after', at: '0000-01-01T00:00:00Z' };
    expect(await call('POST', '/v1/segments/count', { filter: never })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request' } },
    });
    expect((await call('DELETE', `/v1/segments/${id}`)).status).toBe(204);
    expect((await call('GET', `/v1/segments/${id}`)).status).toBe(404);
  });
});
