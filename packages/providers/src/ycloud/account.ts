/** Whether an API key is good, and whether an account is connected under it ("List business accounts"). */
import type { Dispatcher } from 'undici';
import { rec, ref, str } from '../cloud/json.ts';
import type { AccountInfo, Credential } from '../contract.ts';
import { ask } from './call.ts';

export async function accountInfo(
  agent: Dispatcher,
  call: { credential: Credential; accountRef: string | null; timeoutMs: number },
): Promise<AccountInfo> {
  const listed = await ask(agent, call, 'GET', 'whatsapp/businessAccounts?page=1&limit=100');
  if (listed.outcome !== 'ok') return listed;
  const items: unknown[] = Array.isArray(listed.json.items) ? listed.json.items : [];
  const found = items.map(rec).find((one) => call.accountRef === null || ref(one?.id) === call.accountRef);
  if (call.accountRef !== null && !found) {
    return { outcome: 'refused', reason: `account ${call.accountRef} is not connected under this API key` };
  }
  return { outcome: 'ok', name: str(found?.name) ?? '' };
}
