/**
 * Is this body from YCloud? `YCloud-Signature: t=<unix seconds>,s=<hex HMAC-SHA256(endpoint secret, t + "." + raw body)>`
 * (YCloud, "Configure webhooks").
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE = /^t=(\d{1,12}),s=([0-9a-f]{64})$/;

/**
 * YCloud publishes no schedule of its retries, nor whether `t` is that of the event or of the attempt. A body that comes
 * late must not be lost, and one that is played again changes nothing while its item keys live (8 days): so what is
 * older than a week is refused, not what is older than minutes.
 */
const oldestSeconds = 7 * 24 * 3600;
const aheadSeconds = 300;

/**
 * Index of the secret that signed exactly these bytes at that time, or -1. As exact as for Meta: one header, lower-case
 * hex, nothing around it; every secret is tried; an empty one verifies nothing.
 */
export function verify(
  raw: Uint8Array,
  signatureHeader: string | string[] | undefined,
  secrets: readonly string[],
  now: Date = new Date(),
): number {
  if (typeof signatureHeader !== 'string') return -1;
  const match = SIGNATURE.exec(signatureHeader);
  if (!match) return -1;
  const [, t = '', hex = ''] = match;
  const age = now.getTime() / 1000 - Number(t);
  if (age > oldestSeconds || age < -aheadSeconds) return -1;
  const given = Buffer.from(hex, 'hex');
  let found = -1;
  for (let i = 0; i < secrets.length; i++) {
    const secret = secrets[i];
    if (!secret) continue;
    const expected = createHmac('sha256', secret).update(`${t}.`).update(raw).digest();
    if (timingSafeEqual(expected, given) && found === -1) found = i;
  }
  return found;
}
