/** Shards are stable numbers; how many lanes work them is a setting (`shard % lanes`). */
export const shards = 1024;

const key = Buffer.from('"phone_number_id"');

/**
 * Shard of the number a body speaks of; null when it speaks of several or of none that can be seen.
 *
 * Looks at bytes only: the door does not parse (3 MB of JSON would hold everybody up for 30 ms). A body that hides its
 * number behind escapes is taken for one without and goes the slower, equally safe way.
 */
export function shardOf(body: Buffer): number | null {
  let first: string | null = null;
  let at = body.indexOf(key);
  while (at !== -1) {
    let i = at + key.length;
    while (i < body.length && (body[i]! <= 0x20 || body[i] === 0x3a || body[i] === 0x22)) i += 1;
    const start = i;
    while (i < body.length && i - start < 64 && body[i] !== 0x22 && body[i] !== 0x2c && body[i] !== 0x7d)
      i += 1;
    const value = body.toString('latin1', start, i).trim();
    if (first === null) first = value;
    else if (first !== value) return null;
    at = body.indexOf(key, i);
  }
  if (first === null || first === '') return null;
  let hash = 0x811c9dc5;
  for (let i = 0; i < first.length; i += 1) hash = Math.imul(hash ^ first.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % shards;
}
