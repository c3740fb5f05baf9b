/**
 * Everything the simulator holds, in one place. Other files are verbs over it.
 * Nouns: App (secret, callback) ─ Account (WABA, templates) ─ Num (business number) ; Person ; Message ; Medium ; Token.
 */
import type { SimClock } from './clock.ts';
import type { GraphCode } from './errors.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { JsonObject } from './json.ts';
import type { PhoneEvent, Tick } from './phone-api.ts';
import type { Ids } from './random.ts';
import type { Order } from './send-rules.ts';
import type { AddTemplate, Template } from './templates.ts';
import type { Webhooks } from './webhooks.ts';

export interface App {
  id: string;
  secret: string;
  webhookUrl: string;
  verifyToken: string;
  /** The fields of webhooks it subscribed to; left out: all. */
  fields?: string[];
  /** A company at YCloud, or one of its webhook endpoints, instead of a Meta app. */
  ycloud?: { company: string; events: string[] };
}

export interface Account {
  id: string;
  portfolioId: string;
  /** Apps subscribed to this account, each with its override of the callback (or null). */
  subscribed: Map<string, string | null>;
  templates: Template[];
}

/** A business number. */
export interface Num {
  id: string;
  displayPhoneNumber: string;
  digits: string;
  verifiedName: string;
  accountId: string;
  mps: number;
  quality: 'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN';
  registered: boolean;
  pin: string | null;
  /** Whether the 24-hour window holds for it. */
  hasWindow: boolean;
  takesCalls: boolean;
  profile: JsonObject;
  blocked: Set<string>;
  override: string | null;
  /** Free-form messages delivered this month; the first 1,000 are free since 2026-10-01. */
  serviceCount: number;
  throughput: Bucket;
}

export interface Bucket {
  tokens: number;
  at: number;
}

export interface Person {
  id: string;
  name: string;
  phone: string | null;
  userId: string;
  parentUserId: string | null;
  username: string | null;
  onWhatsApp: boolean;
  /** How often the user id was replaced; part of the ids other portfolios see. */
  rotation: number;
  /** What `addPerson` was asked for, when that names somebody: asking again means the same person. */
  asked: string | null;
}

export type Scope = 'whatsapp_business_messaging' | 'whatsapp_business_management';

export interface Token {
  token: string;
  appId: string;
  accountIds: Set<string>;
  scopes: Set<Scope>;
  expired: boolean;
}

export interface Medium {
  id: string;
  bytes: Buffer;
  mimeType: string;
  filename: string | null;
  /** Numbers that it was uploaded for or sent to: whoever may act for one of them may see it. */
  numberIds: string[];
  /** ms; uploads live 30 days, ids from webhooks 7 */
  expiresAt: number;
}

/** One message between a person and a number, either way. */
export interface Message {
  id: string;
  personId: string;
  numberId: string;
  from: 'business' | 'person';
  type: string;
  /** Cloud API body: what was POSTed, or what the webhook carried. */
  raw: JsonObject;
  contextId: string | null;
  time: number;
  tick: Tick;
  reactions: { from: 'person' | 'business'; emoji: string }[];
  template: Template | null;
  /** Words of the address buttons that the person tapped, each time. */
  taps?: string[];
  /** Only messages that came through the API. */
  journey?: Journey;
}

export type Stage = 'sent' | 'arrived' | 'delivered' | 'read' | 'failed';

/** What chance and faults decided when the message set out. */
export interface Plan {
  /** ms; the delays count from here */
  at: number;
  failure: [GraphCode, string] | null;
  breaks: boolean;
  skips: boolean;
}

/** A message of the business on its way. */
export interface Journey {
  message: Message;
  chat: Chat;
  order: Extract<Order, { kind: 'send' }>;
  /** before v24 statuses carry `conversation` */
  conversation: boolean;
  /** Known at acceptance, told later. */
  failure: [GraphCode, string] | null;
  plan: Plan | null;
  done: Set<Stage>;
}

export interface Chat {
  person: Person;
  number: Num;
  /** In the order they arrived. */
  messages: Message[];
  /** Last message of the person: opens the 24-hour window. */
  lastFromPerson: number | null;
  /** Last exchange in which the phone number was known on both sides: keeps the phone visible for 30 days. */
  lastByPhone: number | null;
  typingUntil: number | null;
  /** The business may call this person until then; null = for good. */
  callPermission: { until: number | null } | null;
  pair: Bucket;
}

/** Settings with their defaults filled in. */
export interface Settings {
  statusDelaysMs: { sent: number; delivered: number; read: number | null };
  /** 131047 as an answer of the API, or as a `failed` status (Meta does mostly the latter). */
  windowErrors: 'async' | 'sync';
  unknownRecipients: 'create' | 'undeliverable';
  fetchLinks: boolean;
  /** Of new accounts. */
  templates: readonly AddTemplate[];
}

export interface World {
  clock: SimClock;
  ids: Ids;
  seed: number;
  settings: Settings;
  /** Base URL, known after listen. */
  url: string;
  apps: Map<string, App>;
  accounts: Map<string, Account>;
  numbers: Map<string, Num>;
  people: Map<string, Person>;
  tokens: Map<string, Token>;
  media: Map<string, Medium>;
  /** `personId|numberId` */
  chats: Map<string, Chat>;
  /** wamid → message; also those on their way. */
  messages: Map<string, Message>;
  faults: Faults;
  webhooks: Webhooks;
  /** Timers of messages on their way. */
  pending: { count: number };
  /** Open phone pages. */
  watchers: Set<(event: PhoneEvent) => void>;
  journal: Journal | null;
  log: (line: string) => void;
}

export function tell(world: World, event: () => PhoneEvent): void {
  if (world.watchers.size === 0) return;
  const built = event();
  for (const watcher of world.watchers) watcher(built);
}

/** Runs later and counts as unfinished business for `idle()`. */
export function later(world: World, ms: number, run: () => void): void {
  world.pending.count++;
  world.clock.after(ms, () => {
    world.pending.count--;
    run();
  });
}

/** The chat of these two, made when there is none: a business with a chat is told when its person moves. */
export function chatOf(world: World, person: Person, number: Num): Chat {
  const chat = seenChat(world, person, number);
  world.chats.set(chatKey(person, number), chat);
  return chat;
}

/** For who only looks: an empty chat that nobody keeps when there is none. */
export function seenChat(world: World, person: Person, number: Num): Chat {
  return (
    world.chats.get(chatKey(person, number)) ?? {
      person,
      number,
      messages: [],
      lastFromPerson: null,
      lastByPhone: null,
      typingUntil: null,
      callPermission: null,
      pair: { tokens: Number.POSITIVE_INFINITY, at: world.clock.now() },
    }
  );
}

const chatKey = (person: Person, number: Num): string => `${person.id}|${number.id}`;

/** The account of a number; numbers are only made together with one. */
export function accountOf(world: World, number: Num): Account {
  const account = world.accounts.get(number.accountId);
  if (!account) throw new Error(`number ${number.id} has no account`);
  return account;
}
