import type { Event as ChaskiEvent } from './generated/types.ts';

export interface RealtimeOptions {
  /** Where the installation answers: `https://chat.example.com`; in its own pages `location.origin`. */
  url: string;
  workspaceId: string;
  /** The events of one conversation only. */
  conversationId?: string;
  /** An API key or a bearer token. It travels in the subprotocol, never in the address. */
  key?: string;
  /** Makes a ticket for each connection, since each lets in once: `POST /v1/realtime/ticket`. Without either: the cookie. */
  ticket?: () => Promise<string>;
  /** The last number that was handled, by an earlier run perhaps; left out: from now on. */
  after?: number;
  /** Called for each event once, in order, the next when this one is done. */
  onEvent(event: ChaskiEvent): void | Promise<void>;
  /** What was missed is not kept any more: read the lists again. Events go on from now. */
  onGap?(): void;
  onStatus?(status: 'connecting' | 'live' | 'away'): void;
  /** What `onEvent` threw, or why it is over (`RealtimeRefused`). Left out: it is thrown where nobody catches it. */
  onError?(error: unknown): void;
  /** Where the platform has none, or another one. */
  WebSocket?: SocketMaker;
  /** Milliseconds before the first try to come back; it doubles up to 15 s, less up to a half by chance. */
  backoffMs?: number;
}

/** As much of WebSocket as we use. */
export interface AnySocket {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
}
type SocketMaker = new (url: string, protocols: string[]) => AnySocket;

/** The server does not let this client in, or not any more; coming back would not help. */
export class RealtimeRefused extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(`The server closed the channel: ${reason}.`);
    this.name = 'RealtimeRefused';
    this.reason = reason;
  }
}

export interface RealtimeConnection {
  /** The number of the last event that `onEvent` is done with: keep it, and give it as `after` to the next run. */
  readonly after: number | undefined;
  close(): void;
}

/** Refusals that time mends; whatever else is refused is refused for good. */
const passing = new Set(['unavailable', 'rate_limited', 'too_many_sockets', 'database_busy']);
const gaps = new Set(['events_gone', 'after_unknown']);
/** The server closes who says nothing for a minute. */
const heartbeatMs = 25_000;

/** Hears what happens in a workspace, each event once and in order, however often the connection is lost. */
export function connectRealtime(options: RealtimeOptions): RealtimeConnection {
  const { url, workspaceId, conversationId, key, ticket, onEvent, onStatus, backoffMs = 250 } = options;
  const Maker = options.WebSocket ?? (globalThis as unknown as { WebSocket?: SocketMaker }).WebSocket;
  if (Maker === undefined) {
    throw new TypeError(
      'There is no WebSocket here (Node has one from 22 on): give one, such as that of ws.',
    );
  }
  const topic = conversationId === undefined ? `workspace:${workspaceId}` : `conversation:${conversationId}`;
  const address = `${url.replace(/\/+$/, '').replace(/^http/, 'ws')}/realtime/v1/websocket`;
  const protocols = ['phoenix', ...(key === undefined ? [] : [`base64url.bearer.phx.${base64url(key)}`])];
  let heard = options.after;
  let handled = options.after;
  let line: Promise<void> = Promise.resolve();
  let socket: AnySocket | null = null;
  let tries = 0;
  let closed = false;
  let retry: ReturnType<typeof setTimeout> | undefined;

  function fail(error: unknown): void {
    if (options.onError) options.onError(error);
    else
      queueMicrotask(() => {
        throw error;
      });
  }

  function again(): void {
    if (closed) return;
    onStatus?.('away');
    const wait = Math.min(15_000, backoffMs * 2 ** Math.min(tries++, 10)) * (0.5 + Math.random() / 2);
    retry = setTimeout(() => void open(), wait);
  }

  function end(reason: string): void {
    if (closed) return;
    close();
    onStatus?.('away');
    fail(new RealtimeRefused(reason));
  }

  function close(): void {
    closed = true;
    clearTimeout(retry);
    socket?.close();
  }

  async function open(): Promise<void> {
    onStatus?.('connecting');
    const query = new URLSearchParams({ vsn: '2.0.0', workspaceId });
    try {
      if (ticket) query.set('ticket', await ticket());
    } catch {
      // The server is away, or busy: a ticket is asked for again.
      again();
      return;
    }
    if (closed) return;
    listen(new Maker!(`${address}?${query}`, protocols));
  }

  function listen(mine: AnySocket): void {
    socket = mine;
    let ref = 0;
    const say = (to: string, event: string, payload: object) =>
      mine.send(JSON.stringify([to === topic ? '1' : null, String(++ref), to, event, payload]));
    const join = () =>
      say(topic, 'phx_join', {
        workspaceId,
        presence: false,
        ...(heard === undefined ? {} : { after: heard }),
      });
    const beat = setInterval(() => mine.readyState === 1 && say('phoenix', 'heartbeat', {}), heartbeatMs);
    mine.addEventListener('open', join);
    mine.addEventListener('error', () => {});
    mine.addEventListener('close', ({ code }) => {
      clearInterval(beat);
      if (socket === mine) socket = null;
      // Signed out, or the key was revoked.
      if (code === 4001) end('unauthenticated');
      else again();
    });
    mine.addEventListener('message', ({ data }) => {
      if (closed) return;
      const [, , to, event, payload] = JSON.parse(String(data)) as [null, null, string, string, Payload];
      if (to !== topic) return;
      if (event === 'event') hear(payload as unknown as ChaskiEvent);
      else if (event === 'phx_close') end(payload.reason ?? 'closed');
      else if (event === 'phx_reply') answered(payload);
    });

    function answered({ status, response }: Payload): void {
      const reason = response?.reason ?? 'refused';
      if (status === 'ok') {
        heard ??= response?.seq;
        handled ??= heard;
        tries = 0;
        onStatus?.('live');
      } else if (gaps.has(reason)) {
        heard = undefined;
        options.onGap?.();
        join();
      } else if (passing.has(reason)) mine.close();
      else end(reason);
    }
  }

  function hear(event: ChaskiEvent): void {
    if (heard !== undefined && event.seq <= heard) return;
    heard = event.seq;
    line = line
      .then(() => (closed ? undefined : onEvent(event)))
      .catch(fail)
      .then(() => {
        if (!closed) handled = event.seq;
      });
  }

  void open();
  return {
    get after() {
      return handled;
    },
    close,
  };
}

interface Payload {
  status?: string;
  reason?: string;
  response?: { reason?: string; seq?: number };
}

/** What realtime-js hands to a broadcast's listener. */
export interface Broadcast {
  payload?: unknown;
  meta?: { id?: string; replayed?: boolean };
}

/**
 * For realtime-js, which asks for everything since its start each time it comes back: passes each event on once. Known
 * by its number and not by `meta.id`, which would have to be kept for ever; events come in order. What is no event of
 * ours (somebody types) has no id and passes.
 */
export function dropKnown<Message extends Broadcast>(
  listener: (message: Message) => void,
): (message: Message) => void {
  let last = 0;
  return (message) => {
    const { seq } = (message.payload ?? {}) as { seq?: unknown };
    if (message.meta?.id !== undefined && typeof seq === 'number') {
      if (seq <= last) return;
      last = seq;
    }
    listener(message);
  };
}

function base64url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
