/** Whose a number is: WhatsApp shows it only to tokens that may use it (Meta, "Phone numbers", 2026). */
import type { Dispatcher } from 'undici';
import type { Credential, NumberInfo } from '../contract.ts';
import { ask } from './ask.ts';
import { rec, ref, str } from './json.ts';

/** Of 100 numbers each; an account may hold a few hundred at most. */
const MAX_PAGES = 10;

export async function numberInfo(
  agent: Dispatcher,
  call: { credential: Credential; phoneNumberId: string; accountRef?: string | null; timeoutMs: number },
): Promise<NumberInfo> {
  const get = (path: string) => ask(agent, call, path);
  const id = encodeURIComponent(call.phoneNumberId);
  const number = await get(`${id}?fields=display_phone_number,verified_name`);
  if (number.outcome !== 'ok') return number;
  const displayPhoneNumber = str(number.json.display_phone_number);
  // Other objects (accounts, apps) answer at the same place, without a number.
  if (ref(number.json.id) !== call.phoneNumberId || displayPhoneNumber === null) {
    return { outcome: 'refused', reason: 'this id is no phone number' };
  }
  if (call.accountRef) {
    const account = `${encodeURIComponent(call.accountRef)}/phone_numbers?fields=id&limit=100`;
    let after: string | null = '';
    let found = false;
    for (let page = 0; !found && after !== null && page < MAX_PAGES; page++) {
      const listed = await get(after === '' ? account : `${account}&after=${encodeURIComponent(after)}`);
      if (listed.outcome !== 'ok') return listed;
      const data: unknown[] = Array.isArray(listed.json.data) ? listed.json.data : [];
      found = data.some((one) => ref(rec(one)?.id) === call.phoneNumberId);
      const paging = rec(listed.json.paging);
      after = paging?.next === undefined ? null : str(rec(paging.cursors)?.after);
    }
    if (!found) return { outcome: 'refused', reason: `account ${call.accountRef} has no such number` };
  }
  return { outcome: 'ok', displayPhoneNumber, verifiedName: str(number.json.verified_name) ?? '' };
}
