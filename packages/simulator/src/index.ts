/**
 * WhatsApp's side of the wire: a Cloud API, the webhooks, and the phones of the customers.
 *
 * Words
 * - **app**: what has a secret, a callback URL and a verify token. **account** (WABA): belongs to a portfolio, holds
 *   templates, is subscribed by apps. **number**: a business phone number of one account. **token**: lets an app act
 *   on accounts, within scopes; one that starts with `mock_` makes its number free of the 24-hour window.
 * - **person**: holds a simulated phone; known to a business by phone, by BSUID (`userId`), or by both.
 * - **update** → **delivery** → **attempt**: one change; one signed body for one app; one POST of it.
 * - **fault**: something that goes wrong on its next occasion, or an event that happens when it is armed.
 *
 * States
 * - message from a business: accepted → sent → delivered (= it arrived on the phone) → read; or accepted → failed.
 * - message from a person: pending → sent → delivered (the webhook was acknowledged with 200) → read.
 * - template: PENDING → APPROVED ⇄ PAUSED → DISABLED, or REJECTED; only APPROVED can be sent.
 *
 * Invariants
 * - A send that is refused (any error answer) never arrives; a send that is accepted arrives at most once.
 * - Nothing here repairs what the caller does: two POSTs are two messages, also when the first went unanswered.
 * - All waiting goes through the clock; ids and chance come from the seed. Same scenario, same seed, same bytes.
 * - Ticks never go back. A key that WhatsApp would leave out is absent, never empty.
 */
import { createServer } from 'node:http';
import { admin } from './admin.ts';
import { RealClock, type SimClock, VirtualClock } from './clock.ts';
import { emit, playedByPerson, readByPerson } from './deliver.ts';
import { type FaultId, Faults } from './faults.ts';
import { graph, isGraphPath, setTemplateStatus } from './graph.ts';
import { type Call, HttpError, hasKey, sendJson } from './http.ts';
import { Journal } from './journal.ts';
import type { JsonObject } from './json.ts';
import { saveAccount, saveApp, saveNumber, savePerson, saveTemplate, saveToken } from './keep.ts';
import { personMedia } from './media.ts';
import { type AddPerson, addPerson, byPhone, presentPerson, waId } from './people.ts';
import { changeNumber, echo, personReads, personSends, personSendsRaw, rotate } from './persons.ts';
import type {
  ArmFault,
  NewMessage,
  PhoneContent,
  PhoneFault,
  PhoneMessage,
  PhonePerson,
} from './phone-api.ts';
import { phoneApi, phonePage } from './phone-routes.ts';
import { Ids } from './random.ts';
import { toBubble, toContent } from './render.ts';
import { acknowledged, restore, resume, snapshot } from './restore.ts';
import {
  type AddTemplate,
  makeTemplate,
  SAMPLE_TEMPLATES,
  type Template,
  type TemplateStatus,
} from './templates.ts';
import { type Delivered, RETRY_DELAYS_MS, Webhooks } from './webhooks.ts';
import {
  type Account,
  type App,
  accountOf,
  chatOf,
  type Message,
  type Num,
  type Person,
  type Scope,
  type Token,
  tell,
  type World,
} from './world.ts';

export { RealClock, type SimClock, VirtualClock } from './clock.ts';
export type { FaultId } from './faults.ts';
export type { Json, JsonObject } from './json.ts';
export type { AddPerson } from './people.ts';
export type {
  ArmFault,
  NewMessage,
  PhoneContent,
  PhoneFault,
  PhoneMessage,
  PhonePerson,
} from './phone-api.ts';
export type { AddTemplate, Template, TemplateStatus } from './templates.ts';
export type { Delivered } from './webhooks.ts';
export type { App } from './world.ts';

export interface SimulatorOptions {
  host?: string;
  /** 0 = any free one */
  port?: number;
  /** Opens `/_sim`, `/_phone` and `/phone`. */
  adminKey: string;
  seed?: number;
  clock?: SimClock;
  apps?: App[];
  /** Milliseconds after acceptance; `read: null` = read only when the person reads. Default { 50, 200, null }. */
  statusDelaysMs?: { sent: number; delivered: number; read: number | null };
  /** true: everybody reads a second after delivery, unless statusDelaysMs says when. false: nobody reads alone. */
  personReads?: boolean;
  /** 131047 as a `failed` status (default) or as the answer of the send. */
  windowErrors?: 'async' | 'sync';
  /** Sending to an unknown phone makes that person up (default) or fails with 131026. */
  unknownRecipients?: 'create' | 'undeliverable';
  /** Fetch media links as Meta does, and fail the message (131053) when that fails. Default false: no outgoing requests. */
  fetchLinks?: boolean;
  /** Templates of new accounts; default: three samples. */
  templates?: AddTemplate[];
  webhooks?: {
    /** Updates per body, 1 (default) to 1000. */
    batch?: number;
    batchWaitMs?: number;
    retryDelaysMs?: readonly number[];
    timeoutMs?: number;
    /** Parallel connections per callback, default 64. */
    connections?: number;
    /** Records kept for `deliveries()`, default 10,000. */
    keep?: number;
  };
  /**
   * A file in which the world outlives the process: apps, numbers, people, chats, files, webhooks not yet acknowledged
   * and messages under way. Adding the same things again at the next start changes nothing. One process at a time.
   */
  journal?: string;
  log?: (line: string) => void;
}

export interface AddAccount {
  id: string;
  appId: string;
  token?: string;
  portfolioId?: string;
  templates?: AddTemplate[];
}

export interface AddNumber {
  phoneNumberId: string;
  displayPhoneNumber?: string;
  verifiedName?: string;
  /** Made up when it does not exist. */
  accountId?: string;
  /** For an account that is made up; default: the first app. */
  appId?: string;
  /** A token of its own, e.g. `mock_…`. */
  token?: string;
  /** Messages per second, default 80. */
  mps?: number;
  registered?: boolean;
}

export interface AddedNumber {
  phoneNumberId: string;
  displayPhoneNumber: string;
  accountId: string;
}

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
  /** Reads all that arrived. */
  read(to?: string): void;
  /** Reads one message. */
  readMessage(messageId: string): void;
  /** Listens to a voice message: read, then played. */
  play(messageId: string): void;
  /** Taps a button of a message by title or position; returns the answer's id. */
  tapButton(messageId: string, button: string | number): string;
  /** Picks a row of a list by id or title. */
  pickRow(messageId: string, row: string): string;
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

export interface Simulator {
  readonly url: string;
  readonly adminKey: string;
  readonly clock: SimClock;
  close(): Promise<void>;
  addApp(app: App): void;
  /** GETs the app's callback with hub.challenge, as Meta does when it is saved. */
  verifyWebhook(appId: string): Promise<boolean>;
  addAccount(account: AddAccount): void;
  /** Adds, or changes what is given of a known number. */
  addNumber(number: AddNumber): AddedNumber;
  addToken(token: string, grant: { appId: string; accountId: string; scopes?: Scope[] }): void;
  setToken(token: string, change: { expired?: boolean; scopes?: Scope[] }): void;
  addTemplate(accountId: string, template: AddTemplate): Template;
  /** Changes it and sends message_template_status_update. */
  setTemplateStatus(accountId: string, name: string, status: TemplateStatus): void;
  addPerson(person?: AddPerson): PhonePerson;
  people(): PhonePerson[];
  /** By id, phone or user id. */
  person(who: string): PersonHandle;
  readonly faults: {
    arm(id: FaultId, fault?: Omit<ArmFault, 'id'>): void;
    disarm(id?: FaultId): void;
    list(): PhoneFault[];
  };
  /** Moves a virtual clock, waiting at each step until the webhooks of that instant are answered. */
  advance(ms: number): Promise<void>;
  /** Resolves when no webhook is in flight or due. With the wall clock statuses still to come are waited for too. */
  idle(): Promise<void>;
  /**
   * Sends a webhook of any field, for what has no verb here (history, calls, flows, …). With `phoneNumberId` the
   * value gets messaging_product and metadata; with `accountId` the entry gets its time.
   */
  emitWebhook(
    webhook: { field: string; value: JsonObject } & ({ phoneNumberId: string } | { accountId: string }),
  ): void;
  stopWebhooks(): void;
  resumeWebhooks(): void;
  /** What really arrived on that phone (or person id, or user id), duplicates included, in order. */
  messagesTo(who: string): Arrived[];
  /** Webhooks as they were POSTed, oldest first. */
  deliveries(): readonly Delivered[];
  reset(): void;
}

export async function createSimulator(options: SimulatorOptions): Promise<Simulator> {
  if (!options.adminKey) throw new RangeError('adminKey must not be empty');
  const clock = options.clock ?? new RealClock();
  const seed = options.seed ?? 1;
  const log = options.log ?? (() => {});
  const delays = options.statusDelaysMs ?? { sent: 50, delivered: 200, read: null };
  const read =
    options.personReads === true
      ? (delays.read ?? delays.delivered + 1_000)
      : options.personReads === false
        ? null
        : delays.read;
  const batch = options.webhooks?.batch ?? 1;
  if (!Number.isInteger(batch) || batch < 1 || batch > 1000)
    throw new RangeError('webhooks.batch must be 1 to 1000');

  const apps = new Map<string, App>();
  const webhooks = new Webhooks(
    clock,
    apps,
    () => world.faults,
    {
      batch,
      batchWaitMs: options.webhooks?.batchWaitMs ?? 50,
      retryDelaysMs: options.webhooks?.retryDelaysMs ?? RETRY_DELAYS_MS,
      timeoutMs: options.webhooks?.timeoutMs ?? 15_000,
      connections: options.webhooks?.connections ?? 64,
      keep: options.webhooks?.keep ?? 10_000,
    },
    log,
    () => world.journal,
    (messageId) => acknowledged(world, messageId),
  );
  const world: World = {
    clock,
    seed,
    ids: new Ids(seed),
    settings: {
      statusDelaysMs: { ...delays, read },
      windowErrors: options.windowErrors ?? 'async',
      unknownRecipients: options.unknownRecipients ?? 'create',
      fetchLinks: options.fetchLinks ?? false,
    },
    url: '',
    apps,
    accounts: new Map(),
    numbers: new Map(),
    people: new Map(),
    tokens: new Map(),
    media: new Map(),
    chats: new Map(),
    messages: new Map(),
    faults: new Faults(
      seed,
      (id, fault) => act(world, id, fault),
      () => tell(world, () => ({ type: 'fault', faults: world.faults.list() })),
    ),
    webhooks,
    pending: { count: 0 },
    watchers: new Set(),
    journal: null,
    log,
  };
  const journal = options.journal === undefined ? null : new Journal(options.journal, log);
  if (journal) {
    restore(world, journal);
    let written = -1;
    journal.open({
      snapshot: () => snapshot(world),
      mark: () => {
        if (written === world.ids.count) return null;
        written = world.ids.count;
        return ['ids', written];
      },
      mediaIds: () => new Set(world.media.keys()),
    });
    world.journal = journal;
  }
  const addApp = (app: App) => {
    apps.set(app.id, { ...app });
    saveApp(world, app);
  };
  for (const app of options.apps ?? []) addApp(app);

  const server = createServer((req, res) => {
    if (journal) {
      // whatever an answer says is in the journal before it
      const writeHead = res.writeHead;
      res.writeHead = ((...args: Parameters<typeof writeHead>) => {
        journal.flush();
        return Reflect.apply(writeHead, res, args);
      }) as typeof writeHead;
    }
    const target = req.url ?? '/';
    const mark = target.indexOf('?');
    const call: Call = {
      req,
      res,
      method: req.method ?? 'GET',
      path: mark < 0 ? target : target.slice(0, mark),
      query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    };
    dispatch(call).catch((error: unknown) => {
      if (res.headersSent || res.destroyed) {
        res.destroy();
        return;
      }
      const status = error instanceof HttpError ? error.status : error instanceof RangeError ? 400 : 500;
      if (status === 500) log(`simulator failed on ${call.method} ${call.path}: ${String(error)}`);
      const message = error instanceof Error ? error.message : String(error);
      sendJson(res, status, { error: { message } });
    });
  });
  server.keepAliveTimeout = 60_000;

  async function dispatch(call: Call): Promise<void> {
    const { path } = call;
    if (isGraphPath(path)) return graph(world, call);
    if (path === '/phone' || path.startsWith('/phone/')) return phonePage(call, options.adminKey);
    if (path.startsWith('/_sim/') || path.startsWith('/_phone/')) {
      if (!hasKey(call, options.adminKey)) throw new HttpError(401, 'The admin key is missing or wrong.');
      return path.startsWith('/_sim/') ? admin(sim, world, call) : phoneApi(world, call);
    }
    if (path === '/') {
      call.res.writeHead(302, { location: '/phone' });
      call.res.end();
      return;
    }
    // the Graph API also answers without a version, with the newest
    return graph(world, { ...call, path: `/v26.0${path}` });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const address = server.address();
  const host = options.host ?? '127.0.0.1';
  if (typeof address === 'object' && address !== null)
    world.url = `http://${host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host}:${address.port}`;

  const sim: Simulator = {
    url: world.url,
    adminKey: options.adminKey,
    clock,

    async close() {
      await webhooks.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      journal?.close();
      world.journal = null;
    },

    addApp,

    async verifyWebhook(appId) {
      const app = apps.get(appId);
      if (!app) throw new RangeError(`there is no app ${appId}`);
      return webhooks.verify(app.webhookUrl, app.verifyToken, world.ids.object('challenge'));
    },

    addAccount(account) {
      if (!apps.has(account.appId)) throw new RangeError(`there is no app ${account.appId}`);
      const known = world.accounts.get(account.id);
      if (known) {
        known.subscribed.set(account.appId, known.subscribed.get(account.appId) ?? null);
        saveAccount(world, known);
      } else {
        const added: Account = {
          id: account.id,
          portfolioId: account.portfolioId ?? `9${account.id}`,
          subscribed: new Map([[account.appId, null]]),
          templates: (account.templates ?? options.templates ?? SAMPLE_TEMPLATES).map((template) =>
            makeTemplate(world.ids.object('template'), template),
          ),
        };
        world.accounts.set(account.id, added);
        saveAccount(world, added, added.templates);
      }
      if (account.token) sim.addToken(account.token, { appId: account.appId, accountId: account.id });
    },

    addNumber(number) {
      const known = world.numbers.get(number.phoneNumberId);
      const appId =
        number.appId ??
        (number.accountId && world.accounts.get(number.accountId)?.subscribed.keys().next().value) ??
        apps.keys().next().value;
      if (!appId) throw new RangeError('add an app first');
      const accountId = number.accountId ?? known?.accountId ?? `8${number.phoneNumberId}`;
      sim.addAccount({ id: accountId, appId });
      const display =
        number.displayPhoneNumber ??
        known?.displayPhoneNumber ??
        `+1555${number.phoneNumberId.replace(/\D/g, '').padStart(7, '0').slice(-7)}`;
      const mps = number.mps ?? known?.mps ?? 80;
      const next: Num = {
        id: number.phoneNumberId,
        displayPhoneNumber: display,
        digits: waId(display),
        verifiedName: number.verifiedName ?? known?.verifiedName ?? 'Demo business',
        accountId,
        mps,
        quality: known?.quality ?? 'GREEN',
        registered: number.registered ?? known?.registered ?? true,
        pin: known?.pin ?? null,
        mock: known?.mock === true || number.token?.startsWith('mock_') === true,
        profile: known?.profile ?? { about: 'Demo business', vertical: 'OTHER' },
        blocked: known?.blocked ?? new Set(),
        override: known?.override ?? null,
        serviceCount: known?.serviceCount ?? 0,
        throughput: known?.throughput ?? { tokens: mps, at: clock.now() },
      };
      // chats hold the object itself
      if (known) Object.assign(known, next);
      else world.numbers.set(next.id, next);
      saveNumber(world, next);
      if (number.token) sim.addToken(number.token, { appId, accountId });
      return { phoneNumberId: next.id, displayPhoneNumber: next.displayPhoneNumber, accountId };
    },

    addToken(token, grant) {
      const known = world.tokens.get(token);
      if (known) {
        known.accountIds.add(grant.accountId);
        saveToken(world, known);
        return;
      }
      const added: Token = {
        token,
        appId: grant.appId,
        accountIds: new Set([grant.accountId]),
        scopes: new Set(grant.scopes ?? ['whatsapp_business_messaging', 'whatsapp_business_management']),
        expired: false,
      };
      world.tokens.set(token, added);
      saveToken(world, added);
    },

    setToken(token, change) {
      const known = world.tokens.get(token);
      if (!known) throw new RangeError('there is no such token');
      if (change.expired !== undefined) known.expired = change.expired;
      if (change.scopes !== undefined) known.scopes = new Set(change.scopes);
      saveToken(world, known);
    },

    addTemplate(accountId, template) {
      const account = world.accounts.get(accountId);
      if (!account) throw new RangeError(`there is no account ${accountId}`);
      const made = makeTemplate(world.ids.object('template'), template);
      account.templates = account.templates.filter(
        (known) => known.name !== made.name || known.language !== made.language,
      );
      account.templates.push(made);
      saveAccount(world, account, [made]);
      return made;
    },

    setTemplateStatus(accountId, name, status) {
      const account = world.accounts.get(accountId);
      const found = account?.templates.filter((template) => template.name === name) ?? [];
      if (!account || found.length === 0) throw new RangeError(`there is no template ${name}`);
      for (const template of found) setTemplateStatus(world, account, template, status);
    },

    addPerson: (person = {}) => presentPerson(addPerson(world, person)),
    people: () => [...world.people.values()].map(presentPerson),
    person: (who) => handle(world, find(world, who)),

    faults: {
      arm: (id, fault) => world.faults.arm(id, fault),
      disarm: (id) => world.faults.disarm(id),
      list: () => world.faults.list(),
    },

    async advance(ms) {
      if (!(clock instanceof VirtualClock)) throw new RangeError('only a virtual clock can be advanced');
      if (!Number.isFinite(ms) || ms < 0) throw new RangeError('advance by a number of milliseconds from 0');
      const target = clock.now() + ms;
      await settle();
      for (let due = clock.nextDue(); due !== null && due <= target; due = clock.nextDue()) {
        clock.advance(Math.max(0, due - clock.now()));
        await settle();
      }
      clock.advance(target - clock.now());
    },

    async idle() {
      if (clock instanceof VirtualClock) return sim.advance(0);
      const waits = clock instanceof RealClock;
      while (webhooks.inFlight > 0 || (waits && (world.pending.count > 0 || webhooks.waiting > 0)))
        await new Promise((resolve) => setTimeout(resolve, 1));
    },

    emitWebhook(webhook) {
      if ('phoneNumberId' in webhook) {
        emit(world, numberFor(world, webhook.phoneNumberId), webhook.value, webhook.field);
        return;
      }
      const account = world.accounts.get(webhook.accountId);
      if (!account) throw new RangeError(`there is no account ${webhook.accountId}`);
      const { field, value } = webhook;
      webhooks.emit({ account, number: null, field, value, entryTime: Math.floor(clock.now() / 1000) });
    },

    stopWebhooks: () => webhooks.stop(),
    resumeWebhooks: () => webhooks.resume(),

    messagesTo(who) {
      const person = lookUp(world, who);
      if (!person) return [];
      return [...world.chats.values()]
        .filter((chat) => chat.person === person)
        .flatMap((chat) =>
          chat.messages
            .filter((message) => message.from === 'business')
            .map((message) => arrived(world, message)),
        )
        .sort((left, right) => left.time - right.time);
    },

    deliveries: () => webhooks.deliveries,

    reset() {
      world.people.clear();
      world.chats.clear();
      world.messages.clear();
      world.media.clear();
      world.faults.reset();
      webhooks.reset();
      for (const number of world.numbers.values()) {
        number.blocked.clear();
        number.quality = 'GREEN';
        number.serviceCount = 0;
        number.throughput = { tokens: number.mps, at: clock.now() };
      }
      journal?.compact();
    },
  };

  /** Real sockets need real turns of the loop; nothing here depends on how long they take. */
  async function settle(): Promise<void> {
    while (webhooks.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  if (journal) resume(world);
  return sim;
}

function lookUp(world: World, who: string): Person | undefined {
  const digits = who.replace(/[+\-() ]/g, '');
  const phone = /^\d{5,15}$/.test(digits) ? byPhone(world, digits) : undefined;
  return world.people.get(who) ?? phone ?? [...world.people.values()].find((person) => person.userId === who);
}

function find(world: World, who: string): Person {
  const person = lookUp(world, who);
  if (!person) throw new RangeError(`there is nobody with id, phone or user id ${who}`);
  return person;
}

function numberFor(world: World, to: string | undefined): Num {
  const number =
    to === undefined
      ? world.numbers.size === 1
        ? world.numbers.values().next().value
        : undefined
      : world.numbers.get(to);
  if (!number) throw new RangeError(to === undefined ? 'say to which number' : `there is no number ${to}`);
  return number;
}

function arrived(world: World, message: Message): Arrived {
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

function handle(world: World, person: Person): PersonHandle {
  const received = (id: string): Message => {
    const message = world.messages.get(id);
    if (!message || message.personId !== person.id) throw new RangeError(`no message ${id} on this phone`);
    return message;
  };
  const send = (message: NewMessage, number: Num) => personSends(world, person, number, message).id;
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
    send: (message, to) =>
      send(typeof message === 'string' ? { type: 'text', text: message } : message, numberFor(world, to)),
    sendRaw: (body, to) => personSendsRaw(world, person, numberFor(world, to), body).id,
    read: (to) => personReads(world, person, numberFor(world, to)),
    readMessage: (id) => readByPerson(world, received(id)),
    play: (id) => playedByPerson(world, received(id)),
    tapButton(id, wanted) {
      const message = received(id);
      const content = toContent(world, message);
      const buttons =
        'buttons' in content
          ? [...content.buttons, ...(content.cards ?? []).flatMap((card) => card.buttons)]
          : [];
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
      chatOf(world, person, numberFor(world, to)).messages.map((message) => toBubble(world, message)),
  };
}

/** The faults that are events: they happen when they are armed. */
function act(world: World, id: FaultId, fault: ArmFault): void {
  const number = () => {
    const chosen =
      fault.numberId === undefined ? world.numbers.values().next().value : world.numbers.get(fault.numberId);
    if (!chosen) throw new RangeError('choose a number');
    return chosen;
  };
  const person = () => {
    const chosen =
      fault.personId === undefined ? world.people.values().next().value : lookUp(world, fault.personId);
    if (!chosen) throw new RangeError('choose a person');
    return chosen;
  };
  const tellAccount = (field: string, value: JsonObject) =>
    world.webhooks.emit({
      account: accountOf(world, number()),
      number: number(),
      field,
      value,
      entryTime: Math.floor(world.clock.now() / 1000),
    });
  const now = Math.floor(world.clock.now() / 1000);
  switch (id) {
    case 'quality_drop':
      number().quality = 'RED';
      saveNumber(world, number());
      tellAccount('phone_number_quality_update', {
        display_phone_number: number().displayPhoneNumber,
        event: 'DOWNGRADE',
        old_limit: 'TIER_100K',
        current_limit: 'TIER_10K',
        max_daily_conversations_per_business: 'TIER_10K',
      });
      return;
    case 'template_to_marketing': {
      const { templates } = accountOf(world, number());
      const template = fault.value
        ? templates.find((known) => known.name === fault.value)
        : templates.find((known) => known.category === 'UTILITY');
      if (!template) throw new RangeError('there is no such template');
      const previous = template.category;
      template.category = 'MARKETING';
      saveTemplate(world, template);
      tellAccount('template_category_update', {
        message_template_id: Number(template.id),
        message_template_name: template.name,
        message_template_language: template.language,
        previous_category: previous,
        new_category: 'MARKETING',
      });
      return;
    }
    case 'account_update': {
      const event = fault.value || 'ACCOUNT_RESTRICTION';
      const info: Record<string, JsonObject> = {
        ACCOUNT_RESTRICTION: {
          restriction_info: [
            { restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration: now + 86_400 },
          ],
        },
        ACCOUNT_VIOLATION: { violation_info: { violation_type: 'SCAM' } },
        DISABLED_UPDATE: {
          ban_info: {
            waba_ban_state: 'DISABLE',
            waba_ban_date: new Date(now * 1000).toISOString().slice(0, 10),
          },
        },
      };
      tellAccount('account_update', { event, ...info[event] });
      return;
    }
    case 'coexistence_echo':
      echo(world, person(), number(), fault.value || 'Sent from the phone app');
      return;
    case 'number_change':
      changeNumber(world, person(), fault.value ?? '');
      return;
    case 'user_id_rotation':
      rotate(world, person());
      return;
    default:
      throw new RangeError(`${id} waits for its occasion`);
  }
}
