import type { Providers } from '@chaski/providers';
import { errors } from '../../platform/errors.ts';
import type { AccountRow } from './account.ts';
import type { AddNumberDeps } from './add.ts';
import { askNumber } from './check.ts';
import type { Speaker } from './speaker.ts';

export interface AccountDeps extends Pick<AddNumberDeps, 'db' | 'ring' | 'simulator' | 'graph' | 'ycloud'> {
  /** Asks whether the credentials are worth anything. Only tests do without. */
  calls: Pick<Providers, 'accountInfo' | 'numberInfo' | 'unsubscribe'> | 'unchecked';
  /** Where webhooks of this account arrive; null: this installation has no address yet. */
  addressOf(account: Pick<AccountRow, 'webhookKey' | 'isSimulated'>): string | null;
}

const timeoutMs = 10_000;

/**
 * Throws `account_not_reachable` unless these credentials may use the account. One whose reference was never told is
 * asked about by a number of it.
 */
export async function askAccount(
  { calls }: Pick<AccountDeps, 'calls'>,
  speaker: Pick<Speaker, 'provider' | 'token' | 'baseUrl' | 'version' | 'accountRef'>,
  phoneNumberId: string | null = null,
): Promise<void> {
  if (calls === 'unchecked') return;
  const { provider, token, baseUrl, version, accountRef } = speaker;
  const credential = { provider, token, baseUrl, version };
  if (provider === 'cloud' && accountRef === null) {
    if (phoneNumberId === null) return;
    const checkNumber = (call: Parameters<typeof calls.numberInfo>[0]) => calls.numberInfo(call);
    await askNumber({ checkNumber }, { credential, phoneNumberId, accountRef });
    return;
  }
  const told = await calls.accountInfo({ credential, accountRef, timeoutMs });
  if (told.outcome === 'ok') return;
  throw errors.unprocessable(
    'account_not_reachable',
    told.outcome === 'refused'
      ? `These credentials were refused (${told.reason}). Nothing was stored.`
      : `Nobody could be asked whether these credentials are good (${told.reason}). Nothing was stored; try again.`,
    { reason: told.outcome },
  );
}
