import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppError } from '../errors.ts';
import type { Authenticate, Caller, Credentials } from '../http/index.ts';
import type { Handshakes } from '../limits/index.ts';
import type { Logger } from '../log.ts';
import { Connection } from './connection.ts';
import type { Hub } from './hub.ts';

/** Ours, and those of the systems whose clients connect unchanged. */
const paths = new Set(['/realtime/v1/websocket', '/api/realtime/v1/websocket', '/socket/websocket']);

/** How phoenix.js puts `authToken` into the subprotocols. */
const bearerProtocol = /^base64url\.bearer\.phx\.([\w-]{1,6000})$/;

export interface AttachOptions<Seat> {
  server: Server;
  hub: Hub<Seat>;
  log: Logger;
  authenticate: Authenticate;
  /** Whoever a ticket was made for; null: not known, used, or too old. */
  redeem(ticket: string): Promise<Caller | null>;
  /** Whether an `apikey` of the address is good; left out: nobody looks at it. */
  isKey?: ((apikey: string) => Promise<boolean>) | undefined;
  /** Origins of web pages that may connect besides our own. */
  origins: readonly string[];
  /** How many may be opened in a while, and who asks behind a proxy. */
  handshakes?: Handshakes | undefined;
  maxSockets?: number;
}

type Opener<Seat> = (socket: WebSocket) => Connection<Seat>;

export interface Attached {
  /** New sockets are refused from here on. */
  stop(): void;
}

/**
 * Lets sockets in. By cookie (Origin checked), by a bearer in the subprotocol, or by a ticket; without any of them too:
 * then each join brings a token. Of the URL only path, `ticket`, `workspaceId` and `apikey` are read: the last opens the
 * door to this installation, is nobody's identity and in no log. No token of a person is taken from there.
 */
export function attachSockets<Seat>(options: AttachOptions<Seat>): Attached {
  const { server, hub, log, authenticate, redeem, handshakes, maxSockets = 20_000 } = options;
  const origins = new Set(options.origins.map((origin) => origin.replace(/\/+$/, '').toLowerCase()));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    // Deflate costs 30 kB and more a socket, for messages of some hundred bytes.
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has('phoenix') ? 'phoenix' : false),
  });
  let stopped = false;

  async function admit(request: IncomingMessage): Promise<Opener<Seat> | { status: number; why: string }> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!paths.has(url.pathname)) return { status: 404, why: 'no such address' };
    if (stopped) return { status: 503, why: 'closing' };
    if (hub.connections.size >= maxSockets) return { status: 503, why: 'too many sockets' };
    const ip = handshakes?.addressOf(request) ?? request.socket.remoteAddress ?? '';
    await handshakes?.address(ip);
    const { origin, host } = request.headers;
    if (origin !== undefined && !sameSite(origin, host, origins))
      return { status: 403, why: 'foreign origin' };
    const apikey = url.searchParams.get('apikey');
    if (apikey !== null && options.isKey && !(await options.isKey(apikey))) {
      return { status: 401, why: 'invalid JWT: the apikey is not signed with JWT_SECRET' };
    }
    const bearer = bearerOf(request);
    const workspaceId = url.searchParams.get('workspaceId');
    const credentials: Credentials = {
      bearer,
      cookie: request.headers.cookie ?? null,
      workspaceId: workspaceId !== null && /^[0-9a-f-]{36}$/.test(workspaceId) ? workspaceId : null,
      method: 'GET',
      origin: origin ?? null,
      site: null,
      host: host ?? null,
      contentType: null,
      ip,
      userAgent: request.headers['user-agent'] ?? null,
    };
    const ticket = url.searchParams.get('ticket');
    if (ticket !== null) {
      const caller = await redeem(ticket);
      if (!caller) return { status: 401, why: 'ticket not known, used or too old' };
      await handshakes?.caller(caller);
      // Whoever has a ticket is whom it names, whatever else the browser sends along.
      return made({ ...credentials, bearer: null, cookie: null }, caller);
    }
    const caller =
      bearer !== null
        ? await authenticate(credentials)
        : // A cookie that does not count is no reason to refuse: each join may bring a token, and is told what is wrong.
          handshakes && credentials.cookie !== null
          ? await authenticate(credentials).catch(() => null)
          : null;
    if (bearer !== null && !caller) return { status: 401, why: 'token not known, revoked or expired' };
    if (caller) await handshakes?.caller(caller);
    return made(credentials, null);
  }

  const made =
    (credentials: Credentials, ticket: Caller | null): Opener<Seat> =>
    (socket) =>
      new Connection<Seat>(socket, credentials, ticket, performance.now());

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const onError = () => socket.destroy();
    socket.on('error', onError);
    admit(request).then(
      (answer) => {
        if (typeof answer === 'function') {
          socket.off('error', onError);
          sockets.handleUpgrade(request, socket, head, (opened) => hub.open(answer(opened)));
          return;
        }
        log.info({ status: answer.status, path: pathOf(request) }, `realtime: refused, ${answer.why}`);
        refuse(socket, answer.status);
      },
      (error: unknown) => {
        const status = error instanceof AppError ? error.status : 500;
        if (status >= 500) log.error({ err: error }, 'realtime: a handshake failed');
        const wait = error instanceof AppError ? error.details.retryAfterSeconds : undefined;
        refuse(socket, status, typeof wait === 'number' ? `retry-after: ${wait}\r\n` : '');
      },
    );
  });

  return {
    stop() {
      stopped = true;
    },
  };
}

function refuse(socket: Duplex, status: number, header = ''): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${header}connection: close\r\ncontent-length: 0\r\n\r\n`,
  );
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

/** A page of another site must not open a socket with our cookie: browsers send it along, and no preflight asks. */
function sameSite(origin: string, host: string | undefined, known: ReadonlySet<string>): boolean {
  if (known.has(origin.toLowerCase())) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}

function bearerOf(request: IncomingMessage): string | null {
  const header = /^bearer +([\w.~+/=-]{1,4096}) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (header !== undefined) return header;
  for (const offered of (request.headers['sec-websocket-protocol'] ?? '').split(',')) {
    const encoded = bearerProtocol.exec(offered.trim())?.[1];
    if (encoded !== undefined) return Buffer.from(encoded, 'base64url').toString('utf8');
  }
  return null;
}
