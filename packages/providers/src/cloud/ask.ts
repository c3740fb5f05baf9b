/** Questions to the Graph API, and orders whose repetition harms nobody: an answer, a refusal, or nobody there. */
import type { Dispatcher } from 'undici';
import type { Credential } from '../contract.ts';
import { type Answer, graphErrorOf, jsonOf, request } from './http.ts';
import type { Rec } from './json.ts';
import { bearer, graphUrl } from './send.ts';

// A page of 100 templates with carousels has some 600 KB.
const MAX_ANSWER = 4 * 1024 * 1024;

export type Asked =
  | { outcome: 'ok'; json: Rec }
  /** WhatsApp says no: this token may not, or there is no such thing. */
  | { outcome: 'refused'; reason: string }
  /** Nobody answered, or said to come again later. */
  | { outcome: 'unreachable'; reason: string };

/** One request with the account's token. */
export async function ask(
  agent: Dispatcher,
  call: { credential: Credential; timeoutMs: number },
  path: string,
  method: 'GET' | 'POST' = 'GET',
  body?: object,
): Promise<Asked> {
  return read(
    await request(agent, {
      method,
      url: graphUrl(call.credential, path),
      headers: {
        ...bearer(call.credential),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: call.timeoutMs,
      maxBytes: MAX_ANSWER,
    }),
  );
}

function read(answer: Answer): Asked {
  if (answer.kind !== 'answer') return { outcome: 'unreachable', reason: answer.reason };
  const json = jsonOf(answer.body);
  const graph = graphErrorOf(json, answer.status);
  if (graph) {
    const { error, class: retryable } = graph;
    const later = retryable.retry === 'later' || retryable.retry === 'after';
    return {
      outcome: later ? 'unreachable' : 'refused',
      reason: `${error.code}: ${error.details ?? error.message}`,
    };
  }
  if (json === null || answer.status < 200 || answer.status > 299) {
    return { outcome: 'unreachable', reason: `status ${answer.status} without an answer of WhatsApp` };
  }
  return { outcome: 'ok', json };
}
