/** WhatsApp's error objects, in webhooks and in answers to calls. */
import type { ProviderError } from '../contract.ts';
import { items, rec, ref, str } from './json.ts';

/** `error_data` is an object with `details`, but a bare text on template endpoints. */
export function readError(value: unknown): ProviderError {
  const error = rec(value);
  if (!error)
    return { code: 0, title: 'unreadable error', message: ref(value) ?? '', details: null, href: null };
  const message = str(error.message) ?? str(error.error_user_msg) ?? '';
  const code = Number(ref(error.code));
  return {
    code: Number.isSafeInteger(code) ? code : 0,
    title: str(error.title) ?? str(error.error_user_title) ?? message,
    message,
    details: str(rec(error.error_data)?.details) ?? str(error.error_data) ?? str(error.details),
    href: str(error.href),
  };
}

export function readErrors(value: unknown): ProviderError[] {
  return (items(value) ?? []).map(readError);
}
