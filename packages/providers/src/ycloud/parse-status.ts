/** What became of a message: the `whatsappMessage` of `whatsapp.message.updated`. */
import { type Rec, rec, ref, str } from '../cloud/json.ts';
import { readStatus as readMetaStatus } from '../cloud/parse-status.ts';
import type { ItemBase, ProviderError, StatusItem } from '../contract.ts';
import { numeric } from './errors.ts';
import { named, timeOf } from './read.ts';

/** Which of the object's times says when this state began. */
const timeKeys: Record<string, string> = {
  sent: 'sendTime',
  delivered: 'deliverTime',
  read: 'readTime',
  failed: 'updateTime',
};

export function readStatus(message: Rec, base: ItemBase): StatusItem | { unreadable: string } {
  const status = str(message.status)?.toLowerCase() ?? null;
  const groupId = ref(message.groupId);
  const recipient = named(
    message.to,
    message.recipientUserId ?? message.toUserId ?? message.recipient,
    message.parentRecipientUserId ?? message.parentToUserId,
    rec(message.customerProfile),
  );
  const made = readMetaStatus(
    {
      id: ref(message.wamid, 512) ?? ref(message.id, 512),
      status,
      ...(groupId === null
        ? {
            recipient_id: message.to,
            recipient_user_id: recipient.userId,
            recipient_parent_user_id: recipient.parentUserId,
          }
        : {
            recipient_type: 'group',
            group_id: groupId,
            recipient_participant_id: message.to,
            recipient_participant_user_id: recipient.userId,
          }),
      biz_opaque_callback_data: message.externalId,
    },
    base,
    [],
  );
  if ('unreadable' in made) return made;
  return {
    ...made,
    at: timeOf(message[timeKeys[status ?? ''] ?? '']) ?? timeOf(message.updateTime) ?? base.at,
    recipient: { ...made.recipient, username: recipient.username, profileName: recipient.profileName },
    conversation: rec(message.conversation),
    pricing: priceOf(message),
    errors: status === 'failed' ? [errorOf(message)] : [],
  };
}

/** In Meta's words where there are such, with what YCloud charges beside them. */
function priceOf(message: Rec): Rec | null {
  const price: Rec = {};
  const take = (from: string, to: string) => {
    if (message[from] !== undefined && message[from] !== null) price[to] = message[from];
  };
  take('pricingCategory', 'category');
  take('pricingModel', 'pricingModel');
  take('pricingType', 'type');
  take('totalPrice', 'totalPrice');
  take('currency', 'currency');
  take('regionCode', 'regionCode');
  return Object.keys(price).length === 0 ? null : price;
}

function errorOf(message: Rec): ProviderError {
  const meta = rec(message.whatsappApiError);
  const code = numeric(meta?.code) ?? numeric(message.errorCode) ?? 0;
  const text = str(meta?.message) ?? str(message.errorMessage) ?? '';
  return {
    code,
    title:
      str(meta?.title) ?? (numeric(message.errorCode) === null ? (str(message.errorCode) ?? text) : text),
    message: text,
    details: str(rec(meta?.error_data)?.details) ?? str(meta?.details) ?? str(message.errorMessage),
    href: null,
  };
}
