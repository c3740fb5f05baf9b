/** One request: address, what goes along, what comes back. */
export interface Route {
  method: string;
  /** As in the API's description: `/v1/contacts/{id}`. */
  path: string;
  answer: 'json' | 'response' | 'none';
}

/** Path parameters by their names, beside `query` and `body`. */
export type Input = Record<string, unknown>;

export interface More {
  /** Repeated with the same key within 24 hours, a POST has one effect and one answer. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** What a file is sent as. */
export type Bytes = NonNullable<RequestInit['body']>;

export type Call = <Answer>(route: Route, input: Input, more?: More) => Promise<Answer>;

/** Every refusal of the API: `code` is stable, `message` says what to do. */
export class ChaskiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown>;
  readonly requestId: string | null;
  /** Seconds, where the server said when to come again. */
  readonly retryAfter: number | null;

  constructor(
    status: number,
    error: { code?: string; message?: string; details?: Record<string, unknown>; requestId?: string },
    retryAfter: number | null,
  ) {
    super(error.message ?? `The server answered ${status}.`);
    this.name = 'ChaskiError';
    this.status = status;
    this.code = error.code ?? 'unknown';
    this.details = error.details ?? {};
    this.requestId = error.requestId ?? null;
    this.retryAfter = retryAfter;
  }
}

export interface ClientOptions {
  /** Where the installation answers: `https://chat.example.com`; '' is the page's own origin. */
  url: string;
  /** An API key or a bearer token. Left out: the browser's session cookie. */
  key?: string;
  /** The workspace, where a person is in several. */
  workspaceId?: string;
  /**
   * How often a request that may be repeated harmlessly is repeated after 429, 503 or a broken connection: reads, and
   * writes with an idempotency key. Default 2.
   */
  retries?: number;
  fetch?: typeof fetch;
  /** Waits that many milliseconds between tries. */
  sleep?: (ms: number) => Promise<void>;
}

const sleeping = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The function behind every operation. */
export function createCall(options: ClientOptions): Call {
  const { url, key, workspaceId, retries = 2, sleep = sleeping } = options;
  // Looked up at each call: what is put in its place later, for tracing or a test, is used too.
  const doFetch = options.fetch ?? ((...asked: Parameters<typeof fetch>) => fetch(...asked));
  const base = url.replace(/\/+$/, '');

  return async function call<Answer>(route: Route, input: Input, more: More = {}): Promise<Answer> {
    const { query, body, ...params } = input;
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = params[name];
      if (value === undefined) throw new TypeError(`${route.method} ${route.path} needs ${name}.`);
      return encodeURIComponent(String(value));
    });
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries((query as Record<string, unknown> | undefined) ?? {})) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined && one !== null) search.append(name, String(one));
      }
    }
    const isJson = body !== undefined && !isBody(body);
    const request: RequestInit = {
      method: route.method,
      headers: {
        accept: 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(workspaceId === undefined ? {} : { 'x-workspace-id': workspaceId }),
        ...(isJson ? { 'content-type': 'application/json' } : {}),
        ...(more.idempotencyKey === undefined ? {} : { 'idempotency-key': more.idempotencyKey }),
        ...more.headers,
      },
      ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as Bytes) }),
      ...(more.signal ? { signal: more.signal } : {}),
      ...(key === undefined ? { credentials: 'include' as const } : {}),
    };
    const address = `${base}${path}${search.size > 0 ? `?${search}` : ''}`;
    const repeatable = route.method === 'GET' || more.idempotencyKey !== undefined;

    for (let attempt = 0; ; attempt++) {
      const last = !repeatable || attempt >= retries || body instanceof ReadableStream;
      let response: Response;
      try {
        response = await doFetch(address, request);
      } catch (error) {
        if (last || more.signal?.aborted) throw error;
        await sleep(backoff(attempt));
        continue;
      }
      if (response.ok) return read<Answer>(route, response);
      const error = await refusal(response);
      if (last || (error.status !== 429 && error.status !== 503)) throw error;
      await sleep(error.retryAfter === null ? backoff(attempt) : error.retryAfter * 1_000);
    }
  };
}

const backoff = (attempt: number) => 250 * 2 ** attempt * (0.5 + Math.random() / 2);

function isBody(body: unknown): boolean {
  return (
    typeof body === 'string' ||
    body instanceof Blob ||
    body instanceof FormData ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof ReadableStream
  );
}

async function read<Answer>(route: Route, response: Response): Promise<Answer> {
  if (route.answer === 'response') return response as Answer;
  if (route.answer === 'none') {
    await response.body?.cancel();
    return undefined as Answer;
  }
  return (await response.json()) as Answer;
}

async function refusal(response: Response): Promise<ChaskiError> {
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
  const text = await response.text();
  let error: ConstructorParameters<typeof ChaskiError>[1] = {};
  try {
    error = (JSON.parse(text) as { error?: typeof error }).error ?? {};
  } catch {
    // A proxy in front answered in words of its own.
    error = { message: text.slice(0, 200) };
  }
  return new ChaskiError(response.status, error, Number.isFinite(wait) ? wait : null);
}
