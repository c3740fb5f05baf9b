/**
 * The one contract, held over every provider: the same thing said is the same item, the same fate of a call is the same
 * outcome. What only one of them has is tested beside its code.
 */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { InboundItem, Provider, SendCall } from './contract.ts';
import { createCloudProvider, createProviders, createYcloudProvider, parse } from './index.ts';

type Rec = Record<string, unknown>;

const secret = 'endpoint-secret';
const now = new Date('2026-11-20T12:00:00Z');
const at = Math.floor(now.getTime() / 1000);
const hmac = (...parts: (string | Uint8Array)[]) => {
  const made = createHmac('sha256', secret);
  for (const part of parts) made.update(part);
  return made.digest('hex');
};

interface Wire {
  make(): Provider;
  number: string;
  version: string;
  sign(body: Uint8Array): string;
  /** A person's message, given as Meta writes it. */
  said(message: Rec, person?: Rec): Rec;
  /** A status, given as Meta writes it. */
  told(status: Rec): Rec;
  accepted(wamid: string): Rec;
  /** How a refusal of WhatsApp's is answered. */
  refusal(code: number, message: string): [status: number, body: Rec];
  deadKey: [status: number, body: Rec];
  credentialOf(headers: IncomingMessage['headers']): string;
  readAnswer: string;
}

const cloud: Wire = {
  make: () => createCloudProvider({ maxConnections: 4 }),
  number: '106540352242922',
  version: 'v24.0',
  sign: (body) => `sha256=${hmac(body)}`,
  said: (message, person = { profile: { name: 'Ana' }, wa_id: '16505551234' }) =>
    meta({ contacts: [person], messages: [{ from: '16505551234', timestamp: String(at), ...message }] }),
  told: (status) => meta({ statuses: [{ timestamp: String(at), recipient_id: '16505551234', ...status }] }),
  accepted: (id) => ({ contacts: [{ wa_id: '16505551234' }], messages: [{ id }] }),
  refusal: (code, message) => [400, { error: { code, message, type: 'OAuthException' } }],
  deadKey: [401, { error: { code: 190, message: 'expired' } }],
  credentialOf: (headers) => String(headers.authorization).replace('Bearer ', ''),
  readAnswer: '{"success":true}',
};

const metadata = { display_phone_number: '15550783881', phone_number_id: cloud.number };

function meta(value: Rec): Rec {
  return {
    object: 'whatsapp_business_account',
    entry: [{ id: '1022', changes: [{ field: 'messages', value: { metadata, ...value } }] }],
  };
}

const iso = now.toISOString();
const ycloud: Wire = {
  make: () => createYcloudProvider({ maxConnections: 4 }),
  number: '+15550783881',
  version: 'v2',
  sign: (body) => `t=${at},s=${hmac(`${at}.`, body)}`,
  said: ({ id, ...message }, person) => ({
    id: 'evt_1',
    type: 'whatsapp.inbound_message.received',
    apiVersion: 'v2',
    createTime: iso,
    whatsappInboundMessage: {
      id: 'their-own',
      wamid: id,
      wabaId: '1022',
      from: '+16505551234',
      ...(person?.user_id === undefined ? {} : { fromUserId: person.user_id }),
      customerProfile: { name: 'Ana' },
      to: '+15550783881',
      sendTime: iso,
      ...linked(message),
    },
  }),
  told: ({ id, status, biz_opaque_callback_data, errors }) => {
    const [error] = (errors ?? []) as { code: number; title: string; message: string }[];
    return {
      id: 'evt_2',
      type: 'whatsapp.message.updated',
      apiVersion: 'v2',
      createTime: iso,
      whatsappMessage: {
        id: 'their-own',
        wamid: id,
        wabaId: '1022',
        from: '+15550783881',
        to: '+16505551234',
        status,
        updateTime: iso,
        sendTime: iso,
        deliverTime: iso,
        readTime: iso,
        externalId: biz_opaque_callback_data,
        ...(error
          ? { errorCode: String(error.code), whatsappApiError: { ...error, code: String(error.code) } }
          : {}),
      },
    };
  },
  accepted: (wamid) => ({ id: 'their-own', wamid, to: '+16505551234', status: 'accepted' }),
  refusal: (code, message) => [
    400,
    {
      error: {
        status: 400,
        code: 'WHATSAPP_API_ERROR',
        message,
        whatsappApiError: { code: String(code), message },
      },
    },
  ],
  deadKey: [401, { error: { status: 401, code: 'UNAUTHORIZED', message: 'expired' } }],
  credentialOf: (headers) => String(headers['x-api-key']),
  readAnswer: '',
};

/** YCloud says `link` where Meta says `url`. */
function linked(message: Rec): Rec {
  const type = String(message.type);
  const file = message[type] as Rec | undefined;
  if (typeof file?.url !== 'string') return message;
  const { url, ...rest } = file;
  return { ...message, [type]: { ...rest, link: url } };
}

const wires = [
  ['cloud', cloud],
  ['ycloud', ycloud],
] as const;

const bytes = (body: unknown) => Buffer.from(JSON.stringify(body));

/** Without what names the number and place: that differs by provider, as it should. */
function meaning(item: InboundItem | undefined): unknown {
  if (!item) return item;
  const { path: _path, phoneNumberId: _number, ...rest } = item;
  return rest;
}

describe.each(wires)('%s: signatures', (name, wire) => {
  const provider = wire.make();
  afterAll(() => provider.close());
  const raw = Buffer.from('{"text":"\\u00e4 \\/","n":1}');
  const verify = (
    header: string | string[] | undefined,
    secrets = [secret],
    body: Uint8Array = raw,
    time = now,
  ) => provider.verify(body, header, secrets, time);

  test('says which secret signed exactly these bytes', () => {
    expect(provider.name).toBe(name);
    expect(verify(wire.sign(raw))).toBe(0);
    expect(verify(wire.sign(raw), ['old', '', secret, 'x'])).toBe(2);
    expect(verify(wire.sign(Buffer.alloc(0)), [secret], Buffer.alloc(0))).toBe(0);
  });

  test('refuses: no secret, an empty one, no header, several, anything around it', () => {
    const header = wire.sign(raw);
    for (const [given, secrets] of [
      [header, []],
      [header, ['']],
      [undefined, [secret]],
      ['', [secret]],
      [[header], [secret]],
      [[header, header], [secret]],
      [` ${header}`, [secret]],
      [`${header} `, [secret]],
      [`${header}\n`, [secret]],
      [`${header},${header}`, [secret]],
      [header.toUpperCase(), [secret]],
      [`${header}00`, [secret]],
      [header.slice(0, -2), [secret]],
    ] as [string | string[] | undefined, string[]][]) {
      expect(verify(given, secrets), JSON.stringify(given)).toBe(-1);
    }
  });

  test('1,000 changed signatures and 1,000 changed bodies are refused', () => {
    const header = wire.sign(raw);
    fc.assert(
      fc.property(fc.nat(header.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (i, c) => {
        fc.pre(header[i] !== c);
        return verify(header.slice(0, i) + c + header.slice(i + 1)) === -1;
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.nat(raw.length - 1), fc.integer({ min: 1, max: 255 }), (i, flip) => {
        const other = Buffer.from(raw);
        other[i] = (other[i] ?? 0) ^ flip;
        return verify(header, [secret], other) === -1;
      }),
      { numRuns: 1000 },
    );
  });
});

describe('ycloud: the time of a signature', () => {
  const provider = createYcloudProvider();
  afterAll(() => provider.close());
  const raw = Buffer.from('{}');
  const after = (seconds: number) =>
    provider.verify(raw, ycloud.sign(raw), [secret], new Date(now.getTime() + seconds * 1000));

  test('a week late is taken, since retries may come late; older and from the future is not', () => {
    const week = 7 * 24 * 3600;
    expect([0, 60, week, week + 1, -300, -301].map(after)).toEqual([0, 0, 0, -1, 0, -1]);
  });

  test('another time with the same signature is refused', () => {
    const header = ycloud.sign(raw).replace(`t=${at}`, `t=${at + 1}`);
    expect(provider.verify(raw, header, [secret], now)).toBe(-1);
  });
});

describe.each(wires)('%s: any bytes', (name) => {
  test('never throws and says something of everything', () => {
    const check = (raw: Uint8Array) => {
      const items = parse(raw, name);
      expect(items.length).toBeGreaterThan(0);
      // What leaves can be stored.
      expect(JSON.stringify(items)).not.toContain('\\u0000');
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check), { numRuns: 500 });
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => check(bytes(value))),
      { numRuns: 500 },
    );
    const types = [
      'whatsapp.inbound_message.received',
      'whatsapp.message.updated',
      'whatsapp.user.preferences',
      'whatsapp.template.reviewed',
      'whatsapp.smb.message.echoes',
      'contact.created',
      'whatsapp.call.terminate',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
        (type, value) =>
          check(
            bytes({
              type,
              whatsappInboundMessage: value,
              whatsappMessage: value,
              whatsappTemplate: value,
              whatsappUserPreference: value,
              callingTerminate: value,
            }),
          ),
      ),
      { numRuns: 500 },
    );
  });
});

describe('the same thing said', () => {
  const messages: [string, Rec, Rec?][] = [
    ['text', { type: 'text', text: { body: 'Hola' } }],
    [
      'a reply',
      { type: 'text', text: { body: 'yes' }, context: { from: '15550783881', id: 'wamid.quoted' } },
    ],
    ['a forwarded text', { type: 'text', text: { body: 'x' }, context: { forwarded: true } }],
    [
      'an image',
      {
        type: 'image',
        image: {
          id: '9',
          mime_type: 'image/jpeg',
          sha256: 'aa',
          caption: 'look',
          url: 'https://files.example/9',
        },
      },
    ],
    ['a voice message', { type: 'audio', audio: { id: '9', mime_type: 'audio/ogg', voice: true } }],
    [
      'a document',
      { type: 'document', document: { id: '9', mime_type: 'application/pdf', filename: 'a.pdf' } },
    ],
    ['a sticker', { type: 'sticker', sticker: { id: '9', mime_type: 'image/webp', animated: false } }],
    ['a location', { type: 'location', location: { latitude: 48.1, longitude: 11.5, name: 'Office' } }],
    [
      'a contact',
      {
        type: 'contacts',
        contacts: [{ name: { formatted_name: 'Bo' }, phones: [{ phone: '+1', wa_id: '1' }] }],
      },
    ],
    ['a reaction', { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👍' } }],
    ['a reaction taken back', { type: 'reaction', reaction: { message_id: 'wamid.x' } }],
    ['a template button', { type: 'button', button: { payload: 'p', text: 'Yes' } }],
    [
      'a button',
      { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'b', title: 'Yes' } } },
    ],
    [
      'a row',
      {
        type: 'interactive',
        interactive: { type: 'list_reply', list_reply: { id: 'r', title: 'One', description: 'd' } },
      },
    ],
    [
      'a flow',
      {
        type: 'interactive',
        interactive: { type: 'nfm_reply', nfm_reply: { response_json: '{"a":1}', body: 'Sent' } },
      },
    ],
    [
      'an order',
      {
        type: 'order',
        order: { catalog_id: 'c', product_items: [{ product_retailer_id: 'p', quantity: 2 }] },
      },
    ],
    [
      'an edit',
      {
        type: 'edit',
        edit: { original_message_id: 'wamid.o', message: { type: 'text', text: { body: 'n' } } },
      },
    ],
    ['a revocation', { type: 'revoke', revoke: { original_message_id: 'wamid.o' } }],
    [
      'a change of number',
      { type: 'system', system: { type: 'user_changed_number', wa_id: '16505550000', body: 'x' } },
    ],
    ['something unsupported', { type: 'unsupported', unsupported: { type: 'poll' } }],
    ['a type of tomorrow', { type: 'hologram', hologram: { depth_mm: 3 } }],
    [
      'an ad',
      { type: 'text', text: { body: 'hi' }, referral: { source_type: 'ad', source_id: '7', ctwa_clid: 'z' } },
    ],
    [
      'somebody with a user id',
      { type: 'text', text: { body: 'hi' }, from_user_id: 'US.42' },
      { profile: { name: 'Ana' }, wa_id: '16505551234', user_id: 'US.42' },
    ],
  ];

  test.each(messages)('%s is the same message', (_what, message, person) => {
    const { from_user_id, ...rest } = message;
    const one = parse(bytes(cloud.said({ id: 'wamid.1', ...message }, person)));
    const other = parse(bytes(ycloud.said({ id: 'wamid.1', ...rest }, person)), 'ycloud');
    expect(one).toHaveLength(1);
    expect(other.map(meaning)).toEqual(one.map(meaning));
    expect(other[0]).toMatchObject({ kind: 'message', phoneNumberId: '+15550783881' });
  });

  test.each(['sent', 'delivered', 'read'])('status %s is the same status', (status) => {
    const wanted = { id: 'wamid.1', status, biz_opaque_callback_data: 'attempt-1' };
    const one = parse(bytes(cloud.told(wanted)));
    const other = parse(bytes(ycloud.told(wanted)), 'ycloud');
    expect(one[0]).toMatchObject({ kind: 'status', callbackData: 'attempt-1' });
    expect(other.map(meaning)).toEqual(one.map(meaning));
  });

  test('a failure has the same reason', () => {
    const errors = [{ code: 131047, title: 'Re-engagement message', message: 'Re-engagement message' }];
    const wanted = { id: 'wamid.1', status: 'failed', biz_opaque_callback_data: 'attempt-1', errors };
    const one = parse(bytes(cloud.told(wanted)));
    const other = parse(bytes(ycloud.told(wanted)), 'ycloud');
    expect(other.map(meaning)).toEqual(one.map(meaning));
  });
});

describe('a call', () => {
  const ended = (over: Rec = {}) => ({
    id: 'their-own',
    wacid: 'wacid.1',
    from: '+16505551234',
    to: '+15550783881',
    direction: 'USER_INITIATED',
    startTime: now.getTime() - 30_000,
    endTime: now.getTime(),
    status: 'FAILED',
    ...over,
  });
  const told = (type: string, key: string, call: Rec) =>
    parse(bytes({ id: 'evt_3', type, apiVersion: 'v2', createTime: iso, [key]: call }), 'ycloud');
  const terminated = (over?: Rec) => told('whatsapp.call.terminate', 'callingTerminate', ended(over));

  test('that nobody answered is the same line of the person’s thread, beside the notice', () => {
    const call = { id: 'wacid.1', event: 'terminate', direction: 'USER_INITIATED', status: 'FAILED' };
    const value = { calls: [{ ...call, from: '16505551234', to: '15550783881', timestamp: String(at) }] };
    const [, line] = parse(
      bytes({ entry: [{ id: '1022', changes: [{ field: 'calls', value: { metadata, ...value } }] }] }),
    );
    const [notice, other] = terminated({ wabaId: '1022' });
    expect(notice).toMatchObject({ kind: 'notice', about: 'call', phoneNumberId: '+15550783881', at: now });
    expect(line).toMatchObject({ content: { type: 'system', system: { type: 'missed_call' } } });
    expect(meaning(other)).toEqual(meaning(line));
  });

  test.each([
    ['answered', terminated({ status: 'COMPLETED' })],
    ['begun', told('whatsapp.call.connect', 'callingConnect', ended({ status: undefined }))],
    [
      'of the business',
      terminated({ direction: 'BUSINESS_INITIATED', from: '+15550783881', to: '+16505551234' }),
    ],
  ])('that was %s is a notice of the business’s number alone', (_what, items) => {
    expect(items).toMatchObject([{ kind: 'notice', about: 'call', phoneNumberId: '+15550783881' }]);
  });

  test('how the other phone takes it names the account alone', () => {
    const call = { wabaId: '1022', wacid: 'wacid.1', status: 'RINGING', recipientPhone: '+16505551234' };
    expect(told('whatsapp.call.status.updated', 'callingStatusUpdated', call)).toMatchObject([
      { kind: 'notice', about: 'call', phoneNumberId: null, accountRef: '1022' },
    ]);
  });
});

// ── calls to a provider ──

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

describe.each(wires)('%s: calls', (name, wire) => {
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
    provider = wire.make();
    answerWith(200, wire.accepted('wamid.sent'));
  });
  afterEach(() => provider.close());

  const answerWith = (status: number, body: unknown) => {
    handler = (_request, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const credential = (over: object = {}) => ({
    provider: name,
    token: 'key-1',
    baseUrl,
    version: wire.version,
    ...over,
  });
  const send = (over: Partial<SendCall> = {}) =>
    provider.send({
      credential: credential(),
      phoneNumberId: wire.number,
      to: { kind: 'phone', value: '16505551234' },
      content: { type: 'text', text: { body: 'hi', previewUrl: true } },
      replyTo: 'wamid.before',
      callbackData: 'attempt-1',
      timeoutMs: 20_000,
      ...over,
    });
  const sent = () => JSON.parse(seen[0]?.body.toString() ?? 'null') as Rec;

  test('an accepted message has WhatsApp’s id, and went with key, quote and attempt', async () => {
    expect(await send()).toMatchObject({
      outcome: 'accepted',
      providerMessageId: 'wamid.sent',
      recipient: { phone: '16505551234' },
    });
    expect(wire.credentialOf(seen[0]!.headers)).toBe('key-1');
    expect(sent()).toMatchObject({
      to: '+16505551234',
      type: 'text',
      text: { body: 'hi', preview_url: true },
      context: { message_id: 'wamid.before' },
    });
    expect(sent().biz_opaque_callback_data ?? sent().externalId).toBe('attempt-1');
  });

  test('a user id never stands in `to`', async () => {
    await send({ to: { kind: 'user', value: 'US.42' } });
    expect(sent()).toMatchObject({ recipient: 'US.42' });
    expect(sent().to).toBeUndefined();
  });

  test.each([
    [131047, 'never'],
    [131056, 'later'],
    [130429, 'later'],
    [132001, 'fix'],
    [131049, 'after'],
  ])('WhatsApp’s refusal %i is refused, and may be tried again: %s', async (code, retry) => {
    answerWith(...wire.refusal(code, 'no'));
    expect(await send()).toMatchObject({
      outcome: 'refused',
      error: { code, message: 'no' },
      class: { retry },
    });
  });

  test('a dead credential pauses the account', async () => {
    answerWith(...wire.deadKey);
    expect(await send()).toMatchObject({ outcome: 'refused', class: { retry: 'reauth' } });
  });

  test('nobody there: not sent', async () => {
    const probe = createTcpServer();
    await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
    const { port } = probe.address() as AddressInfo;
    await new Promise((done) => probe.close(done));
    expect(await send({ credential: credential({ baseUrl: `http://127.0.0.1:${port}` }) })).toMatchObject({
      outcome: 'not-sent',
    });
  });

  test.each<[string, Handler, number | null]>([
    ['reset', (request) => request.socket.resetAndDestroy(), null],
    ['hung up', (request) => request.socket.end(), null],
    [
      'hung up in the answer',
      (_request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('{"id"');
        setImmediate(() => response.destroy());
      },
      200,
    ],
    ['a page of a proxy', (_request, response) => response.writeHead(502).end('<html>'), 502],
    ['200 without an id', (_request, response) => response.writeHead(200).end('{}'), 200],
  ])('%s: unknown, and the next one goes through', async (_what, fate, httpStatus) => {
    handler = fate;
    expect(await send()).toEqual({ outcome: 'unknown', reason: expect.any(String), httpStatus });
    answerWith(200, wire.accepted('wamid.sent'));
    expect(await send()).toMatchObject({ outcome: 'accepted' });
  });

  test('no answer in time: unknown', async () => {
    handler = () => {};
    // Long enough for the request to be out on a machine that has other work.
    expect(await send({ timeoutMs: 2_000 })).toMatchObject({ outcome: 'unknown', httpStatus: null });
  });

  test('a receipt, with and without typing', async () => {
    handler = (_request, response) => response.writeHead(200).end(wire.readAnswer);
    for (const typing of [false, true]) {
      const call = {
        credential: credential(),
        phoneNumberId: wire.number,
        providerMessageId: 'wamid.in',
        typing,
      };
      expect(await provider.markRead({ ...call, timeoutMs: 20_000 })).toEqual({ outcome: 'accepted' });
    }
    expect(seen.map(({ url, body }) => `${url} ${body.toString()}`).join('\n')).toContain('wamid.in');
  });

  test('a file goes up under its number', async () => {
    answerWith(200, { id: 'file-1' });
    const bytesOf = new Uint8Array([1, 2, 3]);
    const file = { bytes: bytesOf, mimeType: 'image/png', filename: 'a".png\r\nx: y' };
    const put = await provider.uploadMedia({
      credential: credential(),
      phoneNumberId: wire.number,
      ...file,
      timeoutMs: 20_000,
    });
    expect(put).toEqual({ outcome: 'ok', value: { mediaId: 'file-1' } });
    expect(seen[0]?.url).toContain(encodeURIComponent(wire.number));
    expect(seen[0]?.body.toString('latin1')).toContain('filename="a_.png__x: y"');
  });

  test('a file comes down from its own address only, counted while it comes', async () => {
    const get = (url: string, maxBytes = 10) =>
      provider.downloadMedia({ credential: credential(), url, maxBytes, timeoutMs: 20_000 });
    handler = (_request, response) => response.writeHead(200).end('0123456789');
    expect(await get(`${baseUrl}/file`)).toEqual({ outcome: 'ok', value: Buffer.from('0123456789') });
    expect(await get(`${baseUrl}/file`, 9)).toMatchObject({ outcome: 'too-large' });
    handler = (_request, response) => response.writeHead(404).end();
    expect(await get(`${baseUrl}/file`)).toMatchObject({ outcome: 'gone' });
    const asked = seen.length;
    expect(await get('https://evil.example/file')).toMatchObject({ outcome: 'failed', retry: false });
    expect(await get('http://api.ycloud.com.evil.example/file')).toMatchObject({ outcome: 'failed' });
    expect(seen).toHaveLength(asked);
  });

  test('questions: refused, or nobody to ask', async () => {
    const about = {
      credential: credential(),
      phoneNumberId: wire.number,
      accountRef: '1022',
      address: 'https://x.example',
      timeoutMs: 20_000,
    };
    const all = () =>
      Promise.all([
        provider.numberInfo(about),
        provider.accountInfo(about),
        provider.listTemplates(about),
        provider.subscribe(about),
      ]);
    answerWith(...wire.deadKey);
    for (const told of await all())
      expect(told).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('expired') });
    handler = (_request, response) => response.writeHead(502).end('<html>');
    for (const told of await all()) expect(told).toMatchObject({ outcome: 'unreachable' });
  });
});

test('a call goes where its credential belongs', async () => {
  const providers = createProviders();
  const hosts: string[] = [];
  const server = createServer((request, response) => {
    hosts.push(`${request.headers.authorization ?? '-'} ${String(request.headers['x-api-key'] ?? '-')}`);
    response.end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [name, wire] of wires) {
    const credential = { provider: name, token: name, baseUrl, version: wire.version };
    await providers.listTemplates({ credential, accountRef: '1', timeoutMs: 20_000 });
  }
  expect(hosts).toEqual(['Bearer cloud -', '- ycloud']);
  expect(providers.named('ycloud')?.name).toBe('ycloud');
  expect(providers.named('web')).toBeUndefined();
  await providers.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
