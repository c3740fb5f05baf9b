/**
 * Subscribes the token's app to an account: without it WhatsApp sends no webhook of its numbers (Meta, "Subscribed
 * apps"). Done twice it is done once.
 */
import type { Dispatcher } from 'undici';
import type { Credential, Subscription } from '../contract.ts';
import { ask } from './ask.ts';

export async function subscribe(
  agent: Dispatcher,
  call: { credential: Credential; accountRef: string | null; timeoutMs: number },
): Promise<Subscription> {
  if (call.accountRef === null) {
    return { outcome: 'refused', reason: "WhatsApp's id of the account was not told" };
  }
  const asked = await ask(agent, call, `${encodeURIComponent(call.accountRef)}/subscribed_apps`, 'POST');
  if (asked.outcome !== 'ok') return asked;
  return asked.json.success === true
    ? { outcome: 'ok', secret: null }
    : { outcome: 'unreachable', reason: 'WhatsApp did not say that the app is subscribed' };
}
