import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloudProvider } from '@chaski/providers';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { until } from '../../../test/harness.ts';
import type { Stage } from '../../../test/samples/index.ts';
import { fsBlobs } from '../../platform/blobs/index.ts';
import { startEvents } from '../../platform/events/index.ts';
import { createLog } from '../../platform/log.ts';
import { createSignals } from '../../platform/signals.ts';
import { contactWords } from '../contacts/index.ts';
import { createAcceptor, eraseBodies, startProcessor } from '../inbound/index.ts';
import { bodyOf, change, said } from '../inbound/testing.ts';
import { eraseSearch, messageWords } from '../search/index.ts';
import { eraseHandler } from './index.ts';

const api = await testApi();
const stage = await api.stage('A');
const neighbour = await api.stage('B');
const directory = mkdtempSync(join(tmpdir(), 'chaski-erase-'));
const blobs = fsBlobs(directory);
const log = createLog('silent');
const signals = await createSignals(api.db, log);
const { parse } = createCloudProvider();
const acceptor = createAcceptor({ db: api.db, signals, log });
const processor = startProcessor({ db: api.db, signals, log, parse });
const events = await startEvents({ db: api.db, signals, consumers: [contactWords, messageWords], log });
const admin = new pg.Client({ connectionString: api.ownerUrl });
await admin.connect();
afterAll(async () => {
  await events.stop();
  await processor.stop();
  await acceptor.close();
  await signals.close();
  await admin.end();
  rmSync(directory, { recursive: true, force: true });
});

const person = { phone: '16509871234', name: 'Zephyrine Quux', secret: 'my-secret-sentence' };
const inArabic = (digits: string) =>
  digits.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)));
const other = { phone: '16509879999', name: 'Ordinary Olga', text: 'something-that-stays' };

async function tell(to: Stage, from: string, name: string, text: string, more: object = {}): Promise<void> {
  const { appId, phoneNumberId, accountRef } = to.seeded;
  const message = said(text, { from, at: api.clock.now(), ...more });
  const body = bodyOf(
    [change(phoneNumberId, { contacts: [{ wa_id: from, profile: { name } }], messages: [message] })],
    accountRef,
  );
  await acceptor.accept({ source: 'cloud', appId, body, signature: 'sha256=00' });
}

const query = async <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
  (await admin.query<Row>(sql, values)).rows;

/** Every row of every table, as text: bytes as hex. */
async function dump(): Promise<string> {
  const tables = await query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c where c.relkind = 'r'
       and c.relnamespace in ('public'::regnamespace, 'graphile_worker'::regnamespace)`,
  );
  let all = '';
  for (const { name } of tables) {
    for (const row of await query<{ row: string }>(`select '${name} ' || t::text as row from ${name} t`))
      all += `${row.row}\n`;
  }
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  for (const file of files) all += readFileSync(join(file.parentPath, file.name), 'latin1');
  return all;
}

const lines = (text: string, needle: string) => {
  const hex = Buffer.from(needle).toString('hex');
  return text.split('\n').filter((line) => line.includes(needle) || line.includes(hex));
};
const needles = [
  person.phone,
  inArabic(person.phone),
  person.name,
  'Quux',
  person.secret,
  'zephyrine',
  'quux',
  'photo-bytes',
  'a private note',
];

/** A number that may be another company's. */
const nobodys = '777000222';

const settled = () =>
  until('everything is processed and followed', async () => {
    const [row] = await query<{ left: number }>(
      `select (select count(*) from raw_events where processed_at is null) + (select count(*) from event_queue)
         + (select count(*) from event_consumers c where c.seq < (select max(seq) from event_seq)) as left`,
    );
    return Number(row!.left) === 0;
  });

const run = (id: string, store = blobs) =>
  eraseHandler({ db: api.db, blobs: store, eraseBodies, eraseSearch }).run(
    { erasureId: id },
    { workspaceId: stage.workspaceId, attempt: 1, log, signal: new AbortController().signal },
  );

let contactId = '';
beforeAll(async () => {
  await tell(stage, person.phone, person.name, person.secret);
  await tell(stage, person.phone, person.name, '', {
    type: 'image',
    content: { image: { id: '123', mime_type: 'image/jpeg', caption: `${person.secret} too` } },
  });
  await tell(stage, other.phone, other.name, other.text);
  // The same person is another company's customer too.
  await tell(neighbour, person.phone, person.name, 'at the neighbour');
  await settled();
  const [row] = await query<{ id: string; media: string; conversation: string }>(
    `select c.id, (select m.id from media m where m.workspace_id = c.workspace_id) as media,
       (select v.id from conversations v where v.contact_id = c.id) as conversation
     from contacts c where c.workspace_id = $1 and c.phone = $2`,
    [stage.workspaceId, person.phone],
  );
  contactId = row!.id;
  // A consumer that choked on the message, and said on what.
  const [dead] = await query(
    `insert into event_dead_letters (workspace_id, consumer, seq, error, created_at)
     select s.workspace_id, 'search.words', s.seq, $2, e.at from event_seq s
       join events e on e.workspace_id = s.workspace_id and e.day = s.day and e.n = s.n
     where e.name = 'message.received' and e.data->>'contactId' = $1 limit 1 returning seq`,
    [contactId, `cannot fold: ${person.secret}`],
  );
  expect(dead).toBeDefined();
  const bytes = Buffer.from('photo-bytes');
  await blobs.put(row!.media, bytes);
  await query(`update media set state = 'stored', blob_key = id::text, filename = $2 where id = $1`, [
    row!.media,
    `${person.name}.jpg`,
  ]);
  // What WhatsApp says outside messages: a call of hers, and one of somebody else's.
  for (const [who, word] of [
    [person, person.secret],
    [other, other.text],
  ] as const) {
    const { value } = change(stage.seeded.phoneNumberId, {});
    const calls = [{ id: `wacid.${who.name.length}`, from: who.phone, deeplink_payload: word }];
    await acceptor.accept({
      source: 'cloud',
      appId: stage.seeded.appId,
      body: bodyOf([{ field: 'calls', value: { ...(value as object), calls } }], stage.seeded.accountRef),
      signature: 'sha256=00',
    });
  }
  await settled();
  expect(await query("select 1 from notices where field = 'calls'")).toHaveLength(2);
  const params = { id: contactId };
  await stage.send('PATCH /v1/contacts/:id', { params, body: { name: person.name, company: person.name } });
  await stage.send('POST /v1/contacts/:id/notes', {
    params,
    body: { text: `a private note on ${person.name}` },
  });
  await stage.send('POST /v1/messages', {
    headers: { 'idempotency-key': 'once' },
    body: { to: `+${person.phone}`, type: 'text', text: { body: `Dear ${person.name}` } },
  });
  await stage.send('POST /v1/contacts/:id/opt-out', { params, headers: { 'idempotency-key': 'twice' } });
  // A saved filter that names her number, in a writing of its own, beside somebody else's.
  await stage.send('POST /v1/segments', {
    body: {
      name: 'Those two',
      filter: {
        any: [
          { field: 'phone', values: [`+${person.phone}`, `+${other.phone}`, `+${inArabic(person.phone)}`] },
          { not: { field: 'phone', values: [`00${person.phone}`.slice(2)] } },
        ],
      },
    },
  });
  const park = bodyOf([
    change(stage.seeded.phoneNumberId, { messages: [said(person.secret, { from: person.phone })] }),
  ]);
  // Numbers that nobody has here: on the workspace's account, and on one that nobody knows either.
  const unknown = (number: string, account: string) =>
    bodyOf([change(number, { messages: [said(person.secret, { from: person.phone })] })], account);
  for (const [hash, body] of [
    ['\\x01', park],
    ['\\x02', unknown('777000111', stage.seeded.accountRef)],
    ['\\x03', unknown(nobodys, neighbour.seeded.accountRef)],
    ['\\x04', unknown(nobodys, '777000333')],
  ] as const) {
    await query(
      `insert into parked_bodies (hash, source, app_id, body, received_at) values ($1, 'cloud', $2, $3, $4)`,
      [hash, stage.seeded.appId, body, api.clock.now()],
    );
  }
  await settled();
});

it('asks for confirmation, and for one erasure at a time', async () => {
  const post = (confirm: string) =>
    api.http.app.inject({
      method: 'POST',
      url: `/v1/contacts/${contactId}/erase`,
      headers: api.as(stage, 'owner'),
      payload: { confirm },
    });
  expect((await post('yes')).json()).toMatchObject({ error: { code: 'not_confirmed' } });
  const agent = await api.http.app.inject({
    method: 'POST',
    url: `/v1/contacts/${contactId}/erase`,
    headers: api.as(stage, 'agent'),
    payload: { confirm: `erase ${contactId}` },
  });
  expect(agent.statusCode).toBe(403);
});

it('leaves nothing of the person in the database and the files, whenever it is killed', async () => {
  const before = await dump();
  for (const needle of needles) expect(lines(before, needle), needle).not.toEqual([]);
  const { body } = await stage.send('POST /v1/contacts/:id/erase', {
    params: { id: contactId },
    body: { confirm: `erase ${contactId}` },
  });
  const { id } = body as { id: string };
  // Killed between the files and the rows.
  const dying = { ...blobs, delete: () => Promise.reject(new Error('killed')) };
  await expect(run(id, dying)).rejects.toThrow('killed');
  await run(id);
  await settled();
  const after = await dump();
  const hex = (text: string) => Buffer.from(text).toString('hex');
  const neighbours = [neighbour.workspaceId, hex(neighbour.seeded.phoneNumberId), hex(nobodys)];
  const theirs = (needle: string) =>
    lines(after, needle).filter((line) => !neighbours.some((mark) => line.includes(mark)));
  for (const needle of needles) {
    expect(theirs(needle), needle).toEqual([]);
  }
  const [report] = await query<{ report: Record<string, unknown> }>(
    'select report from contact_erasures where id = $1',
    [id],
  );
  expect(report!.report).toMatchObject({
    contacts: 1,
    messages: 3,
    conversations: 1,
    bodies: 3,
    notices: 1,
    parkedBodies: 2,
    files: expect.any(Number),
    stays: expect.any(Array),
  });
  await run(id);
  expect(await dump()).toBe(after);
});

it('leaves others alone: other people, other workspaces', async () => {
  const all = await dump();
  for (const needle of [other.phone, other.name, other.text]) expect(lines(all, needle)).not.toEqual([]);
  expect(lines(all, 'at the neighbour').some((line) => line.startsWith('raw_events'))).toBe(true);
  const parked = lines(all, nobodys).filter((line) => line.startsWith('parked_bodies'));
  expect(parked.filter((line) => lines(line, person.secret).length > 0)).toHaveLength(2);
  const found = await api.http.app.inject({
    method: 'GET',
    url: `/v1/contacts?phone=${person.phone}`,
    headers: api.as(neighbour, 'owner'),
  });
  expect(found.json().data).toMatchObject([{ phone: person.phone }]);
});

it('shows the erased contact nowhere, and knows what WhatsApp sends again', async () => {
  const get = async (url: string) =>
    (await api.http.app.inject({ method: 'GET', url, headers: api.as(stage, 'owner') })).json();
  expect((await get(`/v1/contacts/${contactId}`)).error.code).toBe('not_found');
  expect((await get('/v1/contacts')).data).toMatchObject([{ phone: other.phone }]);
  expect((await get('/v1/search?q=secret')).messages).toEqual([]);
  expect((await get('/v1/conversations')).data).toHaveLength(1);
  const ids = await query('select provider_message_id from messages where contact_id = $1', [contactId]);
  expect(ids).toHaveLength(3);
});
