/**
 * A message from the business: accepted → sent → (arrives) delivered → read, or failed.
 * Source: Meta "Status messages" webhook, "Pricing"; states never wait for one another on the wire.
 */
import { request } from 'undici';
import { takeRequest } from './call-permissions.ts';
import { directTemplate } from './direct-send.ts';
import { type GraphCode, GraphError, webhookError } from './errors.ts';
import { asObject, type JsonObject } from './json.ts';
import { saveChat, saveMessage, saveStage } from './keep.ts';
import { takePair, takeThroughput, windowUntil } from './limits.ts';
import { cappedFor } from './marketing.ts';
import { resolveUses } from './media.ts';
import { addPerson, byPhone, byUserId, contactShape, phoneVisible, userIdFor } from './people.ts';
import { pricing } from './pricing.ts';
import { toBubble } from './render.ts';
import type { Order } from './send-rules.ts';
import { type Hold, holdFor } from './template-pacing.ts';
import { counted, spendTier } from './tier.ts';
import {
  accountOf,
  chatOf,
  type Journey,
  later,
  type Message,
  type Num,
  type Plan,
  tell,
  type World,
} from './world.ts';

type Send = Extract<Order, { kind: 'send' }>;

/** What is decided when a message is accepted. */
export interface Accepted {
  id: string;
  answer: JsonObject;
  /** Starts the message on its way; called when the answer was written (or the line hung up). */
  start: () => void;
}

/** Applies the rules that look at state, and makes the message. */
export function accept(world: World, number: Num, order: Send, version: number): Accepted {
  const now = world.clock.now();
  counted(world, 'throughput', () => takeThroughput(number, now));
  if (!number.registered) throw new GraphError(133010, 'The account is not registered.');
  const badMedia = resolveUses(world, number, order.uses);
  const id = world.ids.wamid();
  const { recipient } = order;
  const hold = order.template ? holdFor(world, number.id) : null;
  const held = order.template ? { message_status: hold ? 'held_for_quality_assessment' : 'accepted' } : {};
  const answer = (contact: JsonObject): JsonObject => ({
    messaging_product: 'whatsapp',
    contacts: [contact],
    messages: [{ id, ...held }],
  });
  // Meta accepts a BSUID in `to` and nothing ever happens: no message, no status, no error
  if (recipient.by === 'nowhere')
    return { id, answer: answer({ input: recipient.input, wa_id: recipient.input }), start: () => {} };

  const account = accountOf(world, number);
  const made = order.direct && directTemplate(world, account, order.direct, order.type, order.raw);
  if (made !== null && made !== 'taken') order.template = made;
  let person =
    recipient.by === 'phone'
      ? byPhone(world, recipient.waId)
      : byUserId(world, recipient.input, account.portfolioId);
  if (!person && recipient.by === 'user_id')
    throw new GraphError(131009, 'recipient is not a user ID of this business portfolio.');
  person ??= addPerson(world, {
    phone: recipient.by === 'phone' ? recipient.waId : recipient.input,
    onWhatsApp: world.settings.unknownRecipients === 'create',
  });
  const chat = chatOf(world, person, number);
  counted(world, 'pair', () => takePair(chat, now));
  if (asObject(order.raw.interactive).type === 'call_permission_request') takeRequest(world, chat);
  const outside = !order.direct && !order.template && number.hasWindow && windowUntil(chat, now) === null;
  const reason =
    'Message failed to send because more than 24 hours have passed since the customer last replied to this number.';
  if (outside && world.settings.windowErrors === 'sync') throw new GraphError(131047, reason);

  const message: Message = {
    id,
    personId: person.id,
    numberId: number.id,
    from: 'business',
    type: order.type,
    raw: order.raw,
    contextId: order.contextId,
    time: now,
    tick: 'pending',
    reactions: [],
    template: order.template,
  };
  world.messages.set(id, message);
  if (recipient.by === 'phone') chat.lastByPhone = now;
  chat.typingUntil = null;

  let failure: Journey['failure'] = null;
  if (made === 'taken') failure = [132021, 'A message template of this name exists already.'];
  else if (!person.onWhatsApp || number.blocked.has(person.id)) failure = [131026, 'Message undeliverable.'];
  else if (badMedia) failure = [131053, badMedia];
  else if (outside) failure = [131047, reason];
  else if (order.template) failure = spendTier(world, chat);
  const journey: Journey = {
    message,
    chat,
    order,
    conversation: version < 24,
    failure,
    plan: null,
    done: new Set(),
  };
  message.journey = journey;
  saveChat(world, chat);
  saveMessage(world, message, false);
  return {
    id,
    answer: answer(
      recipient.by === 'phone'
        ? { input: recipient.input, wa_id: recipient.waId }
        : { input: recipient.input, user_id: recipient.input },
    ),
    start: () => void travel(world, journey, hold),
  };
}

async function travel(world: World, journey: Journey, hold: Hold | null = null): Promise<void> {
  let { failure } = journey;
  const links = world.settings.fetchLinks ? journey.order.uses.flatMap((use) => use.link ?? []) : [];
  if (!failure && links.length > 0) {
    world.pending.count++;
    for (const link of links) {
      const status = await request(link).then(
        async (answer) => {
          await answer.body.dump();
          return answer.statusCode;
        },
        () => 0,
      );
      if (status !== 200)
        failure = [131053, `Downloading media from weblink failed with http code ${status}`];
    }
    world.pending.count--;
  }
  const numberId = journey.message.numberId;
  failure ??= hold?.failure ?? keptBack(world, journey);
  const breaks = !failure && world.faults.strike('fail_after_sent', numberId) !== null;
  const skips = !failure && !breaks && world.faults.strike('skip_delivered', numberId) !== null;
  journey.plan = { at: world.clock.now() + (hold?.ms ?? 0), failure, breaks, skips };
  world.journal?.add(['plan', journey.message.id, journey.plan]);
  follow(world, journey, journey.plan);
}

/** What WhatsApp takes and does not bring, where such a fault is armed. */
function keptBack(world: World, { message, order, chat }: Journey): Journey['failure'] {
  const { faults } = world;
  if (faults.strike('spam_limit', message.numberId))
    return [
      131048,
      'Message failed to send because there are restrictions on how many messages can be sent.',
    ];
  if (order.template?.category !== 'MARKETING') return null;
  if (faults.strike('marketing_cap', message.numberId))
    return [131049, 'This message was not delivered to maintain healthy ecosystem engagement.'];
  const capped = cappedFor(world, chat.person);
  if (capped) return capped;
  if (faults.strike('marketing_stopped', message.numberId))
    return [131050, 'The recipient has stopped receiving marketing messages from this business.'];
  return null;
}

/** Sets the timers of what has not happened yet. */
function follow(world: World, journey: Journey, plan: Plan): void {
  const { sent, delivered, read } = world.settings.statusDelaysMs;
  const { done } = journey;
  const at = (ms: number, run: () => void) =>
    later(world, Math.max(0, plan.at + ms - world.clock.now()), run);
  const { failure } = plan;
  if (done.has('failed')) return;
  if (failure) {
    at(sent, () => fail(world, journey, ...failure));
    return;
  }
  if (!done.has('sent')) at(sent, () => status(world, journey, 'sent'));
  if (plan.breaks) {
    at(delivered, () => fail(world, journey, 131026, 'Message undeliverable.'));
    return;
  }
  if (!done.has('arrived'))
    at(delivered, () => {
      arrive(world, journey);
      if (!plan.skips) status(world, journey, 'delivered');
      else setStage(world, journey, 'delivered');
    });
  if ((read !== null || plan.skips) && !done.has('read'))
    at(Math.max(read ?? delivered, delivered), () => readOne(world, journey));
}

/** After a restart: a message that was accepted goes on from where it was. */
export function resumeJourney(world: World, journey: Journey): void {
  if (journey.plan) follow(world, journey, journey.plan);
  else void travel(world, journey);
}

/** The `sent` webhook goes out, and is acknowledged, before the API answers. */
export function sendEarly(world: World, messageId: string): void {
  const journey = world.messages.get(messageId)?.journey;
  if (journey) status(world, journey, 'sent');
}

function arrive(world: World, journey: Journey): void {
  const { message, chat } = journey;
  if (message.type === 'reaction') {
    saveStage(world, journey, 'arrived');
    applyReaction(world, message.raw, 'business');
    return;
  }
  message.time = world.clock.now();
  chat.messages.push(message);
  saveStage(world, journey, 'arrived');
  tell(world, () => ({
    type: 'message',
    personId: chat.person.id,
    numberId: chat.number.id,
    message: toBubble(world, message),
  }));
}

/** Puts, replaces or removes (empty emoji) one side's reaction. */
export function applyReaction(
  world: World,
  raw: JsonObject,
  from: 'person' | 'business',
): Message | undefined {
  const reaction = raw.reaction as JsonObject;
  const target = world.messages.get(String(reaction.message_id));
  if (!target) return undefined;
  target.reactions = target.reactions.filter((known) => known.from !== from);
  if (reaction.emoji) target.reactions.push({ from, emoji: String(reaction.emoji) });
  world.journal?.add(['reactions', target.id, target.reactions]);
  tell(world, () => ({
    type: 'reaction',
    personId: target.personId,
    numberId: target.numberId,
    messageId: target.id,
    reactions: target.reactions,
  }));
  return target;
}

/** The person sees the message: blue ticks for the business. */
export function readByPerson(world: World, message: Message): void {
  if (message.journey) readOne(world, message.journey);
}

/** Voice messages: `played` after `read`. */
export function playedByPerson(world: World, message: Message): void {
  const { journey } = message;
  if (!journey || message.type !== 'audio') return;
  readOne(world, journey);
  emitStatus(world, journey, 'played');
}

function readOne(world: World, journey: Journey): void {
  if (journey.message.tick === 'read') return;
  status(world, journey, 'read');
  tell(world, () => ({
    type: 'status',
    personId: journey.message.personId,
    numberId: journey.message.numberId,
    messageId: journey.message.id,
    read: true,
  }));
}

function status(world: World, journey: Journey, name: 'sent' | 'delivered' | 'read'): void {
  setStage(world, journey, name);
  emitStatus(world, journey, name);
}

function setStage(world: World, journey: Journey, name: 'sent' | 'delivered' | 'read'): void {
  journey.message.tick = name;
  saveStage(world, journey, name);
}

function emitStatus(world: World, journey: Journey, name: 'sent' | 'delivered' | 'read' | 'played'): void {
  const { message, chat, order } = journey;
  const { number, person } = chat;
  const account = accountOf(world, number);
  const now = world.clock.now();
  // once more when it is there, which `read` says where no `delivered` did
  const priced = name === 'sent' || name === 'delivered' || (name === 'read' && journey.plan?.skips);
  const origin = order.template?.category.toLowerCase() ?? 'service';
  emit(world, number, {
    contacts: [contactShape(world, chat, account.portfolioId)],
    statuses: [
      {
        id: message.id,
        status: name,
        timestamp: String(Math.floor(now / 1000)),
        ...(phoneVisible(chat, now) ? { recipient_id: person.phone } : {}),
        recipient_user_id: userIdFor(world, person, account.portfolioId),
        ...(person.parentUserId === null ? {} : { recipient_parent_user_id: person.parentUserId }),
        ...(order.opaque === null ? {} : { biz_opaque_callback_data: order.opaque }),
        ...(journey.conversation
          ? {
              conversation: {
                id: `${message.id.length.toString(16)}${Buffer.from(message.id.slice(10, 24)).toString('hex')}`.slice(
                  0,
                  30,
                ),
                ...(name === 'sent' ? { expiration_timestamp: String(Math.floor(now / 1000) + 86400) } : {}),
                origin: { type: origin },
              },
            }
          : {}),
        ...(order.template?.source === undefined ? {} : { template_id: order.template.id }),
        ...(priced ? { pricing: pricing(world, journey) } : {}),
      },
    ],
  });
}

/** `failed` carries no contacts, and no user id when it was addressed to a phone. */
function fail(world: World, journey: Journey, code: GraphCode, details: string): void {
  const { chat, message, order } = journey;
  const { recipient } = order;
  saveStage(world, journey, 'failed');
  emit(world, chat.number, {
    statuses: [
      {
        id: message.id,
        status: 'failed',
        timestamp: String(Math.floor(world.clock.now() / 1000)),
        ...(recipient.by === 'phone'
          ? { recipient_id: recipient.waId }
          : { recipient_user_id: recipient.input }),
        ...(order.opaque === null ? {} : { biz_opaque_callback_data: order.opaque }),
        errors: [webhookError(code, details)],
      },
    ],
  });
}

/** A change of field `messages`, with its metadata. */
export function emit(
  world: World,
  number: Num,
  value: JsonObject,
  field = 'messages',
  messageId?: string,
): void {
  world.webhooks.emit({
    account: accountOf(world, number),
    number,
    field,
    value: {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: number.displayPhoneNumber, phone_number_id: number.id },
      ...value,
    },
    ...(messageId === undefined ? {} : { messageId }),
  });
}
