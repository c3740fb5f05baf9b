/** Whose a number is: YCloud lists it to the key of the company that connected it ("List phone numbers"). */
import type { Dispatcher } from 'undici';
import { rec, ref, str } from '../cloud/json.ts';
import type { Credential, NumberInfo } from '../contract.ts';
import { ask } from './call.ts';
import { numberIdOf } from './read.ts';

const PAGE = 100;
const MAX_PAGES = 20;

export async function numberInfo(
  agent: Dispatcher,
  call: { credential: Credential; phoneNumberId: string; accountRef?: string | null; timeoutMs: number },
): Promise<NumberInfo> {
  for (let page = 1; page <= MAX_PAGES; page++) {
    const listed = await ask(agent, call, 'GET', `whatsapp/phoneNumbers?page=${page}&limit=${PAGE}`);
    if (listed.outcome !== 'ok') return listed;
    const items: unknown[] = Array.isArray(listed.json.items) ? listed.json.items : [];
    for (const one of items) {
      const number = rec(one);
      if (!number || numberIdOf(number.phoneNumber ?? number.displayPhoneNumber) !== call.phoneNumberId)
        continue;
      const accountRef = ref(number.wabaId);
      if (call.accountRef && accountRef !== call.accountRef) {
        return { outcome: 'refused', reason: `account ${call.accountRef} has no such number` };
      }
      return {
        outcome: 'ok',
        displayPhoneNumber: str(number.displayPhoneNumber) ?? call.phoneNumberId,
        verifiedName: str(number.verifiedName) ?? '',
        accountRef,
      };
    }
    if (items.length < PAGE) break;
  }
  return { outcome: 'refused', reason: 'YCloud knows no such number under this API key' };
}
