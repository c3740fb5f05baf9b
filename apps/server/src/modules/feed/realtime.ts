import type { Server } from 'node:http';
import type { Database } from '../../platform/db/index.ts';
import { eventBounds, numberAt } from '../../platform/events/index.ts';
import type { Authenticate } from '../../platform/http/index.ts';
import { allows } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import type { Handshakes } from '../../platform/limits/index.ts';
import type { Logger } from '../../platform/log.ts';
import {
  attachSockets,
  createHub,
  type Fanout,
  type Joined,
  type JoinRequest,
  push,
} from '../../platform/realtime/index.ts';
import type { Signals } from '../../platform/signals.ts';
import type { RowSource, RowWish } from './changes.ts';
import { controlNames, createControls } from './controls.ts';
import { startReader } from './reader.ts';
import { parseTopic } from './rules.ts';
import { asViewer, type FeedChannel, ownerOf, type Seat, seat, seatAgain, whoOf, wishOf } from './seats.ts';
import { redeemTicket } from './tickets.ts';

export interface RealtimeOptions {
  db: Database;
  signals: Signals;
  fanout: Fanout;
  log: Logger;
  server: Server;
  authenticate: Authenticate;
  /** Origins of web pages that may connect besides our own. */
  origins: readonly string[];
  maxSocketsPerOwner?: number;
  /** How many sockets may be opened in a while; left out: any number. */
  handshakes?: Handshakes;
  /** Whether an `apikey` of the address is good; left out: nobody looks at it. */
  isKey?: (apikey: string) => Promise<boolean>;
  /** For clients of `postgres_changes`; left out: no rows are told. */
  rows?: RowSource;
}

export interface Realtime {
  /** Sockets open in this process. */
  count(): number;
  /** First phase of closing: no new sockets. */
  stopIntake(): void;
  /** The others are told to come back elsewhere. */
  close(): Promise<void>;
}

/** Everything that talks over a socket: the hub, the reader of events, and what cuts or asks again. */
export async function startRealtime(options: RealtimeOptions): Promise<Realtime> {
  const { db, signals, fanout, log, authenticate } = options;
  const deps = { db, authenticate };

  async function join(request: JoinRequest<Seat>): Promise<Joined<Seat>> {
    const { connection, name, payload, bearer } = request;
    const refused = (reason: string, message: string): Joined<Seat> => ({ is: 'refused', reason, message });
    const wish = wishOf(request);
    if (wish === 'bad')
      return refused('invalid_request', '`after` is a number of the feed, `since` milliseconds.');
    const rows = rowsOf(request);
    if (typeof rows === 'string') return refused('invalid_request', rows);
    const workspaceId = typeof payload.workspaceId === 'string' ? payload.workspaceId : null;
    const ownTopic = rows !== null && parseTopic(name) === null;
    const answer = await seat(deps, connection, name, bearer, workspaceId, ownTopic);
    if (answer.is === 'refused') return answer;
    const { principal, person, conversationId } = answer;
    const made: Seat = {
      principal,
      person,
      workspaceId: principal.workspaceId,
      conversationId,
      cursor: reader.cursor,
      state: 'live',
      asked: null,
      rows,
      ownTopic,
      replayUntil: 0,
    };
    if (wish !== null) {
      const { first, last } = await eventBounds(db);
      if ('after' in wish) {
        if (wish.after > last)
          return refused('after_unknown', 'There is no such event yet. Read the lists again.');
        if (wish.after > 0 && wish.after < first - 1) {
          return refused('events_gone', 'Events after that number are no longer kept. Read the lists again.');
        }
        made.cursor = wish.after;
      } else {
        made.cursor = await asViewer(db, principal, (tx) => numberAt(tx, wish.since, reader.cursor));
        made.replayUntil = reader.cursor;
      }
      made.state = 'catching';
    }
    return {
      is: 'joined',
      seat: made,
      // Nobody else is in it, in this workspace or another, whatever both call theirs.
      ...(ownTopic ? { room: `own:${newId()}` } : {}),
      response: { seq: made.cursor },
      who: whoOf(made),
      owner: ownerOf(made),
      mayBroadcast: allows(principal.scopes, 'conversations:write'),
    };
  }

  /** What a join wants to hear of rows; a text: why not. */
  function rowsOf({ payload, style }: JoinRequest<Seat>): readonly RowWish[] | null | string {
    const wanted = (payload.config as { postgres_changes?: unknown } | undefined)?.postgres_changes;
    if (style !== 'realtime' || !options.rows || !Array.isArray(wanted) || wanted.length === 0) return null;
    if (wanted.length > 100) return 'A topic takes 100 postgres_changes at most.';
    return options.rows.wishes(wanted);
  }

  const hub = createHub<Seat>({
    fanout,
    log,
    ...(options.maxSocketsPerOwner === undefined ? {} : { maxSocketsPerOwner: options.maxSocketsPerOwner }),
    handlers: {
      join,
      joined(channel) {
        const { seat: place } = channel;
        if (place.rows) {
          const message = 'Subscribed to PostgreSQL';
          const said = { extension: 'postgres_changes', status: 'ok', channel: channel.topic, message };
          push(channel, 'system', JSON.stringify(said));
        }
        // Joined without a wish: from where the reader stands now, which the reply may be a moment behind.
        if (place.state === 'catching' || place.cursor !== reader.cursor) reader.catchUp(channel);
        // It may have been given away between the question whether they may hear it and now, when events reach this seat.
        if (place.conversationId !== null && place.principal.actor.reach) controls.check(channel);
      },
      async renew(channel, bearer) {
        const again = await seatAgain(deps, channel, bearer);
        if (again) Object.assign(channel.seat, again);
        return again !== null;
      },
    },
  });

  function* channels(): Iterable<FeedChannel> {
    for (const connection of hub.connections) yield* connection.channels.values();
  }

  const controls = createControls({ ...deps, hub, channels, log });
  const reader = await startReader({
    db,
    signals,
    log,
    channels,
    controls: controlNames,
    onControl: controls.take,
    rows: options.rows ?? null,
  });
  const attached = attachSockets<Seat>({
    server: options.server,
    hub,
    log,
    authenticate,
    redeem: (ticket) => redeemTicket(db, ticket),
    isKey: options.isKey,
    handshakes: options.handshakes,
    origins: options.origins,
  });

  return {
    count: () => hub.connections.size,
    stopIntake: () => attached.stop(),
    async close() {
      attached.stop();
      controls.stop();
      await hub.close();
      await reader.stop();
    },
  };
}
