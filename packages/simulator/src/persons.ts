/**
 * What people do: write, tap, react, read, move to another number.
 * Source: Meta "Messages webhook" reference (one page per type), "Business-scoped user IDs" for system messages.
 */
import { answerRequest, permissionEnd } from './call-permissions.ts';
import { applyReaction, emit, readByPerson } from './deliver.ts';
import { webhookError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import { saveChat, saveMessage, saveTick } from './keep.ts';
import { openWindow } from './limits.ts';
import { findMedia, mediaUrl, sha256, shareMedia } from './media.ts';
import {
  contactShape,
  movePerson,
  numbersOf,
  phoneVisible,
  presentPerson,
  rotateUserId,
  userIdFor,
} from './people.ts';
import type { NewMessage, Tick } from './phone-api.ts';
import { buttonsOf, toBubble, toContent } from './render.ts';
import {
  accountOf,
  type Chat,
  chatOf,
  type Message,
  type Num,
  type Person,
  seenChat,
  tell,
  type World,
} from './world.ts';

/** Sends what the person typed or tapped; the webhook goes out at once. */
export function personSends(world: World, person: Person, number: Num, content: NewMessage): Message {
  const context = content.type === 'reaction' ? null : (content.context ?? null);
  if (content.type === 'call_permission')
    answerRequest(world, chatOf(world, person, number), content.accepted);
  return personSendsRaw(world, person, number, contentShape(world, person, content), context);
}

/** Taps a button that opens an address: no webhook says so, the account's figures do. */
export function personTaps(world: World, message: Message, title: string): void {
  const buttons = buttonsOf(toContent(world, message));
  if (!buttons.some((button) => button.kind === 'url' && button.title === title))
    throw new RangeError('the message has no such button');
  message.taps = [...(message.taps ?? []), title];
  world.journal?.add(['taps', message.id, message.taps]);
}

/**
 * Sends any body a webhook can carry (`type` and its object, `referral`, `order`, `edit`, `revoke`, …); who, when
 * and id are added.
 */
export function personSendsRaw(
  world: World,
  person: Person,
  number: Num,
  body: JsonObject,
  contextId: string | null = null,
): Message {
  const chat = chatOf(world, person, number);
  const now = world.clock.now();
  const account = accountOf(world, number);
  const visible = phoneVisible(chat, now);
  const id = world.ids.wamid();
  const answered = contextId === null ? undefined : world.messages.get(contextId);
  const raw: JsonObject = {
    ...(contextId === null
      ? {}
      : {
          context: {
            from: answered?.from === 'person' ? (person.phone ?? undefined) : number.digits,
            id: contextId,
          },
        }),
    ...sender(world, chat, account.portfolioId),
    id,
    timestamp: String(Math.floor(now / 1000)),
    ...body,
  };
  const message: Message = {
    id,
    personId: person.id,
    numberId: number.id,
    from: 'person',
    type: String(body.type),
    raw,
    contextId,
    time: now,
    tick: 'pending',
    reactions: [],
    template: null,
  };
  shareMedia(world, number, raw);
  world.messages.set(id, message);
  saveMessage(world, message, message.type !== 'reaction');
  const target = message.type === 'reaction' ? applyReaction(world, raw, 'person') : undefined;
  if (message.type !== 'reaction') {
    chat.messages.push(message);
    tell(world, () => ({
      type: 'message',
      personId: person.id,
      numberId: number.id,
      message: toBubble(world, message),
    }));
  }
  tick(world, message, 'sent');
  // a blocked person sees one tick for ever and the business hears nothing
  if (number.blocked.has(person.id)) return target ?? message;
  openWindow(world, chat, now);
  if (visible) chat.lastByPhone = now;
  saveChat(world, chat);
  emit(
    world,
    number,
    { contacts: [contactShape(world, chat, account.portfolioId)], messages: [raw] },
    'messages',
    message.id,
  );
  return message;
}

/** Who it is from, as far as this business may know. */
export function sender(world: World, chat: Chat, portfolioId: string): JsonObject {
  const { person } = chat;
  return {
    ...(phoneVisible(chat, world.clock.now()) ? { from: person.phone } : {}),
    from_user_id: userIdFor(world, person, portfolioId),
    ...(person.parentUserId === null ? {} : { from_parent_user_id: person.parentUserId }),
  };
}

const ORDER: readonly Tick[] = ['pending', 'sent', 'delivered', 'read'];

/** Ticks never go back. */
export function tick(world: World, message: Message, next: Tick): void {
  if (ORDER.indexOf(next) <= ORDER.indexOf(message.tick)) return;
  message.tick = next;
  saveTick(world, message);
  tell(world, () => ({
    type: 'status',
    personId: message.personId,
    numberId: message.numberId,
    messageId: message.id,
    tick: next,
  }));
}

function file(world: World, id: string): JsonObject {
  const medium = findMedia(world, id);
  if (!medium) throw new RangeError(`no media ${id}: upload it first`);
  return {
    mime_type: medium.mimeType,
    sha256: sha256(medium, 'base64'),
    id: medium.id,
    url: mediaUrl(world, medium.id, 'webhook'),
  };
}

export function contentShape(world: World, person: Person, content: NewMessage): JsonObject {
  const caption = 'caption' in content && content.caption ? { caption: content.caption } : {};
  switch (content.type) {
    case 'text':
      return { text: { body: content.text }, type: 'text' };
    case 'image':
    case 'video':
      return { type: content.type, [content.type]: { ...caption, ...file(world, content.mediaId) } };
    case 'document': {
      const filename = content.filename ?? findMedia(world, content.mediaId)?.filename ?? 'file';
      return { type: 'document', document: { ...caption, filename, ...file(world, content.mediaId) } };
    }
    case 'audio':
      return { type: 'audio', audio: { ...file(world, content.mediaId), voice: content.voice ?? false } };
    case 'sticker':
      return {
        type: 'sticker',
        sticker: { ...file(world, content.mediaId), animated: content.animated ?? false },
      };
    case 'location':
      return {
        location: {
          latitude: content.latitude,
          longitude: content.longitude,
          name: content.name,
          address: content.address,
        },
        type: 'location',
      };
    case 'contacts':
      return {
        type: 'contacts',
        contacts: content.contacts.map((card): Json => {
          const [first = card.name, ...rest] = card.name.split(' ');
          const last = rest.length > 0 ? { last_name: rest.join(' ') } : {};
          return {
            name: { first_name: first, ...last, formatted_name: card.name },
            phones: card.phones.map((phone) => ({ phone, wa_id: phone.replace(/\D/g, ''), type: 'CELL' })),
            ...(card.emails.length > 0
              ? { emails: card.emails.map((email) => ({ email, type: 'HOME' })) }
              : {}),
            ...(content.origin === undefined ? {} : { origin: content.origin }),
          };
        }),
      };
    case 'reaction':
      return {
        type: 'reaction',
        reaction: {
          message_id: content.messageId,
          ...(content.emoji === '' ? {} : { emoji: content.emoji }),
        },
      };
    case 'button_reply':
      return {
        type: 'interactive',
        interactive: { type: 'button_reply', button_reply: { id: content.id, title: content.title } },
      };
    case 'list_reply':
      return {
        type: 'interactive',
        interactive: {
          type: 'list_reply',
          list_reply: { id: content.id, title: content.title, description: content.description },
        },
      };
    case 'flow_reply':
      return {
        type: 'interactive',
        interactive: {
          type: 'nfm_reply',
          nfm_reply: { response_json: content.response, body: 'Sent', name: content.name ?? 'flow' },
        },
      };
    case 'call_permission':
      return {
        type: 'interactive',
        interactive: {
          type: 'call_permission_reply',
          call_permission_reply: {
            response: content.accepted ? 'accept' : 'reject',
            ...(content.accepted
              ? { is_permanent: false, expiration_timestamp: permissionEnd(world) / 1000 }
              : {}),
            response_source: 'user_action',
          },
        },
      };
    case 'template_button':
      return { type: 'button', button: { payload: content.payload, text: content.text } };
    case 'unsupported':
      return {
        errors: [{ ...webhookError(131051, 'Message type is currently not supported.'), href: undefined }],
        type: 'unsupported',
        unsupported: { type: 'poll' },
      };
    default:
      throw new RangeError(
        `a person cannot send ${String((content as { type?: unknown }).type)} (${person.id})`,
      );
  }
}

/** Reads everything that arrived from this number. */
export function personReads(world: World, person: Person, number: Num): void {
  for (const message of seenChat(world, person, number).messages)
    if (message.from === 'business') readByPerson(world, message);
}

/** The business marks a message read: this one and all before it turn blue. */
export function businessReads(world: World, number: Num, message: Message, typing: boolean): void {
  const person = world.people.get(message.personId);
  if (!person) return;
  const chat = chatOf(world, person, number);
  for (const known of chat.messages) {
    if (known.from === 'person') tick(world, known, 'read');
    if (known === message) break;
  }
  if (!typing) return;
  // shown until an answer comes, or 25 seconds
  const until = world.clock.now() + 25_000;
  chat.typingUntil = until;
  tell(world, () => ({ type: 'typing', personId: person.id, numberId: number.id, until }));
}

/** New phone number: a `system` message (without contacts) to every number the person has written with. */
export function changeNumber(world: World, person: Person, phone: string): void {
  announce(world, person, () => movePerson(world, person, phone));
}

/** New user id, phone not shared. */
export function rotate(world: World, person: Person): void {
  announce(world, person, () => rotateUserId(world, person));
}

function announce(world: World, person: Person, change: () => void): void {
  const before = numbersOf(world, person).map((number) => {
    const chat = chatOf(world, person, number);
    const portfolio = accountOf(world, number).portfolioId;
    return {
      number,
      chat,
      portfolio,
      from: sender(world, chat, portfolio),
      userId: userIdFor(world, person, portfolio),
    };
  });
  const { phone: oldPhone, parentUserId: oldParent } = person;
  change();
  const moved = person.phone !== oldPhone;
  for (const { number, chat, portfolio, from, userId } of before) {
    const now = world.clock.now();
    const shown = moved && from.from !== undefined;
    const body = shown
      ? `User ${person.name} changed from ${oldPhone} to ${person.phone}`
      : `User ${person.name} changed user ID`;
    const raw: JsonObject = {
      ...from,
      id: world.ids.wamid(),
      timestamp: String(Math.floor(now / 1000)),
      system: {
        body,
        ...(shown ? { wa_id: person.phone } : {}),
        user_id: userIdFor(world, person, portfolio),
        previous_user_id: userId,
        ...(oldParent === null
          ? {}
          : { parent_user_id: person.parentUserId, previous_parent_user_id: oldParent }),
        type: shown ? 'user_changed_number' : 'user_changed_user_id',
      },
      type: 'system',
    };
    const message: Message = {
      id: String(raw.id),
      personId: person.id,
      numberId: number.id,
      from: 'person',
      type: 'system',
      raw,
      contextId: null,
      time: now,
      tick: 'sent',
      reactions: [],
      template: null,
    };
    world.messages.set(message.id, message);
    chat.messages.push(message);
    saveMessage(world, message, true);
    emit(world, number, { messages: [raw] });
  }
  tell(world, () => ({ type: 'person', person: presentPerson(person) }));
}

/** Coexistence: the business answers from its own phone app, and the API hears an echo. */
export function echo(world: World, person: Person, number: Num, text: string): Message {
  const chat = chatOf(world, person, number);
  const account = accountOf(world, number);
  const now = world.clock.now();
  const raw: JsonObject = {
    from: number.digits,
    ...(phoneVisible(chat, now) ? { to: person.phone } : {}),
    to_user_id: userIdFor(world, person, account.portfolioId),
    ...(person.parentUserId === null ? {} : { to_parent_user_id: person.parentUserId }),
    id: world.ids.wamid(),
    timestamp: String(Math.floor(now / 1000)),
    type: 'text',
    text: { body: text },
  };
  const message: Message = {
    id: String(raw.id),
    personId: person.id,
    numberId: number.id,
    from: 'business',
    type: 'text',
    raw,
    contextId: null,
    time: now,
    tick: 'delivered',
    reactions: [],
    template: null,
  };
  world.messages.set(message.id, message);
  chat.messages.push(message);
  saveMessage(world, message, true);
  tell(world, () => ({
    type: 'message',
    personId: person.id,
    numberId: number.id,
    message: toBubble(world, message),
  }));
  emit(
    world,
    number,
    { contacts: [contactShape(world, chat, account.portfolioId)], message_echoes: [raw] },
    'smb_message_echoes',
  );
  return message;
}
