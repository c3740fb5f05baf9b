/** Bare node:http helpers. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asObject, type Json, type JsonObject, parseJson } from './json.ts';

export interface Call {
  req: IncomingMessage;
  res: ServerResponse;
  method: string;
  path: string;
  query: URLSearchParams;
}

/** Reads at most `max` bytes (default: the largest document, with its multipart frame). */
export async function readBody(req: IncomingMessage, max = 101 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > max) throw new HttpError(413, 'The body is too large.');
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

export async function readObject(req: IncomingMessage): Promise<JsonObject> {
  const body = await readBody(req);
  if (body.length === 0) return {};
  const json = parseJson(body.toString('utf8'));
  if (json === undefined) throw new HttpError(400, 'The body is not JSON.');
  return asObject(json);
}

export function sendJson(
  res: ServerResponse,
  status: number,
  value: Json | object,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(value);
  res.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  res.end(text);
}

/** For the simulator's own doors (not the Graph API). */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function bearer(req: IncomingMessage): string | null {
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? null;
}

function same(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The admin key as header, `?key=` or cookie. */
export function hasKey(call: Call, adminKey: string): boolean {
  const cookie = /(?:^|;\s*)sim_key=([^;]+)/.exec(call.req.headers.cookie ?? '')?.[1];
  const given = [bearer(call.req), call.query.get('key'), cookie ? safeDecode(cookie) : null];
  return given.some((key) => key !== null && same(key, adminKey));
}

export function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
