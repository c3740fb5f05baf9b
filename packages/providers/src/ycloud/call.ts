/** One HTTP call to YCloud's API, told as what became of it. */
import type { Dispatcher } from 'undici';
import { type Answer, jsonOf, request } from '../cloud/http.ts';
import type { Rec } from '../cloud/json.ts';
import type { Credential } from '../contract.ts';
import { refusalOf } from './errors.ts';

/** A page of 100 templates with carousels has some 600 KB. */
const MAX_ANSWER = 4 * 1024 * 1024;

export function url(credential: Credential, path: string): string {
  return `${credential.baseUrl.replace(/\/+$/, '')}/${credential.version}/${path}`;
}

export const withKey = (credential: Credential): Record<string, string> => ({
  'x-api-key': credential.token,
});

export interface Ask {
  credential: Credential;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export function post(agent: Dispatcher, call: Ask, path: string, body?: string): Promise<Answer> {
  return request(agent, {
    method: 'POST',
    url: url(call.credential, path),
    headers: {
      ...withKey(call.credential),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
    timeoutMs: call.timeoutMs,
    maxBytes: MAX_ANSWER,
    signal: call.signal,
  });
}

export type Asked =
  | { outcome: 'ok'; json: Rec }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unreachable'; reason: string };

/** A question or an order whose repetition harms nobody. */
export async function ask(
  agent: Dispatcher,
  call: Ask,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Asked> {
  const answer = await request(agent, {
    method,
    url: url(call.credential, path),
    headers: {
      ...withKey(call.credential),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs: call.timeoutMs,
    maxBytes: MAX_ANSWER,
    signal: call.signal,
  });
  if (answer.kind !== 'answer') return { outcome: 'unreachable', reason: answer.reason };
  const json = jsonOf(answer.body);
  const refusal = refusalOf(json, answer.status);
  if (refusal) {
    const later = refusal.class.retry === 'later' || refusal.class.retry === 'after';
    const { title, message, details } = refusal.error;
    return { outcome: later ? 'unreachable' : 'refused', reason: details ?? (message || title) };
  }
  if (answer.status >= 200 && answer.status < 300) return { outcome: 'ok', json: json ?? {} };
  return { outcome: 'unreachable', reason: `status ${answer.status} without an answer of YCloud` };
}
