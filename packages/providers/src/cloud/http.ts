/**
 * One HTTP call, told as what became of it. Everything that talks to the Graph API goes through here.
 *
 * The one distinction that matters: did a byte of the request leave? undici says so by calling `onRequestStart`
 * right before it writes. Error codes do not: ECONNRESET happens in a TLS handshake and in the middle of an answer.
 */
import { Agent, type Dispatcher } from 'undici';
import type { ProviderError, Retry } from '../contract.ts';
import { retryClass } from './errors.ts';
import { type Rec, rec, ref } from './json.ts';
import { readError } from './parse-errors.ts';

export type Answer =
  | { kind: 'answer'; status: number; body: Buffer }
  /** Nothing was written. `unreached`: who was called could not be reached; otherwise the call itself cannot be made. */
  | { kind: 'not-sent'; reason: string; unreached?: true }
  /** Written, no complete answer. `status` if the head of the answer came. */
  | { kind: 'broken'; reason: string; status: number | null }
  /** The answer is larger than allowed. */
  | { kind: 'too-large'; reason: string };

export interface HttpCall {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  timeoutMs: number;
  maxBytes: number;
  signal?: AbortSignal | undefined;
}

export function createAgent(maxConnections: number): Agent {
  return new Agent({
    connections: maxConnections,
    // One request per connection at a time: with pipelining a hang-up makes several outcomes unknown at once.
    pipelining: 1,
    // Shorter than the 60 s after which Graph's balancers drop idle connections: a POST written into a connection
    // that is being closed is an unknown outcome.
    keepAliveTimeout: 20_000,
    keepAliveMaxTimeout: 50_000,
    connect: { timeout: 10_000 },
    // Each call has its own deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

const MAX_TIMER = 2 ** 31 - 1;

/** Never rejects. */
export function request(agent: Dispatcher, call: HttpCall): Promise<Answer> {
  return new Promise((resolve) => {
    let origin: string;
    let path: string;
    try {
      const url = new URL(call.url);
      if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error('not http');
      origin = url.origin;
      path = url.pathname + url.search;
    } catch {
      resolve({ kind: 'not-sent', reason: 'the address is not a web address' });
      return;
    }

    let started = false;
    let settled = false;
    let status: number | null = null;
    let abort: ((reason: Error) => void) | null = null;
    const chunks: Buffer[] = [];
    let size = 0;

    const settle = (answer: Answer): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
      resolve(answer);
    };
    const giveUp = (reason: string): void => {
      settle(started ? { kind: 'broken', reason, status } : { kind: 'not-sent', reason, unreached: true });
      // Not yet started: onRequestStart will see that it is settled and stop the write.
      abort?.(new Error(reason));
    };
    const timer = setTimeout(
      () => giveUp(`no answer within ${call.timeoutMs} ms`),
      Math.min(Math.max(call.timeoutMs, 1), MAX_TIMER),
    );
    const onAbort = (): void => giveUp('the call was cancelled');
    if (call.signal?.aborted) {
      onAbort();
      return;
    }
    call.signal?.addEventListener('abort', onAbort, { once: true });

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        abort = (reason) => controller.abort(reason);
        if (settled) controller.abort(new Error('given up before it was sent'));
        else started = true;
      },
      onResponseStart(_controller, statusCode, responseHeaders) {
        if (statusCode < 200) return;
        status = statusCode;
        const announced = Number(responseHeaders['content-length']);
        if (announced > call.maxBytes) tooLarge();
      },
      onResponseData(_controller, chunk) {
        if (settled) return;
        size += chunk.length;
        if (size > call.maxBytes) tooLarge();
        else chunks.push(chunk);
      },
      onResponseEnd() {
        settle(
          status === null
            ? { kind: 'broken', reason: 'the answer has no status', status }
            : { kind: 'answer', status, body: Buffer.concat(chunks, size) },
        );
      },
      onResponseError(_controller, error) {
        settle(
          started
            ? { kind: 'broken', reason: reasonOf(error), status }
            : { kind: 'not-sent', reason: reasonOf(error), unreached: true },
        );
      },
    };
    const tooLarge = (): void => {
      settle({ kind: 'too-large', reason: `the answer has more than ${call.maxBytes} bytes` });
      abort?.(new Error('too large'));
    };

    try {
      agent.dispatch(
        { origin, path, method: call.method, headers: call.headers, body: call.body ?? null },
        handler,
      );
    } catch (error) {
      settle(
        started
          ? { kind: 'broken', reason: reasonOf(error), status }
          : { kind: 'not-sent', reason: reasonOf(error) },
      );
    }
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  const code = (error as { code?: unknown }).code;
  const message = error.message || error.name;
  return (typeof code === 'string' && !message.includes(code) ? `${code}: ${message}` : message).slice(
    0,
    300,
  );
}

// ── reading answers ──────────────────────────────────────────────────────────────────────────────────────────

export function jsonOf(body: Buffer): Rec | null {
  try {
    return rec(JSON.parse(body.toString('utf8')));
  } catch {
    return null;
  }
}

export interface GraphError {
  error: ProviderError;
  class: Retry;
}

/** Graph's error envelope: an `error` object with a numeric code. A proxy's page has none. */
export function graphErrorOf(json: Rec | null, httpStatus: number): GraphError | null {
  const envelope = rec(json?.error);
  if (!envelope || ref(envelope.code) === null || !Number.isSafeInteger(Number(envelope.code))) return null;
  const error = readError(envelope);
  return { error, class: retryClass(error.code, { httpStatus, transient: envelope.is_transient === true }) };
}
