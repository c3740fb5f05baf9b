/**
 * Webhooks out: signed, escaped, batched, retried, in parallel.
 * Source: Meta "Create a webhook endpoint", "Webhooks overview", "Overrides".
 *
 * An *update* is one change for one account; a *delivery* is one body for one app (one or many updates);
 * an *attempt* is one POST of it. Anything but 200 is tried again with growing pauses.
 */
import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import type { SimClock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import { asArray, asObject, escapedJson, type JsonObject } from './json.ts';
import type { Owed } from './keep.ts';
import type { Account, App, Num } from './world.ts';

export interface Update {
  account: Account;
  number: Num | null;
  field: string;
  value: JsonObject;
  /** unix seconds; only fields other than messages carry it */
  entryTime?: number;
  /** The person's message that gets its second tick when this is acknowledged. */
  messageId?: string;
}

/** What was POSTed, for inspection and for comparing two runs. */
export interface Delivered {
  appId: string;
  url: string;
  body: string;
  signature: string;
  attempt: number;
  /** HTTP status; 0 = no answer; null = on its way; 'dropped' by a fault */
  status: number | null | 'dropped';
  time: number;
}

export interface WebhookSettings {
  /** updates per body, at most 1000 */
  batch: number;
  /** how long a body waits to fill up */
  batchWaitMs: number;
  retryDelaysMs: readonly number[];
  timeoutMs: number;
  connections: number;
  /** how many records `deliveries` keeps */
  keep: number;
}

/** At once, then with decreasing frequency, for 36 hours in all (Meta's pages say 36 hours and 7 days). */
export const RETRY_DELAYS_MS: readonly number[] = [
  0, 1_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 72_000_000,
];

/** What was owed before a restart is tried this often, for 30 seconds, before the usual pauses begin. */
const RESUME_MS = 500;
const RESUME_TRIES = 60;

/** How an app that is none of Meta's is told an update; null = it is not told. */
export interface Dialect {
  body(update: Update): string | null;
  headers(body: string, secret: string): Record<string, string>;
}

interface Delivery {
  appId: string;
  dialect: Dialect | null;
  /** Where it goes and who signs: looked up at each attempt, since an app may move while it is owed something. */
  first: Update;
  body: string;
  secret: string;
  headers: Record<string, string>;
  messageIds: string[];
  serials: number[];
  tries: number;
}

interface Lane {
  appId: string;
  updates: { update: Update; serial: number }[];
  cancel: (() => void) | null;
}

/** Fields whose callback may be overridden per number or account; the rest always goes to the app. */
const OVERRIDABLE = new Set([
  'messages',
  'smb_message_echoes',
  'smb_app_state_sync',
  'history',
  'calls',
  'message_echoes',
]);

export class Webhooks {
  readonly deliveries: Delivered[] = [];
  readonly settings: WebhookSettings;
  #clock: SimClock;
  #apps: Map<string, App>;
  #faults: () => Faults;
  #log: (line: string) => void;
  #agent: Agent;
  #lanes = new Map<string, Lane>();
  #backlog: Delivery[] = [];
  #held: Delivery | null = null;
  #stopped = false;
  #closed = false;
  #inFlight = 0;
  #waiting = 0;
  #generation = 0;
  #serial = 0;
  /** With a journal: what was not acknowledged, dropped or given up yet. */
  readonly owed = new Map<number, Owed>();
  #journal: () => Journal | null;
  #acked: (messageId: string) => void;
  #dialect: (app: App) => Dialect | null;

  constructor(
    clock: SimClock,
    apps: Map<string, App>,
    faults: () => Faults,
    settings: WebhookSettings,
    log: (line: string) => void,
    journal: () => Journal | null = () => null,
    acked: (messageId: string) => void = () => {},
    dialect: (app: App) => Dialect | null = () => null,
  ) {
    this.#clock = clock;
    this.#apps = apps;
    this.#faults = faults;
    this.settings = settings;
    this.#log = log;
    this.#journal = journal;
    this.#acked = acked;
    this.#dialect = dialect;
    this.#agent = new Agent({ connections: settings.connections, keepAliveTimeout: 30_000 });
  }

  /** POSTs on the wire now. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Bodies that wait for a timer: batches, late ones, early retries. Retries beyond the third are not waited for. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Hands an update to every app subscribed to the account. */
  emit(update: Update): void {
    if (this.#closed) return;
    for (const appId of update.account.subscribed.keys()) {
      if (!this.#urlFor(appId, update)) continue;
      const dialect = this.#dialectOf(appId);
      if (dialect && dialect.body(update) === null) continue;
      const serial = ++this.#serial;
      this.#owe(serial, appId, update);
      if (this.settings.batch <= 1 || dialect) this.#send(appId, [{ update, serial }]);
      else this.#enqueue(appId, update, serial);
    }
  }

  /** After a restart: delivers what was owed. Its app may not listen yet: it is asked twice a second at first. */
  redeliver(owed: Owed, account: Account, number: Num | null): void {
    const { serial, appId, field, value, entryTime, messageId } = owed;
    this.#serial = Math.max(this.#serial, serial);
    const update: Update = {
      account,
      number,
      field,
      value,
      ...(entryTime === undefined ? {} : { entryTime }),
      ...(messageId === undefined ? {} : { messageId }),
    };
    if (!this.#apps.has(appId)) return;
    this.#post(this.#delivery(appId, [{ update, serial }]), -RESUME_TRIES);
  }

  #owe(serial: number, appId: string, update: Update): void {
    const journal = this.#journal();
    if (!journal) return;
    const { account, number, field, value, entryTime, messageId } = update;
    const owed: Owed = {
      serial,
      appId,
      accountId: account.id,
      numberId: number?.id ?? null,
      field,
      value,
      ...(entryTime === undefined ? {} : { entryTime }),
      ...(messageId === undefined ? {} : { messageId }),
    };
    this.owed.set(serial, owed);
    journal.add(['owed', owed]);
  }

  #settle(delivery: Delivery): void {
    const open = delivery.serials.filter((serial) => this.owed.delete(serial));
    if (open.length > 0) this.#journal()?.add(['paid', open]);
  }

  #dialectOf(appId: string): Dialect | null {
    const app = this.#apps.get(appId);
    return app ? this.#dialect(app) : null;
  }

  #urlFor(appId: string, update: Update): string {
    const app = this.#apps.get(appId);
    if (!app) return '';
    return OVERRIDABLE.has(update.field)
      ? (update.number?.override ?? update.account.subscribed.get(appId) ?? app.webhookUrl)
      : app.webhookUrl;
  }

  /** Holds everything back until `resume`. */
  stop(): void {
    this.#stopped = true;
  }

  resume(): void {
    this.#stopped = false;
    for (const delivery of this.#backlog.splice(0)) this.#post(delivery, 0);
  }

  /** Forgets what waits; what is on the wire ends by itself. */
  reset(): void {
    this.owed.clear();
    this.#forget();
  }

  #forget(): void {
    this.#generation++;
    this.#backlog = [];
    this.#held = null;
    for (const lane of this.#lanes.values()) {
      if (lane.cancel) this.#waiting--;
      lane.cancel?.();
    }
    this.#lanes.clear();
    this.deliveries.length = 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#forget();
    await this.#agent.destroy();
  }

  /** The GET by which Meta checks a callback: answers whether the challenge came back. */
  async verify(url: string, verifyToken: string, challenge: string): Promise<boolean> {
    try {
      const target = new URL(url);
      target.searchParams.set('hub.mode', 'subscribe');
      target.searchParams.set('hub.challenge', challenge);
      target.searchParams.set('hub.verify_token', verifyToken);
      const answer = await request(target, {
        dispatcher: this.#agent,
        headersTimeout: this.settings.timeoutMs,
      });
      const text = await answer.body.text();
      return answer.statusCode === 200 && text === challenge;
    } catch {
      return false;
    }
  }

  #enqueue(appId: string, update: Update, serial: number): void {
    const key = `${appId} ${this.#urlFor(appId, update)}`;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = { appId, updates: [], cancel: null };
      this.#lanes.set(key, lane);
    }
    const filling = lane;
    filling.updates.push({ update, serial });
    if (filling.updates.length >= this.settings.batch) this.#flush(filling);
    else filling.cancel ??= this.#wait(this.settings.batchWaitMs, () => this.#flush(filling, true));
  }

  #flush(lane: Lane, fired = false): void {
    if (lane.cancel && !fired) {
      lane.cancel();
      this.#waiting--;
    }
    lane.cancel = null;
    const updates = lane.updates.splice(0);
    if (updates.length > 0) this.#send(lane.appId, updates);
  }

  #delivery(appId: string, items: Lane['updates']): Delivery {
    const secret = this.#apps.get(appId)?.secret ?? '';
    const dialect = this.#dialectOf(appId);
    const body = dialect?.body(items[0]!.update) ?? escapedJson(envelope(items.map((item) => item.update)));
    return {
      appId,
      dialect,
      first: items[0]!.update,
      body,
      secret,
      headers: headersOf(dialect, body, secret),
      messageIds: items.flatMap((item) => item.update.messageId ?? []),
      serials: items.map((item) => item.serial),
      tries: 0,
    };
  }

  #send(appId: string, items: Lane['updates']): void {
    const delivery = this.#delivery(appId, items);
    const numberId = delivery.first.number?.id;
    const faults = this.#faults();
    if (faults.strike('drop_webhook', numberId)) {
      this.#record(delivery, this.#urlFor(appId, delivery.first), 'dropped');
      this.#settle(delivery);
      return;
    }
    const late = faults.strike('delay_webhook', numberId);
    if (late) {
      this.#wait(late.ms, () => this.#post(delivery, 0));
      return;
    }
    if (this.#held === null && faults.strike('reorder_webhooks', numberId)) {
      this.#held = delivery;
      // nothing may follow; then it is only late
      this.#wait(5_000, () => this.#release(delivery));
      return;
    }
    const held = this.#held;
    this.#post(delivery, 0, held ? () => this.#release(held) : undefined);
    if (faults.strike('duplicate_webhook', numberId)) this.#post(delivery, 0);
  }

  #release(delivery: Delivery): void {
    if (this.#held !== delivery) return;
    this.#held = null;
    this.#post(delivery, 0);
  }

  #wait(ms: number, run: () => void): () => void {
    const generation = this.#generation;
    this.#waiting++;
    return this.#clock.after(ms, () => {
      this.#waiting--;
      if (generation === this.#generation) run();
    });
  }

  #record(delivery: Delivery, url: string, status: Delivered['status']): Delivered {
    const record: Delivered = {
      appId: delivery.appId,
      url,
      body: delivery.body,
      signature: delivery.headers['x-hub-signature-256'] ?? delivery.headers['ycloud-signature'] ?? '',
      attempt: delivery.tries + 1,
      status,
      time: this.#clock.now(),
    };
    if (this.settings.keep > 0) {
      this.deliveries.push(record);
      // cut in halves: shifting one by one would cost more than sending
      if (this.deliveries.length >= this.settings.keep * 2) this.deliveries.splice(0, this.settings.keep);
    }
    return record;
  }

  #post(delivery: Delivery, attempt: number, then?: () => void): void {
    if (this.#closed) return;
    if (this.#stopped) {
      this.#backlog.push(delivery);
      return;
    }
    const generation = this.#generation;
    const app = this.#apps.get(delivery.appId);
    if (app && app.secret !== delivery.secret) {
      delivery.secret = app.secret;
      delivery.headers = headersOf(delivery.dialect, delivery.body, app.secret);
    }
    const url = this.#urlFor(delivery.appId, delivery.first);
    const record = this.#record(delivery, url, null);
    delivery.tries++;
    this.#inFlight++;
    // nothing may be told that a restart would not know
    this.#journal()?.flush();
    this.#call(url, delivery)
      .catch(() => 0)
      .then((status) => {
        record.status = status;
        this.#inFlight--;
        if (this.#closed || generation !== this.#generation) return;
        if (status === 200) {
          this.#settle(delivery);
          for (const messageId of delivery.messageIds.splice(0)) this.#acked(messageId);
        } else this.#again(delivery, attempt, status);
        then?.();
      });
  }

  async #call(url: string, delivery: Delivery): Promise<number> {
    const answer = await request(url, {
      method: 'POST',
      dispatcher: this.#agent,
      headers: {
        'content-type': 'application/json',
        ...delivery.headers,
      },
      body: delivery.body,
      headersTimeout: this.settings.timeoutMs,
      bodyTimeout: this.settings.timeoutMs,
    });
    await answer.body.dump();
    return answer.statusCode;
  }

  #again(delivery: Delivery, attempt: number, status: number): void {
    const pause = attempt < 0 ? RESUME_MS : this.settings.retryDelaysMs[attempt];
    if (pause === undefined) {
      const url = this.#urlFor(delivery.appId, delivery.first);
      this.#log(`webhook to ${url} given up after ${delivery.tries} attempts (last status ${status})`);
      this.#settle(delivery);
      return;
    }
    const generation = this.#generation;
    const waited = attempt < 3;
    if (waited) this.#waiting++;
    this.#clock.after(pause, () => {
      if (waited) this.#waiting--;
      if (generation === this.#generation) this.#post(delivery, attempt + 1);
    });
  }
}

function headersOf(dialect: Dialect | null, body: string, secret: string): Record<string, string> {
  if (dialect) return dialect.headers(body, secret);
  const hmac = (hash: string) => createHmac(hash, secret).update(body).digest('hex');
  return {
    'user-agent': 'facebookexternalua',
    'x-hub-signature': `sha1=${hmac('sha1')}`,
    'x-hub-signature-256': `sha256=${hmac('sha256')}`,
  };
}

/**
 * One body for many updates. Updates of the same account share an entry; inbound messages, or statuses, of the
 * same number that follow one another share a value, as Meta does under load.
 */
function envelope(updates: readonly Update[]): JsonObject {
  const entries: {
    account: Account;
    time: number | undefined;
    changes: { field: string; number: Num | null; value: JsonObject }[];
  }[] = [];
  for (const update of updates) {
    let entry = entries.at(-1);
    if (!entry || entry.account !== update.account || entry.time !== update.entryTime) {
      entry = { account: update.account, time: update.entryTime, changes: [] };
      entries.push(entry);
    }
    const last = entry.changes.at(-1);
    if (last && last.field === 'messages' && update.field === 'messages' && last.number === update.number) {
      const merged = merge(last.value, update.value);
      if (merged) {
        last.value = merged;
        continue;
      }
    }
    entry.changes.push({ field: update.field, number: update.number, value: update.value });
  }
  return {
    object: 'whatsapp_business_account',
    entry: entries.map((entry) => ({
      id: entry.account.id,
      ...(entry.time === undefined ? {} : { time: entry.time }),
      changes: entry.changes.map((change) => ({ value: change.value, field: change.field })),
    })),
  };
}

function merge(left: JsonObject, right: JsonObject): JsonObject | null {
  const key = left.messages ? 'messages' : 'statuses';
  if (!left[key] || !right[key] || left.errors || right.errors) return null;
  const contacts = [...asArray(left.contacts)];
  for (const contact of asArray(right.contacts)) {
    const text = JSON.stringify(contact);
    if (!contacts.some((known) => JSON.stringify(asObject(known)) === text)) contacts.push(contact);
  }
  return {
    ...left,
    ...(contacts.length > 0 ? { contacts } : {}),
    [key]: [...asArray(left[key]), ...asArray(right[key])],
  };
}
