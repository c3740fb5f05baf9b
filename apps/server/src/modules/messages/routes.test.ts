import { afterAll, describe, expect, it } from 'vitest';
import { testDatabase, until } from '../../../test/harness.ts';
import type { Principal } from '../../platform/http/index.ts';
import { buildHttp } from '../../platform/http/index.ts';
import { markReadHandler } from './mark-read.ts';
import { messageRoutes } from './routes.ts';
import { log, type Place, stageOn } from './testing.ts';

const stage = await stageOn(await testDatabase({ poolSize: 16 }));
const principals = new Map<string, Principal>();
const http = await buildHttp({
  log,
  environment: 'test',
  checks: {},
  authenticate: async ({ bearer }) => {
    const principal = principals.get(bearer ?? '');
    return principal ? { person: null, principal } : null;
  },
});
http.app.register(messageRoutes({ db: stage.db, gate: http.gate }));
await http.app.ready();
afterAll(() => http.close(100));

function keyFor(place: Place, numberIds: string[] | null = null): string {
  const token = `ck_${principals.size}_x`;
  principals.set(token, {
    workspaceId: place.workspaceId,
    actor: { kind: 'key', id: token, role: 'key' },
    scopes: ['*'],
    numberIds,
    plan: 'free',
  });
  return token;
}

async function call(key: string, method: 'GET' | 'POST', url: string, body?: object, more = {}) {
  const answer = await http.app.inject({
    method,
    url,
    ...(body ? { payload: body } : {}),
    headers: { authorization: `Bearer ${key}`, ...more },
  });
  return { status: answer.statusCode, body: answer.json() as Record<string, unknown> & { data?: unknown[] } };
}

const hello = (place: Place, text = 'hello') => ({
  to: `+${place.phone}`,
  type: 'text',
  text: { body: text },
});

describe('/v1/messages', () => {
  it('sends, shows attempts and statuses, and lists', async () => {
    const place = await stage.place();
    const key = keyFor(place);
    const sent = await call(key, 'POST', '/v1/messages', hello(place));
    expect(sent).toMatchObject({ status: 201, body: { status: 'queued', direction: 'out', type: 'text' } });
    const id = sent.body.id as string;
    const delivery = stage.deliver();
    await stage.becomes(id, 'accepted');
    await delivery.stop();
    expect((await call(key, 'GET', `/v1/messages/${id}`)).body).toMatchObject({
      status: 'sent',
      attempts: [{ outcome: 'accepted', n: 1 }],
      statuses: [],
    });
    await stage.pass(1_000);
    const after = (await call(key, 'GET', `/v1/messages/${id}`)).body;
    expect(after).toMatchObject({
      status: 'delivered',
      statuses: [{ status: 'sent' }, { status: 'delivered' }],
    });
    expect(
      (await call(key, 'GET', `/v1/messages?conversationId=${place.conversationId}`)).body.data,
    ).toHaveLength(1);
    expect((await call(key, 'GET', '/v1/messages?status=delivered&limit=5')).body.data).toMatchObject([
      { id },
    ]);
    expect((await call(key, 'GET', '/v1/messages?status=queued')).body.data).toEqual([]);
    expect(await call(key, 'POST', `/v1/messages/${id}/retry`)).toMatchObject({
      status: 409,
      body: { error: { code: 'not_retryable' } },
    });
    const stranger = keyFor(await stage.place());
    expect((await call(stranger, 'GET', `/v1/messages/${id}`)).status).toBe(404);
    expect((await call(stranger, 'GET', '/v1/messages')).body.data).toEqual([]);
  });

  it('answers 200 parallel requests of one key with one message', async () => {
    const place = await stage.place();
    const key = keyFor(place);
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        call(key, 'POST', '/v1/messages', hello(place), { 'idempotency-key': 'k1' }),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]!.status).toBe(201);
    expect(
      await call(key, 'POST', '/v1/messages', hello(place, 'other'), { 'idempotency-key': 'k1' }),
    ).toMatchObject({ status: 422 });
    expect((await call(key, 'GET', '/v1/messages')).body.data).toHaveLength(1);
  });

  it('refuses with reasons that say what to change', async () => {
    const place = await stage.place();
    const key = keyFor(place);
    expect(await call(key, 'POST', '/v1/messages', { type: 'text', text: { body: 'x' } })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request' } },
    });
    await stage.query(
      "update contacts set consent_service = 'out', consent_utility = 'out', consent_marketing = 'out' where id = $1",
      [place.contactId],
    );
    const refused = await call(key, 'POST', '/v1/messages', hello(place));
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'opted_out' } } });
    const asked = await call(key, 'GET', `/v1/can-send?contactId=${place.contactId}`);
    expect(asked.body).toMatchObject({ verdict: 'blocked', code: 'opted_out' });
    const narrow = keyFor(place, ['01920000-0000-7000-8000-000000000000']);
    expect((await call(narrow, 'POST', '/v1/messages', hello(place))).status).toBe(403);
    expect((await call(narrow, 'GET', '/v1/messages')).body.data).toEqual([]);
  });

  it('refuses a dedupeKey that named something else, and the keys of our own answers', async () => {
    const place = await stage.place();
    const other = await stage.person(place);
    const key = keyFor(place);
    const post = (body: object) => call(key, 'POST', '/v1/messages', body);
    const first = await post({ ...hello(place), dedupeKey: 'order-1' });
    expect(first.status).toBe(201);
    const same = await post({
      ...hello(place),
      to: undefined,
      contactId: place.contactId,
      dedupeKey: 'order-1',
    });
    expect(same).toMatchObject({ status: 201, body: { id: first.body.id } });
    for (const changed of [
      { ...hello(place, 'changed'), dedupeKey: 'order-1' },
      { ...hello(place), to: `+${other.phone}`, dedupeKey: 'order-1' },
    ])
      expect(await post(changed)).toMatchObject({
        status: 409,
        body: { error: { code: 'dedupe_mismatch' } },
      });
    for (const dedupeKey of ['auto-reply:wamid.X', 'consent:wamid.X'])
      expect(await post({ ...hello(place), dedupeKey })).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_request', details: { problems: [{ path: 'dedupeKey' }] } } },
      });
    expect((await call(key, 'GET', '/v1/messages')).body.data).toHaveLength(1);
  });

  it('takes one recipient only, and tells a key nothing about numbers that are not its own', async () => {
    const place = await stage.place();
    const key = keyFor(place);
    const asked = await call(
      key,
      'GET',
      `/v1/can-send?to=%2B${place.phone}&contactId=${place.contactId}&conversationId=${place.conversationId}`,
    );
    expect(asked).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 'invalid_request',
          details: { problems: [{ path: 'to' }, { path: 'contactId' }, { path: 'conversationId' }] },
        },
      },
    });
    const twice = { ...hello(place), contactId: place.contactId };
    expect((await call(key, 'POST', '/v1/messages', twice)).status).toBe(400);
    const narrow = keyFor(place, ['01920000-0000-7000-8000-000000000000']);
    for (const target of [
      `to=%2B${place.phone}`,
      `conversationId=${place.conversationId}`,
      `contactId=${place.contactId}&numberId=${place.numberId}`,
    ])
      expect((await call(narrow, 'GET', `/v1/can-send?${target}`)).status).toBe(404);
    const message = await stage.say(place, 'not theirs');
    for (const path of [`/v1/messages/${message}/retry`, `/v1/messages/${message}/read`])
      expect((await call(narrow, 'POST', path, {})).status).toBe(404);
    await stage.query("update numbers set status = 'pending' where id = $1", [place.numberId]);
    const refused = await call(narrow, 'POST', '/v1/messages', hello(place));
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    expect(JSON.stringify(refused.body)).not.toContain(place.numberId);
  });

  it('refuses whom WhatsApp refuses: a number that is none, and the number itself', async () => {
    const place = await stage.place();
    const key = keyFor(place);
    const [own] = await stage.query('select display_phone_number as phone from numbers where id = $1', [
      place.numberId,
    ]);
    await stage.query("update contacts set phone = regexp_replace($2, '\\D', '', 'g') where id = $1", [
      place.contactId,
      own!.phone,
    ]);
    const targets: [string, Record<string, string>][] = [
      ['to', { to: '+1234567890123456789' }],
      ['to', { to: '......' }],
      ['to', { to: '0651 234 567' }],
      ['to', { to: '12-34-56' }],
      ['to', { to: String(own!.phone) }],
      ['contactId', { contactId: place.contactId }],
    ];
    for (const [path, target] of targets) {
      const problem = { error: { code: 'invalid_request', details: { problems: [{ path }] } } };
      const refused = await call(key, 'POST', '/v1/messages', {
        ...target,
        type: 'text',
        text: { body: 'x' },
      });
      expect(refused).toMatchObject({ status: 400, body: problem });
      const asked = await call(key, 'GET', `/v1/can-send?${new URLSearchParams(target)}`);
      expect(asked).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
    }
    await stage.query("update numbers set display_phone_number = '+55 11 98765-4321' where id = $1", [
      place.numberId,
    ]);
    const refused = await call(key, 'POST', '/v1/messages', {
      to: '+55 11 8765 4321',
      type: 'text',
      text: { body: 'x' },
    });
    expect(refused.body).toMatchObject({
      error: { details: { problems: [{ path: 'to', message: expect.stringContaining('would send') }] } },
    });
    expect((await call(key, 'GET', '/v1/messages')).body.data).toEqual([]);
    expect(
      await stage.query("select phone from contacts where phone like '0%' or length(phone) < 7"),
    ).toEqual([]);
  });

  it('takes a number as people write it, international prefix and all, for the same person', async () => {
    const place = await stage.place();
    const key = keyFor(place);
    const asked = (to: string) => call(key, 'GET', `/v1/can-send?${new URLSearchParams({ to })}`);
    const [contact] = await stage.query('select phone from contacts where id = $1', [place.contactId]);
    for (const to of [`00${contact!.phone}`, `${contact!.phone}@c.us`, `+${contact!.phone}`])
      expect((await asked(to)).body).toMatchObject({ verdict: 'free-form' });
  });

  it('asking about a stranger makes no contact', async () => {
    const place = await stage.place();
    const key = keyFor(place);
    const before = await stage.query('select count(*) from contacts');
    expect((await call(key, 'GET', '/v1/can-send?to=%2B16505550001')).body).toMatchObject({
      verdict: 'template-needed',
      code: 'window_closed',
    });
    expect(
      (await call(key, 'GET', '/v1/can-send?to=%2B16505550001&template=hello_world&language=en_US')).body,
    ).toMatchObject({ verdict: 'free-form' });
    expect((await call(key, 'GET', '/v1/can-send')).status).toBe(400);
    // What a send would refuse is refused here too.
    expect((await call(key, 'GET', '/v1/can-send?to=12ab')).status).toBe(400);
    expect(await stage.query('select count(*) from contacts')).toEqual(before);
  });

  it('a read receipt reaches the phone', async () => {
    const place = await stage.place();
    const person = stage.sim.person(place.phone);
    const wamid = person.send('hi', place.phoneNumberId);
    await stage.pass(1_000);
    const handler = markReadHandler({
      db: stage.db,
      provider: () => stage.provider,
      delivery: { passBucket: async () => {} },
    });
    await handler.run(
      { workspaceId: place.workspaceId, numberId: place.numberId, providerMessageId: wamid, typing: true },
      { workspaceId: place.workspaceId, attempt: 1, log, signal: new AbortController().signal },
    );
    await until('two blue ticks', () =>
      person.chat(place.phoneNumberId).some((message) => JSON.stringify(message).includes('"read"')),
    );
  });
});
