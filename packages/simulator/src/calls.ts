/**
 * Calls, either way: who rings whom, what becomes of it, and what the webhooks of field `calls` say. Nothing is heard:
 * the session descriptions are passed on and no sound flows.
 * Source: Meta "WhatsApp Business Calling API": user-initiated calls, business-initiated calls, call permissions.
 *
 * A call lies in the chat as a message of type `call`: ringing → connected → ended, or ringing → missed | declined.
 */
import {
  allowCalls,
  CALLS_A_DAY,
  connectedToday,
  factsOf,
  mayCall,
  type PhoneCall,
  permissionEnd,
} from './call-permissions.ts';
import { emit } from './deliver.ts';
import { GraphError } from './errors.ts';
import type { JsonObject } from './json.ts';
import { saveMessage } from './keep.ts';
import { openWindow } from './limits.ts';
import { contactShape, phoneVisible, userIdFor } from './people.ts';
import { toBubble } from './render.ts';
import {
  accountOf,
  type Chat,
  chatOf,
  type Message,
  type Num,
  type Person,
  tell,
  type World,
} from './world.ts';

/** Who does not answer in that time was not there. */
const RING_MS = 60_000;

const SDP = 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';

const isOpen = (message: Message): boolean =>
  message.type === 'call' && ['ringing', 'connected'].includes(factsOf(message).state);

export function openCall(chat: Chat): Message | undefined {
  return chat.messages.findLast(isOpen);
}

function place(world: World, message: Message): Chat {
  const person = world.people.get(message.personId);
  const number = world.numbers.get(message.numberId);
  if (!person || !number) throw new RangeError(`the call ${message.id} has lost its people`);
  return chatOf(world, person, number);
}

/** Changes a call, keeps it and shows it on the phone. */
function change(world: World, message: Message, facts: Partial<PhoneCall>): void {
  message.raw = { call: { ...factsOf(message), ...facts } as unknown as JsonObject };
  saveMessage(world, message, true);
  tell(world, () => ({
    type: 'message',
    personId: message.personId,
    numberId: message.numberId,
    message: toBubble(world, message),
  }));
}

function ring(world: World, chat: Chat, from: Message['from'], opaque: string | null): Message {
  const message: Message = {
    id: world.ids.wamid().replace('wamid.', 'wacid.'),
    personId: chat.person.id,
    numberId: chat.number.id,
    from,
    type: 'call',
    raw: { call: {} },
    contextId: null,
    time: world.clock.now(),
    tick: 'sent',
    reactions: [],
    template: null,
  };
  world.messages.set(message.id, message);
  chat.messages.push(message);
  change(world, message, { state: 'ringing', since: null, seconds: 0, opaque });
  giveUpLater(world, message);
  return message;
}

/** Later, if it still rings then. Not counted as unfinished business: `idle()` would wait a minute for it. */
function whileRinging(world: World, message: Message, ms: number, run: () => void): void {
  world.clock.after(ms, () => {
    if (world.messages.get(message.id) === message && factsOf(message).state === 'ringing') run();
  });
}

function giveUpLater(world: World, message: Message): void {
  whileRinging(world, message, message.time + RING_MS - world.clock.now(), () =>
    end(world, message, 'missed'),
  );
}

/** Who is at which end, as far as this business may know the phone. */
function ends(world: World, message: Message, chat: Chat): JsonObject {
  const { person, number } = chat;
  const phone = phoneVisible(chat, world.clock.now()) ? person.phone : null;
  const userId = userIdFor(world, person, accountOf(world, number).portfolioId);
  return message.from === 'person'
    ? { ...(phone === null ? {} : { from: phone }), from_user_id: userId, to: number.digits }
    : { from: number.digits, ...(phone === null ? {} : { to: phone }), to_user_id: userId };
}

function say(world: World, message: Message, event: 'connect' | 'terminate', more: JsonObject): void {
  const chat = place(world, message);
  // A blocked person's call never reaches the business.
  if (chat.number.blocked.has(chat.person.id)) return;
  const { opaque } = factsOf(message);
  emit(
    world,
    chat.number,
    {
      contacts: [contactShape(world, chat, accountOf(world, chat.number).portfolioId)],
      calls: [
        {
          id: message.id,
          ...ends(world, message, chat),
          event,
          timestamp: seconds(world.clock.now()),
          direction: message.from === 'person' ? 'USER_INITIATED' : 'BUSINESS_INITIATED',
          ...(opaque === null ? {} : { biz_opaque_callback_data: opaque }),
          ...more,
        },
      ],
    },
    'calls',
  );
}

const seconds = (ms: number): string => String(Math.floor(ms / 1000));

function tellStatus(world: World, message: Message, status: 'RINGING' | 'ACCEPTED' | 'REJECTED'): void {
  const chat = place(world, message);
  const { opaque } = factsOf(message);
  emit(
    world,
    chat.number,
    {
      contacts: [contactShape(world, chat, accountOf(world, chat.number).portfolioId)],
      statuses: [
        {
          id: message.id,
          timestamp: seconds(world.clock.now()),
          type: 'call',
          status,
          ...(phoneVisible(chat, world.clock.now()) ? { recipient_id: chat.person.phone } : {}),
          recipient_user_id: userIdFor(world, chat.person, accountOf(world, chat.number).portfolioId),
          ...(opaque === null ? {} : { biz_opaque_callback_data: opaque }),
        },
      ],
    },
    'calls',
  );
}

function connect(world: World, message: Message): void {
  change(world, message, { state: 'connected', since: world.clock.now() });
}

function end(world: World, message: Message, otherwise: 'missed' | 'declined'): void {
  const { since } = factsOf(message);
  const now = world.clock.now();
  const duration = since === null ? 0 : Math.round((now - since) / 1000);
  change(world, message, { state: since === null ? otherwise : 'ended', seconds: duration });
  say(
    world,
    message,
    'terminate',
    since === null
      ? { status: 'FAILED' }
      : { status: 'COMPLETED', start_time: seconds(since), end_time: seconds(now), duration },
  );
}

// ── the person ──

/** The person rings the business: opens the 24-hour window, as a message would, and lets the business call back. */
export function personCalls(world: World, person: Person, number: Num): Message {
  if (!number.takesCalls) throw new RangeError('this number takes no calls');
  const chat = chatOf(world, person, number);
  if (openCall(chat)) throw new RangeError('a call with this number is under way');
  const message = ring(world, chat, 'person', null);
  if (!number.blocked.has(person.id)) {
    openWindow(world, chat, message.time);
    if (phoneVisible(chat, message.time)) chat.lastByPhone = message.time;
    allowCalls(world, chat, permissionEnd(world));
  }
  say(world, message, 'connect', { session: { sdp_type: 'offer', sdp: SDP } });
  return message;
}

export function personAnswers(world: World, message: Message): void {
  if (message.from !== 'business' || factsOf(message).state !== 'ringing')
    throw new RangeError('nobody is calling');
  connect(world, message);
  say(world, message, 'connect', { session: { sdp_type: 'answer', sdp: SDP } });
  tellStatus(world, message, 'ACCEPTED');
}

/** Declines, hangs up, or stops ringing the business. */
export function personHangsUp(world: World, message: Message): void {
  if (!isOpen(message)) throw new RangeError('this call is over');
  const declines = message.from === 'business' && factsOf(message).state === 'ringing';
  if (declines) tellStatus(world, message, 'REJECTED');
  end(world, message, declines ? 'declined' : 'missed');
}

// ── the business ──

export function businessCalls(world: World, chat: Chat, opaque: string | null): Message {
  const { person, number } = chat;
  if (!number.takesCalls) throw new GraphError(138000, 'Calling API not enabled for this phone number.');
  if (!person.onWhatsApp || number.blocked.has(person.id))
    throw new GraphError(138001, 'Recipient cannot be called.');
  if (openCall(chat)) throw new GraphError(138003, 'A call is already ongoing with the receiver.');
  if (!mayCall(world, chat)) throw new GraphError(138006, 'No approved call permission from the recipient.');
  if (connectedToday(world, chat).length >= CALLS_A_DAY)
    throw new GraphError(138010, 'The limit of connected calls to this recipient in 24 hours is reached.');
  const message = ring(world, chat, 'business', opaque);
  whileRinging(world, message, 0, () => tellStatus(world, message, 'RINGING'));
  return message;
}

/** A call of this number, for what the business does about it. */
function callOf(world: World, number: Num, id: string): Message {
  const message = world.messages.get(id);
  if (message?.type !== 'call' || message.numberId !== number.id)
    throw new GraphError(131009, 'call_id is not a call of this number.');
  if (!isOpen(message)) throw new GraphError(138004, 'The call is over.');
  return message;
}

export function businessAnswers(world: World, number: Num, id: string, accepts: boolean): void {
  const message = callOf(world, number, id);
  if (message.from !== 'person' || factsOf(message).state !== 'ringing')
    throw new GraphError(138004, 'Only a call that rings can be accepted.');
  if (accepts) connect(world, message);
}

export function businessHangsUp(world: World, number: Num, id: string, isRejection: boolean): void {
  const message = callOf(world, number, id);
  if (isRejection && (message.from !== 'person' || factsOf(message).state !== 'ringing'))
    throw new GraphError(138004, 'Only a call that rings can be rejected.');
  end(world, message, message.from === 'person' ? 'declined' : 'missed');
}

// ── after a restart ──

/** Who was ringing still is, until the minute is over; a conversation goes on. */
export function resumeCalls(world: World): void {
  for (const message of world.messages.values())
    if (isOpen(message) && factsOf(message).state === 'ringing') giveUpLater(world, message);
}
