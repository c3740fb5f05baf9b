/**
 * Is this body from WhatsApp? `X-Hub-Signature-256: sha256=<hex HMAC-SHA256(app secret, raw body)>`
 * (Meta, "Create a webhook endpoint", validating payloads).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** `sha256=` and 64 hexadecimal digits. */
const headerLength = 71;

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
  if (typeof signatureHeader !== 'string' || signatureHeader.length !== headerLength) return -1;
  const given = Buffer.from(signatureHeader);
  let found = -1;
  for (let i = 0; i < secrets.length; i++) {
    const secret = secrets[i];
    if (!secret) continue;
    const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`);
    if (expected.length === given.length && timingSafeEqual(expected, given) && found === -1) found = i;
  }
  return found;
}
