/** An Idempotency-Key. `crypto.randomUUID` is missing over plain HTTP, where self-hosters begin. */
export function once(): { idempotencyKey: string } {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return { idempotencyKey: Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}
