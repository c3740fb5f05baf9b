import type { WebSocket } from 'ws';
import type { Caller, Credentials } from '../http/index.ts';
import { type Ref, type Shape, writeFrame } from './frames.ts';

/** Membership of one connection in one topic. */
export interface Channel<Seat> {
  readonly connection: Connection<Seat>;
  /** As the client calls it. */
  readonly topic: string;
  /** Without the prefix `realtime:` that realtime-js puts in front. */
  readonly name: string;
  /** Whose habits the client has: broadcasts with meta.id, or plain events. */
  readonly style: 'phoenix' | 'realtime';
  readonly joinRef: Ref;
  /** The token that came with the join, if the channel has one of its own. */
  bearer: string | null;
  seat: Seat;
  /** What others in the topic see; null for somebody who is nobody, such as a key. */
  who: { key: string; name: string } | null;
  mayBroadcast: boolean;
  /** realtime-js: gets its own broadcasts, wants them confirmed. */
  echo: { self: boolean; ack: boolean };
  presenceRef: string | null;
  open: boolean;
}

/** How many bytes may wait for a slow reader before it is closed; it catches up when it comes back. */
const maxBuffered = 1024 * 1024;

/** Frames a second, and how many at once: a client that comes back rejoins all its topics in one go. */
const rate = { perSecond: 50, burst: 300 };

/** One WebSocket. A class, so that five thousand share their methods. */
export class Connection<Seat> {
  readonly socket: WebSocket;
  readonly credentials: Credentials;
  /** Who came with a ticket: their credentials are not known, so they cannot be asked again. */
  readonly ticket: Caller | null;
  readonly channels = new Map<string, Channel<Seat>>();
  readonly openedAt: number;
  shape: Shape = 'array';
  /** Of whom: for the number of sockets one may have. */
  owner: string | null = null;
  seenAt: number;
  /** Joins and leaves, one after the other. */
  line: Promise<void> = Promise.resolve();
  waiting = 0;
  private tokens = rate.burst;
  private filledAt: number;

  constructor(socket: WebSocket, credentials: Credentials, ticket: Caller | null, now: number) {
    this.socket = socket;
    this.credentials = credentials;
    this.ticket = ticket;
    this.openedAt = now;
    this.seenAt = now;
    this.filledAt = now;
  }

  /** Whether one more frame is within the rate. */
  admit(now: number): boolean {
    this.tokens = Math.min(rate.burst, this.tokens + ((now - this.filledAt) / 1_000) * rate.perSecond);
    this.filledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  write(frame: string): void {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > maxBuffered) {
      socket.terminate();
      return;
    }
    socket.send(frame);
  }

  reply(topic: string, joinRef: Ref, ref: Ref, status: 'ok' | 'error', response: unknown): void {
    this.write(
      writeFrame(this.shape, joinRef, ref, topic, 'phx_reply', JSON.stringify({ status, response })),
    );
  }
}

/** An event of a channel. With the join's ref: what was under way to an earlier join is dropped by the client. */
export function push<Seat>(channel: Channel<Seat>, event: string, payload: string): void {
  const { connection, joinRef, topic } = channel;
  connection.write(writeFrame(connection.shape, joinRef, null, topic, event, payload));
}
