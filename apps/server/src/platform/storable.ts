/**
 * What PostgreSQL refuses in texts: U+0000 and half of a surrogate pair. WhatsApp's texts and providers' sentences may
 * hold both, and one of them must not abort the batch that it came with.
 */

// JSON.stringify escapes both, so that they are found here. A backslash of the text itself is two, and is passed over.
const refused = /\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/g;

/** Text of a jsonb parameter; what PostgreSQL refuses becomes U+FFFD. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  // Without a backslash there is nothing to find: nearly always, and that look is a plain search for one byte.
  if (!text.includes('\\')) return text;
  return text.replace(refused, (found) => (found === '\\\\' ? found : '\\ufffd'));
}

/** Text of a column, cut to so many characters. */
export function storableText(text: string, most = Number.POSITIVE_INFINITY): string {
  return cutText(text.replaceAll('\u0000', ''), most).toWellFormed();
}

/** The first so many characters, without the half of one that stands where it is cut. */
export function cutText(text: string, most: number): string {
  return text.length > most ? text.slice(0, most).replace(/[\ud800-\udbff]$/, '') : text;
}
