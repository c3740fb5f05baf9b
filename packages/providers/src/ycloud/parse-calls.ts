/**
 * What YCloud says about calls (YCloud, "WhatsApp Calling webhook examples"): the notice that keeps the whole, and for
 * one that nobody answered the line that Meta's own webhook makes.
 */
import { plain, type Rec, rec } from '../cloud/json.ts';
import { readMissedCalls } from '../cloud/parse-calls.ts';
import type { InboundItem } from '../contract.ts';
import { about, named, timeOf } from './read.ts';

const parts: Record<string, string> = {
  'whatsapp.call.connect': 'callingConnect',
  'whatsapp.call.terminate': 'callingTerminate',
  'whatsapp.call.status.updated': 'callingStatusUpdated',
};

/** Null when it is about no call. */
export function readCall(type: string, event: Rec): InboundItem[] | null {
  const key = Object.hasOwn(parts, type) ? parts[type] : undefined;
  const call = key === undefined ? null : rec(event[key]);
  if (!call) return null;
  // Either end may have rung. A word about the other phone's ringing names the account alone.
  const isTheirs = call.direction === 'USER_INITIATED';
  const base = about(event, call, isTheirs ? call.to : call.from, '0');
  const at = timeOf(call.endTime) ?? timeOf(call.dialTime) ?? base.at;
  const caller = named(call.from, call.fromUserId, call.fromParentUserId, rec(call.customerProfile));
  const missed = readMissedCalls(
    {
      calls: [
        {
          id: call.wacid,
          event: type === 'whatsapp.call.terminate' ? 'terminate' : null,
          direction: call.direction,
          status: call.status,
          timestamp: at === null ? null : at.getTime() / 1000,
          from: call.from,
          from_user_id: call.fromUserId,
          from_parent_user_id: call.fromParentUserId,
        },
      ],
    },
    base,
    [caller],
  );
  return [{ ...base, at, kind: 'notice', field: type, about: 'call', value: plain(call) as Rec }, ...missed];
}
