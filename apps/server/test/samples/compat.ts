import { compatTables } from '../../src/modules/compat/supabase-tables.ts';
import { writes } from '../writes.ts';
import { browserOf } from './auth.ts';
import type { Sample, Samples, Stage } from './index.ts';

/** One pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const boundary = 'chaski-sample';

/** curl -F file=@pixel.png */
const upload: Sample = {
  headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  body: Buffer.concat([
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="pixel.png"\r\ncontent-type: image/png\r\n\r\n`,
    ),
    png,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]),
};

const uploaded = async (stage: Stage): Promise<string> =>
  ((await stage.send('POST /api/upload/media', upload)).body as { id: string }).id;

let tenants = 0;
const tenant = (): Sample => {
  const id = `9${Date.now()}${tenants++}`;
  return { body: { name: 'Tenant A', phoneNumberId: id, accessToken: `mock_${id}` } };
};

const toTenant = async (stage: Stage): Promise<Sample> => {
  const { phone } = await writes(stage);
  return { params: { tenantId: stage.workspaceId }, body: { to: `+${phone}`, text: 'Hello' } };
};

export const samples: Samples = {
  'POST /api/v1/onboarding/esb/retry-subscription': () => ({}),
  'POST /tenants/register': tenant,
  'POST /api/tenants/register': tenant,
  'POST /tenants/:tenantId/send': toTenant,
  'POST /api/tenants/:tenantId/send': toTenant,
  ...Object.fromEntries(
    compatTables.map(({ name }) => [
      `GET /api/rest/v1/${name}`,
      () => ({ query: { select: '*', limit: 5 } }),
    ]),
  ),
  'GET /api/rest/v1/rpc/get_my_company_id': () => ({}),
  'POST /api/rest/v1/rpc/get_my_company_id': () => ({ body: {} }),
  'GET /api/rest/v1/rpc/get_my_role': () => ({}),
  'POST /api/rest/v1/rpc/get_my_role': () => ({ body: {} }),
  'GET /api/auth/v1/user': () => ({}),
  'PUT /api/auth/v1/user': () => ({ body: { data: { full_name: 'Ada' } } }),
  'POST /api/auth/v1/logout': async (stage) => ({
    headers: (await browserOf(stage)).headers,
    query: { scope: 'local' },
  }),
  'GET /api/auth/me': () => ({}),
  'GET /api/v1/auth/me': () => ({}),
  'POST /api/v1/auth/me': () => ({}),
  'POST /api/whatsapp/send': async (stage) => {
    const { phone } = await writes(stage);
    return { body: { to: `${phone}@c.us`, message: 'Hello from CRM' } };
  },
  'POST /api/v1/messages/send': async (stage) => {
    const { contactId } = await writes(stage);
    return { body: { contactId, body: 'test' } };
  },
  'POST /api/upload/media': () => upload,
  'GET /api/upload/signed-url': async (stage) => ({
    query: { path: `media/${await uploaded(stage)}` },
  }),
  'DELETE /api/upload/media': async (stage) => ({ query: { path: `media/${await uploaded(stage)}` } }),
  'DELETE /api/upload/media/:id': async (stage) => ({ params: { id: await uploaded(stage) } }),
};
