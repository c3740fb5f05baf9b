/** Whether a token may use an account: WhatsApp shows it to nobody else (Meta, "WhatsApp Business accounts"). */
import type { Dispatcher } from 'undici';
import type { AccountInfo, Credential } from '../contract.ts';
import { ask } from './ask.ts';
import { ref, str } from './json.ts';

export async function accountInfo(
  agent: Dispatcher,
  call: { credential: Credential; accountRef: string | null; timeoutMs: number },
): Promise<AccountInfo> {
  if (call.accountRef === null) {
    return { outcome: 'refused', reason: "WhatsApp's id of the account was not told" };
  }
  // An edge that accounts alone have: numbers and apps answer at the bare id too.
  const account = encodeURIComponent(call.accountRef);
  const listed = await ask(agent, call, `${account}/phone_numbers?fields=id&limit=1`);
  if (listed.outcome !== 'ok') return listed;
  const asked = await ask(agent, call, `${account}?fields=id,name`);
  if (asked.outcome !== 'ok') return asked;
  if (ref(asked.json.id) !== call.accountRef) return { outcome: 'refused', reason: 'this id is no account' };
  return { outcome: 'ok', name: str(asked.json.name) ?? '' };
}
