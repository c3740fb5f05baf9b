/**
 * Subscribes the token's app to an account: without it WhatsApp sends no webhook of its numbers (Meta, "Subscribed
 * apps"). Done twice it is done once.
 */
import type { Dispatcher } from 'undici';
import type { Credential, Subscription } from '../contract.ts';
import { ask } from './ask.ts';
import { owner } from './owner.ts';

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
  // Whoever may not see the owner is subscribed all the same.
  const told = await owner(agent, { ...call, accountRef: call.accountRef });
  return { outcome: 'ok', secret: null, portfolioRef: told.outcome === 'ok' ? told.portfolioRef : null };
}
