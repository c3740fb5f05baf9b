/**
 * What the journal says of each thing. Whoever changes the world says so with one of these verbs; without a journal
 * they cost a look at a field. Not kept: faults, typing, buckets, signup codes and the record of past deliveries.
 */
import type { JsonObject } from './json.ts';
import type { Tick } from './phone-api.ts';
import type { Recipient } from './send-rules.ts';
import type { Template } from './templates.ts';
import type {
  Account,
  App,
  Chat,
  Journey,
  Medium,
  Message,
  Num,
  Person,
  Plan,
  Scope,
  Stage,
  Token,
  World,
} from './world.ts';

export interface SavedAccount {
  id: string;
  portfolioId: string;
  subscribed: [string, string | null][];
  templates: string[];
}

export type SavedNumber = Omit<Num, 'blocked' | 'throughput'> & { blocked: string[] };

export interface SavedToken {
  token: string;
  appId: string;
  accountIds: string[];
  scopes: Scope[];
  expired: boolean;
}

export interface SavedMedium extends Omit<Medium, 'bytes' | 'numberIds'> {
  /** An older journal does not say it: then everybody's, as it was. */
  numberIds?: string[];
}

export interface SavedJourney {
  recipient: Recipient;
  opaque: string | null;
  /** media links, for `fetchLinks` */
  links: string[];
  conversation: boolean;
  failure: Journey['failure'];
  plan: Plan | null;
  done: Stage[];
}

export interface SavedMessage {
  id: string;
  personId: string;
  numberId: string;
  from: Message['from'];
  type: string;
  raw: JsonObject;
  contextId: string | null;
  time: number;
  tick: Tick;
  reactions: Message['reactions'];
  taps?: string[];
  template: string | null;
  /** lies in the chat */
  shown: boolean;
  journey?: SavedJourney;
}

/** A webhook that an app has not acknowledged. */
export interface Owed {
  serial: number;
  appId: string;
  accountId: string;
  numberId: string | null;
  field: string;
  value: JsonObject;
  entryTime?: number;
  /** The person's message that gets its second tick when this is acknowledged. */
  messageId?: string;
}

export type Record =
  | ['app', App]
  | ['template', Template]
  | ['account', SavedAccount]
  | ['number', SavedNumber]
  | ['served', string, number]
  | ['token', SavedToken]
  | ['person', Person]
  | ['medium', SavedMedium]
  | ['no-medium', string]
  | ['chat', string, string, number | null, number | null, Chat['callPermission']?]
  | ['message', SavedMessage]
  | ['plan', string, Plan]
  | ['stage', string, Stage, number]
  | ['tick', string, Tick]
  | ['reactions', string, Message['reactions']]
  | ['taps', string, string[]]
  | ['owed', Owed]
  | ['paid', number[]]
  | ['ids', number];

export function packAccount(account: Account): SavedAccount {
  return {
    id: account.id,
    portfolioId: account.portfolioId,
    subscribed: [...account.subscribed],
    templates: account.templates.map((template) => template.id),
  };
}

export function packNumber(number: Num): SavedNumber {
  const { throughput: _full, blocked, ...rest } = number;
  return { ...rest, blocked: [...blocked] };
}

export function packChat(chat: Chat): Record {
  const { person, number, lastFromPerson, lastByPhone, callPermission } = chat;
  return ['chat', person.id, number.id, lastFromPerson, lastByPhone, callPermission];
}

export function packToken(token: Token): SavedToken {
  return { ...token, accountIds: [...token.accountIds], scopes: [...token.scopes] };
}

export function packMedium(medium: Medium): SavedMedium {
  const { bytes: _beside, ...rest } = medium;
  return rest;
}

export function packMessage(message: Message, shown: boolean): SavedMessage {
  const { journey, template, ...rest } = message;
  return {
    ...rest,
    template: template?.id ?? null,
    shown,
    ...(journey
      ? {
          journey: {
            recipient: journey.order.recipient,
            opaque: journey.order.opaque,
            links: journey.order.uses.flatMap((use) => use.link ?? []),
            conversation: journey.conversation,
            failure: journey.failure,
            plan: journey.plan,
            done: [...journey.done],
          },
        }
      : {}),
  };
}

export function saveApp(world: World, app: App): void {
  world.journal?.add(['app', app]);
}

export function saveTemplate(world: World, template: Template): void {
  world.journal?.add(['template', template]);
}

/** The account and which templates it has; `changed` are written out too. */
export function saveAccount(world: World, account: Account, changed: readonly Template[] = []): void {
  if (!world.journal) return;
  for (const template of changed) saveTemplate(world, template);
  world.journal.add(['account', packAccount(account)]);
}

export function saveNumber(world: World, number: Num): void {
  world.journal?.add(['number', packNumber(number)]);
}

export function saveToken(world: World, token: Token): void {
  world.journal?.add(['token', packToken(token)]);
}

export function savePerson(world: World, person: Person): void {
  world.journal?.add(['person', person]);
}

export function saveChat(world: World, chat: Chat): void {
  world.journal?.add(packChat(chat));
}

export function saveMessage(world: World, message: Message, shown: boolean): void {
  world.journal?.add(['message', packMessage(message, shown)]);
}

export function saveTick(world: World, message: Message): void {
  world.journal?.add(['tick', message.id, message.tick]);
}

export function saveStage(world: World, journey: Journey, stage: Stage): void {
  journey.done.add(stage);
  world.journal?.add(['stage', journey.message.id, stage, journey.message.time]);
}
