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
 * - template: PENDING → APPROVED ⇄ PAUSED (3 h, then 6 h) → DISABLED, or REJECTED; an edit goes back to PENDING; only
 *   APPROVED can be sent.
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
import { emit } from './deliver.ts';
import { act } from './fault-events.ts';
import { type FaultId, Faults } from './faults.ts';
import { graph, isGraphPath } from './graph.ts';
import { type Arrived, arrived, find, handle, lookUp, numberFor, type PersonHandle } from './hands.ts';
import { type Call, HttpError, hasKey, sendJson } from './http.ts';
import { Journal } from './journal.ts';
import type { JsonObject } from './json.ts';
import { type LimitControls, limitControls } from './limit-controls.ts';
import { type AddPerson, addPerson, presentPerson } from './people.ts';
import type { ArmFault, PhoneFault, PhonePerson } from './phone-api.ts';
import { phoneApi, phonePage } from './phone-routes.ts';
import { Ids } from './random.ts';
import { acknowledged, restore, resume, snapshot } from './restore.ts';
import {
  type AddAccount,
  type AddedNumber,
  type AddNumber,
  addAccount,
  addApp,
  addNumber,
  addTemplate,
  addToken,
  changeTemplates,
  setToken,
} from './setup.ts';
import type { TemplateChange } from './template-life.ts';
import { type AddTemplate, SAMPLE_TEMPLATES, type Template, type TemplateStatus } from './templates.ts';
import { forgetLimits } from './tier.ts';
import { type Delivered, RETRY_DELAYS_MS } from './webhook-posts.ts';
import { Webhooks } from './webhooks.ts';
import { type App, type Scope, tell, type World } from './world.ts';
import { ycloud } from './ycloud-api.ts';
import { ycloudDialect } from './ycloud-events.ts';

export { RealClock, type SimClock, VirtualClock } from './clock.ts';
export type { FaultId } from './faults.ts';
export type { Arrived, PersonHandle } from './hands.ts';
export { JournalRefused } from './journal.ts';
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
export type { AddAccount, AddedNumber, AddNumber } from './setup.ts';
export type { TemplateChange } from './template-life.ts';
export type { AddTemplate, Template, TemplateStatus } from './templates.ts';
export type { Delivered } from './webhook-posts.ts';
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
  /** Review, category, quality, pause, texts: each with its webhook. */
  changeTemplate(accountId: string, name: string, change: TemplateChange): void;
  addPerson(person?: AddPerson): PhonePerson;
  people(): PhonePerson[];
  /** By id, phone or user id. */
  person(who: string): PersonHandle;
  readonly faults: {
    arm(id: FaultId, fault?: Omit<ArmFault, 'id'>): void;
    disarm(id?: FaultId): void;
    list(): PhoneFault[];
  };
  /** Messaging tiers, marketing cap, quality, and calls beyond what was allowed. */
  readonly limits: LimitControls;
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
    (app) => ycloudDialect(world, app),
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
      templates: options.templates ?? SAMPLE_TEMPLATES,
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
  for (const app of options.apps ?? []) addApp(world, app);

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
    if (path.startsWith('/v2/')) return ycloud(world, call);
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

    async verifyWebhook(appId) {
      const app = apps.get(appId);
      if (!app) throw new RangeError(`there is no app ${appId}`);
      return webhooks.verify(app.webhookUrl, app.verifyToken, world.ids.object('challenge'));
    },

    addApp: (app) => addApp(world, app),
    addAccount: (account) => addAccount(world, account),
    addNumber: (number) => addNumber(world, number),
    addToken: (token, grant) => addToken(world, token, grant),
    setToken: (token, change) => setToken(world, token, change),
    addTemplate: (accountId, template) => addTemplate(world, accountId, template),
    setTemplateStatus: (accountId, name, status) => changeTemplates(world, accountId, name, { status }),
    changeTemplate: (accountId, name, change) => changeTemplates(world, accountId, name, change),

    addPerson: (person = {}) => presentPerson(addPerson(world, person)),
    people: () => [...world.people.values()].map(presentPerson),
    person: (who) => handle(world, find(world, who)),

    faults: {
      arm: (id, fault) => world.faults.arm(id, fault),
      disarm: (id) => world.faults.disarm(id),
      list: () => world.faults.list(),
    },

    limits: limitControls(world),

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
      forgetLimits(world);
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
