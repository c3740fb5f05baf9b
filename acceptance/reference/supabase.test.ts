/**
 * S0's Supabase addresses with the stock supabase-js: sign-in, the tables, the functions, rows that come by themselves; and
 * its keys, made by its own one-liner.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { chaski, dataFolder, type Product, startProduct, until } from '../product.ts';
import { http, operatorToken } from './asking.ts';

const jwtSecret = randomBytes(64).toString('hex');

/** What `docker run … node -e "…"` of its guide prints. */
function oneLiner(role: string, secret = jwtSecret): string {
  const b64u = (text: string | Buffer) =>
    Buffer.from(text)
      .toString('base64')
      .replace(/=|\+|\//g, (m) => ({ '=': '', '+': '-', '/': '_' })[m]!);
  const h = b64u(JSON.stringify({ alg: 'HS256', typ: 'JWT' }));
  const now = Math.floor(Date.now() / 1_000);
  const p = b64u(JSON.stringify({ role, iss: 'supabase', iat: now, exp: now + 315_360_000 }));
  return `${h}.${p}.${b64u(createHmac('sha256', secret).update(`${h}.${p}`).digest())}`;
}

const anonKey = oneLiner('anon');
const serviceKey = oneLiner('service_role');
const foreignKey = oneLiner('anon', 'another secret, of another installation');

let folder: Awaited<ReturnType<typeof dataFolder>>;
let product: Product;
let operator = '';
/** The demo's workspace. */
let companyId = '';
const clients: SupabaseClient[] = [];

function client(key = anonKey, options: Parameters<typeof createClient>[2] = {}): SupabaseClient {
  const made = createClient(`${product.ready.url}/api`, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never },
    ...options,
  });
  clients.push(made);
  return made;
}

async function signedIn(email = product.ready.operatorEmail, password = product.ready.operatorPassword) {
  const made = client();
  const { data, error } = await made.auth.signInWithPassword({ email, password });
  expect(error).toBeNull();
  return { client: made, session: data.session! };
}

beforeAll(async () => {
  folder = await dataFolder();
  product = await startProduct({
    dataDir: folder.path,
    env: { JWT_SECRET: jwtSecret, ANON_KEY: anonKey, SERVICE_ROLE_KEY: serviceKey, RATE_LIMIT_AUTH: 'off' },
  });
  operator = await operatorToken(product);
  companyId = ((await product.api('/v1/workspace')).body as { id: string }).id;
});
afterAll(async () => {
  for (const made of clients) await made.removeAllChannels();
  await folder?.remove();
});

let personId = '';
/** Somebody writes to the demo's number. */
async function writes(text: string): Promise<void> {
  if (personId === '') {
    const made = (await product.simulator('/_sim/people', { name: 'Inti', phone: '15550007007' })) as {
      id?: string;
      person?: { id: string };
    };
    personId = made.person?.id ?? made.id ?? '';
  }
  await product.simulator(`/_sim/people/${personId}/messages`, {
    numberId: product.ready.numbers[0]!.phoneNumberId,
    type: 'text',
    text,
  });
}

interface Row {
  id: string;
  company_id: string;
  conversation_id: string;
  business_number_id: string;
  direction: string;
  body: string | null;
  status: string;
  created_at: string;
  [column: string]: unknown;
}

async function arrived(made: SupabaseClient, text: string): Promise<Row> {
  let row: Row | undefined;
  await until(
    async () => {
      const { data } = await made.from('messages').select('*').eq('body', text);
      row = (data as Row[] | null)?.[0];
      return row !== undefined;
    },
    30_000,
    () => `"${text}" did not arrive`,
  );
  return row!;
}

/** The newest lines of an audit. */
async function audit(
  path: string,
): Promise<{ action: string; actor: { kind: string; id: string | null } | null }[]> {
  const { body } = await http(product, `GET ${path}\nAuthorization: Bearer ${operator}`);
  return (body as { data: { action: string; actor: { kind: string; id: string | null } | null }[] }).data;
}

test('the stock client signs in, knows who it is, renews its session once, and signs out', async () => {
  const { client: made, session } = await signedIn();
  expect(session).toMatchObject({ token_type: 'bearer', user: { email: product.ready.operatorEmail } });
  expect(session.expires_in).toBe(3_600);
  const user = await made.auth.getUser();
  expect(user.data.user).toMatchObject({ id: session.user.id, role: 'authenticated' });

  const renewed = await made.auth.refreshSession();
  expect(renewed.error).toBeNull();
  expect(renewed.data.session!.refresh_token).not.toBe(session.refresh_token);
  // Two tabs at once: the second is told the same. Whoever comes later with it is another matter (refresh.test.ts).
  const again = await client().auth.refreshSession({ refresh_token: session.refresh_token });
  expect(again.data.session!.refresh_token).toBe(renewed.data.session!.refresh_token);

  expect((await made.auth.signOut({ scope: 'local' })).error).toBeNull();
  const after = await client().auth.getUser(renewed.data.session!.access_token);
  expect(after.error).toMatchObject({ status: 401 });
});

test('sign-in refuses a wrong password with the word of the client, and needs a key of this installation', async () => {
  const wrong = await client().auth.signInWithPassword({
    email: product.ready.operatorEmail,
    password: 'not this one',
  });
  expect(wrong.error).toMatchObject({ status: 401, code: 'invalid_credentials' });
  const foreign = await client(foreignKey).auth.signInWithPassword({
    email: product.ready.operatorEmail,
    password: product.ready.operatorPassword,
  });
  expect(foreign.error).toMatchObject({ status: 401, message: expect.stringContaining('invalid JWT') });
  expect(await http(product, 'GET /api/auth/v1/settings')).toMatchObject({ status: 401 });
});

test('health and settings; signup makes an account that waits for its mail; recover tells nothing', async () => {
  expect(await http(product, 'GET /api/auth/v1/health')).toMatchObject({
    status: 200,
    body: { name: 'chaski' },
  });
  expect(await http(product, `GET /api/auth/v1/settings\napikey: ${anonKey}`)).toMatchObject({
    status: 200,
    body: { external: { email: true }, disable_signup: false, mailer_autoconfirm: false },
  });
  const email = 'new.person@example.com';
  const made = await client().auth.signUp({
    email,
    password: 'quite a long password 7',
    options: { data: { full_name: 'New Person' } },
  });
  expect(made).toMatchObject({ error: null, data: { session: null, user: { email } } });
  const early = await client().auth.signInWithPassword({ email, password: 'quite a long password 7' });
  expect(early.error?.status).toBe(401);
  for (const address of [email, 'nobody@example.com']) {
    expect((await client().auth.resetPasswordForEmail(address)).error).toBeNull();
  }
  const outbox = () =>
    readdirSync(join(folder.path, 'outbox')).map((name) =>
      readFileSync(join(folder.path, 'outbox', name), 'utf8'),
    );
  await until(
    () => outbox().some((mail) => mail.includes(email)),
    30_000,
    () => 'no mail to confirm the address',
  );
});

test('PUT user changes one thing at a time, a password only with the one before', async () => {
  const { client: made } = await signedIn();
  const named = await made.auth.updateUser({ data: { full_name: 'The Operator' } });
  expect(named.data.user?.user_metadata).toMatchObject({ full_name: 'The Operator' });
  const bare = await made.auth.updateUser({ password: 'another long password 9' });
  expect(bare.error).toMatchObject({ code: 'wrong_password' });
  const both = await made.auth.updateUser({ password: 'another long password 9', data: { full_name: 'X' } });
  expect(both.error?.message).toBeTruthy();
  const moved = await made.auth.updateUser({
    email: 'moved@example.com',
    current_password: product.ready.operatorPassword,
  } as never);
  expect(moved.data.user).toMatchObject({
    email: product.ready.operatorEmail,
    new_email: 'moved@example.com',
  });
});

test('the seven tables are read with select, eq, in, order, limit, offset and Range', async () => {
  const { client: made } = await signedIn();
  for (const text of ['one', 'two', 'three']) {
    await writes(`table ${text}`);
    await arrived(made, `table ${text}`);
  }
  for (const table of [
    'companies',
    'user_profiles',
    'conversations',
    'messages',
    'business_numbers',
    'quick_replies',
    'api_settings',
  ]) {
    const { data, error } = await made.from(table).select('*');
    expect(error, table).toBeNull();
    expect(Array.isArray(data)).toBe(true);
  }
  const first = await arrived(made, 'table one');
  const thread = () =>
    made
      .from('messages')
      .select('id,body')
      .eq('conversation_id', first.conversation_id)
      .in('body', ['table one', 'table two', 'table three', 'a, (b)']);
  const all = await thread().order('created_at', { ascending: true });
  expect(all.data?.map((row) => row.body)).toEqual(['table one', 'table two', 'table three']);
  const page = await thread().order('created_at', { ascending: false }).range(1, 2);
  expect(page.data?.map((row) => row.body)).toEqual(['table two', 'table one']);
  expect((await thread().limit(1)).data).toHaveLength(1);
  const one = await made.from('companies').select('id,name').eq('id', companyId).single();
  expect(one.data).toEqual({ id: companyId, name: expect.any(String) });
  const none = await made.from('companies').select('*').eq('name', 'nobody').single();
  expect(none.error).toMatchObject({ code: 'PGRST116' });
  expect((await made.from('companies').select('*').eq('name', 'nobody').maybeSingle()).data).toBeNull();

  const { access_token: token } = (await made.auth.getSession()).data.session!;
  const ranged = await http(
    product,
    `GET /api/rest/v1/messages?select=body&order=created_at.desc\napikey: ${anonKey}\nAuthorization: Bearer ${token}\nRange: 0-1`,
  );
  expect(ranged.body).toHaveLength(2);
  expect(ranged.headers.get('content-range')).toBe('0-1/*');
});

test('what the small parser does not know it refuses by name', async () => {
  const { client: made } = await signedIn();
  const asked = [
    made.from('messages').select('*').gt('created_at', '2026-01-01'),
    made.from('messages').select('*').like('body', '%x%'),
    made.from('messages').select('*').or('id.eq.1,id.eq.2'),
    made.from('messages').select('id, conversations(id)'),
    made.from('messages').select('*', { count: 'exact' }),
    made.from('messages').select('*').eq('id', 'no uuid'),
    made.from('messages').select('*').eq('workspace_id', companyId),
    made.from('api_settings').select('ycloud_api_key'),
    made.from('messages').select('*').order('id; drop table messages'),
    made.from('messages').select('*').range(10_001, 10_002),
  ];
  for (const { error, status } of await Promise.all(asked)) {
    expect([400, 416]).toContain(status);
    expect(error!.message.length).toBeGreaterThan(10);
  }
  expect(await made.from('profiles').select('*')).toMatchObject({
    status: 404,
    error: { code: 'PGRST205', message: expect.stringContaining('user_profiles') },
  });
  expect((await made.rpc('get_my_secrets')).error).toMatchObject({ code: 'PGRST202' });
});

test('writes answer with the native address to use', async () => {
  const { client: made } = await signedIn();
  const inserted = await made.from('messages').insert({ body: 'hello' });
  expect(inserted).toMatchObject({
    status: 405,
    error: { code: 'read_only', message: expect.stringContaining('POST /v1/messages') },
  });
  const updated = await made.from('business_numbers').update({ status: 'active' }).eq('id', companyId);
  expect(updated.error?.message).toContain('PATCH /v1/operator/numbers/{id}');
});

test('get_my_company_id() and get_my_role() answer under those names', async () => {
  const { client: made } = await signedIn();
  expect((await made.rpc('get_my_company_id')).data).toBe(companyId);
  expect((await made.rpc('get_my_role')).data).toBe('owner');
  expect((await client().rpc('get_my_role')).data).toBeNull();
});

test('ANON_KEY opens sign-in and the handshake and reads no row', async () => {
  const made = client();
  for (const table of [
    'companies',
    'user_profiles',
    'conversations',
    'messages',
    'business_numbers',
    'quick_replies',
    'api_settings',
  ]) {
    expect(await made.from(table).select('*'), table).toMatchObject({ data: [], error: null });
  }
  const answers: string[] = [];
  made
    .channel('anybody')
    .on('postgres_changes', { event: '*', schema: 'public', table: 'messages' }, () => answers.push('a row'))
    .subscribe((status) => answers.push(status));
  await until(
    () => answers.length > 0,
    30_000,
    () => 'the join was not answered',
  );
  expect(answers[0]).toBe('CHANNEL_ERROR');
  await made.removeAllChannels();
  expect(answers).not.toContain('a row');
});

test('SERVICE_ROLE_KEY acts as the operator, each use a line of the audit; it reads what people wrote only by company', async () => {
  const made = client(serviceKey);
  expect((await made.from('companies').select('id').eq('id', companyId)).data).toEqual([{ id: companyId }]);
  expect((await made.from('business_numbers').select('id,status')).data!.length).toBeGreaterThan(0);
  expect((await made.from('messages').select('*')).error).toMatchObject({ code: 'forbidden' });
  expect((await made.from('messages').select('id').eq('company_id', companyId).limit(1)).error).toBeNull();
  const said = (await audit('/v1/audit?limit=100')).filter(({ action }) => action === 'operator.read');
  // Two of this company: its own row by id, its messages.
  expect(said.map(({ actor }) => actor)).toEqual(
    Array.from({ length: 2 }, () => expect.objectContaining({ kind: 'key', id: 'service_role' })),
  );
});

test('its tokens: a key not signed with JWT_SECRET is refused with 401 and the log word, and no key stands in the log', async () => {
  const refused = await client(foreignKey).from('messages').select('*');
  expect(refused).toMatchObject({ status: 401, error: { message: expect.stringContaining('invalid JWT') } });
  const handshake = (apikey: string) =>
    new Promise<number>((resolve, reject) => {
      const url = `${product.ready.url.replace('http', 'ws')}/api/realtime/v1/websocket?apikey=${apikey}&vsn=1.0.0`;
      const socket = new WebSocket(url);
      socket.on('open', () => {
        resolve(101);
        socket.close();
      });
      socket.on('unexpected-response', (request, response) => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      });
      socket.on('error', reject);
    });
  expect(await handshake(anonKey)).toBe(101);
  expect(await handshake(foreignKey)).toBe(401);
  expect(await handshake('any')).toBe(401);
  // A person's token is not a key: it opens nothing from there.
  expect(await handshake(operator)).toBe(401);
  await until(
    () => product.output().includes('realtime: refused, invalid JWT'),
    30_000,
    () => product.output(),
  );
  for (const key of [anonKey, serviceKey, foreignKey, operator]) expect(product.output()).not.toContain(key);
});

interface Change {
  eventType: string;
  table: string;
  new: Row;
}

test('postgres_changes: messages and conversations come by themselves, in the shape of the tables', async () => {
  const { client: made } = await signedIn();
  await writes('before the channel');
  const before = await arrived(made, 'before the channel');
  const heard: Change[] = [];
  const others: Change[] = [];
  const states: string[] = [];
  made
    .channel('messages-of-one')
    .on(
      'postgres_changes',
      {
        event: '*',
        schema: 'public',
        table: 'messages',
        filter: `conversation_id=eq.${before.conversation_id}`,
      },
      (change) => heard.push(change as never),
    )
    .on('postgres_changes', { event: 'UPDATE', schema: 'public', table: 'conversations' }, (change) =>
      heard.push(change as never),
    )
    .on(
      'postgres_changes',
      {
        event: '*',
        schema: 'public',
        table: 'messages',
        filter: 'conversation_id=eq.01980000-0000-7000-8000-000000000000',
      },
      (change) => others.push(change as never),
    )
    .subscribe((status) => states.push(status));
  await until(
    () => states.includes('SUBSCRIBED'),
    30_000,
    () => states.join(),
  );
  await writes('by itself');
  const found = (table: string, type: string) =>
    heard.find(
      (change) =>
        change.table === table &&
        change.eventType === type &&
        (table !== 'messages' || change.new.body === 'by itself'),
    );
  await until(
    () => found('messages', 'INSERT') !== undefined && found('conversations', 'UPDATE') !== undefined,
    30_000,
    () => JSON.stringify(heard),
  );
  const { data } = await made.from('messages').select('*').eq('body', 'by itself').single();
  expect(found('messages', 'INSERT')!.new).toMatchObject({
    id: (data as Row).id,
    direction: 'inbound',
    status: 'received',
  });
  expect(Object.keys(found('messages', 'INSERT')!.new).sort()).toEqual(Object.keys(data as Row).sort());
  expect(found('conversations', 'UPDATE')!.new.id).toBe(before.conversation_id);

  // The automatic reply: a row, then what WhatsApp says of it.
  await until(
    () =>
      heard.some(
        (change) =>
          change.table === 'messages' && change.eventType === 'UPDATE' && change.new.direction === 'outbound',
      ),
    30_000,
    () => JSON.stringify(heard.map(({ table, eventType, new: row }) => [table, eventType, row.status])),
  );
  expect(others).toEqual([]);
});

test('postgres_changes of other tables, columns and filters are refused with the reason', async () => {
  const { client: made } = await signedIn();
  for (const change of [
    { event: '*', schema: 'public', table: 'api_settings' },
    { event: '*', schema: 'auth', table: 'messages' },
    { event: '*', schema: 'public', table: 'messages', filter: 'secret=eq.1' },
    { event: '*', schema: 'public', table: 'messages', filter: 'status=neq.read' },
  ] as const) {
    const said: string[] = [];
    const channel = made
      .channel(`wrong ${JSON.stringify(change)}`)
      .on('postgres_changes', change as never, () => {});
    channel.subscribe((status, error) => said.push(`${status} ${error?.message}`));
    await until(
      () => said.length > 0,
      30_000,
      () => 'no answer',
    );
    expect(said[0]).toContain('CHANNEL_ERROR invalid_request');
    await made.removeChannel(channel);
  }
});

test('chaski keys prints S0’s keys, and chaski keys supabase those of this installation', async () => {
  const fresh = await chaski(['keys'], { dataDir: folder.path });
  for (const name of ['JWT_SECRET', 'ANON_KEY', 'SERVICE_ROLE_KEY', 'TOKEN_MASTER_KEY', 'QUEUE_SECRET']) {
    expect(fresh.out).toMatch(new RegExp(`^${name}=\\S{20,}$`, 'm'));
  }
  const own = await chaski(['keys', 'supabase'], { dataDir: folder.path, env: { JWT_SECRET: jwtSecret } });
  const key = /^ANON_KEY=(.+)$/m.exec(own.out)![1]!;
  expect(await client(key).from('messages').select('*')).toMatchObject({ data: [], error: null });
});
