/** S3, the CRM: its requests as its document prints them, against one started program. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataFolder, freePort, type Product, startProduct, until } from '../product.ts';
import { type Answered, curl, http, uploads } from './asking.ts';

let folder: Awaited<ReturnType<typeof dataFolder>>;
let product: Product;
/** <jwt_token> of whoever registered. */
let token = '';

beforeAll(async () => {
  folder = await dataFolder();
  // "Required Variables", with secrets filled in; NODE_ENV stays development, where mails can be read.
  product = await startProduct({
    dataDir: folder.path,
    args: ['--port', String(await freePort())],
    env: {
      NODE_ENV: 'development',
      SUPABASE_URL: 'your_supabase_url',
      SUPABASE_SERVICE_ROLE_KEY: 'your_service_role_key',
      JWT_SECRET: 'your_jwt_secret_key_min_32_chars_filled',
      CLIENT_ORIGIN: 'https://your-frontend-domain.com',
      DEMO_OWNER_ID: '00000000-0000-0000-0000-000000000000',
      GEMINI_API_KEY: 'your_gemini_key',
    },
  });
});
afterAll(() => folder?.remove());

const registering = `POST /api/auth/register
Content-Type: application/json

{
  "email": "user@example.com",
  "password": "securePassword123",
  "fullName": "John Doe"
}`;
const loggingIn = `POST /api/auth/login
Content-Type: application/json

{
  "email": "user@example.com",
  "password": "securePassword123"
}`;
const sending = `POST /api/whatsapp/send
Authorization: Bearer <token>
Content-Type: application/json

{
  "to": "1234567890@c.us",
  "message": "Hello from CRM"
}`;

const bearer = () => ({ authorization: `Bearer ${token}` });
const get = (path: string) => http(product, `GET ${path}\nAuthorization: Bearer ${token}`);
const remove = (path: string) => http(product, `DELETE ${path}\nAuthorization: Bearer ${token}`);

interface Uploaded {
  id: string;
  path: string;
  signedUrl: string;
  media: { kind: string; type: string; size: number };
}
const uploaded = ({ body }: Answered) => body as Uploaded;

test('its names of settings: aliases are told, what is not needed is named with the reason', () => {
  for (const said of [
    'CLIENT_ORIGIN is read as CORS_ORIGINS',
    'DEMO_OWNER_ID is not used: the demo workspace is made by itself',
    'GEMINI_API_KEY is not used',
    'SUPABASE_URL is not used',
    'SUPABASE_SERVICE_ROLE_KEY is read as SERVICE_ROLE_KEY',
  ]) {
    expect(product.output()).toContain(said);
  }
});

test('Health Check: {status, timestamp, environment}', async () => {
  for (const answer of [
    await http(product, 'GET /health'),
    await curl(product, 'curl https://your-domain.com/health'),
  ]) {
    expect(answer).toMatchObject({
      status: 200,
      body: { ok: true, status: 'ok', environment: 'development' },
    });
    expect((answer.body as { timestamp: string }).timestamp).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    );
  }
});

test("Register: 201, a user and a workspace of their own, once the mail's link was followed", async () => {
  const answer = await http(product, registering);
  expect(answer).toMatchObject({
    status: 201,
    body: { success: true, user: { email: 'user@example.com', fullName: 'John Doe' } },
  });
  // A known address is told the same.
  expect((await http(product, registering)).body).toEqual(answer.body);
  expect((await http(product, loggingIn)).status).toBe(401);

  let link = '';
  await until(
    async () => {
      const page = await (await fetch(`${product.ready.url}/outbox`)).text();
      for (const [, id] of page.matchAll(/href="\/outbox\/([^"]+)"/g)) {
        const mail = await (
          await fetch(`${product.ready.url}/outbox/${id}`, { headers: { accept: 'application/json' } })
        ).json();
        link ||= /#(?:token=)?([\w-]{20,})/.exec((mail as { text: string }).text)?.[1] ?? '';
      }
      return link !== '';
    },
    30_000,
    () => `no mail with a link:\n${product.output()}`,
  );
  const confirmed = await product.api('/v1/auth/confirm-address', {
    headers: { authorization: '' },
    body: { token: link, password: 'securePassword123', session: 'token' },
  });
  expect(confirmed.status).toBe(200);
});

test('Login: a JWT for 7 days; a wrong password is 401', async () => {
  const answer = await http(product, loggingIn);
  expect(answer).toMatchObject({
    status: 200,
    body: {
      success: true,
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      user: { email: 'user@example.com', fullName: 'John Doe' },
    },
  });
  token = (answer.body as { token: string }).token;
  const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as {
    iat: number;
    exp: number;
  };
  expect(exp - iat).toBe(7 * 86_400);
});

test('/api/auth/me: who it is, in a workspace of their own; 401 without a token', async () => {
  expect(await get('/api/auth/me')).toMatchObject({
    status: 200,
    body: {
      success: true,
      user: { email: 'user@example.com', fullName: 'John Doe' },
      workspace: { role: 'owner' },
    },
  });
  expect((await http(product, 'GET /api/auth/me')).status).toBe(401);
});

test('Send Message: 1234567890@c.us, plain and + digits are one chat; groups are refused clearly', async () => {
  const number = await http(
    product,
    `POST /v1/numbers\nAuthorization: Bearer ${token}\nContent-Type: application/json\n\n{"phoneNumberId":"555000111222333","token":"mock_crm","name":"CRM"}`,
  );
  expect(number.status).toBe(201);
  const fill = { '<token>': token };
  const answers = [];
  for (const to of ['1234567890@c.us', '1234567890', '+1234567890']) {
    answers.push(await http(product, sending, { ...fill, '1234567890@c.us': to }));
  }
  for (const answer of answers) {
    expect(answer).toMatchObject({
      status: 201,
      body: { success: true, status: 'queued', message: { content: { text: { body: 'Hello from CRM' } } } },
    });
  }
  const chats = new Set(
    answers.map(({ body }) => (body as { message: { conversationId: string } }).message.conversationId),
  );
  expect(chats.size).toBe(1);
  expect(await http(product, sending, { ...fill, '1234567890@c.us': '123456-789@g.us' })).toMatchObject({
    status: 422,
    body: { error: { code: 'groups_not_supported', message: expect.stringContaining('@g.us') } },
  });
  expect((await http(product, sending, { ...fill, '1234567890@c.us': 'nobody' })).status).toBe(400);
  await until(
    async () => {
      const { messages } = (await product.simulator('/_sim/transcript?phone=1234567890')) as {
        messages: unknown[];
      };
      return messages.length === 3;
    },
    30_000,
    () => product.output(),
  );
});

test('X-Idempotency-Key: the same request has one effect', async () => {
  const printed = sending.replace('Content-Type', 'X-Idempotency-Key: crm-1\nContent-Type');
  const [first, second] = [
    await http(product, printed, { '<token>': token }),
    await http(product, printed, { '<token>': token }),
  ];
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('idempotent-replayed')).toBe('true');
});

/** The first bytes say what it is; the rest does not matter. */
const file = (start: number[] | string, size: number): Uint8Array => {
  const bytes = new Uint8Array(size);
  bytes.set(typeof start === 'string' ? Buffer.from(start, 'latin1') : start);
  return bytes;
};
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const megabyte = 1024 * 1024;

test('POST /api/upload/media, GET signed-url, DELETE: the private file, an address for it, and gone', async () => {
  const first = await uploads(
    product,
    '/api/upload/media',
    { name: 'pixel.png', type: 'image/png', bytes: png },
    bearer(),
  );
  expect(first).toMatchObject({
    status: 201,
    body: {
      success: true,
      path: expect.stringMatching(/^media\//),
      media: { kind: 'image', type: 'image/png' },
    },
  });
  const { id, path, signedUrl } = uploaded(first);
  expect(Buffer.from(await (await fetch(signedUrl)).arrayBuffer())).toEqual(png);
  const again = await get(`/api/upload/signed-url?path=${path}`);
  expect(again).toMatchObject({ status: 200, body: { success: true, path } });
  expect((await fetch((again.body as Uploaded).signedUrl)).status).toBe(200);
  // Private: not without the signature, not for another workspace.
  expect((await fetch(`${product.ready.url}/v1/media/${id}`)).status).toBe(401);
  const stranger = await product.api(`/api/upload/signed-url?path=${path}`);
  expect(stranger.status).toBe(404);

  expect(await remove(`/api/upload/media?path=${path}`)).toMatchObject({
    status: 200,
    body: { success: true },
  });
  expect((await fetch(signedUrl)).status).toBe(409);
  const second = uploaded(
    await uploads(product, '/api/upload/media', { name: 'b.png', type: 'image/png', bytes: png }, bearer()),
  );
  expect(await remove(`/api/upload/media/${second.id}`)).toMatchObject({ status: 200 });
});

test('Upload limits: 413 names the limit for images, videos, documents and audio; programs are 415', async () => {
  const tooLarge: [string, string, Uint8Array, number][] = [
    [
      'big.png',
      'image/png',
      file(
        [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52],
        5 * megabyte + 1,
      ),
      5 * megabyte,
    ],
    ['big.mp3', 'audio/mpeg', file([0xff, 0xfb, 0x90, 0x64], 15 * megabyte + 1), 15 * megabyte],
    ['big.pdf', 'application/pdf', file('%PDF-1.7', 10 * megabyte + 1), 10 * megabyte],
    ['big.mp4', 'video/mp4', file('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 50 * megabyte + 1), 50 * megabyte],
  ];
  for (const [name, type, bytes, limit] of tooLarge) {
    const answer = await uploads(product, '/api/upload/media', { name, type, bytes }, bearer());
    expect(answer, name).toMatchObject({
      status: 413,
      body: { error: { code: 'media_too_large', details: { limit } } },
    });
  }
  const program = await uploads(
    product,
    '/api/upload/media',
    { name: 'a.exe', type: 'application/x-msdownload', bytes: file('MZ', 512) },
    bearer(),
  );
  expect(program).toMatchObject({ status: 415, body: { error: { code: 'media_type_not_allowed' } } });
});

test('File Upload: 10 an hour, then 429 with X-RateLimit headers', async () => {
  let answer: Answered | null = null;
  for (let i = 0; i < 11 && answer?.status !== 429; i++) {
    answer = await uploads(
      product,
      '/api/upload/media',
      { name: 'a.png', type: 'image/png', bytes: png },
      bearer(),
    );
  }
  expect(answer).toMatchObject({
    status: 429,
    body: {
      error: {
        code: 'rate_limited',
        details: { limit: 'uploads', key: 'user', max: 10, windowSeconds: 3600 },
      },
    },
  });
  expect(answer?.headers.get('x-ratelimit-limit')).toBe('10');
});

test('Messages: 30 a minute, then 429; the answer shows how many are left', async () => {
  const group = { '<token>': token, '1234567890@c.us': '1-2@g.us' };
  let answer = await http(product, sending, group);
  expect(answer.headers.get('x-ratelimit-limit')).toBe('30');
  const left = Number(answer.headers.get('x-ratelimit-remaining'));
  for (let i = 0; i <= left; i++) answer = await http(product, sending, group);
  expect(answer).toMatchObject({
    status: 429,
    body: { error: { details: { limit: 'messages', key: 'user', max: 30, windowSeconds: 60 } } },
  });
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
});

test('General API: 100 in 15 minutes at its addresses, then 429', async () => {
  let answer = await get('/api/auth/me');
  for (let i = 0; i < 100 && answer.status !== 429; i++) answer = await get('/api/auth/me');
  expect(answer).toMatchObject({
    status: 429,
    body: { error: { details: { limit: 'api', key: 'user', max: 100, windowSeconds: 900 } } },
  });
});

test('CORS is closed but for CLIENT_ORIGIN', async () => {
  const preflight = (origin: string) =>
    fetch(`${product.ready.url}/api/whatsapp/send`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
  expect(
    (await preflight('https://your-frontend-domain.com')).headers.get('access-control-allow-origin'),
  ).toBe('https://your-frontend-domain.com');
  expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
});

test('Authentication: 5 tries in 15 minutes, then 429', async () => {
  let answer = await http(product, loggingIn, { securePassword123: 'wrongPassword123' });
  for (let i = 0; i < 6 && answer.status !== 429; i++) {
    answer = await http(product, loggingIn, { securePassword123: 'wrongPassword123' });
  }
  expect(answer).toMatchObject({
    status: 429,
    body: { error: { code: 'rate_limited', details: { limit: 'auth', max: 5, windowSeconds: 900 } } },
  });
});
