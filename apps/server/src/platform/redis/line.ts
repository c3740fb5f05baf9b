import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Logger } from '../log.ts';
import { RedisError, type Reply, readReply, writeCommand } from './resp.ts';

export interface Address {
  host: string;
  port: number;
  tls: boolean;
  user: string;
  password: string;
  database: number;
}

const connectMs = 2_000;
/** A connection that says nothing for so long, though it was asked with PING, is gone. */
const quietMs = 15_000;

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** One connection that comes back by itself. */
export function createLine(options: {
  address: Address;
  log: Logger;
  /** What is asked first on each new connection, after signing in. */
  hello(): string[][];
  onOpen(again: boolean): void;
  /** Takes what nobody asked for; false: it is an answer. */
  onPush?(reply: Reply[]): boolean;
}) {
  const { address, log, hello, onOpen, onPush } = options;
  const first = Promise.withResolvers<void>();
  let socket: Socket | null = null;
  let open = false;
  let opened = 0;
  let closed = false;
  let failures = 0;
  let retry: NodeJS.Timeout | null = null;
  let waiting: Waiting[] = [];

  function connect(): void {
    const { host, port } = address;
    const line = address.tls ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
    socket = line;
    let unread: Buffer = Buffer.alloc(0);
    let asked = false;
    line.setNoDelay(true);
    line.setTimeout(connectMs);
    line.on('timeout', () => {
      if (!open || asked) line.destroy(new Error('Redis does not answer'));
      else {
        asked = true;
        ask(['PING']).catch(() => {});
      }
    });
    line.on('data', (data: Buffer) => {
      asked = false;
      unread = unread.length === 0 ? data : Buffer.concat([unread, data]);
      try {
        for (let at = 0; ; ) {
          const found = readReply(unread, at);
          if (!found) {
            unread = unread.subarray(at);
            return;
          }
          at = found.next;
          if (Array.isArray(found.reply) && onPush?.(found.reply)) continue;
          waiting.shift()?.resolve(found.reply);
        }
      } catch (error) {
        line.destroy(error as Error);
      }
    });
    line.on('error', (error) => {
      // Once a series: an address that is wrong stays wrong.
      if (failures++ === 0 && !closed) log.warn({ err: error }, 'redis: not connected; trying again');
    });
    line.on('close', () => {
      open = false;
      socket = null;
      const left = waiting;
      waiting = [];
      for (const one of left) one.reject(new Error('Redis went away'));
      first.resolve();
      if (!closed) retry = setTimeout(connect, Math.min(2_000, 100 * 2 ** Math.min(failures, 5)));
    });
    line.on(address.tls ? 'secureConnect' : 'connect', () => {
      void greet(line);
    });
  }

  async function greet(line: Socket): Promise<void> {
    const { user, password, database } = address;
    const signIn = password === '' ? [] : [['AUTH', ...(user === '' ? [] : [user]), password]];
    const select = database === 0 ? [] : [['SELECT', String(database)]];
    try {
      const replies = await Promise.all([...signIn, ...select, ['PING'], ...hello()].map(put));
      const refusal = replies.find((reply) => reply instanceof RedisError);
      if (refusal) throw refusal;
    } catch (error) {
      line.destroy(error as Error);
      return;
    }
    line.setTimeout(quietMs);
    open = true;
    failures = 0;
    opened += 1;
    first.resolve();
    onOpen(opened > 1);
  }

  function put(command: readonly string[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (!socket) {
        reject(new Error('Redis is not connected'));
        return;
      }
      waiting.push({ resolve, reject });
      socket.write(writeCommand(command));
    });
  }

  const ask = (command: readonly string[]): Promise<Reply> =>
    open ? put(command) : Promise.reject(new Error('Redis is not connected'));

  connect();
  return {
    first: first.promise,
    isOpen: () => open,
    ask,
    close() {
      closed = true;
      if (retry) clearTimeout(retry);
      socket?.destroy();
    },
  };
}
