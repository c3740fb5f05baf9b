import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { until } from '../../../test/harness.ts';
import { writes } from '../../../test/writes.ts';
import type { Blobs } from '../../platform/blobs/index.ts';
import { fsBlobs } from '../../platform/blobs/index.ts';
import { newId } from '../../platform/ids.ts';
import { createLog } from '../../platform/log.ts';
import { startImport } from './import.ts';
import { importHandler } from './index.ts';

const api = await testApi();
const stage = await api.stage();
const directory = mkdtempSync(join(tmpdir(), 'chaski-import-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const blobs = fsBlobs(directory);
const log = createLog('silent');

type Report = {
  state: string;
  reason: string | null;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  problems: { row: number; field: string; reason: string; skipped: boolean }[];
};

const get = async (url: string) =>
  api.http.app.inject({ method: 'GET', url, headers: api.as(stage, 'owner') });
const report = async (id: string) => (await get(`/v1/contacts/imports/${id}`)).json() as Report;

/** Runs what a route or `begin` started. */
const run = (id: string, signal = new AbortController().signal, store: Blobs = blobs) =>
  importHandler({ db: api.db, blobs: store }).run(
    { importId: id },
    { workspaceId: stage.workspaceId, attempt: 1, log, signal },
  );

async function begin(text: string, options: object = {}): Promise<string> {
  const key = newId();
  await blobs.put(key, Buffer.from(text));
  return (await stage.tenant((tx) => startImport(tx, key, options))).id;
}

async function bring(text: string, options: object = {}): Promise<Report> {
  const id = await begin(text, options);
  await run(id);
  return report(id);
}

const find = async (phone: string) =>
  (await get(`/v1/contacts?phone=${phone}`)).json().data[0] as Record<string, unknown> & { id: string };

describe('importing a list', () => {
  it('previews lists that come slowly, and nobody waits for a connection meanwhile', async () => {
    const bodies = Array.from({ length: 12 }, () => new PassThrough());
    const previews = bodies.map((body) => {
      body.write('phone,name\n');
      return api.http.app.inject({
        method: 'POST',
        url: '/v1/contacts/import/preview',
        headers: { ...api.as(stage, 'owner'), 'content-type': 'text/csv' },
        payload: body,
      });
    });
    const all = Promise.all(previews);
    // Begun: the heading was taken out of the body.
    await until('lists have begun', () => bodies.filter((body) => body.readableLength === 0).length >= 8);
    const others = await Promise.race([
      all.then(() => 'the lists were not slow'),
      Promise.all(Array.from({ length: 12 }, () => get('/v1/contacts'))),
    ]);
    expect((others as { statusCode: number }[]).map(({ statusCode }) => statusCode)).toEqual(
      Array(12).fill(200),
    );
    for (const body of bodies) body.end('+5511987654321,Ana\n');
    for (const preview of await Promise.all(previews))
      expect(preview.json()).toMatchObject({ rowsChecked: 1 });
  });

  it('previews it: encoding, separator, columns, first rows and problems, and changes nothing', async () => {
    const answer = await api.http.app.inject({
      method: 'POST',
      url: `/v1/contacts/import/preview?options=${encodeURIComponent(JSON.stringify({ country: 'BR' }))}`,
      headers: { ...api.as(stage, 'owner'), 'content-type': 'text/csv' },
      payload: Buffer.from('Nome;Telefone;E-mail\nJoão;(11) 98765-0001;joao@\n;abc;\n', 'latin1'),
    });
    expect(answer.json()).toMatchObject({
      encoding: 'windows-1252',
      delimiter: ';',
      headers: ['Nome', 'Telefone', 'E-mail'],
      columns: ['name', 'phone', 'email'],
      sample: [{ row: 2, cells: ['João', '(11) 98765-0001', 'joao@'] }, { row: 3 }],
      problems: [
        { row: 2, field: 'email', reason: 'not_an_email', skipped: false },
        { row: 3, field: 'phone', reason: 'not_a_phone_number', skipped: true },
      ],
      rowsChecked: 2,
      isComplete: true,
    });
    const remarks = await api.http.app.inject({
      method: 'POST',
      url: '/v1/contacts/import/preview',
      headers: { ...api.as(stage, 'owner'), 'content-type': 'text/csv' },
      payload: 'phone,Observações\n+16505550001,Likes tea\n',
    });
    expect(remarks.json()).toMatchObject({ columns: ['phone', 'note'] });
    const twice = await api.http.app.inject({
      method: 'POST',
      url: '/v1/contacts/import/preview',
      headers: { ...api.as(stage, 'owner'), 'content-type': 'text/csv' },
      payload: 'phone,name\n+16505550001,Ana\n+16505550002,Bob\n+1 650 555 0001,Ann\nabc,\nabc,\n',
    });
    expect(twice.json()).toMatchObject({ twice: [[2, 4]] });
    expect((await get('/v1/contacts')).json().data).toEqual([]);
    const multipart = await api.http.app.inject({
      method: 'POST',
      url: '/v1/contacts/import/preview',
      headers: { ...api.as(stage, 'owner'), 'content-type': 'multipart/form-data; boundary=b' },
      payload:
        '--b\r\ncontent-disposition: form-data; name="file"; filename="l.csv"\r\n\r\nphone\n+16505550001\r\n--b--\r\n',
    });
    expect(multipart.json()).toMatchObject({ columns: ['phone'], rowsChecked: 1, problems: [] });
  });

  it('previews the first thousand rows of a longer list, and says how many there are, up to ten thousand', async () => {
    const preview = async (payload: string) =>
      api.http.app.inject({
        method: 'POST',
        url: '/v1/contacts/import/preview',
        headers: { ...api.as(stage, 'owner'), 'content-type': 'text/csv' },
        payload,
      });
    const listOf = (length: number) =>
      `phone\n${Array.from({ length }, (_, n) => `+165055${String(n).padStart(5, '0')}`).join('\n')}`;
    const long = listOf(1_003);
    expect((await preview(long)).json()).toMatchObject({
      rowsChecked: 1_000,
      rowsTotal: 1_003,
      isComplete: false,
      twice: [],
    });
    expect((await preview(listOf(10_000))).json()).toMatchObject({ rowsTotal: 10_000 });
    expect((await preview(listOf(10_001))).json()).toMatchObject({ rowsTotal: null, isComplete: false });
    // A quote that nobody closed, far behind what is looked at.
    const broken = await preview(`${long}\n"${'x'.repeat(120_000)}`);
    expect(broken.json()).toMatchObject({
      error: { code: 'invalid_request', details: { problems: [{ path: 'body' }] } },
    });
  });

  it('writes down a note where a column is one, once however often the list comes', async () => {
    const list = 'phone,Remarks\n+16505559901,Likes tea\n+16505559902,\n+16505559903,Likes tea\n';
    const mapping = { Remarks: 'note' };
    expect(await bring(list, { mapping })).toMatchObject({ created: 3, problems: [] });
    expect(await bring(list, { mapping })).toMatchObject({ updated: 0, unchanged: 3 });
    expect(await bring('phone,Remarks\n+16505559901,And cake\n', { mapping })).toMatchObject({ updated: 1 });
    const notes = async (phone: string) =>
      (await get(`/v1/contacts/${(await find(phone)).id}/notes`))
        .json()
        .data.map(({ text }: { text: string }) => text)
        .sort();
    expect(await notes('%2B16505559901')).toEqual(['And cake', 'Likes tea']);
    expect(await notes('%2B16505559902')).toEqual([]);
  });

  it('creates, changes and leaves alone, with a report by row', async () => {
    await stage.send('POST /v1/contact-attributes', {
      body: { key: 'visits', label: 'Visits', type: 'number' },
    });
    await stage.send('POST /v1/labels', { body: { name: 'Fair' } });
    const text =
      'phone,name,visits,labels,other\n+16505550101,Ana,3,"Fair, Missing",x\n+16505550102,Bob,many,,\n+16505550101,Ana,3,,\nnothing,,,,\n';
    expect(await bring(text)).toMatchObject({
      state: 'done',
      rows: 4,
      created: 2,
      // The second row of Ana says nothing new, but the first one made her.
      unchanged: 0,
      updated: 1,
      skipped: 1,
      problems: [
        { row: 2, field: 'labels', reason: 'no_such_label', skipped: false },
        { row: 3, field: 'attribute:visits', reason: 'not_valid', skipped: false },
        { row: 5, field: 'phone', reason: 'not_a_phone_number', skipped: true },
      ],
    });
    expect(await find('16505550101')).toMatchObject({
      name: 'Ana',
      attributes: { visits: 3 },
      labels: [{ name: 'Fair' }],
    });
    expect(await bring(text)).toMatchObject({ created: 0, updated: 0, unchanged: 3, skipped: 1 });
    expect(await bring('phone,name\n+16505550102,Robert\n')).toMatchObject({ updated: 1 });
    expect(await find('16505550102')).toMatchObject({ name: 'Robert' });
    expect(
      readdirSync(directory, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()),
    ).toEqual([]);
  });

  it('replaces a given name as the list says, tells of it and keeps it; what WhatsApp shows it leaves alone', async () => {
    const { contactId } = await writes(stage, { phone: '16505550777' });
    await api.db.withSystem('test: what WhatsApp shows', (tx) =>
      tx.execute("update contacts set profile_name = 'ana 🌸' where id = $1", [contactId]),
    );
    const params = { id: contactId };
    const list = (name: string) => bring(`phone,name\n+16505550777,${name}\n`);
    // Nobody has given one: nothing is lost.
    expect(await list('Ana')).toMatchObject({ updated: 1, problems: [] });
    await stage.send('PATCH /v1/contacts/:id', { params, body: { name: 'Ana from the shop' } });
    expect(await list('Ana Quispe')).toMatchObject({
      updated: 1,
      problems: [{ row: 2, field: 'name', reason: 'name_replaced', skipped: false }],
    });
    expect(await list('Ana Quispe')).toMatchObject({ unchanged: 1, problems: [] });
    expect(await find('16505550777')).toMatchObject({ name: 'Ana Quispe', profileName: 'ana 🌸' });
    const lines = await stage.tenant((tx) =>
      tx.query(
        "select before, after from audit where workspace_id = $1 and target_id = $2 and action = 'contact.updated'",
        [tx.workspaceId, contactId],
      ),
    );
    expect(lines).toContainEqual({ before: { name: 'Ana from the shop' }, after: { name: 'Ana Quispe' } });
  });

  it('opts out whom it says, and never anybody back in', async () => {
    await bring('phone,opt out\n+16505550201,yes\n+16505550202,\n');
    expect(await find('16505550201')).toMatchObject({ optOut: { status: true, source: 'import' } });
    await bring('phone,opt out\n+16505550201,no\n');
    expect(await find('16505550201')).toMatchObject({ optOut: { status: true } });
    expect(await find('16505550202')).toMatchObject({ optOut: { status: false } });
  });

  it('stops at the plan’s room and says which rows had none', async () => {
    const [{ count }] = (await api.db.withSystem('test', (tx) =>
      tx.query<{ count: number }>('select count(*) from contacts where workspace_id = $1', [
        stage.workspaceId,
      ]),
    )) as [{ count: number }];
    const store = newId();
    await blobs.put(store, Buffer.from('phone\n+16505550301\n+16505550302\n+16505550101\n'));
    const started = await stage.tenant((tx) => startImport(tx, store, {}));
    await api.db.withSystem('test: a small plan', async (tx) => {
      await tx.execute("insert into plans (name, contacts) values ('tiny', $1)", [count + 1]);
      await tx.execute("update workspaces set plan = 'tiny' where id = $1", [stage.workspaceId]);
    });
    // A database object of its own: limits are kept for five seconds in each.
    const { limitsFor } = await import('../workspaces/index.ts');
    expect((await limitsFor({ ...api.db }, stage.workspaceId)).contacts).toBe(count + 1);
    await importHandler({ db: { ...api.db }, blobs }).run(
      { importId: started.id },
      { workspaceId: stage.workspaceId, attempt: 1, log, signal: new AbortController().signal },
    );
    expect(await report(started.id)).toMatchObject({
      created: 1,
      unchanged: 1,
      skipped: 1,
      problems: [{ row: 3, reason: 'no_room_in_plan', skipped: true }],
    });
    await api.db.withSystem('test', (tx) =>
      tx.execute("update workspaces set plan = 'unlimited' where id = $1", [stage.workspaceId]),
    );
  });

  it('goes on behind the last committed row when it was killed, and does nothing twice', async () => {
    const lines = Array.from({ length: 2_300 }, (_, n) => `+1650777${String(n).padStart(4, '0')},P ${n}`);
    const id = await begin(`phone,name\n${lines.join('\n')}\n`);
    const kill = new AbortController();
    const dying = new Proxy(blobs, {
      get: (target, key) =>
        key === 'get'
          ? async (name: string) => {
              const blob = (await target.get(name))!;
              async function* cut() {
                let size = 0;
                for await (const part of blob.stream) {
                  for (let at = 0; at < part.length; at += 4_096) {
                    size += 4_096;
                    if (size > 28_000) kill.abort();
                    yield part.subarray(at, at + 4_096);
                  }
                }
              }
              const { Readable } = await import('node:stream');
              return { ...blob, stream: Readable.from(cut()) };
            }
          : Reflect.get(target, key),
    });
    await expect(run(id, kill.signal, dying)).rejects.toThrow();
    const half = await report(id);
    expect(half.rows).toBeLessThan(2_300);
    await run(id);
    await run(id);
    expect(await report(id)).toMatchObject({ state: 'done', rows: 2_300, created: 2_300, skipped: 0 });
    const [{ count }] = (await api.db.withSystem('test', (tx) =>
      tx.query<{ count: number }>(
        "select count(*) from contacts where workspace_id = $1 and phone like '1650777%'",
        [stage.workspaceId],
      ),
    )) as [{ count: number }];
    expect(count).toBe(2_300);
  });

  it('says why a list cannot be read, and keeps what it read', async () => {
    expect(await bring('')).toMatchObject({ state: 'failed', reason: expect.stringContaining('empty') });
    expect(await bring('phone\n+16505550401\n', { mapping: { nothing: 'name' } })).toMatchObject({
      state: 'failed',
    });
    const open = `phone,name\n+16505550402,A\n+16505550403,"${'x'.repeat(200_000)}\n`;
    expect(await bring(open)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('cannot be read'),
    });
  });
});

describe('exporting', () => {
  it('writes what a spreadsheet reads and never runs, and what our import takes back', async () => {
    await stage.send('POST /v1/contacts', {
      body: { phone: '+16505550901', name: '=HYPERLINK("http://x")', company: 'Süß, "Q"' },
    });
    const answer = await get('/v1/contacts/export?q=&phone=16505550901'.replace('q=&', ''));
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain('text/csv');
    expect(answer.rawPayload.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    const lines = answer.body.trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('+16505550901,"\'=HYPERLINK(""http://x"")"');
    expect(lines[1]).toContain('"Süß, ""Q"""');
    expect(await bring(answer.body)).toMatchObject({ created: 0, updated: 0, unchanged: 1, skipped: 0 });
    const all = await get('/v1/contacts/export');
    expect(all.body.trim().split('\r\n').length).toBeGreaterThan(2_300);
  });
});
