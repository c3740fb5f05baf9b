import type { Credential, NumberInfo } from '@chaski/providers';
import { errors } from '../../platform/errors.ts';

/** Asks the provider whether a token may use a number. */
export type CheckNumber = (call: {
  credential: Credential;
  phoneNumberId: string;
  accountRef: string | null;
  timeoutMs: number;
}) => Promise<NumberInfo>;

/** What WhatsApp calls the number; throws `number_not_reachable` unless this token may use it. */
export async function askNumber(
  deps: { checkNumber: CheckNumber | 'unchecked' },
  about: { credential: Credential; phoneNumberId: string; accountRef: string | null },
): Promise<{ displayPhoneNumber: string; verifiedName: string; accountRef?: string | null } | null> {
  if (deps.checkNumber === 'unchecked') return null;
  const told = await deps.checkNumber({ ...about, timeoutMs: 10_000 });
  if (told.outcome === 'ok') return told;
  throw errors.unprocessable(
    'number_not_reachable',
    told.outcome === 'refused'
      ? `WhatsApp does not let this token use this number (${told.reason}). Nothing was stored.`
      : `WhatsApp could not be asked whether this token may use this number (${told.reason}). Nothing was stored; try again.`,
    { reason: told.outcome },
  );
}
