import type { Database } from '../../platform/db/index.ts';
import {
  eventBounds,
  eventsBetween,
  newsAfter,
  type StoredEvent,
  type Stretch,
} from '../../platform/events/index.ts';
import { allows, type Principal } from '../../platform/http/index.ts';
import type { Logger } from '../../platform/log.ts';
import { startLoop } from '../../platform/loop.ts';
import { push } from '../../platform/realtime/index.ts';
import type { Signals } from '../../platform/signals.ts';
import { type RowChange, type RowSource, tellRows } from './changes.ts';
import { presentEvent } from './present.ts';
import { actionFor, isAbout } from './rules.ts';
import { asViewer, type FeedChannel, viewOf } from './seats.ts';

export interface ReaderOptions {
  db: Database;
  signals: Signals;
  log: Logger;
  /** Everybody who sits in this process. */
  channels(): Iterable<FeedChannel>;
  /**
   * Events that change who may hear what; done before the others of their batch are pushed. A seat that has to be asked
   * about is `asked` and catches up after the answer.
   */
  controls: readonly string[];
  onControl(event: StoredEvent): void;
  /** For channels that want rows; null: none do. */
  rows: RowSource | null;
}

/** What one view shows of a stretch. */
interface Seen extends Stretch {
  /** Read only where somebody of the view wants rows. */
  rows: readonly RowChange[];
}

export interface Reader {
  /** Every event up to this number was pushed to whoever is live. */
  readonly cursor: number;
  /** Reads the stretch between a seat and the reader for it, then makes it live. */
  catchUp(channel: FeedChannel): void;
  stop(): Promise<void>;
}

const batch = 1_000;
const stretch = 500;
/** Reads for seats that catch up, at once: after a restart all come back together, and the pool is small. */
const atOnce = 3;
/** A seat that catches up is fed as fast as it reads. */
const fedBytes = 256 * 1024;

/** Follows the one order of events and pushes each batch to the seats of this process. */
export async function startReader(options: ReaderOptions): Promise<Reader> {
  const { db, signals, log, controls, onControl, rows: source } = options;
  let cursor = (await eventBounds(db)).last;
  const catching: FeedChannel[] = [];
  let busy = 0;
  let stopped = false;

  const loop = startLoop({
    name: 'realtime reader',
    log,
    idleMs: 1_000,
    // Also where nobody listens: whoever comes begins where it stands, and must not meet controls of long before.
    gatherMs: 5,
    async step() {
      const news = await newsAfter(db, cursor, batch, controls);
      const last = news.at(-1)?.seq;
      if (last === undefined) return false;
      for (const { event } of news) if (event) onControl(event);
      const fresh = new Set(news.map(({ workspaceId }) => workspaceId));
      const read = await readViews(fresh, cursor, last);
      // From here to the end nothing waits: no seat can come, go or change in between.
      cursor = last;
      for (const channel of options.channels()) {
        const { seat } = channel;
        if (seat.state === 'ahead' && seat.cursor <= cursor) catchUp(channel);
        if (seat.state !== 'live') continue;
        if (!fresh.has(seat.workspaceId)) {
          seat.cursor = last;
          continue;
        }
        const found = read.get(`${seat.workspaceId} ${viewOf(seat.principal)}`);
        // It came, or its view changed, while we read; or it is being asked what it may hear.
        if (!found || seat.asked) catchUp(channel);
        else {
          tell(channel, found);
          seat.cursor = last;
        }
      }
      return news.length === batch;
    },
  });

  /** One read per workspace and view that somebody live has. */
  async function readViews(
    workspaces: ReadonlySet<string>,
    after: number,
    until: number,
  ): Promise<Map<string, Seen>> {
    const views = new Map<string, { principal: Principal; wantsRows: boolean }>();
    for (const { seat } of options.channels()) {
      if (seat.state !== 'live' || seat.asked || !workspaces.has(seat.workspaceId)) continue;
      const view = `${seat.workspaceId} ${viewOf(seat.principal)}`;
      const wantsRows = seat.rows !== null || views.get(view)?.wantsRows === true;
      views.set(view, { principal: seat.principal, wantsRows });
    }
    const read = new Map<string, Seen>();
    for (const [view, { principal, wantsRows }] of views) {
      read.set(view, await between(principal, after, until, batch + 1, wantsRows));
    }
    return read;
  }

  function between(
    principal: Principal,
    after: number,
    until: number,
    limit: number,
    wantsRows: boolean,
  ): Promise<Seen> {
    return asViewer(db, principal, async (tx) => {
      const seen = await eventsBetween(tx, after, until, limit);
      const rows = wantsRows && source ? await source.changed(tx, seen.events) : [];
      return { ...seen, rows };
    });
  }

  function catchUp(channel: FeedChannel): void {
    channel.seat.state = 'catching';
    catching.push(channel);
    next();
  }

  function next(): void {
    while (busy < atOnce && !stopped) {
      const channel = catching.shift();
      if (!channel) return;
      busy += 1;
      feed(channel)
        .catch((error: unknown) => {
          // It comes back by itself and says where it was.
          log.warn({ err: error }, 'realtime: a socket could not catch up and was closed');
          channel.connection.socket.close(1011, 'could not catch up');
        })
        .finally(() => {
          busy -= 1;
          next();
        });
    }
  }

  async function feed(channel: FeedChannel): Promise<void> {
    const { seat, connection } = channel;
    while (channel.open && !stopped) {
      if (seat.asked) {
        await seat.asked;
        continue;
      }
      if (seat.cursor >= cursor) {
        seat.state = seat.cursor === cursor ? 'live' : 'ahead';
        return;
      }
      const view = viewOf(seat.principal);
      const found = await between(seat.principal, seat.cursor, cursor, stretch, seat.rows !== null);
      // Lowered while we read, or about to be: what was read may be too much.
      if (seat.asked || view !== viewOf(seat.principal) || !channel.open) continue;
      tell(channel, found);
      seat.cursor = found.last;
      while (connection.socket.bufferedAmount > fedBytes && channel.open) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  function tell(channel: FeedChannel, { events, rows }: Seen): void {
    const { seat } = channel;
    if (source) tellRows(source, channel, rows);
    if (seat.ownTopic) return;
    for (const event of events) {
      if (event.seq <= seat.cursor) continue;
      if (!allows(seat.principal.scopes, actionFor(event.name))) continue;
      if (seat.conversationId !== null && !isAbout(event.data, seat.conversationId)) continue;
      if (channel.style === 'phoenix') push(channel, 'event', jsonOf(event));
      else push(channel, 'broadcast', broadcastOf(event, event.seq <= seat.replayUntil));
    }
  }

  const off = signals.on('events', loop.wake);
  return {
    get cursor() {
      return cursor;
    },
    catchUp,
    async stop() {
      stopped = true;
      off();
      await loop.stop();
    },
  };
}

// An event goes to many: its JSON is made once.
const made = new WeakMap<StoredEvent, string>();

function jsonOf(event: StoredEvent): string {
  const known = made.get(event);
  if (known !== undefined) return known;
  const json = JSON.stringify(presentEvent(event));
  made.set(event, json);
  return json;
}

function broadcastOf(event: StoredEvent, replayed: boolean): string {
  const [name, id] = [JSON.stringify(event.name), JSON.stringify(event.id)];
  return `{"type":"broadcast","event":${name},"payload":${jsonOf(event)},"meta":{"id":${id}${replayed ? ',"replayed":true' : ''}}}`;
}
