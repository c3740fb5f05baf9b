import { fileTypeFromBuffer } from 'file-type';
import { tolerate } from '../../platform/errors.ts';
import { plainType } from './rules.ts';

// Office documents are told apart by the first entries of their archive; more than this is never looked at.
export const looked = 1024 * 1024;

const markup =
  /^(?:\uFEFF|\s)*<(?:!doctype|html|head|body|script|svg|\?xml|!--|iframe|img|style|title|table|a\s)/i;

/**
 * What the bytes are: null when nothing is known about them. Plain text counts only when it is declared as text and
 * reads as text; whatever opens like markup is markup, whoever declares it something else.
 */
export async function typeOf(bytes: Uint8Array, declared: string | null): Promise<string | null> {
  const head = bytes.subarray(0, looked);
  const found = await tolerate(
    'a file that cannot be looked into has no known type',
    fileTypeFromBuffer(head),
  );
  const type = plainType(found?.mime);
  const start = Buffer.from(head.subarray(0, 4096)).toString('utf8');
  if (type === null || type === 'application/xml') {
    if (/<svg[\s>]/i.test(start)) return 'image/svg+xml';
    if (markup.test(start)) return type ?? 'text/html';
  }
  if (type !== null) return type;
  const said = plainType(declared);
  const textual = said?.startsWith('text/') && said !== 'text/html' ? said : null;
  // eslint-style control characters: everything below space but tab, line feed, form feed, carriage return.
  if (textual !== null && !start.includes('\uFFFD') && !hasControls(start)) return textual;
  return null;
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 && code !== 9 && code !== 10 && code !== 12 && code !== 13) return true;
  }
  return false;
}
