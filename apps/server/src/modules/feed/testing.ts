/** Sockets for tests: a server with realtime on it, clients as strangers use them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { actionsOf, type Role } from '@chaski/contracts';
import { Socket } from 'phoenix';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import type { Actor, Database } from '../../platform/db/index.ts';
import type { Authenticate, Caller } from '../../platform/http/index.ts';
import { newId, type WorkspaceId } from '../../platform/ids.ts';
import type { Handshakes } from '../../platform/limits/index.ts';
import { createPgFanout, createRedisFanout } from '../../platform/realtime/index.ts';
import { openRedis } from '../../platform/redis/index.ts';
import { createSignals } from '../../platform/signals.ts';
import { type Realtime, startRealtime } from './index.ts';

/** Somebody by role, as `authenticate` would say it. */
export function memberOf(
  workspaceId: WorkspaceId,
  role: Role,
  more: { userId?: string; reach?: Actor['reach'] } = {},
): Caller {
  const userId = (more.userId ?? newId()) as NonNullable<Caller['person']>['userId'];
  const { reach } = more;
  return {
    person: {
      userId,
      sessionId: newId(),
      email: `${role}@example.com`,
      name: `The ${role}`,
      isSuperadmin: false,
    },
    principal: {
      workspaceId,
      actor: { kind: 'user', id: userId, role, ...(reach ? { reach } : {}) },
      scopes: actionsOf(role),
      numberIds: reach?.numberIds ?? null,
      plan: 'free',
    },
  };
}

export interface Stand {
  port: number;
  realtime: Realtime;
  server: Server;
  /** Lines of its log. */
  logged: string[];
  close(): Promise<void>;
}

/** One process's worth: a bare server with the sockets on it. */
export async function stand(options: {
  db: Database;
  /** By bearer or by cookie. */
  people: ReadonlyMap<string, Caller | null | Promise<Caller | null>>;
  origins?: readonly string[];
  maxSocketsPerOwner?: number;
  handshakes?: Handshakes;
  redisUrl?: string;
}): Promise<Stand> {
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const authenticate: Authenticate = async ({ bearer, cookie }) =>
    options.people.get(bearer ?? cookie ?? '') ?? null;
  const server = createServer();
  const redis = options.redisUrl === undefined ? null : await openRedis(options.redisUrl, log);
  const signals = await createSignals(options.db, log, redis);
  const fanout = redis ? await createRedisFanout(redis) : await createPgFanout(options.db, log);
  const realtime = await startRealtime({
    db: options.db,
    signals,
    fanout,
    log,
    server,
    authenticate,
    origins: options.origins ?? [],
    ...(options.maxSocketsPerOwner === undefined ? {} : { maxSocketsPerOwner: options.maxSocketsPerOwner }),
    ...(options.handshakes && { handshakes: options.handshakes }),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    realtime,
    server,
    logged,
    async close() {
      await realtime.close();
      await fanout.close();
      await signals.close();
      redis?.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** A WebSocket of `ws` with headers, as the transport of the stock clients. */
export function transport(headers: Record<string, string> = {}) {
  const opened = new Set<WebSocket>();
  const Transport = class extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols ?? [], { headers });
      opened.add(this);
      this.on('close', () => opened.delete(this));
      this.on('error', () => {});
    }
  };
  return {
    Transport,
    opened,
    /** As if the network had gone: no goodbye. */
    cut: () => {
      for (const socket of opened) socket.terminate();
    },
  };
}

/** The stock phoenix client; comes back after 10 ms. */
export function phoenix(
  port: number,
  options: { headers?: Record<string, string>; token?: string; params?: object; vsn?: string } = {},
) {
  const wire = transport(options.headers);
  const socket = new Socket(`ws://127.0.0.1:${port}/socket`, {
    transport: wire.Transport,
    params: options.params ?? {},
    reconnectAfterMs: () => 10,
    rejoinAfterMs: () => 10,
    ...(options.token === undefined ? {} : { authToken: options.token }),
    ...(options.vsn === undefined ? {} : { vsn: options.vsn }),
  });
  socket.connect();
  return { socket, ...wire };
}

/** Answers of a join. */
export function joined(channel: ReturnType<Socket['channel']>): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    channel
      .join()
      .receive('ok', resolve)
      .receive('error', (refusal: { reason: string }) => reject(new Error(refusal.reason)))
      .receive('timeout', () => reject(new Error('timeout')));
  });
}

/** The status of a handshake: 101, or why not. */
export function handshake(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  protocols: string[] = [],
): Promise<{ status: number; protocol: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers });
    socket.on('open', () => {
      resolve({ status: 101, protocol: socket.protocol });
      socket.close();
    });
    socket.on('unexpected-response', (request, response) => {
      resolve({ status: response.statusCode ?? 0, protocol: '' });
      request.destroy();
    });
    socket.on('error', reject);
  });
}
