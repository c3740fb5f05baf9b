import { expect, test } from 'vitest';
import { asArray, asObject } from './json.ts';
import { ACCOUNT, idOf, NUMBER, stage } from './test-stage.ts';

const K = 'key=admin-key';

test('the page needs the key, once; then a cookie', async () => {
  const on = await stage();
  const bare = { authorization: '' };
  expect((await on.call('GET', '/phone', undefined, bare)).status).toBe(401);
  expect((await on.call('GET', '/phone?key=nope', undefined, bare)).status).toBe(401);
  const entered = await on.call('GET', `/phone?${K}`, undefined, bare);
  expect([entered.status, entered.headers?.get('location')]).toEqual([303, '/phone']);
  const cookie = entered.headers?.get('set-cookie') ?? '';
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
  const with_ = { ...bare, cookie: cookie.split(';')[0] ?? '' };
  expect((await on.call('GET', '/_phone/api/people', undefined, with_)).status).toBe(200);
  expect((await on.call('GET', '/phone/..%2Findex.ts', undefined, with_)).status).toBe(404);
  const font = await on.call('GET', '/phone/noto-sans-arabic-arabic-400-normal.woff2', undefined, with_);
  expect([font.status, font.headers?.get('content-type')]).toEqual([200, 'font/woff2']);
  expect((await on.call('GET', '/phone/inter-none.woff2', undefined, with_)).status).toBe(404);
});

test('a conversation through the page’s API, with the stream', async () => {
  const on = await stage();
  const api = (method: string, path: string, body?: unknown) =>
    on.call(method, `/_phone/api/${path}${path.includes('?') ? '&' : '?'}${K}`, body);
  const made = await api('POST', 'people', { name: 'Ana', phone: '+15550100001' });
  const id = String(asObject(made.json.person).id);
  expect(asArray((await api('GET', 'numbers')).json.numbers)).toMatchObject([
    { id: NUMBER, quality: 'GREEN' },
  ]);

  const stop = new AbortController();
  const stream = await fetch(`${on.sim.url}/_phone/api/stream?person=${id}&${K}`, { signal: stop.signal });
  const events: string[] = [];
  const reading = (async () => {
    for await (const chunk of stream.body ?? []) events.push(Buffer.from(chunk).toString());
  })().catch(() => {});

  const chat = `chats/${id}/${NUMBER}`;
  const sent = await api('POST', `${chat}/messages`, { type: 'text', text: 'hello' });
  expect(sent.status).toBe(201);
  await on.send({
    to: '+15550100001',
    type: 'interactive',
    interactive: {
      type: 'button',
      body: { text: '?' },
      action: { buttons: [{ type: 'reply', reply: { id: 'y', title: 'Yes' } }] },
    },
  });
  await on.sim.advance(1000);
  await api('POST', `${chat}/read`);
  const shown = await api('GET', chat);
  expect(shown.json).toMatchObject({
    typingUntil: null,
    windowUntil: expect.any(Number),
    hasWindow: true,
    messages: [
      { direction: 'outgoing', tick: 'delivered', content: { type: 'text', body: 'hello' } },
      {
        direction: 'incoming',
        read: true,
        content: { type: 'interactive', kind: 'button', buttons: [{ kind: 'reply', id: 'y', title: 'Yes' }] },
      },
    ],
  });
  const reacted = await api('POST', `${chat}/messages`, {
    type: 'reaction',
    messageId: String(asObject(asArray(shown.json.messages)[1]).id),
    emoji: '👍',
  });
  expect(reacted.json.message).toMatchObject({
    direction: 'incoming',
    reactions: [{ from: 'person', emoji: '👍' }],
  });

  expect((await api('POST', 'faults', { id: 'drop_webhook', count: 2 })).json.faults).toContainEqual(
    expect.objectContaining({ id: 'drop_webhook', remaining: 2, name: 'Lose a webhook' }),
  );
  expect((await api('POST', 'faults', { id: 'nope' })).status).toBe(400);
  expect((await api('POST', `${chat}/messages`, { type: 'text' })).json).toEqual({
    error: { message: 'text must be a string.' },
  });
  expect((await api('POST', `${chat}/messages`, { type: 'image', mediaId: '1' })).status).toBe(400);
  expect((await api('GET', `chats/nobody/${NUMBER}`)).status).toBe(404);

  while (!events.join('').includes('event: fault')) await api('GET', 'people');
  stop.abort();
  await reading;
  const kinds = [...events.join('').matchAll(/^event: (\w+)$/gm)].map((match) => match[1]);
  expect(new Set(kinds)).toEqual(new Set(['message', 'window', 'status', 'reaction', 'fault']));
});

test('a file goes up and comes down, sandboxed', async () => {
  const on = await stage();
  const up = await on.call('POST', `/_phone/api/media?${K}`, new Uint8Array([1, 2, 3]), {
    'content-type': 'application/pdf',
    'x-filename': encodeURIComponent('Grüße.pdf'),
  });
  expect(up.json).toMatchObject({ mimeType: 'application/pdf', filename: 'Grüße.pdf', size: 3 });
  const down = await on.call('GET', `/_phone/api/media/${String(up.json.id)}?${K}`);
  expect([down.status, down.headers?.get('content-type')]).toEqual([200, 'application/pdf']);
  expect(down.headers?.get('content-security-policy')).toContain('sandbox');
});

test('a template arrives filled in, its quick reply answers with the payload', async () => {
  const on = await stage();
  const person = on.sim.person(on.sim.addPerson({ phone: '+15550100001' }).id);
  const answer = await on.send({
    to: '+15550100001',
    type: 'template',
    template: {
      name: 'order_update',
      language: { code: 'en_US' },
      components: [
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Ana' },
            { type: 'text', text: 'A-1' },
          ],
        },
        {
          type: 'button',
          sub_type: 'quick_reply',
          index: '1',
          parameters: [{ type: 'payload', payload: 'WHERE' }],
        },
      ],
    },
  });
  await on.sim.advance(1000);
  expect(on.sim.messagesTo('+15550100001')).toMatchObject([
    { text: 'Hi Ana, your order A-1 is on its way.' },
  ]);
  person.tapButton(idOf(answer), 'Where is it?');
  await on.sim.idle();
  expect(on.inbound()).toMatchObject([
    {
      type: 'button',
      button: { payload: 'WHERE', text: 'Where is it?' },
      context: { id: idOf(answer), from: '15550783881' },
    },
  ]);
});

test('a button that opens an address is counted in the figures of its template', async () => {
  const on = await stage();
  const template = on.sim.addTemplate(ACCOUNT, {
    name: 'shop',
    components: [
      { type: 'BODY', text: 'Come in.' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'URL', text: 'Shop now', url: 'https://shop.example/{{1}}' },
          { type: 'QUICK_REPLY', text: 'No' },
        ],
      },
    ],
  });
  const { id: person } = on.sim.addPerson({ phone: '+15550100001' });
  const parameters = [{ type: 'text', text: 'spring' }];
  const sent = await on.send({
    to: '+15550100001',
    type: 'template',
    template: {
      name: 'shop',
      language: { code: 'en_US' },
      components: [{ type: 'button', sub_type: 'url', index: 0, parameters }],
    },
  });
  await on.sim.advance(1000);
  const tap = (title: string) =>
    on.call('POST', `/_phone/api/chats/${person}/${NUMBER}/tap?${K}`, { messageId: idOf(sent), title });
  expect((await tap('Shop now')).status).toBe(200);
  on.sim.person(person).openAddress(idOf(sent), 'Shop now');
  expect((await tap('No')).status).toBe(400);
  const now = Math.floor(on.clock.now() / 1000);
  const query = `start=${now - 60}&end=${now + 60}&granularity=daily&template_ids=[${template.id}]`;
  const told = await on.call('GET', `/v24.0/${ACCOUNT}/template_analytics?${query}`);
  expect(JSON.stringify(told.json)).toContain(
    '"clicked":[{"type":"url_button","button_content":"Shop now","count":2},{"type":"unique_url_button","button_content":"Shop now","count":1}]',
  );
});

test('reset forgets people and messages, keeps numbers', async () => {
  const on = await stage();
  on.sim.person(on.sim.addPerson({ phone: '+15550100001' }).id).send('hi');
  await on.sim.idle();
  await on.call('POST', `/_sim/reset?${K}`);
  expect(on.sim.people()).toEqual([]);
  expect((await on.call('GET', `/_sim/state?${K}`)).json).toMatchObject({
    people: 0,
    messages: 0,
    numbers: [{ id: NUMBER }],
  });
});
