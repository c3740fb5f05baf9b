/**
 * Files (Meta, "Media", 2026). Ids from webhooks live 7 days, uploaded ones 30; a download address lives 5 minutes
 * and wants the bearer token too.
 */
import { randomUUID } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { Credential, MediaInfo, MediaResult } from '../contract.ts';
import { type Answer, graphErrorOf, jsonOf, request } from './http.ts';
import { type Rec, ref, str } from './json.ts';
import { hexDigest } from './parse-message.ts';
import { bearer, graphUrl } from './send.ts';

const MAX_ANSWER = 1024 * 1024;

type Failure = Exclude<MediaResult<never>, { outcome: 'ok' }>;

export async function mediaInfo(
  agent: Dispatcher,
  call: { credential: Credential; mediaId: string; phoneNumberId: string; timeoutMs: number },
): Promise<MediaResult<MediaInfo>> {
  const query = `?phone_number_id=${encodeURIComponent(call.phoneNumberId)}`;
  const answer = await request(agent, {
    method: 'GET',
    url: graphUrl(call.credential, encodeURIComponent(call.mediaId) + query),
    headers: bearer(call.credential),
    timeoutMs: call.timeoutMs,
    maxBytes: MAX_ANSWER,
  });
  return read(answer, (json) => {
    const url = str(json.url);
    if (url === null) return null;
    const sha256 = str(json.sha256);
    const size = Number(ref(json.file_size));
    return {
      url,
      mimeType: str(json.mime_type) ?? 'application/octet-stream',
      sha256: sha256 === null ? null : hexDigest(sha256),
      size: Number.isSafeInteger(size) && size > 0 ? size : null,
    };
  });
}

/** Meta's hosts that serve files. The bearer token goes nowhere else, whatever an answer or a webhook says. */
const META_HOST = /(^|\.)(fbsbx\.com|facebook\.com|whatsapp\.net|fbcdn\.net|whatsapp\.com)$/i;

function trusted(url: string, credential: Credential): boolean {
  if (!URL.canParse(url)) return false;
  const target = new URL(url);
  if (URL.canParse(credential.baseUrl) && target.origin === new URL(credential.baseUrl).origin) return true;
  return target.protocol === 'https:' && target.port === '' && META_HOST.test(target.hostname);
}

/** Counts while it reads and hangs up past `maxBytes`: nothing larger is ever held. Redirects are not followed. */
export async function downloadMedia(
  agent: Dispatcher,
  call: { credential: Credential; url: string; maxBytes: number; timeoutMs: number },
): Promise<MediaResult<Uint8Array>> {
  if (!trusted(call.url, call.credential)) {
    return {
      outcome: 'failed',
      reason: 'the address is not one of WhatsApp; the token is not sent there',
      retry: false,
    };
  }
  const answer = await request(agent, {
    method: 'GET',
    url: call.url,
    // lookaside.fbsbx.com refuses requests without a user agent.
    headers: { ...bearer(call.credential), 'user-agent': 'chaski' },
    timeoutMs: call.timeoutMs,
    maxBytes: call.maxBytes,
  });
  if (answer.kind === 'answer' && answer.status === 200) return { outcome: 'ok', value: answer.body };
  // An expired address answers 404, sometimes 401 or 403: whoever calls asks mediaInfo for a new one, which also
  // tells a dead token from a dead address.
  if (answer.kind === 'answer' && [401, 403, 404, 410].includes(answer.status)) {
    return { outcome: 'gone', reason: `the download address has expired (status ${answer.status})` };
  }
  return failure(answer);
}

export async function uploadMedia(
  agent: Dispatcher,
  call: {
    credential: Credential;
    phoneNumberId: string;
    bytes: Uint8Array;
    mimeType: string;
    filename: string;
    timeoutMs: number;
  },
): Promise<MediaResult<{ mediaId: string }>> {
  const { boundary, body } = multipart(call, (type) => ({ messaging_product: 'whatsapp', type }));
  const answer = await request(agent, {
    method: 'POST',
    url: graphUrl(call.credential, `${encodeURIComponent(call.phoneNumberId)}/media`),
    headers: { ...bearer(call.credential), 'content-type': `multipart/form-data; boundary=${boundary}` },
    body,
    timeoutMs: call.timeoutMs,
    maxBytes: MAX_ANSWER,
  });
  return read(answer, (json) => {
    const mediaId = ref(json.id);
    return mediaId === null ? null : { mediaId };
  });
}

/** Written by hand: it is a few parts, and undici's FormData would copy the bytes through a Blob. */
export function multipart(
  call: { bytes: Uint8Array; mimeType: string; filename: string },
  fields: (type: string) => Record<string, string>,
): {
  boundary: string;
  body: Buffer;
} {
  const boundary = `chaski-${randomUUID()}`;
  // A type or name with a line break would start a header of its own.
  const type = /^[\w.+-]+\/[\w.+-]+(; ?[\w.+-]+=[\w.+-]+)*$/.test(call.mimeType)
    ? call.mimeType
    : 'application/octet-stream';
  const name = call.filename
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go
    .replace(/[\u0000-\u001f\u007f"\\/]/g, '_')
    .slice(0, 240);
  const field = (key: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`;
  const head =
    Object.entries(fields(type))
      .map(([key, value]) => field(key, value))
      .join('') +
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name || 'file'}"\r\nContent-Type: ${type}\r\n\r\n`;
  return {
    boundary,
    body: Buffer.concat([Buffer.from(head), call.bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

function read<T>(answer: Answer, take: (json: Rec) => T | null): MediaResult<T> {
  if (answer.kind === 'answer' && answer.status >= 200 && answer.status < 300) {
    const json = jsonOf(answer.body);
    const value = json && !graphErrorOf(json, answer.status) ? take(json) : null;
    if (value !== null) return { outcome: 'ok', value };
  }
  return failure(answer);
}

function failure(answer: Answer): Failure {
  switch (answer.kind) {
    case 'not-sent':
    case 'broken':
      // Fetching and uploading twice harms nobody.
      return { outcome: 'failed', reason: answer.reason, retry: true };
    case 'too-large':
      return { outcome: 'too-large', reason: answer.reason };
    case 'answer': {
      const { status } = answer;
      const graph = graphErrorOf(jsonOf(answer.body), status);
      if (!graph) {
        if (status === 404 || status === 410) return { outcome: 'gone', reason: `status ${status}` };
        const retry = status >= 500 || status === 429 || (status >= 200 && status < 300);
        return { outcome: 'failed', reason: `status ${status} without an answer of WhatsApp`, retry };
      }
      const { error, class: retryable } = graph;
      const reason = `${error.code}: ${error.details ?? error.message}`;
      // 100/33: Graph's way of saying that no such object exists (any more).
      if (error.code === 100 || error.code === 33 || error.code === 131052 || status === 404) {
        return { outcome: 'gone', reason };
      }
      return { outcome: 'failed', reason, retry: retryable.retry === 'later' || retryable.retry === 'after' };
    }
  }
}
