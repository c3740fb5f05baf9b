import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createCloudProvider } from '@chaski/providers';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { seedWorkspace, testDatabase, testRing } from '../../../test/harness.ts';
import { fsBlobs } from '../../platform/blobs/index.ts';
import { systemActor } from '../../platform/db/index.ts';
import { buildHttp } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { createLog } from '../../platform/log.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { authenticateKeys, createApiKey } from '../auth/index.ts';
import { useKeyRing } from '../numbers/index.ts';
import {
  deleteBytesHandler,
  type ExpectedMedia,
  ensureUploaded,
  expectMany,
  fetchMedia,
  getMedia,
  keepUpload,
  mediaRoutes,
  storeBytes,
} from './index.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const { db, clock } = await testDatabase();
useKeyRing(db, testRing);
await registerJobs(db);

/** WhatsApp's media half: what it answers is set by each test. */
type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;
let info: Answer;
let bytes: Answer;
let upload: Answer;
let asked: string[] = [];
const graph = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    asked.push(`${request.method} ${request.url?.split('?')[0]} ${request.headers.authorization ?? '-'}`);
    const answer = request.method === 'POST' ? upload : request.url?.startsWith('/bytes') ? bytes : info;
    answer(request, response, Buffer.concat(parts));
  });
});
await new Promise<void>((done) => graph.listen(0, '127.0.0.1', done));
const baseUrl = `http://127.0.0.1:${(graph.address() as AddressInfo).port}`;
const provider = createCloudProvider({ maxConnections: 4 });
const folder = mkdtempSync(join(tmpdir(), 'chaski-media-'));
const blobs = fsBlobs(folder);
const deps = { db, blobs, provider };
const urlKey = 'u'.repeat(32);

const http = await buildHttp({
  log: createLog('silent'),
  environment: 'test',
  checks: {},
  authenticate: authenticateKeys(db),
  clock,
});
await http.app.register(mediaRoutes({ ...deps, gate: http.gate, urlKey }));
await http.app.ready();

afterAll(async () => {
  await http.close();
  await provider.close();
  graph.closeAllConnections();
  await new Promise((done) => graph.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const a = await seedWorkspace(db, { name: 'A', baseUrl, token: 'token-a' });
const b = await seedWorkspace(db, { name: 'B', baseUrl, token: 'token-b' });
const keyOf = async (who: typeof a, command: object = {}) =>
  (await db.withTenant(who.workspaceId, systemActor, (tx) => createApiKey(tx, { name: 'test', ...command })))
    .key;
const keyA = await keyOf(a);
const keyB = await keyOf(b);
const asA = { authorization: `Bearer ${keyA}` };

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

beforeEach(() => {
  asked = [];
  info = (_request, response) =>
    json(response, 200, {
      url: `${baseUrl}/bytes/fresh`,
      mime_type: 'image/png',
      sha256: sha(png),
      file_size: String(png.length),
      id: 'm',
    });
  bytes = (_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(png);
  upload = (_request, response) => json(response, 200, { id: `up-${asked.length}` });
});

async function expectOne(more: Partial<ExpectedMedia> = {}) {
  const [id] = await db.withSystem('test', (tx) =>
    expectMany(tx, [
      {
        workspaceId: a.workspaceId,
        numberId: a.numberId,
        messageId: newId(),
        providerMediaId: '12345',
        kind: 'image',
        declaredType: 'image/png',
        ...more,
      },
    ]),
  );
  return id!;
}
const fetchIt = (mediaId: string, more: { url?: string; last?: boolean } = {}) =>
  fetchMedia(deps, { workspaceId: a.workspaceId, mediaId, url: more.url ?? null, last: more.last ?? false });
const read = (id: string) => db.withSystem('test', (tx) => getMedia(tx, a.workspaceId, id));

describe('fetching', () => {
  it('asks, downloads with the bearer token, checks and stores', async () => {
    const id = await expectOne();
    await fetchIt(id);
    expect(await read(id)).toMatchObject({
      state: 'stored',
      type: 'image/png',
      size: png.length,
      sha256: sha(png),
    });
    expect(asked.at(-1)).toBe('GET /bytes/fresh Bearer token-a');
    await fetchIt(id);
    expect(asked).toHaveLength(2);
  });

  it('tries the webhook’s address first and renews it when it has ended', async () => {
    const id = await expectOne();
    await fetchIt(id, { url: `${baseUrl}/bytes/direct` });
    expect(asked).toEqual(['GET /bytes/direct Bearer token-a']);

    const second = await expectOne();
    bytes = (request, response) =>
      request.url?.includes('old')
        ? response.writeHead(404).end()
        : response.writeHead(200, { 'content-type': 'image/png' }).end(png);
    asked = [];
    await fetchIt(second, { url: `${baseUrl}/bytes/old` });
    expect((await read(second)).state).toBe('stored');
    expect(asked.map((line) => line.split(' ')[1])).toEqual(['/bytes/old', '/v24.0/12345', '/bytes/fresh']);
  });

  it('does not carry the token to a stranger', async () => {
    const stolen: string[] = [];
    const thief = createServer((request, response) => {
      stolen.push(request.headers.authorization ?? '-');
      response.end(png);
    });
    await new Promise<void>((done) => thief.listen(0, '127.0.0.1', done));
    const id = await expectOne();
    await fetchIt(id, { url: `http://127.0.0.1:${(thief.address() as AddressInfo).port}/x.png` });
    expect(stolen).toEqual([]);
    expect((await read(id)).state).toBe('stored');
    thief.closeAllConnections();
    await new Promise((done) => thief.close(done));
  });

  it('fails at once when WhatsApp has forgotten it, and can be tried again by hand', async () => {
    info = (_request, response) =>
      json(response, 400, {
        error: {
          message: 'Unsupported get request',
          type: 'GraphMethodException',
          code: 100,
          error_subcode: 33,
        },
      });
    const id = await expectOne();
    await fetchIt(id, { last: true }).catch(() => {});
    expect(await read(id)).toMatchObject({ state: 'failed', attempts: 1 });
    expect((await read(id)).reason).toBeTruthy();

    const answer = await http.app.inject({ method: 'POST', url: `/v1/media/${id}/fetch`, headers: asA });
    expect([answer.statusCode, answer.json().state]).toEqual([202, 'waiting']);
  });

  it('waits while another try may help, then gives up with the reason', async () => {
    bytes = (_request, response) => response.writeHead(200).end(Buffer.from('not the announced bytes'));
    const id = await expectOne();
    await expect(fetchIt(id)).rejects.toThrow('SHA-256');
    expect(await read(id)).toMatchObject({ state: 'waiting', attempts: 1 });
    await fetchIt(id, { last: true });
    expect(await read(id)).toMatchObject({ state: 'failed', attempts: 2 });
  });

  it('refuses bytes that are not what they came as', async () => {
    const page = Buffer.from('<html><script>alert(1)</script>');
    info = (_request, response) =>
      json(response, 200, { url: `${baseUrl}/bytes/x`, mime_type: 'image/png', sha256: sha(page), id: 'm' });
    bytes = (_request, response) => response.writeHead(200).end(page);
    const id = await expectOne();
    await fetchIt(id);
    expect(await read(id)).toMatchObject({ state: 'refused', type: null });
    expect(await blobs.exists(id)).toBe(false);
  });

  it('waits, unharmed, when the store is full', async () => {
    const id = await expectOne();
    const full = {
      ...deps,
      blobs: { ...blobs, put: () => Promise.reject(new Error('the disk is full')) },
    };
    await expect(
      fetchMedia(full, { workspaceId: a.workspaceId, mediaId: id, url: null, last: true }),
    ).rejects.toThrow('full');
    expect((await read(id)).state).toBe('waiting');
    await fetchIt(id);
    expect((await read(id)).state).toBe('stored');
  });

  it('enqueues with the message and takes a name no database could hold', async () => {
    const id = await expectOne({ filename: 'a\u0000b\uD800.png', sha256: 'nonsense' });
    expect((await read(id)).filename).toBe('ab\uFFFD.png');
  });
});

describe('serving', () => {
  const post = (body: Buffer, type: string, query = '', key = keyA) =>
    http.app.inject({
      method: 'POST',
      url: `/v1/media${query}`,
      headers: { authorization: `Bearer ${key}`, 'content-type': type },
      payload: body,
    });

  it('takes bytes and multipart, tells the kind by content, shows the same bytes', async () => {
    const raw = await post(png, 'text/html', '?filename=logo.png');
    expect(raw.statusCode).toBe(201);
    expect(raw.json()).toMatchObject({
      kind: 'image',
      type: 'image/png',
      filename: 'logo.png',
      sha256: sha(png),
    });
    const shown = await http.app.inject({ url: `/v1/media/${raw.json().id}`, headers: asA });
    expect(shown.rawPayload.equals(png)).toBe(true);
    expect(shown.headers).toMatchObject({
      'content-type': 'image/png',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-site',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'content-disposition': "inline; filename*=UTF-8''logo.png",
    });

    const form = new FormData();
    form.set('kind', 'document');
    form.set('file', new Blob([png], { type: 'image/png' }), 'as-file.png');
    const encoded = new Response(form);
    const multi = await post(Buffer.from(await encoded.arrayBuffer()), encoded.headers.get('content-type')!);
    expect([multi.statusCode, multi.json().kind, multi.json().filename]).toEqual([
      201,
      'document',
      'as-file.png',
    ]);
  });

  it('refuses what is too large or of another type, and nothing at all', async () => {
    const large = Buffer.concat([png, Buffer.alloc(5 * 1024 * 1024)]);
    const refused = await post(large, 'image/png');
    expect([refused.statusCode, refused.json().error]).toMatchObject([
      413,
      { code: 'media_too_large', details: { kind: 'image', limit: 5 * 1024 * 1024 } },
    ]);
    expect((await post(large, 'image/png', '?kind=document')).statusCode).toBe(201);
    expect((await post(Buffer.from('hello'), 'image/png', '?kind=image')).statusCode).toBe(415);
    expect((await post(Buffer.alloc(0), 'image/png')).statusCode).toBe(400);
    expect((await http.app.inject({ method: 'POST', url: '/v1/media', payload: png })).statusCode).toBe(401);
  });

  it('is no other workspace’s, nor a key’s without the scope or the number', async () => {
    const { id } = (await post(png, 'image/png')).json();
    for (const path of ['', '/info', '/url']) {
      const answer = await http.app.inject({
        url: `/v1/media/${id}${path}`,
        headers: { authorization: `Bearer ${keyB}` },
      });
      expect(answer.statusCode).toBe(404);
    }
    const narrow = await keyOf(a, { scopes: ['messages:read'] });
    const denied = await http.app.inject({
      url: `/v1/media/${id}`,
      headers: { authorization: `Bearer ${narrow}` },
    });
    expect(denied.statusCode).toBe(403);
    const inbound = await expectOne();
    await fetchIt(inbound);
    const elsewhere = await keyOf(a, { numberIds: [newId()] });
    const hidden = await http.app.inject({
      url: `/v1/media/${inbound}`,
      headers: { authorization: `Bearer ${elsewhere}` },
    });
    expect(hidden.statusCode).toBe(404);
  });

  it('signs an address that works without a key and ends', async () => {
    const { id } = (await post(png, 'image/png')).json();
    const { url } = (await http.app.inject({ url: `/v1/media/${id}/url`, headers: asA })).json();
    const shown = await http.app.inject({ url });
    expect(shown.statusCode).toBe(200);
    expect(shown.headers['cache-control']).toBe('private, no-store');
    expect((await http.app.inject({ url: url.replace(a.workspaceId, b.workspaceId) })).statusCode).toBe(403);
    const before = clock.now();
    clock.advance(301_000);
    expect((await http.app.inject({ url })).statusCode).toBe(403);
    clock.set(before);
  });

  it('arrives in pieces and is cut off at its limit', async () => {
    let sent = 0;
    async function* endless() {
      yield png;
      for (; sent < 200 * 1024 * 1024; sent += 65_536) yield Buffer.alloc(65_536);
    }
    const refused = await storeBytes(
      { blobs: deps.blobs, now: () => clock.now() },
      { bytes: endless(), declaredType: 'image/png', filename: null },
    ).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 413, code: 'media_too_large' });
    // The megabyte that tells the type, and what goes beyond five of them.
    expect(sent).toBeLessThan(6 * 1024 * 1024);
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.part'))).toEqual(
      [],
    );
  });

  it('repeats an upload under its Idempotency-Key, and refuses another file', async () => {
    const again = (payload: Buffer) =>
      http.app.inject({
        method: 'POST',
        url: '/v1/media?filename=once.png',
        headers: { ...asA, 'content-type': 'image/png', 'idempotency-key': 'one' },
        payload,
      });
    const files = () =>
      readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
    const before = files().length;
    const [first, second] = [await again(png), await again(png)];
    expect([first.statusCode, second.statusCode, second.body]).toEqual([201, 201, first.body]);
    expect((await again(Buffer.concat([png, Buffer.from('x')]))).statusCode).toBe(422);
    expect(files()).toHaveLength(before + 1);
  });

  it('answers ranges', async () => {
    const { id } = (await post(png, 'image/png')).json();
    const ask = (range: string, more: object = {}) =>
      http.app.inject({ url: `/v1/media/${id}`, headers: { ...asA, range, ...more } });
    const whole = await http.app.inject({ url: `/v1/media/${id}`, headers: asA });
    expect([whole.statusCode, whole.headers['accept-ranges'], whole.headers.etag]).toEqual([
      200,
      'bytes',
      `"${sha(png)}"`,
    ]);
    for (const [range, from, to] of [
      ['bytes=0-3', 0, 3],
      ['bytes=4-', 4, png.length - 1],
      ['bytes=-5', png.length - 5, png.length - 1],
      ['bytes=2-99999', 2, png.length - 1],
    ] as const) {
      const part = await ask(range);
      expect([part.statusCode, part.headers['content-range'], part.headers['content-length']]).toEqual([
        206,
        `bytes ${from}-${to}/${png.length}`,
        String(to - from + 1),
      ]);
      expect(part.rawPayload).toEqual(png.subarray(from, to + 1));
    }
    const beyond = await ask(`bytes=${png.length}-`);
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, `bytes */${png.length}`]);
    expect((await ask('bytes=0-1,3-4')).statusCode).toBe(200);
    expect((await ask('bytes=0-1', { 'if-range': '"other"' })).statusCode).toBe(200);
    expect((await ask('bytes=0-1', { 'if-range': whole.headers.etag })).statusCode).toBe(206);
  });

  it('is gone once deleted, bytes and all, and stays known', async () => {
    const { id } = (await post(png, 'image/png', '?filename=secret.png')).json();
    const { url } = (await http.app.inject({ url: `/v1/media/${id}/url`, headers: asA })).json();
    expect(
      (
        await http.app.inject({
          method: 'DELETE',
          url: `/v1/media/${id}`,
          headers: { authorization: `Bearer ${keyB}` },
        })
      ).statusCode,
    ).toBe(404);
    const gone = await http.app.inject({ method: 'DELETE', url: `/v1/media/${id}`, headers: asA });
    expect([gone.statusCode, gone.json()]).toMatchObject([200, { state: 'deleted', filename: null }]);
    expect((await http.app.inject({ url })).statusCode).toBe(409);
    const handler = deleteBytesHandler(deps);
    for (let round = 0; round < 2; round++) {
      await handler.run(
        { mediaId: id },
        {
          workspaceId: a.workspaceId,
          attempt: 1,
          log: createLog('silent'),
          signal: new AbortController().signal,
        },
      );
    }
    expect(await deps.blobs.exists(id)).toBe(false);
    expect(await read(id)).toMatchObject({ state: 'deleted', blobKey: null });
  });

  it('says that a file is not there yet', async () => {
    const id = await expectOne();
    const answer = await http.app.inject({ url: `/v1/media/${id}`, headers: asA });
    expect([answer.statusCode, answer.json().error.code]).toEqual([409, 'media_not_stored']);
  });
});

async function upload1(filename: string | null) {
  const stored = await storeBytes(
    { blobs: deps.blobs, now: () => clock.now() },
    { bytes: Readable.from([png]), declaredType: 'image/png', filename },
  );
  return db.withTenant(a.workspaceId, systemActor, (tx) => keepUpload(tx, stored));
}

describe('uploading to WhatsApp', () => {
  it('happens once per number, again when the id is about to be forgotten', async () => {
    const media = await upload1('x.png');
    const ensure = () =>
      ensureUploaded(deps, { workspaceId: a.workspaceId, mediaId: media.id, numberId: a.numberId });
    const [first, second] = await Promise.all([ensure(), ensure()]);
    expect(first).toEqual(second);
    expect(first).toMatchObject({ outcome: 'ok', kind: 'image', filename: 'x.png' });
    expect(asked.filter((line) => line.startsWith('POST'))).toEqual([
      `POST /v24.0/${a.phoneNumberId}/media Bearer token-a`,
    ]);
    expect(await ensure()).toEqual(first);
    expect(asked).toHaveLength(1);
    const before = clock.now();
    clock.advance(29.5 * 86_400_000);
    await ensure();
    expect(asked).toHaveLength(2);
    clock.set(before);
  });

  it('says why not', async () => {
    const waiting = await expectOne();
    const ask = (mediaId: string, workspaceId = a.workspaceId) =>
      ensureUploaded(deps, { workspaceId, mediaId, numberId: a.numberId });
    expect(await ask(waiting)).toMatchObject({ outcome: 'failed', retry: true });
    expect(await ask(newId())).toMatchObject({ outcome: 'failed', retry: false });
    const stored = await upload1(null);
    expect(await ask(stored.id, b.workspaceId)).toMatchObject({ outcome: 'failed', retry: false });
  });
});
