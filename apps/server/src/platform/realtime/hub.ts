import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type Channel, type Connection, push } from './connection.ts';
import type { Fanout } from './fanout.ts';
import { type Frame, parseFrame } from './frames.ts';
import { createPresence } from './presence.ts';

export interface JoinRequest<Seat> {
  connection: Connection<Seat>;
  /** Without realtime-js's prefix. */
  name: string;
  style: 'phoenix' | 'realtime';
  payload: Record<string, unknown>;
  bearer: string | null;
}

export type Joined<Seat> =
  | {
      is: 'joined';
      seat: Seat;
      /** The topic that its members share, where it is another than they call it: names that clients make up are kept apart. */
      room?: string;
      response: Record<string, unknown>;
      who: { key: string; name: string } | null;
      /** Whose socket it is, for the number of sockets one may have. */
      owner: string;
      mayBroadcast: boolean;
    }
  | { is: 'refused'; reason: string; message: string };

/** What the product decides. */
export interface Handlers<Seat> {
  join(request: JoinRequest<Seat>): Promise<Joined<Seat>>;
  /** The client knows that it has joined: now it may be told things. */
  joined(channel: Channel<Seat>): void;
  /** A new token for a channel; false: it does not count, the channel is closed. */
  renew(channel: Channel<Seat>, bearer: string): Promise<boolean>;
}

export interface HubOptions<Seat> {
  handlers: Handlers<Seat>;
  fanout: Fanout;
  log: Logger;
  maxSocketsPerOwner?: number;
  /** A client that says nothing for so long, not even a heartbeat or a pong, is gone. */
  idleMs?: number;
}

export interface Hub<Seat> {
  readonly connections: ReadonlySet<Connection<Seat>>;
  open(connection: Connection<Seat>): void;
  /** Whether somebody may have one more socket; counts it for them if so. */
  admit(connection: Connection<Seat>, owner: string): boolean;
  /** Members of a topic in this process. */
  inTopic(name: string): Iterable<Channel<Seat>>;
  /** Ends a channel from our side; the client does not come back by itself. */
  cut(channel: Channel<Seat>, reason: string): void;
  /** Ends the whole connection. */
  disconnect(connection: Connection<Seat>, code: number, reason: string): void;
  close(): Promise<void>;
}

const prefix = /^realtime:/i;
const maxChannels = 100;
/** Of what a client says to others: it must fit into one NOTIFY. */
const maxBroadcast = 4_096;
/** Names of our own events have a dot, so that nobody can say `message.received` to the others. */
const clientEvent = /^[a-z][\w-]{0,63}$/i;
const reserved = new Set(['access_token', 'broadcast', 'presence', 'track', 'untrack', 'event', 'system']);

const relayed = z.object({
  k: z.literal('say'),
  t: z.string(),
  e: z.string(),
  p: z.unknown(),
});

export function createHub<Seat>(options: HubOptions<Seat>): Hub<Seat> {
  const { handlers, fanout, log, maxSocketsPerOwner = 25, idleMs = 60_000 } = options;
  const connections = new Set<Connection<Seat>>();
  const topics = new Map<string, Set<Channel<Seat>>>();
  const owners = new Map<string, number>();

  const presence = createPresence({
    fanout,
    onDiff(topic, diff) {
      const payload = JSON.stringify(diff);
      for (const channel of topics.get(topic) ?? []) push(channel, 'presence_diff', payload);
    },
  });

  // One timer for all: five thousand of them would be five thousand wake-ups.
  const sweep = setInterval(
    () => {
      const now = performance.now();
      for (const connection of connections) {
        const { seenAt, openedAt, channels, owner, socket } = connection;
        if (now - seenAt > idleMs) socket.terminate();
        else if (owner === null && channels.size === 0 && now - openedAt > idleMs / 2) {
          disconnect(connection, 4001, 'nobody signed in on this socket');
        } else if (now - seenAt > idleMs / 3) socket.ping();
      }
    },
    Math.min(15_000, idleMs / 3),
  );
  sweep.unref();

  const offFanout = fanout.on((_from, message) => {
    const read = relayed.safeParse(message);
    if (read.success) deliver(read.data.t, read.data.e, read.data.p, null);
  });

  function open(connection: Connection<Seat>): void {
    const { socket } = connection;
    connections.add(connection);
    socket.on('message', (data, isBinary) => {
      connection.seenAt = performance.now();
      receive(connection, data as Buffer, isBinary);
    });
    socket.on('pong', () => {
      connection.seenAt = performance.now();
    });
    socket.on('error', (error) => log.debug({ err: error }, 'realtime: a socket failed'));
    socket.on('close', () => {
      connections.delete(connection);
      for (const channel of [...connection.channels.values()]) leave(channel);
      if (connection.owner !== null) {
        const left = (owners.get(connection.owner) ?? 1) - 1;
        if (left > 0) owners.set(connection.owner, left);
        else owners.delete(connection.owner);
      }
    });
  }

  function admit(connection: Connection<Seat>, owner: string): boolean {
    if (connection.owner !== null) return true;
    const count = owners.get(owner) ?? 0;
    if (count >= maxSocketsPerOwner) return false;
    owners.set(owner, count + 1);
    connection.owner = owner;
    return true;
  }

  function receive(connection: Connection<Seat>, data: Buffer, isBinary: boolean): void {
    const frame = parseFrame(data, isBinary);
    if (!frame) {
      disconnect(connection, 1007, 'not a frame of the Phoenix protocol');
      return;
    }
    connection.shape = frame.shape;
    const { topic, event, joinRef, ref } = frame;
    if (topic === 'phoenix' && event === 'heartbeat') {
      connection.reply(topic, null, ref, 'ok', {});
      return;
    }
    if (!connection.admit(performance.now()) || connection.waiting >= 2 * maxChannels) {
      refuse(connection, frame, 'rate_limited', 'Too many messages; slow down.');
      return;
    }
    if (event === 'phx_join' || event === 'phx_leave' || event === 'access_token') {
      connection.waiting += 1;
      connection.line = connection.line
        .then(() => (event === 'phx_join' ? join : event === 'phx_leave' ? part : renew)(connection, frame))
        .catch((error: unknown) => {
          if (!(error instanceof AppError) || error.report)
            log.error({ err: error }, 'realtime: a frame failed');
          refuse(connection, frame, 'unavailable', 'This did not work; try again.');
        })
        .finally(() => {
          connection.waiting -= 1;
        });
      return;
    }
    const channel = connection.channels.get(topic);
    // A frame of an earlier join of this topic is nobody's any more.
    if (!channel || (joinRef !== null && joinRef !== channel.joinRef)) {
      refuse(connection, frame, 'unmatched topic', 'Join the topic first.');
      return;
    }
    speak(channel, frame);
  }

  async function join(connection: Connection<Seat>, frame: Frame): Promise<void> {
    const { topic, payload, joinRef, ref } = frame;
    const before = connection.channels.get(topic);
    if (before) {
      // As Phoenix does: the newer join wins.
      push(before, 'phx_close', '{}');
      leave(before);
    }
    if (connection.channels.size >= maxChannels) {
      return refuse(connection, frame, 'too_many_topics', `A socket may join ${maxChannels} topics.`);
    }
    const style = prefix.test(topic) ? 'realtime' : 'phoenix';
    const name = topic.replace(prefix, '');
    const bearer = text(payload.access_token);
    const answer = await handlers.join({ connection, name, style, payload, bearer });
    if (answer.is === 'refused') return refuse(connection, frame, answer.reason, answer.message);
    if (!admit(connection, answer.owner)) {
      return refuse(
        connection,
        frame,
        'too_many_sockets',
        `More than ${maxSocketsPerOwner} sockets are open.`,
      );
    }
    // It may have gone while we asked.
    if (connection.socket.readyState !== connection.socket.OPEN) return;
    const config = record(payload.config);
    const broadcast = record(config.broadcast);
    const channel: Channel<Seat> = {
      connection,
      topic,
      name: answer.room ?? name,
      style,
      joinRef: joinRef ?? ref,
      bearer,
      seat: answer.seat,
      who: answer.who,
      mayBroadcast: answer.mayBroadcast,
      echo: { self: broadcast.self === true, ack: broadcast.ack === true },
      presenceRef: null,
      open: true,
    };
    connection.channels.set(topic, channel);
    const members = topics.get(channel.name) ?? new Set();
    topics.set(channel.name, members.add(channel));
    const changes = Array.isArray(config.postgres_changes) ? config.postgres_changes.slice(0, 100) : [];
    connection.reply(topic, channel.joinRef, ref, 'ok', {
      ...answer.response,
      ...(style === 'realtime'
        ? { postgres_changes: changes.map((change, index) => ({ ...record(change), id: index + 1 })) }
        : {}),
    });
    push(channel, 'presence_state', JSON.stringify(presence.state(channel.name)));
    // phoenix: a member is seen by joining; realtime-js tracks when the page says so.
    if (style === 'phoenix' && payload.presence !== false) track(channel, {});
    handlers.joined(channel);
  }

  async function part(connection: Connection<Seat>, { topic, joinRef, ref }: Frame): Promise<void> {
    const channel = connection.channels.get(topic);
    connection.reply(topic, joinRef, ref, 'ok', {});
    if (!channel || (joinRef !== null && joinRef !== channel.joinRef)) return;
    leave(channel);
    push(channel, 'phx_close', '{}');
  }

  async function renew(connection: Connection<Seat>, { topic, payload, ref, joinRef }: Frame): Promise<void> {
    const channel = connection.channels.get(topic);
    const bearer = text(payload.access_token);
    if (!channel || bearer === null || bearer === channel.bearer) return;
    if (await handlers.renew(channel, bearer)) {
      channel.bearer = bearer;
      connection.reply(topic, joinRef, ref, 'ok', {});
    } else cut(channel, 'unauthenticated');
  }

  function leave(channel: Channel<Seat>): void {
    if (!channel.open) return;
    channel.open = false;
    const { connection, name, topic } = channel;
    if (connection.channels.get(topic) === channel) connection.channels.delete(topic);
    const members = topics.get(name);
    members?.delete(channel);
    if (members?.size === 0) topics.delete(name);
    if (channel.presenceRef !== null) presence.untrack(name, channel.presenceRef);
    channel.presenceRef = null;
  }

  /** What a member says: presence, or a word to the others that nobody keeps. */
  function speak(channel: Channel<Seat>, frame: Frame): void {
    const { connection } = channel;
    const { event, payload } = frame;
    const ok = () => connection.reply(frame.topic, channel.joinRef, frame.ref, 'ok', {});
    if (JSON.stringify(payload).length > maxBroadcast) {
      refuse(connection, frame, 'too_large', `At most ${maxBroadcast} characters.`);
      return;
    }
    const isPresence = event === 'presence';
    const verb = isPresence ? payload.event : event;
    if (isPresence || event === 'track' || event === 'untrack') {
      if (verb === 'untrack') {
        if (channel.presenceRef !== null) presence.untrack(channel.name, channel.presenceRef);
        channel.presenceRef = null;
      } else track(channel, isPresence ? record(payload.payload) : payload);
      ok();
      return;
    }
    const said = event === 'broadcast' ? text(payload.event) : event;
    const what = event === 'broadcast' ? payload.payload : payload;
    if (said === null || !clientEvent.test(said) || reserved.has(said) || said.startsWith('phx_')) {
      refuse(connection, frame, 'bad_event', 'An event is a word of letters, digits, _ and -.');
      return;
    }
    if (!channel.mayBroadcast) {
      refuse(connection, frame, 'forbidden', 'You may only listen here.');
      return;
    }
    const stamped = { ...record(what), from: channel.who };
    deliver(channel.name, said, stamped, channel);
    fanout.send({ k: 'say', t: channel.name, e: said, p: stamped });
    if (channel.style === 'phoenix' || channel.echo.ack) ok();
  }

  function track(channel: Channel<Seat>, meta: Record<string, unknown>): void {
    if (!channel.who) return;
    if (channel.presenceRef !== null) presence.untrack(channel.name, channel.presenceRef);
    channel.presenceRef = presence.track(channel.name, channel.who.key, { ...meta, name: channel.who.name });
  }

  function deliver(name: string, event: string, payload: unknown, from: Channel<Seat> | null): void {
    const plain = JSON.stringify(payload);
    const wrapped = JSON.stringify({ type: 'broadcast', event, payload });
    for (const channel of topics.get(name) ?? []) {
      if (channel === from && !channel.echo.self) continue;
      if (channel.style === 'realtime') push(channel, 'broadcast', wrapped);
      else push(channel, event, plain);
    }
  }

  function refuse(connection: Connection<Seat>, frame: Frame, reason: string, message: string): void {
    connection.reply(frame.topic, frame.joinRef, frame.ref, 'error', { reason, message });
  }

  function cut(channel: Channel<Seat>, reason: string): void {
    if (!channel.open) return;
    leave(channel);
    push(channel, 'phx_close', JSON.stringify({ reason }));
  }

  function disconnect(connection: Connection<Seat>, code: number, reason: string): void {
    for (const channel of [...connection.channels.values()]) leave(channel);
    connection.socket.close(code, reason);
  }

  return {
    connections,
    open,
    admit,
    inTopic: (name) => topics.get(name) ?? [],
    cut,
    disconnect,
    async close() {
      clearInterval(sweep);
      const all = [...connections];
      const gone = all.map(
        ({ socket }) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      );
      for (const connection of all) disconnect(connection, 1012, 'the server restarts');
      const patience = setTimeout(() => {
        for (const { socket } of all) socket.terminate();
      }, 1_000);
      await Promise.all(gone);
      clearTimeout(patience);
      presence.close();
      offFanout();
    },
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 4_096 ? value : null;
}
