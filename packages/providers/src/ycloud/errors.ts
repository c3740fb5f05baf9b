/**
 * YCloud's refusals → WhatsApp's codes, which the product knows (YCloud, "Errors").
 *
 * Where YCloud asked WhatsApp, its error is inside and is the one that counts. Where YCloud itself says no, the nearest
 * code of WhatsApp stands for it, so that a dead key pauses the account as a dead token does.
 */
import { retryClass } from '../cloud/errors.ts';
import type { GraphError } from '../cloud/http.ts';
import { type Rec, rec, str } from '../cloud/json.ts';

/** The nearest of WhatsApp's codes for what YCloud says itself, by its code. */
const ownCodes: Record<string, number> = {
  UNAUTHORIZED: 190,
  API_KEY_INVALID: 190,
  FORBIDDEN: 10,
  BALANCE_INSUFFICIENT: 131042,
  INSUFFICIENT_BALANCE: 131042,
  TOO_MANY_REQUESTS: 130429,
  NOT_FOUND: 33,
  RESOURCE_NOT_FOUND: 33,
  PARAM_INVALID: 100,
  BAD_REQUEST: 100,
  RECIPIENT_UNSUBSCRIBED: 131050,
  WHATSAPP_PHONE_NUMBER_UNAVAILABLE: 133010,
};

/** By status, for codes that nobody wrote down. */
const statusCodes: Record<number, number> = { 401: 190, 402: 131042, 403: 10, 404: 33, 429: 130429 };

export function numeric(value: unknown): number | null {
  const n = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof n === 'number' && Number.isSafeInteger(n) ? n : null;
}

/**
 * The refusal in an answer, or null: then nobody knows what became of the call. YCloud's own 5xx is no refusal: the
 * message may have reached WhatsApp before YCloud failed.
 */
export function refusalOf(json: Rec | null, httpStatus: number): GraphError | null {
  const envelope = rec(json?.error);
  if (!envelope) return null;
  const own = str(envelope.code) ?? '';
  const meta = rec(envelope.whatsappApiError);
  const metaCode = numeric(meta?.code);
  if (metaCode === null && httpStatus >= 500) return null;
  if (metaCode === null && httpStatus < 400) return null;
  const code =
    metaCode ?? (Object.hasOwn(ownCodes, own) ? ownCodes[own] : undefined) ?? statusCodes[httpStatus] ?? 100;
  const message = str(meta?.message) ?? str(envelope.message) ?? '';
  const target = str(envelope.target);
  return {
    error: {
      code,
      title: str(meta?.title) ?? (own === '' ? message : own),
      message,
      details:
        str(rec(meta?.error_data)?.details) ??
        (meta && str(envelope.message)) ??
        (target === null ? null : `${message} (${target})`),
      href: str(envelope.docUrl),
    },
    class: retryClass(code, { httpStatus }),
  };
}
