/**
 * Hands one message to YCloud, which hands it to WhatsApp before it answers (`sendDirectly`): the queued address would
 * say `accepted` before WhatsApp had an opinion. Outcomes as in `cloud/send.ts`; our attempt id travels as `externalId`
 * and comes back with every status. YCloud does not use it against doubles: what is not certain is never resent.
 */
import type { Dispatcher } from 'undici';
import { buildMessage } from '../cloud/build.ts';
import { type Answer, jsonOf } from '../cloud/http.ts';
import { type Rec, ref, str } from '../cloud/json.ts';
import type { Credential, MarkReadOutcome, SendCall, SendOutcome } from '../contract.ts';
import { post } from './call.ts';
import { refusalOf } from './errors.ts';
import { named } from './read.ts';

export async function send(agent: Dispatcher, call: SendCall): Promise<SendOutcome> {
  let body: string;
  try {
    body = JSON.stringify(build(call));
  } catch (error) {
    return {
      outcome: 'not-sent',
      reason: `the content cannot be written as JSON: ${String(error).slice(0, 200)}`,
    };
  }
  const answer = await post(agent, call, 'whatsapp/messages/sendDirectly', body);
  return outcomeOf(answer, (json) => {
    const id = ref(json.wamid, 512) ?? ref(json.id, 512);
    if (id === null) return null;
    const status = str(json.status);
    return {
      outcome: 'accepted',
      providerMessageId: id,
      recipient: named(
        json.to,
        json.recipientUserId ?? json.toUserId ?? json.recipient,
        json.parentRecipientUserId ?? json.parentToUserId,
        null,
      ),
      messageStatus: status,
    };
  });
}

/** The same message in YCloud's envelope: camelCase around Meta's own objects. */
function build(call: SendCall): Rec {
  const { messaging_product, recipient_type, biz_opaque_callback_data, ...message } = buildMessage(call);
  return {
    from: call.phoneNumberId,
    ...message,
    ...(recipient_type === 'group' ? { recipientType: 'group' } : {}),
    ...(biz_opaque_callback_data === undefined ? {} : { externalId: biz_opaque_callback_data }),
  };
}

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
  // Typing marks as read too. Both take WhatsApp's own id in place of YCloud's.
  const verb = call.typing ? 'typing' : 'markAsRead';
  const path = `whatsapp/inboundMessages/${encodeURIComponent(call.providerMessageId)}/${verb}`;
  const answer = await post(agent, call, path);
  if (answer.kind === 'answer' && answer.status >= 200 && answer.status < 300) return { outcome: 'accepted' };
  return outcomeOf<never>(answer, () => null);
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
      const refused = refusalOf(json, status);
      if (refused) return { outcome: 'refused', ...refused, httpStatus: status };
      // A message object that says `failed`: WhatsApp said no, YCloud wrote it down.
      if (json && str(json.status) === 'failed') {
        const code = json.errorCode;
        const failure = refusalOf(
          {
            error: { code, message: json.errorMessage, whatsappApiError: json.whatsappApiError ?? { code } },
          },
          400,
        );
        if (failure) return { outcome: 'refused', ...failure, httpStatus: status };
      }
      const done = json && status >= 200 && status < 300 ? accepted(json) : null;
      if (done !== null) return done;
      return {
        outcome: 'unknown',
        reason: `status ${status} without an answer of YCloud`,
        httpStatus: status,
      };
    }
  }
}
