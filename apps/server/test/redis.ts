/**
 * A Redis for tests: a double that keeps to the few commands we use, and the real one where its program is installed.
 * Both can go away and come back.
 */
import { spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';
import { type Reply, readReply } from '../src/platform/redis/resp.ts';
import { until } from './harness.ts';

export interface TestRedis {
  url: string;
  /** Every connection is cut and new ones are refused, what was kept is lost. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/** Where it is not there a test says so by name instead of passing in silence. */
export const redisServer =
  ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0) ?? null;

interface Kept {
  value: number;
  endsAt: number;
}

/** `now`: what its windows go by. */
export async function redisDouble(now: () => number = Date.now, password = ''): Promise<TestRedis> {
  const keys = new Map<string, Kept>();
  const sockets = new Map<Socket, { signedIn: boolean; queued: string[][] | null; channels: Set<string> }>();
  let server: Server | null = null;
  let port = 0;

  const simple = (text: string) => `+${text}\r\n`;
  const write = (reply: Reply): string =>
    Array.isArray(reply)
      ? `*${reply.length}\r\n${reply.map(write).join('')}`
      : reply === null
        ? '$-1\r\n'
        : typeof reply === 'number'
          ? `:${reply}\r\n`
          : `$${Buffer.byteLength(String(reply))}\r\n${reply}\r\n`;

  function held(key: string): Kept | undefined {
    const one = keys.get(key);
    if (one && one.endsAt <= now()) keys.delete(key);
    return keys.get(key);
  }

  function run([name = '', ...parts]: string[], socket: Socket): string {
    const [key = '', value = ''] = parts;
    const session = sockets.get(socket)!;
    if (name === 'AUTH') {
      session.signedIn = parts.at(-1) === password;
      return session.signedIn ? simple('OK') : '-WRONGPASS invalid username-password pair\r\n';
    }
    if (!session.signedIn) return '-NOAUTH Authentication required.\r\n';
    if (session.queued && name !== 'EXEC') {
      session.queued.push([name, ...parts]);
      return simple('QUEUED');
    }
    switch (name) {
      case 'PING':
        return session.channels.size > 0 ? write(['pong', '']) : simple('PONG');
      case 'SELECT':
        return simple('OK');
      case 'MULTI':
        session.queued = [];
        return simple('OK');
      case 'EXEC': {
        const queued = session.queued ?? [];
        session.queued = null;
        return `*${queued.length}\r\n${queued.map((command) => run(command, socket)).join('')}`;
      }
      case 'SET': {
        if (parts.includes('NX') && held(key)) return write(null);
        const px = Number(parts[parts.indexOf('PX') + 1]);
        keys.set(key, { value: Number(value), endsAt: now() + px });
        return simple('OK');
      }
      case 'INCRBY': {
        const one = held(key) ?? { value: 0, endsAt: Number.POSITIVE_INFINITY };
        one.value += Number(value);
        keys.set(key, one);
        return write(one.value);
      }
      case 'PTTL': {
        const one = held(key);
        return write(!one ? -2 : Number.isFinite(one.endsAt) ? one.endsAt - now() : -1);
      }
      case 'SUBSCRIBE':
        session.channels.add(key);
        return write(['subscribe', key, session.channels.size]);
      case 'PUBLISH': {
        const heard = [...sockets].filter(([, { channels }]) => channels.has(key));
        for (const [other] of heard) other.write(write(['message', key, value]));
        return write(heard.length);
      }
      default:
        return `-ERR unknown command '${name}'\r\n`;
    }
  }

  async function up(): Promise<void> {
    server = createServer((socket) => {
      sockets.set(socket, { signedIn: password === '', queued: null, channels: new Set() });
      socket.setNoDelay(true);
      let unread: Buffer = Buffer.alloc(0);
      socket.on('data', (data: Buffer) => {
        unread = Buffer.concat([unread, data]);
        for (let found = readReply(unread, 0); found; found = readReply(unread, 0)) {
          unread = unread.subarray(found.next);
          const answer = run(found.reply as string[], socket);
          // In two halves: an answer need not come in one piece.
          socket.write(answer.slice(0, 1));
          socket.write(answer.slice(1));
        }
      });
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  }

  async function down(): Promise<void> {
    const gone = server;
    server = null;
    keys.clear();
    const closed = new Promise<void>((resolve) => (gone ? gone.close(() => resolve()) : resolve()));
    for (const socket of sockets.keys()) socket.destroy();
    await closed;
  }

  await up();
  return { url: `redis://127.0.0.1:${port}`, down, up, close: down };
}

/** The real one, on a free port, keeping nothing on disk. */
export async function redisProcess(program: string): Promise<TestRedis> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  let child: ReturnType<typeof spawn> | null = null;

  const answers = () =>
    new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: '127.0.0.1', port });
      socket.on('connect', () => socket.end(() => resolve(true)));
      socket.on('error', () => resolve(false));
    });
  async function up(): Promise<void> {
    child = spawn(
      program,
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      {
        stdio: 'ignore',
      },
    );
    await until(`${program} answers`, answers);
  }
  async function down(): Promise<void> {
    const gone = child;
    child = null;
    if (!gone) return;
    const ended = new Promise((resolve) => gone.once('exit', resolve));
    gone.kill('SIGKILL');
    await ended;
  }
  await up();
  return { url: `redis://127.0.0.1:${port}`, down, up, close: down };
}
