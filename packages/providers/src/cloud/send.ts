/** Hands one message to WhatsApp and says what became of it. */
import type { Dispatcher } from 'undici';
import type { Credential, MarkReadOutcome, SendCall, SendOutcome } from '../contract.ts';
import { bodyOf, outcomeOf } from '../outcome.ts';
import { buildMessage } from './build.ts';
import { type Answer, graphErrorOf, request } from './http.ts';
import { items, rec, ref, str } from './json.ts';
import { person } from './person.ts';

/** Answers of /messages have a few hundred bytes. */
const MAX_ANSWER = 1024 * 1024;

export function graphUrl(credential: Credential, path: string): string {
  return `${credential.baseUrl.replace(/\/+$/, '')}/${credential.version}/${path}`;
}

export const bearer = (credential: Credential): Record<string, string> => ({
  authorization: `Bearer ${credential.token}`,
});

const graph = { of: 'WhatsApp', refusal: graphErrorOf };

export async function send(agent: Dispatcher, call: SendCall): Promise<SendOutcome> {
  const body = bodyOf(() => buildMessage(call));
  if (typeof body !== 'string') return body;
  return outcomeOf<SendOutcome>(await post(agent, call, body, call.route), {
    ...graph,
    accepted(json) {
      const id = ref(rec(items(json.messages)?.[0])?.id, 512);
      if (id === null) return null;
      const contact = rec(items(json.contacts)?.[0]);
      return {
        outcome: 'accepted',
        providerMessageId: id,
        recipient: person(contact?.wa_id, contact?.user_id, contact?.parent_user_id),
        messageStatus: str(rec(items(json.messages)?.[0])?.message_status),
      };
    },
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
  return outcomeOf<MarkReadOutcome>(await post(agent, call, body), {
    ...graph,
    accepted: (json) => (json.success === true ? { outcome: 'accepted' } : null),
  });
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
  edge: SendCall['route'] = 'messages',
): Promise<Answer> {
  return request(agent, {
    method: 'POST',
    url: graphUrl(call.credential, `${encodeURIComponent(call.phoneNumberId)}/${edge}`),
    headers: { ...bearer(call.credential), 'content-type': 'application/json' },
    body,
    timeoutMs: call.timeoutMs,
    maxBytes: MAX_ANSWER,
    signal: call.signal,
  });
}
