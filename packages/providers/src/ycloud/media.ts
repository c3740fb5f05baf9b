/**
 * Files at YCloud: those of people come with an address of its own in the event; ours are uploaded under the number that
 * sends them and live 30 days ("Upload WhatsApp media").
 */
import type { Dispatcher } from 'undici';
import { type Answer, jsonOf, request } from '../cloud/http.ts';
import { ref } from '../cloud/json.ts';
import { multipart } from '../cloud/media.ts';
import type { Credential, MediaInfo, MediaResult } from '../contract.ts';
import { url, withKey } from './call.ts';
import { refusalOf } from './errors.ts';

const MAX_ANSWER = 1024 * 1024;

/** The API key goes to YCloud's hosts only, whatever an event says. */
const YCLOUD_HOST = /(^|\.)ycloud\.com$/i;

/** YCloud gives the address with the message and has no question for a new one: what is gone is gone. */
export async function mediaInfo(): Promise<MediaResult<MediaInfo>> {
  return { outcome: 'gone', reason: 'YCloud gives the address of a file with its message only' };
}

/** Counts while it reads and hangs up past `maxBytes`. Redirects are not followed: the key would go along. */
export async function downloadMedia(
  agent: Dispatcher,
  call: { credential: Credential; url: string; maxBytes: number; timeoutMs: number },
): Promise<MediaResult<Uint8Array>> {
  const where = hostOf(call.url, call.credential);
  if (where === 'elsewhere') {
    return {
      outcome: 'failed',
      reason: 'the address is not one of YCloud; the key is not sent there',
      retry: false,
    };
  }
  const answer = await request(agent, {
    method: 'GET',
    url: call.url,
    headers: { ...withKey(call.credential), 'user-agent': 'chaski' },
    timeoutMs: call.timeoutMs,
    maxBytes: call.maxBytes,
  });
  if (answer.kind === 'answer' && answer.status === 200) return { outcome: 'ok', value: answer.body };
  return failure(answer);
}

function hostOf(address: string, credential: Credential): 'ours' | 'elsewhere' {
  if (!URL.canParse(address)) return 'elsewhere';
  const target = new URL(address);
  if (URL.canParse(credential.baseUrl) && target.origin === new URL(credential.baseUrl).origin) return 'ours';
  return target.protocol === 'https:' && target.port === '' && YCLOUD_HOST.test(target.hostname)
    ? 'ours'
    : 'elsewhere';
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
  const { boundary, body } = multipart(call, () => ({}));
  const answer = await request(agent, {
    method: 'POST',
    url: url(call.credential, `whatsapp/media/${encodeURIComponent(call.phoneNumberId)}/upload`),
    headers: {
      ...withKey(call.credential),
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    body,
    timeoutMs: call.timeoutMs,
    maxBytes: MAX_ANSWER,
  });
  if (answer.kind === 'answer' && answer.status >= 200 && answer.status < 300) {
    const mediaId = ref(jsonOf(answer.body)?.id);
    if (mediaId !== null) return { outcome: 'ok', value: { mediaId } };
  }
  return failure(answer);
}

function failure(answer: Answer): Exclude<MediaResult<never>, { outcome: 'ok' }> {
  switch (answer.kind) {
    case 'not-sent':
    case 'broken':
      // Fetching and uploading twice harms nobody.
      return { outcome: 'failed', reason: answer.reason, retry: true };
    case 'too-large':
      return { outcome: 'too-large', reason: answer.reason };
    case 'answer': {
      const { status } = answer;
      if (status === 404 || status === 410) return { outcome: 'gone', reason: `status ${status}` };
      const refusal = refusalOf(jsonOf(answer.body), status);
      if (!refusal) {
        const retry = status >= 500 || status === 429 || (status >= 200 && status < 300);
        return { outcome: 'failed', reason: `status ${status} without an answer of YCloud`, retry };
      }
      const { retry } = refusal.class;
      const reason = refusal.error.details ?? refusal.error.message;
      return { outcome: 'failed', reason, retry: retry === 'later' || retry === 'after' };
    }
  }
}
