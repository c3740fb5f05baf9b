/**
 * What becomes of a call beyond what contract.test.ts asks of every provider, against a real server with faults; each
 * fault beside a control that succeeds.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Provider, SendCall, SendOutcome } from '../contract.ts';
import { createCloudProvider } from '../index.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

let server: Server;
let baseUrl: string;
let handler: Handler;
let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: Buffer }[];
let provider: Provider;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (c: Buffer) => chunks.push(c));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      handler(request, response, body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
beforeEach(() => {
  seen = [];
  handler = accept;
  provider = createCloudProvider({ maxConnections: 4 });
});
afterEach(() => provider.close());

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
const accept: Handler = (_request, response) =>
  json(response, 200, {
    messaging_product: 'whatsapp',
    contacts: [{ input: '+16505551234', wa_id: '16505551234' }],
    messages: [{ id: 'wamid.sent', message_status: 'accepted' }],
  });

const credential = (over: object = {}) => ({
  provider: 'cloud' as const,
  token: 'token-1',
  baseUrl,
  version: 'v24.0',
  ...over,
});
const send = (over: Partial<SendCall> = {}): Promise<SendOutcome> =>
  provider.send({
    credential: credential(),
    phoneNumberId: '1065',
    to: { kind: 'phone', value: '16505551234' },
    content: { type: 'text', text: { body: 'hi', previewUrl: false } },
    replyTo: null,
    callbackData: 'attempt-1',
    timeoutMs: 20_000,
    ...over,
  });
const sentJson = (i = 0): unknown => JSON.parse(seen[i]?.body.toString() ?? 'null');
const control = async (): Promise<void> => {
  handler = accept;
  expect(await send()).toMatchObject({ outcome: 'accepted', providerMessageId: 'wamid.sent' });
};

/** A port that nobody listens on: bound once, then closed. */
async function closedPort(): Promise<number> {
  const probe = createTcpServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

describe('accepted', () => {
  test('the request is what WhatsApp documents, the answer what it means', async () => {
    const outcome = await send({ replyTo: 'wamid.before' });
    expect(outcome).toEqual({
      outcome: 'accepted',
      providerMessageId: 'wamid.sent',
      recipient: {
        phone: '16505551234',
        userId: null,
        parentUserId: null,
        username: null,
        profileName: null,
      },
      messageStatus: 'accepted',
    });
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/v24.0/1065/messages',
      headers: { authorization: 'Bearer token-1', 'content-type': 'application/json' },
    });
    expect(sentJson()).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '+16505551234',
      type: 'text',
      text: { body: 'hi', preview_url: false },
      context: { message_id: 'wamid.before' },
      biz_opaque_callback_data: 'attempt-1',
    });
  });

  test('a user id comes back as one; a group sets its type', async () => {
    handler = (_q, r) =>
      json(r, 200, { contacts: [{ input: 'US.1', user_id: 'US.1' }], messages: [{ id: 'wamid.u' }] });
    expect(await send({ to: { kind: 'user', value: 'US.1' } })).toMatchObject({
      recipient: { phone: null, userId: 'US.1' },
      messageStatus: null,
    });
    expect(sentJson()).toMatchObject({ recipient_type: 'individual' });
    await send({ to: { kind: 'group', value: 'HBg' } });
    expect(sentJson(1)).toMatchObject({ to: 'HBg', recipient_type: 'group' });
  });

  test('connections are kept: 50 sends need no more than 4', async () => {
    const sockets = new Set<Socket>();
    handler = (q, r, b) => {
      sockets.add(q.socket);
      accept(q, r, b);
    };
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => send()));
    expect(outcomes.every((o) => o.outcome === 'accepted')).toBe(true);
    expect(sockets.size).toBeLessThanOrEqual(4);
  });
});

describe('not sent: nothing reached the wire', () => {
  test('refused port, unknown host, no address, a token that is no header', async () => {
    const refused = await send({
      credential: credential({ baseUrl: `http://127.0.0.1:${await closedPort()}` }),
    });
    expect(refused).toEqual({
      outcome: 'not-sent',
      reason: expect.stringContaining('ECONNREFUSED'),
      unreached: true,
    });
    expect(await send({ credential: credential({ baseUrl: 'http://nowhere.invalid' }) })).toMatchObject({
      outcome: 'not-sent',
      unreached: true,
    });
    // What is wrong here and not on the way.
    expect(await send({ credential: credential({ baseUrl: 'ftp://x' }) })).toEqual({
      outcome: 'not-sent',
      reason: 'the address is not a web address',
    });
    expect(await send({ credential: credential({ baseUrl: '' }) })).toMatchObject({ outcome: 'not-sent' });
    expect(await send({ credential: credential({ token: 'a\r\nb' }) })).toMatchObject({
      outcome: 'not-sent',
    });
    expect(seen).toHaveLength(0);
    await control();
  });

  test('hang-up during the TLS handshake is a reset, and yet nothing was sent', async () => {
    const tcp = createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done));
    const url = `https://127.0.0.1:${(tcp.address() as AddressInfo).port}`;
    expect(await send({ credential: credential({ baseUrl: url }) })).toMatchObject({ outcome: 'not-sent' });
    await new Promise((done) => tcp.close(done));
    await control();
  });

  test('a deadline that passes while all connections are busy', async () => {
    const waiting: ServerResponse[] = [];
    handler = (_q, r) => waiting.push(r);
    const busy = Array.from({ length: 4 }, () => send({ timeoutMs: 20_000 }));
    while (waiting.length < 4) await new Promise((done) => setTimeout(done, 5));
    expect(await send({ timeoutMs: 50 })).toMatchObject({ outcome: 'not-sent' });
    handler = accept;
    for (const r of waiting) json(r, 200, { messages: [{ id: 'wamid.late' }] });
    expect((await Promise.all(busy)).map((o) => o.outcome)).toEqual(Array(4).fill('accepted'));
    await control();
    // Four busy ones and the control: the one that was given up never arrived.
    expect(seen).toHaveLength(5);
  });

  test('cancelled before it began', async () => {
    expect(await send({ signal: AbortSignal.abort() })).toMatchObject({ outcome: 'not-sent' });
    expect(seen).toHaveLength(0);
    await control();
  });
});

describe('unknown: sent, and nobody knows', () => {
  const unknown = (httpStatus: number | null) => ({
    outcome: 'unknown',
    reason: expect.any(String),
    httpStatus,
  });

  test('a head without a body, until the deadline', async () => {
    handler = (_q, r) => {
      r.writeHead(200, { 'content-type': 'application/json' });
      r.flushHeaders();
    };
    // Long enough for the head on a machine that has other work.
    expect(await send({ timeoutMs: 3_000 })).toEqual(unknown(200));
    await control();
  });

  test('cancelled on the way', async () => {
    const stop = new AbortController();
    handler = () => stop.abort();
    expect(await send({ signal: stop.signal })).toEqual(unknown(null));
    await control();
  });

  test.each([
    ['500 page', 500, '<html>oops</html>'],
    ['503 JSON without envelope', 503, '{"message":"no"}'],
    ['500 envelope without code', 500, '{"error":{"message":"no"}}'],
    ['200 garbage', 200, 'ok'],
    ['200 empty', 200, ''],
    ['200 without id', 200, '{"messages":[{}]}'],
    ['200 with an array', 200, '[]'],
    ['302 elsewhere', 302, ''],
    ['404 page', 404, 'Not found'],
  ])('%s', async (_name, status, body) => {
    handler = (_q, r) => r.writeHead(status).end(body);
    expect(await send()).toEqual(unknown(status));
    await control();
  });

  test('an answer without end is cut', async () => {
    handler = (_q, r) => {
      r.writeHead(200);
      r.end(Buffer.alloc(2 * 1024 * 1024, 32));
    };
    expect(await send()).toMatchObject({ outcome: 'unknown' });
    await control();
  });
});

describe('refused: WhatsApp says no', () => {
  test.each([
    [
      400,
      { code: 130429, message: '(#130429) Rate limit hit', error_data: { details: 'Throughput reached.' } },
      { retry: 'later', slow: 'number' },
    ],
    [401, { code: 190, message: 'Token expired', error_subcode: 463 }, { retry: 'reauth' }],
    [500, { code: 131000, message: 'Something went wrong' }, { retry: 'later', slow: 'message' }],
    [
      503,
      { code: 2, message: 'Service unavailable', is_transient: true },
      { retry: 'later', slow: 'message' },
    ],
    [500, { code: 424242, message: 'new', error_data: 'a text' }, { retry: 'later', slow: 'message' }],
    [200, { code: 100, message: 'Invalid parameter' }, { retry: 'never' }],
  ])('status %i, %j', async (status, error, expected) => {
    handler = (_q, r) => json(r, status, { error });
    const outcome = await send();
    expect(outcome).toMatchObject({
      outcome: 'refused',
      httpStatus: status,
      class: expected,
      error: { code: error.code, message: error.message },
    });
    await control();
  });

  test('details are kept, as an object or as a bare text', async () => {
    handler = (_q, r) => json(r, 400, { error: { code: 100, error_data: { details: 'why' } } });
    expect(await send()).toMatchObject({ error: { details: 'why' } });
    handler = (_q, r) => json(r, 400, { error: { code: 100, error_data: 'why' } });
    expect(await send()).toMatchObject({ error: { details: 'why' } });
  });
});

describe('markRead', () => {
  const read = (typing: boolean) =>
    provider.markRead({
      credential: credential(),
      phoneNumberId: '1065',
      providerMessageId: 'wamid.in',
      typing,
      timeoutMs: 20_000,
    });

  test('receipt, with and without typing', async () => {
    handler = (_q, r) => json(r, 200, { success: true });
    expect(await read(true)).toEqual({ outcome: 'accepted' });
    expect(await read(false)).toEqual({ outcome: 'accepted' });
    expect(sentJson(0)).toEqual({
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: 'wamid.in',
      typing_indicator: { type: 'text' },
    });
    expect(sentJson(1)).not.toHaveProperty('typing_indicator');
    handler = (_q, r) => json(r, 400, { error: { code: 131009, message: 'bad' } });
    expect(await read(false)).toMatchObject({ outcome: 'refused', error: { code: 131009 } });
  });
});

describe('media', () => {
  const info = () =>
    provider.mediaInfo({
      credential: credential(),
      mediaId: 'm/1',
      phoneNumberId: '1065',
      timeoutMs: 20_000,
    });
  const download = (url: string, maxBytes = 1000) =>
    provider.downloadMedia({ credential: credential(), url, maxBytes, timeoutMs: 20_000 });

  test('info: hex digest whatever the wire used, size as a number', async () => {
    const digest = Buffer.alloc(32, 7);
    handler = (_q, r) =>
      json(r, 200, {
        url: 'https://x',
        mime_type: 'image/jpeg',
        sha256: digest.toString('base64'),
        file_size: '303833',
      });
    expect(await info()).toEqual({
      outcome: 'ok',
      value: { url: 'https://x', mimeType: 'image/jpeg', sha256: digest.toString('hex'), size: 303833 },
    });
    expect(seen[0]?.url).toBe('/v24.0/m%2F1?phone_number_id=1065');
    handler = (_q, r) => json(r, 400, { error: { code: 100, error_subcode: 33, message: 'does not exist' } });
    expect(await info()).toMatchObject({ outcome: 'gone' });
    handler = (_q, r) => json(r, 401, { error: { code: 190, message: 'expired' } });
    expect(await info()).toMatchObject({ outcome: 'failed', retry: false });
    handler = (_q, r) => r.writeHead(502).end('x');
    expect(await info()).toMatchObject({ outcome: 'failed', retry: true });
    handler = (_q, r) => json(r, 200, { nothing: 1 });
    expect(await info()).toMatchObject({ outcome: 'failed', retry: true });
  });

  test('download: bytes with the token, bounded by announcement and by count', async () => {
    handler = (_q, r) => r.writeHead(200).end('x'.repeat(1000));
    expect(await download(`${baseUrl}/file`)).toEqual({
      outcome: 'ok',
      value: Buffer.from('x'.repeat(1000)),
    });
    expect(seen[0]?.headers.authorization).toBe('Bearer token-1');
    handler = (_q, r) => r.writeHead(200, { 'content-length': '1001' }).end('x'.repeat(1001));
    expect(await download(`${baseUrl}/file`)).toMatchObject({ outcome: 'too-large' });
    handler = (_q, r) => {
      r.writeHead(200);
      for (let i = 0; i < 200; i++) r.write('x'.repeat(10));
      r.end();
    };
    expect(await download(`${baseUrl}/file`)).toMatchObject({ outcome: 'too-large' });
    handler = (_q, r) => r.writeHead(404).end();
    expect(await download(`${baseUrl}/file`)).toMatchObject({ outcome: 'gone' });
    handler = (_q, r) => r.writeHead(500).end();
    expect(await download(`${baseUrl}/file`)).toMatchObject({ outcome: 'failed', retry: true });
    handler = (_q, r) => r.writeHead(302, { location: `${baseUrl}/other` }).end();
    expect(await download(`${baseUrl}/file`)).toMatchObject({ outcome: 'failed', retry: false });
  });

  test('download: the token goes to nobody else', async () => {
    const others = [
      'https://evil.example/f',
      'https://fbsbx.com.evil.example/',
      'http://lookaside.fbsbx.com/f',
      'https://lookaside.fbsbx.com:8443/',
      'file:///etc/passwd',
      'nonsense',
      baseUrl.replace('127.0.0.1', 'localhost'),
    ];
    for (const url of others) {
      expect(await download(url)).toMatchObject({ outcome: 'failed', retry: false });
    }
    expect(seen).toHaveLength(0);
  });

  test('upload: three parts, and a name that cannot break out of its header', async () => {
    handler = (_q, r) => json(r, 200, { id: '1037' });
    const bytes = Buffer.from([0, 1, 2, 255, 13, 10]);
    const outcome = await provider.uploadMedia({
      credential: credential(),
      phoneNumberId: '1065',
      bytes,
      mimeType: 'image/png',
      filename: 'a"\r\nX-Evil: 1.png',
      timeoutMs: 20_000,
    });
    expect(outcome).toEqual({ outcome: 'ok', value: { mediaId: '1037' } });
    expect(seen[0]?.url).toBe('/v24.0/1065/media');
    const form = await new Response(new Uint8Array(seen[0]?.body ?? []), {
      headers: { 'content-type': seen[0]?.headers['content-type'] ?? '' },
    }).formData();
    expect(form.get('messaging_product')).toBe('whatsapp');
    expect(form.get('type')).toBe('image/png');
    const file = form.get('file') as File;
    expect([file.name, file.type]).toEqual(['a___X-Evil: 1.png', 'image/png']);
    expect(Buffer.from(await file.arrayBuffer())).toEqual(bytes);
    handler = (_q, r) => json(r, 400, { error: { code: 131009, message: 'bad type' } });
    const refused = await provider.uploadMedia({
      credential: credential(),
      phoneNumberId: '1065',
      bytes,
      mimeType: 'x\r\ny',
      filename: '',
      timeoutMs: 20_000,
    });
    expect(refused).toMatchObject({ outcome: 'failed', retry: false });
  });
});
