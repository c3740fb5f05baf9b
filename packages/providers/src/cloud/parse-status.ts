/** One entry of `statuses[]` (Meta's webhook reference, status; groups: groups webhooks). */
import type { ItemBase, PersonRef, StatusItem, StatusName } from '../contract.ts';
import { camelRec, type Rec, rec, ref, str, time } from './json.ts';
import { readErrors } from './parse-errors.ts';
import { complete, nobody, person } from './person.ts';

const names = new Set<string>(['sent', 'delivered', 'read', 'played', 'failed'] satisfies StatusName[]);
const isName = (s: string | null): s is StatusName => s !== null && names.has(s);

export function readStatus(
  status: Rec,
  base: ItemBase,
  cards: readonly PersonRef[],
): StatusItem | { unreadable: string } {
  const providerMessageId = ref(status.id, 512);
  if (providerMessageId === null) return { unreadable: 'the status names no message' };
  const name = str(status.status)?.toLowerCase() ?? null;
  if (!isName(name))
    return { unreadable: `a status that this version does not know: ${(name ?? 'none').slice(0, 40)}` };

  const inGroup = status.recipient_type === 'group' || ref(status.group_id) !== null;
  const one = inGroup
    ? person(
        // Older documents call it participant_recipient_id.
        status.recipient_participant_id ?? status.participant_recipient_id,
        status.recipient_participant_user_id ?? status.participant_recipient_user_id,
        status.recipient_participant_parent_user_id,
      )
    : person(
        status.recipient_id,
        status.recipient_user_id,
        // Renamed on 2026-05-05.
        status.recipient_parent_user_id ?? status.parent_recipient_user_id,
      );
  // A group's card without any participant belongs to nobody in particular.
  const recipient =
    inGroup && one.phone === null && one.userId === null && cards.length !== 1
      ? nobody
      : complete(one, cards);
  const conversation = rec(status.conversation);
  const pricing = rec(status.pricing);
  return {
    ...base,
    kind: 'status',
    at: time(status.timestamp),
    providerMessageId,
    status: name,
    recipient,
    groupId: inGroup ? (ref(status.group_id) ?? ref(status.recipient_id)) : null,
    // The status's own fields alone: it is part of a key and must not depend on the card beside it.
    participant: inGroup ? (one.phone ?? one.userId ?? '') : '',
    callbackData: ref(status.biz_opaque_callback_data, 512),
    conversation: conversation ? camelRec(conversation) : null,
    pricing: pricing ? camelRec(pricing) : null,
    errors: readErrors(status.errors),
  };
}
