/** Somebody with a phone in hand: what a test or the admin API lets a person do, and what lies on the phone. */
import { openCall, personAnswers, personCalls, personHangsUp } from './calls.ts';
import { playedByPerson, readByPerson } from './deliver.ts';
import { saysInGroup } from './groups.ts';
import type { JsonObject } from './json.ts';
import { savePerson } from './keep.ts';
import { personMedia } from './media.ts';
import { byPhone, presentPerson } from './people.ts';
import { changeNumber, personReads, personSends, personSendsRaw, personTaps, rotate } from './persons.ts';
import type { NewMessage, PhoneContent, PhoneMessage } from './phone-api.ts';
import { buttonsOf, toBubble, toContent } from './render.ts';
import { type Message, type Num, type Person, seenChat, tell, type World } from './world.ts';

/** A message as it lies on a person's phone. */
export interface Arrived {
  id: string;
  /** phone_number_id it came from */
  from: string;
  type: string;
  /** The text, caption or body; '' when there is none. */
  text: string;
  content: PhoneContent;
  /** The body that was POSTed. */
  raw: JsonObject;
  /** biz_opaque_callback_data */
  opaque: string | null;
  contextId: string | null;
  time: number;
}

/** Somebody with a phone in hand. `to` may be left out while there is one number only. */
export interface PersonHandle {
  readonly id: string;
  readonly name: string;
  readonly phone: string | null;
  readonly userId: string;
  readonly username: string | null;
  /** Returns the message's id (wamid). A string is a text. */
  send(message: NewMessage | string, to?: string): string;
  /** Sends a body as the webhook carries it: orders, ad referrals, edits, … Who, when and id are added. */
  sendRaw(body: JsonObject, to?: string): string;
  /** Says something in a group; the person's own chat hears nothing of it. */
  sendToGroup(groupId: string, message: NewMessage | string, to?: string): string;
  /** Reads all that arrived. */
  read(to?: string): void;
  /** Reads one message. */
  readMessage(messageId: string): void;
  /** Listens to a voice message: read, then played. */
  play(messageId: string): void;
  /** Taps a button of a message by title or position; returns the answer's id. */
  tapButton(messageId: string, button: string | number): string;
  /** Taps a button that opens an address, by its words; nothing is sent, the account's figures count it. */
  openAddress(messageId: string, button: string): void;
  /** Picks a row of a list by id or title. */
  pickRow(messageId: string, row: string): string;
  /** Rings the business; returns the call's id. */
  call(to?: string): string;
  /** Answers the business's call. */
  answerCall(to?: string): void;
  /** Declines it, ends it, or stops ringing. */
  hangUp(to?: string): void;
  /** '' takes it away. */
  react(messageId: string, emoji: string): void;
  /** Keeps a file on the phone; returns the id to send. */
  addMedia(bytes: Uint8Array, mimeType: string, filename?: string): string;
  changeNumber(phone?: string): void;
  rotateUserId(): void;
  setUsername(username: string | null): void;
  /** The chat as the phone shows it. */
  chat(to?: string): PhoneMessage[];
}

export function lookUp(world: World, who: string): Person | undefined {
  const digits = who.replace(/[+\-() ]/g, '');
  const phone = /^\d{5,15}$/.test(digits) ? byPhone(world, digits) : undefined;
  return world.people.get(who) ?? phone ?? [...world.people.values()].find((person) => person.userId === who);
}

export function find(world: World, who: string): Person {
  const person = lookUp(world, who);
  if (!person) throw new RangeError(`there is nobody with id, phone or user id ${who}`);
  return person;
}

export function numberFor(world: World, to: string | undefined): Num {
  const number =
    to === undefined
      ? world.numbers.size === 1
        ? world.numbers.values().next().value
        : undefined
      : world.numbers.get(to);
  if (!number) throw new RangeError(to === undefined ? 'say to which number' : `there is no number ${to}`);
  return number;
}

export function arrived(world: World, message: Message): Arrived {
  const content = toContent(world, message);
  return {
    id: message.id,
    from: message.numberId,
    type: message.type,
    text: 'body' in content ? content.body : 'caption' in content ? (content.caption ?? '') : '',
    content,
    raw: message.raw,
    opaque:
      typeof message.raw.biz_opaque_callback_data === 'string' ? message.raw.biz_opaque_callback_data : null,
    contextId: message.contextId,
    time: message.time,
  };
}

export function handle(world: World, person: Person): PersonHandle {
  const received = (id: string): Message => {
    const message = world.messages.get(id);
    if (!message || message.personId !== person.id) throw new RangeError(`no message ${id} on this phone`);
    return message;
  };
  const current = (to: string | undefined): Message => {
    const open = openCall(seenChat(world, person, numberFor(world, to)));
    if (!open) throw new RangeError('no call is under way');
    return open;
  };
  const send = (message: NewMessage, number: Num) => personSends(world, person, number, message).id;
  const asMessage = (message: NewMessage | string): NewMessage =>
    typeof message === 'string' ? { type: 'text', text: message } : message;
  const answer = (to: Message, message: NewMessage) =>
    send({ ...message, context: to.id }, numberFor(world, to.numberId));
  return {
    id: person.id,
    get name() {
      return person.name;
    },
    get phone() {
      return person.phone;
    },
    get userId() {
      return person.userId;
    },
    get username() {
      return person.username;
    },
    send: (message, to) => send(asMessage(message), numberFor(world, to)),
    sendToGroup: (groupId, message, to) =>
      saysInGroup(world, person, numberFor(world, to), groupId, asMessage(message)),
    sendRaw: (body, to) => personSendsRaw(world, person, numberFor(world, to), body).id,
    read: (to) => personReads(world, person, numberFor(world, to)),
    readMessage: (id) => readByPerson(world, received(id)),
    play: (id) => playedByPerson(world, received(id)),
    tapButton(id, wanted) {
      const message = received(id);
      const buttons = buttonsOf(toContent(world, message));
      const button =
        typeof wanted === 'number'
          ? buttons[wanted]
          : buttons.find((candidate) => candidate.title === wanted);
      if (!button)
        throw new RangeError(
          `message ${id} has no button ${wanted}; it has: ${buttons.map((known) => known.title).join(', ')}`,
        );
      switch (button.kind) {
        case 'reply':
          return answer(message, { type: 'button_reply', id: button.id, title: button.title });
        case 'quick_reply':
          return answer(message, { type: 'template_button', payload: button.payload, text: button.title });
        case 'flow':
          return answer(message, {
            type: 'flow_reply',
            response: JSON.stringify({ flow_token: button.flowToken }),
          });
        case 'send_location':
          return answer(message, { type: 'location', latitude: 48.137, longitude: 11.575 });
        case 'allow_calls':
          return answer(message, { type: 'call_permission', accepted: button.accepted });
        case 'share_contact':
          return answer(message, {
            type: 'contacts',
            origin: 'contact_request',
            contacts: [{ name: person.name, phones: person.phone ? [`+${person.phone}`] : [], emails: [] }],
          });
        default:
          throw new RangeError(`button ${button.title} (${button.kind}) sends nothing`);
      }
    },
    openAddress: (id, title) => personTaps(world, received(id), title),
    pickRow(id, wanted) {
      const message = received(id);
      const content = toContent(world, message);
      const rows =
        content.type === 'interactive'
          ? (content.list?.sections.flatMap((section) => section.rows) ?? [])
          : [];
      const row = rows.find((candidate) => candidate.id === wanted || candidate.title === wanted);
      if (!row) throw new RangeError(`message ${id} has no row ${wanted}`);
      return answer(message, { type: 'list_reply', ...row });
    },
    call: (to) => personCalls(world, person, numberFor(world, to)).id,
    answerCall: (to) => personAnswers(world, current(to)),
    hangUp: (to) => personHangsUp(world, current(to)),
    react(id, emoji) {
      send({ type: 'reaction', messageId: id, emoji }, numberFor(world, received(id).numberId));
    },
    addMedia: (bytes, mimeType, filename) =>
      personMedia(world, { bytes: Buffer.from(bytes), mimeType, filename: filename ?? null }).id,
    changeNumber: (phone = '') => changeNumber(world, person, phone),
    rotateUserId: () => rotate(world, person),
    setUsername(username) {
      person.username = username;
      savePerson(world, person);
      tell(world, () => ({ type: 'person', person: presentPerson(person) }));
    },
    chat: (to) =>
      seenChat(world, person, numberFor(world, to)).messages.map((message) => toBubble(world, message)),
  };
}
