/** Calls that nobody answered: a line in the person's thread, beside the notice that keeps the whole. */
import type { ItemBase, MessageItem, PersonRef } from '../contract.ts';
import { items, type Rec, rec, ref, time } from './json.ts';
import { complete, isSomebody, person } from './person.ts';

/** A call of the person's that ended without an answer, in WhatsApp's words; others are the notice's alone. */
function isMissed(call: Rec): boolean {
  return call.event === 'terminate' && call.direction === 'USER_INITIATED' && call.status === 'FAILED';
}

export function readMissedCalls(value: Rec, base: ItemBase, cards: readonly PersonRef[]): MessageItem[] {
  const found: MessageItem[] = [];
  for (const [index, item] of (items(value.calls) ?? []).entries()) {
    const call = rec(item);
    if (!call || !isMissed(call)) continue;
    const from = complete(person(call.from, call.from_user_id, call.from_parent_user_id), cards);
    const id = ref(call.id, 512);
    if (!isSomebody(from) || id === null) continue;
    found.push({
      ...base,
      path: `${base.path}/${index + 1}`,
      kind: 'message',
      at: time(call.timestamp),
      providerMessageId: id,
      from,
      groupId: null,
      content: { type: 'system', system: { type: 'missed_call', body: 'Missed voice call' } },
      context: null,
      referral: null,
      errors: [],
    });
  }
  return found;
}
