import type { Message } from '@chaski/sdk';

export type Content = Message['content'];

/** The object that stands under a content's own type. */
export function partOf<Part extends object>(content: Content): Partial<Part> {
  const part = content[String(content.type)];
  return typeof part === 'object' && part !== null ? (part as Partial<Part>) : {};
}
