/**
 * Is this body from WhatsApp? `X-Hub-Signature-256: sha256=<hex HMAC-SHA256(app secret, raw body)>`
 * (Meta, "Create a webhook endpoint", validating payloads).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/**
 * Index of the secret that signed exactly these bytes, or -1.
 *
 * Exact on purpose: one header, lower-case hex, nothing around it. A doubled header is refused because proxies
 * disagree about which of the two counts. Every secret is tried even after a hit, so that the time spent does not
 * tell which one matched; an empty secret never verifies anything.
 */
export function verify(
  raw: Uint8Array,
  signatureHeader: string | string[] | undefined,
  secrets: readonly string[],
): number {
  if (typeof signatureHeader !== 'string') return -1;
  const hex = SIGNATURE.exec(signatureHeader)?.[1];
  if (hex === undefined) return -1;
  const given = Buffer.from(hex, 'hex');
  let found = -1;
  for (let i = 0; i < secrets.length; i++) {
    const secret = secrets[i];
    if (!secret) continue;
    const expected = createHmac('sha256', secret).update(raw).digest();
    if (timingSafeEqual(expected, given) && found === -1) found = i;
  }
  return found;
}
