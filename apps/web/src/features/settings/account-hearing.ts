import type { Tone } from './number-health.ts';
import type { Account } from './queries.ts';

type Hearing = 'subscribed' | 'waiting' | 'failed' | 'simulator' | 'byHand' | 'unknown';

/** Whether webhooks of an account arrive (settings.accounts.hearing.…), and whether asking again may help. */
export function hearingOf(
  account: Pick<Account, 'provider' | 'ref' | 'hasWebhookSecret' | 'webhooksSubscribed' | 'webhooksProblem'>,
): { key: Hearing; tone: Tone; canRetry: boolean } {
  const { provider, ref } = account;
  // Without its id nothing can be asked for at Meta; the simulator's accounts speak without being asked.
  const canRetry = provider === 'ycloud' || ref !== null;
  if (account.webhooksProblem !== null) return { key: 'failed', tone: 'bad', canRetry };
  if (account.webhooksSubscribed) return { key: 'subscribed', tone: 'good', canRetry };
  if (provider === 'ycloud' && account.hasWebhookSecret) return { key: 'byHand', tone: 'plain', canRetry };
  if (provider === 'simulator') return { key: 'simulator', tone: 'plain', canRetry };
  return canRetry ? { key: 'waiting', tone: 'wait', canRetry } : { key: 'unknown', tone: 'plain', canRetry };
}
