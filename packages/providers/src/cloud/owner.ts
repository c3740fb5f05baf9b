/** Whose an account is: the business portfolio, with whose other numbers it shares a messaging limit. */
import type { Dispatcher } from 'undici';
import type { Credential, Owner } from '../contract.ts';
import { ask } from './ask.ts';
import { rec, ref } from './json.ts';

/** Shown to tokens that may manage the account; to others WhatsApp says nothing, or no. */
export async function owner(
  agent: Dispatcher,
  call: { credential: Credential; accountRef: string; timeoutMs: number },
): Promise<Owner> {
  const asked = await ask(agent, call, `${encodeURIComponent(call.accountRef)}?fields=owner_business_info`);
  if (asked.outcome !== 'ok') return asked;
  return { outcome: 'ok', portfolioRef: ref(rec(asked.json.owner_business_info)?.id) };
}
