/** The phone page and its API; the contract is `phone-api.ts`. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { openCall, personAnswers, personCalls, personHangsUp } from './calls.ts';
import { isFaultId } from './faults.ts';
import { type Call, HttpError, hasKey, readBody, readObject, safeDecode, sendJson } from './http.ts';
import type { JsonObject } from './json.ts';
import { windowUntil } from './limits.ts';
import { findMedia, personMedia } from './media.ts';
import { addPerson, phoneVisible, presentPerson } from './people.ts';
import { personReads, personSends, personTaps } from './persons.ts';
import type { NewMessage, NewPerson, PhoneChat, PhoneEvent, PhoneNumber } from './phone-api.ts';
import { toBubble } from './render.ts';
import { type Chat, type Message, type Num, type Person, seenChat, type World } from './world.ts';

const require = createRequire(import.meta.url);

const FILES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
};
/** Fonts of the page by how their files begin: those of the inbox. */
const FONTS: Record<string, string> = {
  'inter-': '@fontsource-variable/inter',
  'noto-sans-arabic-': '@fontsource/noto-sans-arabic',
  'noto-sans-devanagari-': '@fontsource/noto-sans-devanagari',
};

/** `/phone`: with `?key=` it sets the cookie and goes on without the key in the address. */
export async function phonePage(call: Call, adminKey: string): Promise<void> {
  const { res, query, path } = call;
  if (query.has('key')) {
    if (!hasKey(call, adminKey)) throw new HttpError(401, 'This key is not the simulator’s.');
    res.writeHead(303, {
      location: '/phone',
      'set-cookie': `sim_key=${encodeURIComponent(adminKey)}; HttpOnly; SameSite=Strict; Path=/`,
      'cache-control': 'no-store',
    });
    res.end();
    return;
  }
  if (!hasKey(call, adminKey)) throw new HttpError(401, 'Open /phone?key=… with the simulator’s key.');
  const name = path === '/phone' || path === '/phone/' ? 'index.html' : path.slice('/phone/'.length);
  const type = FILES[name.split('.').at(-1) ?? ''];
  if (!type || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name)) throw new HttpError(404, 'There is no such file.');
  const font = Object.keys(FONTS).find((begin) => name.startsWith(begin));
  let bytes: Buffer;
  try {
    bytes = await readFile(
      font && type === FILES.woff2
        ? require.resolve(`${FONTS[font]}/files/${name}`)
        : new URL(`./phone/${name}`, import.meta.url),
    );
  } catch {
    throw new HttpError(404, 'There is no such file.');
  }
  res.writeHead(200, {
    'content-type': type,
    'content-length': bytes.length,
    // files change with the checkout, and there are ten of them
    'cache-control': type === FILES.woff2 ? 'private, max-age=86400' : 'no-store',
    'content-security-policy':
      "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  res.end(bytes);
}

function personOf(world: World, id: string): Person {
  const person = world.people.get(id);
  if (!person) throw new HttpError(404, `There is no person ${id}.`);
  return person;
}

function numberOf(world: World, id: string): Num {
  const number = world.numbers.get(id);
  if (!number) throw new HttpError(404, `There is no number ${id}.`);
  return number;
}

/** Hidden is said over all chats: true when no business knows the phone. */
function present(world: World, person: Person) {
  const shown = presentPerson(person);
  if (!shown.phoneHidden || person.phone === null) return shown;
  const known = [...world.chats.values()].some(
    (chat) => chat.person === person && phoneVisible(chat, world.clock.now()),
  );
  return { ...shown, phoneHidden: !known };
}

function presentNumber(number: Num): PhoneNumber {
  return {
    id: number.id,
    displayPhoneNumber: number.displayPhoneNumber,
    verifiedName: number.verifiedName,
    accountId: number.accountId,
    quality: number.quality,
  };
}

function presentChat(world: World, chat: Chat): PhoneChat {
  const now = world.clock.now();
  return {
    person: present(world, chat.person),
    number: presentNumber(chat.number),
    messages: chat.messages.map((message) => toBubble(world, message)),
    typingUntil: chat.typingUntil !== null && chat.typingUntil > now ? chat.typingUntil : null,
    windowUntil: windowUntil(chat, now),
    hasWindow: chat.number.hasWindow,
  };
}

/** Checks by hand what the page sends; wrong shapes become a sentence. */
export function newMessage(body: JsonObject): NewMessage {
  const need: Record<string, readonly [string, string][]> = {
    text: [['text', 'string']],
    image: [['mediaId', 'string']],
    video: [['mediaId', 'string']],
    document: [['mediaId', 'string']],
    audio: [['mediaId', 'string']],
    sticker: [['mediaId', 'string']],
    location: [
      ['latitude', 'number'],
      ['longitude', 'number'],
    ],
    contacts: [],
    reaction: [
      ['messageId', 'string'],
      ['emoji', 'string'],
    ],
    button_reply: [
      ['id', 'string'],
      ['title', 'string'],
    ],
    list_reply: [
      ['id', 'string'],
      ['title', 'string'],
    ],
    flow_reply: [['response', 'string']],
    template_button: [
      ['payload', 'string'],
      ['text', 'string'],
    ],
    call_permission: [['accepted', 'boolean']],
    unsupported: [],
  };
  const fields = need[String(body.type)];
  if (!fields) throw new HttpError(400, `type must be one of ${Object.keys(need).join(', ')}.`);
  for (const [key, type] of fields)
    if (typeof body[key] !== type) throw new HttpError(400, `${key} must be a ${type}.`);
  if (body.context !== undefined && typeof body.context !== 'string')
    throw new HttpError(400, 'context must be a message id.');
  if (body.type === 'contacts') {
    const cards = Array.isArray(body.contacts) ? body.contacts : [];
    const fine =
      cards.length > 0 &&
      cards.every(
        (card) =>
          typeof card === 'object' &&
          card !== null &&
          !Array.isArray(card) &&
          typeof card.name === 'string' &&
          Array.isArray(card.phones),
      );
    if (!fine) throw new HttpError(400, 'contacts must be a list of { name, phones, emails }.');
    const full = cards.map((card) => ({ emails: [], ...(card as JsonObject) }));
    return { ...body, contacts: full } as unknown as NewMessage;
  }
  return body as unknown as NewMessage;
}

/** What a person does with the telephone: start, answer, hang_up. */
export function callBy(world: World, person: Person, number: Num, what: unknown): Message {
  if (what === 'start') return personCalls(world, person, number);
  const open = openCall(seenChat(world, person, number));
  if (what !== 'answer' && what !== 'hang_up')
    throw new HttpError(400, 'do must be one of start, answer, hang_up.');
  if (!open) throw new HttpError(400, 'There is no call under way.');
  if (what === 'answer') personAnswers(world, open);
  else personHangsUp(world, open);
  return open;
}

/** Everything under `/_phone/api/`; the caller has checked the key. */
export async function phoneApi(world: World, call: Call): Promise<void> {
  const { method, req, res } = call;
  res.setHeader('cache-control', 'no-store');
  res.setHeader('x-content-type-options', 'nosniff');
  const [what = '', a = '', b = '', verb = ''] = call.path
    .slice('/_phone/api/'.length)
    .split('/')
    .map(safeDecode);
  const route = `${method} ${what}${a ? '/:a' : ''}${b ? '/:b' : ''}${verb ? `/${verb}` : ''}`;
  switch (route) {
    case 'GET people':
      return sendJson(res, 200, {
        people: [...world.people.values()].map((person) => present(world, person)),
      });
    case 'POST people': {
      const body = await readObject(req);
      if (typeof body.name !== 'string' || body.name.trim() === '')
        throw new HttpError(400, 'Give the person a name.');
      const optional = (key: 'phone' | 'userId' | 'username'): Partial<NewPerson> =>
        typeof body[key] === 'string' && body[key] !== '' ? { [key]: body[key] } : {};
      const person = addPerson(world, {
        name: body.name,
        ...optional('phone'),
        ...optional('userId'),
        ...optional('username'),
      });
      return sendJson(res, 201, { person: present(world, person) });
    }
    case 'GET numbers':
      return sendJson(res, 200, { numbers: [...world.numbers.values()].map(presentNumber) });
    case 'GET chats/:a/:b':
      return sendJson(res, 200, presentChat(world, seenChat(world, personOf(world, a), numberOf(world, b))));
    case 'POST chats/:a/:b/messages': {
      const person = personOf(world, a);
      const number = numberOf(world, b);
      const content = newMessage(await readObject(req));
      const message = personSends(world, person, number, content);
      const shown =
        content.type === 'reaction' ? (world.messages.get(content.messageId) ?? message) : message;
      return sendJson(res, 201, { message: toBubble(world, shown) });
    }
    case 'POST chats/:a/:b/call': {
      const message = callBy(world, personOf(world, a), numberOf(world, b), (await readObject(req)).do);
      return sendJson(res, 201, { message: toBubble(world, message) });
    }
    case 'POST chats/:a/:b/tap': {
      const { messageId, title } = await readObject(req);
      const { messages } = seenChat(world, personOf(world, a), numberOf(world, b));
      const message = messages.find((one) => one.id === messageId && one.from === 'business');
      if (!message) throw new HttpError(404, 'There is no such message.');
      personTaps(world, message, String(title));
      return sendJson(res, 200, { ok: true });
    }
    case 'POST chats/:a/:b/read':
      personReads(world, personOf(world, a), numberOf(world, b));
      return sendJson(res, 200, { ok: true });
    case 'POST media': {
      const bytes = await readBody(req);
      if (bytes.length === 0) throw new HttpError(400, 'The file is empty.');
      const name = req.headers['x-filename'];
      const medium = personMedia(world, {
        bytes,
        mimeType: req.headers['content-type'] ?? 'application/octet-stream',
        filename: typeof name === 'string' ? safeDecode(name) : null,
      });
      return sendJson(res, 201, {
        id: medium.id,
        mimeType: medium.mimeType,
        filename: medium.filename,
        size: bytes.length,
      });
    }
    case 'GET media/:a': {
      const medium = findMedia(world, a);
      if (!medium) throw new HttpError(404, 'This file is gone.');
      res.writeHead(200, {
        'content-type': medium.mimeType,
        'content-length': medium.bytes.length,
        // a file from the other side must not run as a page of this origin
        'content-security-policy': "default-src 'none'; sandbox",
      });
      res.end(medium.bytes);
      return;
    }
    case 'GET stream':
      return stream(world, call);
    case 'GET faults':
      return sendJson(res, 200, { faults: world.faults.list() });
    case 'POST faults': {
      armFault(world, await readObject(req));
      return sendJson(res, 200, { faults: world.faults.list() });
    }
    default:
      throw new HttpError(404, `There is no ${method} ${call.path}.`);
  }
}

export function armFault(world: World, body: JsonObject): void {
  const id = String(body.id);
  if (!isFaultId(id)) throw new HttpError(400, `There is no fault ${id}.`);
  const string = (key: string) =>
    body[key] === undefined || body[key] === null ? {} : { [key]: String(body[key]) };
  const number = (key: string) => (typeof body[key] === 'number' ? { [key]: body[key] } : {});
  world.faults.arm(id, {
    ...number('count'),
    ...number('probability'),
    ...string('value'),
    ...string('personId'),
    ...string('numberId'),
  });
}

function stream(world: World, call: Call): void {
  const { res, query } = call;
  const personId = query.get('person');
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    connection: 'keep-alive',
  });
  res.write(': listening\n\n');
  const watcher = (event: PhoneEvent) => {
    if (personId !== null && 'personId' in event && event.personId !== personId) return;
    res.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  world.watchers.add(watcher);
  res.on('close', () => world.watchers.delete(watcher));
}
