import type { Server } from 'node:http';
import type { Database } from '../../platform/db/index.ts';
import { eventBounds, numberAt } from '../../platform/events/index.ts';
import type { Authenticate } from '../../platform/http/index.ts';
import { allows } from '../../platform/http/index.ts';
import type { Logger } from '../../platform/log.ts';
import {
  attachSockets,
  createHub,
  type Fanout,
  type Joined,
  type JoinRequest,
} from '../../platform/realtime/index.ts';
import type { Signals } from '../../platform/signals.ts';
import { controlNames, createControls } from './controls.ts';
import { startReader } from './reader.ts';
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
    const workspaceId = typeof payload.workspaceId === 'string' ? payload.workspaceId : null;
    const answer = await seat(deps, connection, name, bearer, workspaceId);
    if (answer.is === 'refused') return answer;
    const { principal, person, conversationId } = answer;
    const made: Seat = {
      principal,
      person,
      workspaceId: principal.workspaceId,
      conversationId,
      cursor: reader.cursor,
      state: 'live',
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
      response: { seq: made.cursor },
      who: whoOf(made),
      owner: ownerOf(made),
      mayBroadcast: allows(principal.scopes, 'conversations:write'),
    };
  }

  const hub = createHub<Seat>({
    fanout,
    log,
    ...(options.maxSocketsPerOwner === undefined ? {} : { maxSocketsPerOwner: options.maxSocketsPerOwner }),
    handlers: {
      join,
      joined(channel) {
        const { seat: place } = channel;
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
  });
  const attached = attachSockets<Seat>({
    server: options.server,
    hub,
    log,
    authenticate,
    redeem: (ticket) => redeemTicket(db, ticket),
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
