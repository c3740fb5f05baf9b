/**
 * Hands one message to WhatsApp and says what became of it (DESIGN §4, "Outcomes of a call"):
 * never on the wire → `not-sent` · a Graph error → `refused` with its class · 2xx with an id → `accepted` ·
 * anything else after the first byte → `unknown`, which nobody may resend blindly: WhatsApp has no idempotency key.
 */
import type { Dispatcher } from 'undici';
import type { Credential, MarkReadOutcome, SendCall, SendOutcome } from '../contract.ts';
import { buildMessage } from './build.ts';
import { type Answer, graphErrorOf, jsonOf, request } from './http.ts';
import { items, type Rec, rec, ref, str } from './json.ts';
import { person } from './person.ts';

/** Answers of /messages have a few hundred bytes. */
const MAX_ANSWER = 1024 * 1024;

export function graphUrl(credential: Credential, path: string): string {
  return `${credential.baseUrl.replace(/\/+$/, '')}/${credential.version}/${path}`;
}

export const bearer = (credential: Credential): Record<string, string> => ({
  authorization: `Bearer ${credential.token}`,
});

export async function send(agent: Dispatcher, call: SendCall): Promise<SendOutcome> {
  let body: string;
  try {
    body = JSON.stringify(buildMessage(call));
  } catch (error) {
    return {
      outcome: 'not-sent',
      reason: `the content cannot be written as JSON: ${String(error).slice(0, 200)}`,
    };
  }
  const answer = await post(agent, call, body);
  return outcomeOf(answer, (json) => {
    const id = ref(rec(items(json.messages)?.[0])?.id, 512);
    if (id === null) return null;
    const contact = rec(items(json.contacts)?.[0]);
    return {
      outcome: 'accepted',
      providerMessageId: id,
      recipient: person(contact?.wa_id, contact?.user_id, contact?.parent_user_id),
      messageStatus: str(rec(items(json.messages)?.[0])?.message_status),
    };
  });
}

/** `read` marks all earlier messages of the chat too; typing shows until we answer, at most 25 s. */
export async function markRead(
  agent: Dispatcher,
  call: {
    credential: Credential;
    phoneNumberId: string;
    providerMessageId: string;
    typing: boolean;
    timeoutMs: number;
  },
): Promise<MarkReadOutcome> {
  const body = JSON.stringify({
    messaging_product: 'whatsapp',
    status: 'read',
    message_id: call.providerMessageId,
    ...(call.typing ? { typing_indicator: { type: 'text' } } : {}),
  });
  const answer = await post(agent, call, body);
  return outcomeOf(answer, (json) => (json.success === true ? { outcome: 'accepted' } : null));
}

function post(
  agent: Dispatcher,
  call: {
    credential: Credential;
    phoneNumberId: string;
    timeoutMs: number;
    signal?: AbortSignal | undefined;
  },
  body: string,
): Promise<Answer> {
  return request(agent, {
    method: 'POST',
    url: graphUrl(call.credential, `${encodeURIComponent(call.phoneNumberId)}/messages`),
    headers: { ...bearer(call.credential), 'content-type': 'application/json' },
    body,
    timeoutMs: call.timeoutMs,
    maxBytes: MAX_ANSWER,
    signal: call.signal,
  });
}

function outcomeOf<Accepted>(
  answer: Answer,
  accepted: (json: Rec) => Accepted | null,
): Accepted | Exclude<SendOutcome, { outcome: 'accepted' }> {
  switch (answer.kind) {
    case 'not-sent':
      return { outcome: 'not-sent', reason: answer.reason };
    case 'broken':
      return { outcome: 'unknown', reason: answer.reason, httpStatus: answer.status };
    case 'too-large':
      return { outcome: 'unknown', reason: answer.reason, httpStatus: null };
    case 'answer': {
      const { status } = answer;
      const json = jsonOf(answer.body);
      const refused = graphErrorOf(json, status);
      if (refused) return { outcome: 'refused', ...refused, httpStatus: status };
      const done = json && status >= 200 && status < 300 ? accepted(json) : null;
      if (done !== null) return done;
      return {
        outcome: 'unknown',
        reason: `status ${status} without an answer of WhatsApp`,
        httpStatus: status,
      };
    }
  }
}
