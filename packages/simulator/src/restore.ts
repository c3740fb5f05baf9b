/** The world out of its journal and into it. */
import { resumeCalls } from './calls.ts';
import { resumeJourney } from './deliver.ts';
import type { Journal } from './journal.ts';
import {
  packAccount,
  packChat,
  packMedium,
  packMessage,
  packNumber,
  packToken,
  type Record,
  type SavedJourney,
} from './keep.ts';
import { indexPerson } from './people.ts';
import { tick } from './persons.ts';
import { resumeTemplate } from './template-life.ts';
import { makeTemplate, type Template } from './templates.ts';
import { type Chat, chatOf, type Journey, type Medium, type Message, type World } from './world.ts';

/** Everything there is, as the shortest journal that tells it. */
export function* snapshot(world: World): Iterable<Record> {
  for (const app of world.apps.values()) yield ['app', app];
  const templates = new Map<string, Template>();
  // a message shows its template also after the account lost it
  for (const message of world.messages.values())
    if (message.template) templates.set(message.template.id, message.template);
  for (const account of world.accounts.values())
    for (const template of account.templates) templates.set(template.id, template);
  for (const template of templates.values()) yield ['template', template];
  for (const account of world.accounts.values()) yield ['account', packAccount(account)];
  for (const number of world.numbers.values()) yield ['number', packNumber(number)];
  for (const token of world.tokens.values()) yield ['token', packToken(token)];
  for (const person of world.people.values()) yield ['person', person];
  for (const medium of world.media.values()) yield ['medium', packMedium(medium)];
  const shown = new Set<Message>();
  for (const chat of world.chats.values()) {
    yield packChat(chat);
    for (const message of chat.messages) {
      shown.add(message);
      yield ['message', packMessage(message, true)];
    }
  }
  for (const message of world.messages.values())
    if (!shown.has(message)) yield ['message', packMessage(message, false)];
  for (const owed of world.webhooks.owed.values()) yield ['owed', owed];
  yield ['ids', world.ids.count];
}

/** Replays records onto an empty world. Records of things that are not there (any more) say nothing. */
export function restore(world: World, journal: Journal): void {
  const templates = new Map<string, Template>();
  const everybodys: Medium[] = [];
  const chat = (personId: string, numberId: string): Chat | null => {
    const person = world.people.get(personId);
    const number = world.numbers.get(numberId);
    return person && number ? chatOf(world, person, number) : null;
  };
  for (const record of journal.read()) {
    switch (record[0]) {
      case 'app':
        world.apps.set(record[1].id, record[1]);
        break;
      case 'template': {
        const known = templates.get(record[1].id);
        if (known) {
          delete known.approvesAt;
          Object.assign(known, record[1]);
        } else templates.set(record[1].id, makeTemplate(record[1].id, record[1]));
        break;
      }
      case 'account': {
        const saved = record[1];
        const account = world.accounts.get(saved.id) ?? {
          id: saved.id,
          portfolioId: saved.portfolioId,
          subscribed: new Map(),
          templates: [],
        };
        account.subscribed = new Map(saved.subscribed);
        account.templates = saved.templates.flatMap((id) => templates.get(id) ?? []);
        world.accounts.set(saved.id, account);
        break;
      }
      case 'number': {
        const saved = record[1];
        const number = {
          ...saved,
          takesCalls: saved.takesCalls ?? true,
          blocked: new Set(saved.blocked),
          throughput: { tokens: saved.mps, at: world.clock.now() },
        };
        const known = world.numbers.get(saved.id);
        if (known) Object.assign(known, number);
        else world.numbers.set(saved.id, number);
        break;
      }
      case 'served': {
        const number = world.numbers.get(record[1]);
        if (number) number.serviceCount = record[2];
        break;
      }
      case 'token': {
        const saved = record[1];
        world.tokens.set(saved.token, {
          ...saved,
          accountIds: new Set(saved.accountIds),
          scopes: new Set(saved.scopes),
        });
        break;
      }
      case 'person': {
        const person = world.people.get(record[1].id) ?? record[1];
        Object.assign(person, record[1]);
        world.people.set(person.id, person);
        indexPerson(world, person);
        break;
      }
      case 'medium': {
        const { numberIds, ...saved } = record[1];
        if (saved.expiresAt <= world.clock.now()) break;
        // It is told again for each number that it comes to; its bytes stay the same.
        const bytes = world.media.get(saved.id)?.bytes ?? journal.readMedia(saved.id);
        if (!bytes) break;
        const medium: Medium = { ...saved, numberIds: numberIds ?? [], bytes };
        if (!numberIds) everybodys.push(medium);
        world.media.set(saved.id, medium);
        break;
      }
      case 'no-medium':
        world.media.delete(record[1]);
        break;
      case 'chat': {
        const found = chat(record[1], record[2]);
        if (found)
          [found.lastFromPerson, found.lastByPhone, found.callPermission] = [
            record[3],
            record[4],
            record[5] ?? null,
          ];
        break;
      }
      case 'message': {
        const { journey, shown, template, ...saved } = record[1];
        const found = chat(saved.personId, saved.numberId);
        if (!found) break;
        const message: Message = {
          ...saved,
          template: template === null ? null : (templates.get(template) ?? null),
        };
        if (journey) message.journey = unpackJourney(message, found, journey);
        const known = world.messages.get(message.id);
        // calls are told again when something becomes of them
        if (known) {
          Object.assign(known, message);
          break;
        }
        world.messages.set(message.id, message);
        if (shown) found.messages.push(message);
        break;
      }
      case 'plan': {
        const journey = world.messages.get(record[1])?.journey;
        if (journey) journey.plan = record[2];
        break;
      }
      case 'stage': {
        const [, id, stage, time] = record;
        const message = world.messages.get(id);
        if (!message?.journey) break;
        message.journey.done.add(stage);
        if (stage === 'sent' || stage === 'delivered' || stage === 'read') message.tick = stage;
        if (stage !== 'arrived') break;
        message.time = time;
        if (message.type !== 'reaction') message.journey.chat.messages.push(message);
        break;
      }
      case 'tick': {
        const message = world.messages.get(record[1]);
        if (message) message.tick = record[2];
        break;
      }
      case 'reactions': {
        const message = world.messages.get(record[1]);
        if (message) message.reactions = record[2];
        break;
      }
      case 'taps': {
        const message = world.messages.get(record[1]);
        if (message) message.taps = record[2];
        break;
      }
      case 'owed':
        world.webhooks.owed.set(record[1].serial, record[1]);
        break;
      case 'paid':
        for (const serial of record[1]) world.webhooks.owed.delete(serial);
        break;
      case 'ids':
        world.ids.count = record[1];
        break;
      default:
      // written by a newer simulator
    }
  }
  // Only now: numbers may come after the file.
  for (const medium of everybodys) medium.numberIds = [...world.numbers.keys()];
}

/** Goes on where the process ended: webhooks first, in their order, then the messages under way. */
export function resume(world: World): void {
  for (const owed of [...world.webhooks.owed.values()]) {
    const account = world.accounts.get(owed.accountId);
    const number = owed.numberId === null ? null : world.numbers.get(owed.numberId);
    if (!account || number === undefined) world.webhooks.owed.delete(owed.serial);
    else world.webhooks.redeliver(owed, account, number);
  }
  for (const message of world.messages.values()) if (message.journey) resumeJourney(world, message.journey);
  for (const account of world.accounts.values())
    for (const template of account.templates) resumeTemplate(world, account, template);
  resumeCalls(world);
}

/** The second tick of a person's message: its webhook was acknowledged. */
export function acknowledged(world: World, messageId: string): void {
  const message = world.messages.get(messageId);
  if (message) tick(world, message, 'delivered');
}

function unpackJourney(message: Message, chat: Chat, saved: SavedJourney): Journey {
  return {
    message,
    chat,
    order: {
      kind: 'send',
      recipient: saved.recipient,
      type: message.type,
      raw: message.raw,
      contextId: message.contextId,
      opaque: saved.opaque,
      direct: null,
      template: message.template,
      uses: saved.links.map((link) => ({ kind: 'document', id: null, link, path: '' })),
    },
    conversation: saved.conversation,
    failure: saved.failure,
    plan: saved.plan,
    done: new Set(saved.done),
  };
}
