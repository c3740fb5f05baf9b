import type { Logger } from '../log.ts';
import { type Address, createLine } from './line.ts';
import { RedisError, type Reply } from './resp.ts';

/**
 * redis — as much of Redis as we use: transactions of a few commands, and channels. RESP2, one connection for asking and
 * one for listening. A client library does a hundred times as much and would be the only dependency of an option that
 * few switch on.
 *
 * Nothing waits for a lost connection: whoever asks meanwhile is told at once and has another way (see limits, signals),
 * and what was said on a channel meanwhile is lost. No cluster and no sentinel: what is kept here may be lost.
 */
export interface Redis {
  /** All or none of them (MULTI … EXEC), with the reply of each. Keys are this installation's: see `key`. */
  together(commands: readonly (readonly string[])[]): Promise<Reply[]>;
  /** False: nobody was told. */
  publish(channel: string, message: string): boolean;
  subscribe(channel: string, listener: (message: string) => void): () => void;
  /** Called when both connections are back after one was lost. */
  onBack(listener: () => void): () => void;
  isConnected(): boolean;
  /** A name in this Redis: channels know no database numbers, so that the number is part of every name. */
  key(name: string): string;
  close(): void;
}

/** `redis://user:password@host:6379/0`, or `rediss://` with TLS. Tries once before it answers; then by itself. */
export async function openRedis(url: string, log: Logger): Promise<Redis> {
  const address = addressOf(url);
  const listeners = new Map<string, Set<(message: string) => void>>();
  const backs = new Set<() => void>();
  const key = (name: string) => `chaski:${address.database}:${name}`;
  const isConnected = () => asking.isOpen() && hearing.isOpen();
  const onOpen = (again: boolean) => {
    if (again && isConnected()) for (const back of backs) back();
  };
  const asking = createLine({ address, log, onOpen, hello: () => [] });
  const listenTo = (channel: string) => ['SUBSCRIBE', key(channel)];
  let greeted = new Set<string>();
  const hearing = createLine({
    address,
    log,
    onOpen(again) {
      // Whoever began to listen while the connection signed in.
      for (const channel of listeners.keys()) {
        if (!greeted.has(channel)) hearing.ask(listenTo(channel)).catch(() => {});
      }
      onOpen(again);
    },
    // One at a time: each is answered by itself.
    hello() {
      greeted = new Set(listeners.keys());
      return [...greeted].map(listenTo);
    },
    onPush([kind, channel, message]) {
      if (kind !== 'message' || typeof message !== 'string') return false;
      for (const [name, heard] of listeners) {
        if (key(name) === channel) for (const listener of heard) listener(message);
      }
      return true;
    },
  });
  await Promise.all([asking.first, hearing.first]);

  return {
    key,
    isConnected,
    async together(commands) {
      const replies = await Promise.all(
        [['MULTI'], ...commands, ['EXEC']].map((command) => asking.ask(command)),
      );
      const done = replies.at(-1);
      const failure = [...replies, ...(Array.isArray(done) ? done : [])].find(
        (reply) => reply instanceof RedisError,
      );
      if (failure) throw failure;
      if (!Array.isArray(done)) throw new RedisError('the transaction was not done');
      return done;
    },
    publish(channel, message) {
      if (!asking.isOpen()) return false;
      asking.ask(['PUBLISH', key(channel), message]).catch((error: unknown) => {
        log.debug({ err: error }, 'redis: a message was not sent');
      });
      return true;
    },
    subscribe(channel, listener) {
      const known = listeners.get(channel);
      listeners.set(channel, (known ?? new Set()).add(listener));
      if (!known && hearing.isOpen()) hearing.ask(listenTo(channel)).catch(() => {});
      return () => listeners.get(channel)?.delete(listener);
    },
    onBack(listener) {
      backs.add(listener);
      return () => backs.delete(listener);
    },
    close() {
      asking.close();
      hearing.close();
    },
  };
}

function addressOf(url: string): Address {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: port === '' ? 6379 : Number(port),
    tls: protocol === 'rediss:',
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: Number(pathname.slice(1) || 0),
  };
}
