/**
 * Subscribes the token's app to an account: without it WhatsApp sends no webhook of its numbers (Meta, "Subscribed
 * apps"). Done twice it is done once.
 */
import type { Dispatcher } from 'undici';
import type { Credential, Subscription } from '../contract.ts';
import { ask } from './ask.ts';
import { rec, ref } from './json.ts';

export async function subscribe(
  agent: Dispatcher,
  call: { credential: Credential; accountRef: string | null; timeoutMs: number },
): Promise<Subscription> {
  if (call.accountRef === null) {
    return { outcome: 'refused', reason: "WhatsApp's id of the account was not told" };
  }
  const account = encodeURIComponent(call.accountRef);
  const asked = await ask(agent, call, `${account}/subscribed_apps`, 'POST');
  if (asked.outcome !== 'ok') return asked;
  if (asked.json.success !== true)
    return { outcome: 'unreachable', reason: 'WhatsApp did not say that the app is subscribed' };
  // Shown to tokens that may manage the account; whoever may not is subscribed all the same.
  const owner = await ask(agent, call, `${account}?fields=owner_business_info`);
  const portfolioRef = owner.outcome === 'ok' ? ref(rec(owner.json.owner_business_info)?.id) : null;
  return { outcome: 'ok', secret: null, portfolioRef };
}
