/** Bodies on the wire: each POSTed until it is answered with 200, with growing pauses, and recorded. */
import { Agent, request } from 'undici';
import type { SimClock } from './clock.ts';
import type { Journal } from './journal.ts';
import { type Dialect, headersOf, type Update } from './webhook-body.ts';
import type { App } from './world.ts';

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

const HOUR = 3_600_000;

/** At once, then with decreasing frequency, into the seventh day (Meta's pages say 7 days, one of them 36 hours). */
export const RETRY_DELAYS_MS: readonly number[] = [
  ...[0, 1_000, 5_000, 15_000, 60_000, 300_000, 900_000],
  ...[1, 2, 4, 8, 12, 24, 24, 24, 24, 24].map((hours) => hours * HOUR),
];

/** What was owed before a restart is tried this often, for 30 seconds, before the usual pauses begin. */
const RESUME_MS = 500;
const RESUME_TRIES = 60;

/** One body for one app. */
export interface Delivery {
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

interface PostsOptions {
  clock: SimClock;
  apps: Map<string, App>;
  settings: WebhookSettings;
  log: (line: string) => void;
  journal: () => Journal | null;
  urlFor(appId: string, update: Update): string;
  /** The same body for the other apps that hear of its account. */
  copiesOf(delivery: Delivery): Delivery[];
  /** Answered with 200. */
  taken(delivery: Delivery): void;
  /** Given up. */
  lost(delivery: Delivery): void;
}

export class Posts {
  readonly deliveries: Delivered[] = [];
  #options: PostsOptions;
  #agent: Agent;
  #backlog: Delivery[] = [];
  #stopped = false;
  #closed = false;
  #inFlight = 0;
  #waiting = 0;
  #generation = 0;

  constructor(options: PostsOptions) {
    this.#options = options;
    this.#agent = new Agent({ connections: options.settings.connections, keepAliveTimeout: 30_000 });
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Early retries; those beyond the third are not waited for. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Holds everything back until `resume`. */
  stop(): void {
    this.#stopped = true;
  }

  resume(): void {
    this.#stopped = false;
    for (const delivery of this.#backlog.splice(0)) this.post(delivery);
  }

  /** Forgets what waits; what is on the wire ends by itself. */
  forget(): void {
    this.#generation++;
    this.#backlog = [];
    this.deliveries.length = 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.forget();
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
        headersTimeout: this.#options.settings.timeoutMs,
      });
      const text = await answer.body.text();
      return answer.statusCode === 200 && text === challenge;
    } catch {
      return false;
    }
  }

  /** After a restart. Its app may not listen yet: it is asked twice a second at first. */
  resend(delivery: Delivery): void {
    this.post(delivery, undefined, -RESUME_TRIES);
  }

  /** `then` follows the first attempt's answer. */
  post(delivery: Delivery, then?: () => void, attempt = 0): void {
    if (this.#closed) return;
    if (this.#stopped) {
      this.#backlog.push(delivery);
      return;
    }
    const generation = this.#generation;
    const app = this.#options.apps.get(delivery.appId);
    if (app && app.secret !== delivery.secret) {
      delivery.secret = app.secret;
      delivery.headers = headersOf(delivery.dialect, delivery.body, app.secret);
    }
    const url = this.#options.urlFor(delivery.appId, delivery.first);
    const record = this.record(delivery, null);
    delivery.tries++;
    this.#inFlight++;
    // nothing may be told that a restart would not know
    this.#options.journal()?.flush();
    this.#call(url, delivery)
      .catch(() => 0)
      .then((status) => {
        record.status = status;
        this.#inFlight--;
        if (this.#closed || generation !== this.#generation) return;
        if (status === 200) this.#options.taken(delivery);
        else this.#again(delivery, attempt, status);
        then?.();
      });
  }

  /** A retry goes to all apps of an account, also to those that took it: they hear it twice, and nobody waits for them. */
  #remind(delivery: Delivery): void {
    for (const copy of this.#options.copiesOf(delivery)) {
      const record = this.record(copy, null);
      this.#inFlight++;
      this.#call(record.url, copy)
        .catch(() => 0)
        .then((status) => {
          record.status = status;
          this.#inFlight--;
        });
    }
  }

  record(delivery: Delivery, status: Delivered['status']): Delivered {
    const { settings, clock } = this.#options;
    const record: Delivered = {
      appId: delivery.appId,
      url: this.#options.urlFor(delivery.appId, delivery.first),
      body: delivery.body,
      signature: delivery.headers['x-hub-signature-256'] ?? delivery.headers['ycloud-signature'] ?? '',
      attempt: delivery.tries + 1,
      status,
      time: clock.now(),
    };
    if (settings.keep > 0) {
      this.deliveries.push(record);
      // cut in halves: shifting one by one would cost more than sending
      if (this.deliveries.length >= settings.keep * 2) this.deliveries.splice(0, settings.keep);
    }
    return record;
  }

  async #call(url: string, delivery: Delivery): Promise<number> {
    const { timeoutMs } = this.#options.settings;
    const answer = await request(url, {
      method: 'POST',
      dispatcher: this.#agent,
      headers: {
        'content-type': 'application/json',
        ...delivery.headers,
      },
      body: delivery.body,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    await answer.body.dump();
    return answer.statusCode;
  }

  #again(delivery: Delivery, attempt: number, status: number): void {
    const pause = attempt < 0 ? RESUME_MS : this.#options.settings.retryDelaysMs[attempt];
    if (pause === undefined) {
      const url = this.#options.urlFor(delivery.appId, delivery.first);
      this.#options.log(
        `webhook to ${url} given up after ${delivery.tries} attempts (last status ${status})`,
      );
      this.#options.lost(delivery);
      return;
    }
    const generation = this.#generation;
    const waited = attempt < 3;
    if (waited) this.#waiting++;
    this.#options.clock.after(pause, () => {
      if (waited) this.#waiting--;
      if (this.#closed || generation !== this.#generation) return;
      this.post(delivery, undefined, attempt + 1);
      if (!this.#stopped) this.#remind(delivery);
    });
  }
}
