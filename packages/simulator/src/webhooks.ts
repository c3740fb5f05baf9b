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
import { asArray, asObject, escapedJson, type JsonObject } from './json.ts';
import type { Account, App, Num } from './world.ts';

export interface Update {
  account: Account;
  number: Num | null;
  field: string;
  value: JsonObject;
  /** unix seconds; only fields other than messages carry it */
  entryTime?: number;
  onAcked?: () => void;
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

interface Delivery {
  app: App;
  url: string;
  body: string;
  signature: string;
  legacy: string;
  acked: (() => void)[];
}

interface Lane {
  app: App;
  url: string;
  updates: Update[];
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

  constructor(
    clock: SimClock,
    apps: Map<string, App>,
    faults: () => Faults,
    settings: WebhookSettings,
    log: (line: string) => void,
  ) {
    this.#clock = clock;
    this.#apps = apps;
    this.#faults = faults;
    this.settings = settings;
    this.#log = log;
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
    for (const [appId, override] of update.account.subscribed) {
      const app = this.#apps.get(appId);
      if (!app) continue;
      const url = OVERRIDABLE.has(update.field)
        ? (update.number?.override ?? override ?? app.webhookUrl)
        : app.webhookUrl;
      if (!url) continue;
      if (this.settings.batch <= 1) this.#send(app, url, [update]);
      else this.#enqueue(app, url, update);
    }
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
    this.reset();
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

  #enqueue(app: App, url: string, update: Update): void {
    const key = `${app.id} ${url}`;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = { app, url, updates: [], cancel: null };
      this.#lanes.set(key, lane);
    }
    const filling = lane;
    filling.updates.push(update);
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
    if (updates.length > 0) this.#send(lane.app, lane.url, updates);
  }

  #send(app: App, url: string, updates: Update[]): void {
    const body = escapedJson(envelope(updates));
    const delivery: Delivery = {
      app,
      url,
      body,
      signature: `sha256=${createHmac('sha256', app.secret).update(body).digest('hex')}`,
      legacy: `sha1=${createHmac('sha1', app.secret).update(body).digest('hex')}`,
      acked: updates.flatMap((update) => (update.onAcked ? [update.onAcked] : [])),
    };
    const numberId = updates[0]?.number?.id;
    const faults = this.#faults();
    if (faults.strike('drop_webhook', numberId)) {
      this.#record(delivery, 0, 'dropped');
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

  #record(delivery: Delivery, attempt: number, status: Delivered['status']): Delivered {
    const record: Delivered = {
      appId: delivery.app.id,
      url: delivery.url,
      body: delivery.body,
      signature: delivery.signature,
      attempt: attempt + 1,
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
    const record = this.#record(delivery, attempt, null);
    this.#inFlight++;
    request(delivery.url, {
      method: 'POST',
      dispatcher: this.#agent,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'facebookexternalua',
        'x-hub-signature': delivery.legacy,
        'x-hub-signature-256': delivery.signature,
      },
      body: delivery.body,
      headersTimeout: this.settings.timeoutMs,
      bodyTimeout: this.settings.timeoutMs,
    })
      .then(async (answer) => {
        await answer.body.dump();
        return answer.statusCode;
      })
      .catch(() => 0)
      .then((status) => {
        record.status = status;
        this.#inFlight--;
        if (this.#closed || generation !== this.#generation) return;
        if (status === 200) for (const acked of delivery.acked.splice(0)) acked();
        else this.#again(delivery, attempt, status);
        then?.();
      });
  }

  #again(delivery: Delivery, attempt: number, status: number): void {
    const pause = this.settings.retryDelaysMs[attempt];
    if (pause === undefined) {
      this.#log(`webhook to ${delivery.url} given up after ${attempt + 1} attempts (last status ${status})`);
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
