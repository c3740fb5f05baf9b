/** S0, the cloud guide: what its addresses answer, and that its one-liners' keys are understood as far as they are. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { chaski, dataFolder, freePort, type Product, startProduct } from '../product.ts';
import { http, operatorToken } from './asking.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: Awaited<ReturnType<typeof dataFolder>>;
let product: Product;
let port = 0;

const env = {
  DOMAIN: 'chat.example.com',
  POSTGRES_PASSWORD: 'strong-db-password',
  JWT_SECRET: '9f'.repeat(64),
  ANON_KEY: 'jwt-with-role-anon',
  SERVICE_ROLE_KEY: 'jwt-with-role-service_role',
  REALTIME_DB_ENC_KEY: '8e'.repeat(32),
};

beforeAll(async () => {
  folder = await dataFolder();
  port = await freePort();
  const started = await startProduct({ dataDir: folder.path, args: ['--port', String(port)], env });
  // It prints its public address, which nobody resolves here.
  product = { ...started, ready: { ...started.ready, url: `http://127.0.0.1:${port}` } };
});
afterAll(async () => {
  await product?.stop();
  await folder?.remove();
});

test('its names of settings: DOMAIN is the public address, the others are used or named with the reason', () => {
  for (const said of [
    'DOMAIN is read as PUBLIC_URL',
    'POSTGRES_PASSWORD is not used',
    'REALTIME_DB_ENC_KEY is not used: SEALING_KEYS covers it',
    'ANON_KEY is not used',
    'SERVICE_ROLE_KEY is not used',
  ]) {
    expect(product.output()).toContain(said);
  }
  expect(product.output()).toContain('https://chat.example.com');
});

test('Generate Secrets: chaski keys prints what openssl and the one-liners made', async () => {
  const { code, out } = await chaski(['keys'], { dataDir: folder.path });
  expect(code).toBe(0);
  for (const name of ['JWT_SECRET', 'SEALING_KEYS'])
    expect(out).toMatch(new RegExp(`^${name}=\\S{32,}$`, 'm'));
});

test.each([
  ['POST /api/functions/v1/whatsapp-webhook', 'ycloud'],
  ['GET /api/functions/v1/anything', 'edge-functions'],
  ['GET /api/auth/v1/health', 'supabase-auth'],
  ['POST /api/auth/v1/token', 'supabase-auth'],
  ['GET /api/rest/v1/messages', 'supabase-rest'],
  ['PATCH /api/rest/v1/conversations', 'supabase-rest'],
])('%s: 501 that names %s', async (printed, capability) => {
  expect(await http(product, printed)).toMatchObject({
    status: 501,
    body: { error: { code: 'not_available', details: { capability } } },
  });
});

test('Business numbers are approved by the superadmin', async () => {
  const token = await operatorToken(product);
  const numbers = await http(product, `GET /v1/operator/numbers\nAuthorization: Bearer ${token}`);
  expect(numbers.status).toBe(200);
});
