/**
 * Webhooks out: signed, escaped, batched, retried, in parallel.
 * Source: Meta "Create a webhook endpoint", "Webhooks overview", "Overrides".
 *
 * An *update* is one change for one account; a *delivery* is one body for one app (one or many updates);
 * an *attempt* is one POST of it. Anything but 200 is tried again with growing pauses.
 */
import type { SimClock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import { escapedJson } from './json.ts';
import type { Owed } from './keep.ts';
import { type Dialect, envelope, headersOf, type Update } from './webhook-body.ts';
import { type Delivered, type Delivery, Posts, type WebhookSettings } from './webhook-posts.ts';
import type { Account, App, Num } from './world.ts';

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
  readonly settings: WebhookSettings;
  #clock: SimClock;
  #apps: Map<string, App>;
  #faults: () => Faults;
  #posts: Posts;
  #lanes = new Map<string, Lane>();
  #held: Delivery | null = null;
  #closed = false;
  #waiting = 0;
  #generation = 0;
  #serial = 0;
  /** With a journal: what was not acknowledged, dropped or given up yet. */
  readonly owed = new Map<number, Owed>();
  #journal: () => Journal | null;
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
    this.#journal = journal;
    this.#dialect = dialect;
    this.#posts = new Posts({
      clock,
      apps,
      settings,
      log,
      journal,
      urlFor: (appId, update) => this.#urlFor(appId, update),
      copiesOf: (delivery) => this.#copiesOf(delivery),
      taken: (delivery) => {
        this.#settle(delivery);
        for (const messageId of delivery.messageIds.splice(0)) acked(messageId);
      },
      lost: (delivery) => this.#settle(delivery),
    });
  }

  /** What was POSTed lately. */
  get deliveries(): Delivered[] {
    return this.#posts.deliveries;
  }

  /** POSTs on the wire now. */
  get inFlight(): number {
    return this.#posts.inFlight;
  }

  /** Bodies that wait for a timer: batches, late ones, early retries. Retries beyond the third are not waited for. */
  get waiting(): number {
    return this.#waiting + this.#posts.waiting;
  }

  /** Hands an update to every app subscribed to the account. */
  emit(update: Update): void {
    if (this.#closed) return;
    for (const appId of update.account.subscribed.keys()) {
      if (!this.#hears(appId, update)) continue;
      const dialect = this.#dialectOf(appId);
      if (dialect && dialect.body(update) === null) continue;
      const serial = ++this.#serial;
      this.#owe(serial, appId, update);
      if (this.settings.batch <= 1 || dialect) this.#send(appId, [{ update, serial }]);
      else this.#enqueue(appId, update, serial);
    }
  }

  /** After a restart: delivers what was owed. */
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
    this.#posts.resend(this.#delivery(appId, [{ update, serial }]));
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

  /** Whether its app has an address and asked for this field. */
  #hears(appId: string, update: Update): boolean {
    const fields = this.#apps.get(appId)?.fields;
    return this.#urlFor(appId, update) !== '' && (fields === undefined || fields.includes(update.field));
  }

  #copiesOf(delivery: Delivery): Delivery[] {
    if (delivery.dialect) return [];
    return [...delivery.first.account.subscribed.keys()].flatMap((appId) => {
      const app = this.#apps.get(appId);
      if (!app || appId === delivery.appId || this.#dialectOf(appId)) return [];
      if (!this.#hears(appId, delivery.first)) return [];
      const { secret } = app;
      const headers = headersOf(null, delivery.body, secret);
      return [{ ...delivery, appId, secret, headers, messageIds: [], serials: [], tries: 0 }];
    });
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
    this.#posts.stop();
  }

  resume(): void {
    this.#posts.resume();
  }

  /** Forgets what waits; what is on the wire ends by itself. */
  reset(): void {
    this.owed.clear();
    this.#forget();
    this.#posts.forget();
  }

  #forget(): void {
    this.#generation++;
    this.#held = null;
    for (const lane of this.#lanes.values()) {
      if (lane.cancel) this.#waiting--;
      lane.cancel?.();
    }
    this.#lanes.clear();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#forget();
    await this.#posts.close();
  }

  verify(url: string, verifyToken: string, challenge: string): Promise<boolean> {
    return this.#posts.verify(url, verifyToken, challenge);
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
      this.#posts.record(delivery, 'dropped');
      this.#settle(delivery);
      return;
    }
    const late = faults.strike('delay_webhook', numberId);
    if (late) {
      this.#wait(late.ms, () => this.#posts.post(delivery));
      return;
    }
    if (this.#held === null && faults.strike('reorder_webhooks', numberId)) {
      this.#held = delivery;
      // nothing may follow; then it is only late
      this.#wait(5_000, () => this.#release(delivery));
      return;
    }
    const held = this.#held;
    this.#posts.post(delivery, held ? () => this.#release(held) : undefined);
    if (faults.strike('duplicate_webhook', numberId)) this.#posts.post(delivery);
  }

  #release(delivery: Delivery): void {
    if (this.#held !== delivery) return;
    this.#held = null;
    this.#posts.post(delivery);
  }

  #wait(ms: number, run: () => void): () => void {
    const generation = this.#generation;
    this.#waiting++;
    return this.#clock.after(ms, () => {
      this.#waiting--;
      if (generation === this.#generation) run();
    });
  }
}
