/**
 * Hands one message to YCloud, which hands it to WhatsApp before it answers (`sendDirectly`): the queued address would
 * say `accepted` before WhatsApp had an opinion. Our attempt id travels as `externalId`
 * and comes back with every status. YCloud does not use it against doubles: what is not certain is never resent.
 */
import type { Dispatcher } from 'undici';
import { buildMessage } from '../cloud/build.ts';
import { type Rec, ref, str } from '../cloud/json.ts';
import type { Credential, MarkReadOutcome, SendCall, SendOutcome } from '../contract.ts';
import { bodyOf, outcomeOf } from '../outcome.ts';
import { post } from './call.ts';
import { refusalOf } from './errors.ts';
import { named } from './read.ts';

export async function send(agent: Dispatcher, call: SendCall): Promise<SendOutcome> {
  const body = bodyOf(() => build(call));
  if (typeof body !== 'string') return body;
  return outcomeOf<SendOutcome>(await post(agent, call, 'whatsapp/messages/sendDirectly', body), {
    ...theirs,
    accepted(json) {
      const id = ref(json.wamid, 512) ?? ref(json.id, 512);
      if (id === null) return null;
      return {
        outcome: 'accepted',
        providerMessageId: id,
        recipient: named(
          json.to,
          json.recipientUserId ?? json.toUserId ?? json.recipient,
          json.parentRecipientUserId ?? json.parentToUserId,
          null,
        ),
        messageStatus: str(json.status),
      };
    },
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
  return outcomeOf<never>(answer, { ...theirs, accepted: () => null });
}

const theirs = { of: 'YCloud', refusal: refusalOrFailure };

/** A message object that says `failed` is a refusal too: WhatsApp said no, YCloud wrote it down. */
function refusalOrFailure(json: Rec | null, status: number) {
  const refused = refusalOf(json, status);
  if (refused !== null || json === null || str(json.status) !== 'failed') return refused;
  const code = json.errorCode;
  return refusalOf(
    { error: { code, message: json.errorMessage, whatsappApiError: json.whatsappApiError ?? { code } } },
    400,
  );
}
