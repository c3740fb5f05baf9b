import { textOf } from '@chaski/contracts';
import { document, tokens } from '../../platform/fold.ts';
import type { LineRow } from './queries.ts';

type AnyContent = Parameters<typeof textOf>[0];

const files = new Set(['image', 'video', 'audio', 'document', 'sticker']);
const link = /\bhttps?:\/\/|\bwww\.\p{L}/iu;

/** The words of a message that a person may remember: one text, in the order it is shown. */
export function searchedText(content: AnyContent): string {
  const inner = object(content[content.type]);
  const parts: unknown[] = [textOf(content)];
  switch (content.type) {
    case 'document':
      parts.push(inner.filename);
      break;
    case 'location':
      parts.push(inner.name, inner.address);
      break;
    case 'contacts':
      for (const card of list(content.contacts)) {
        parts.push(object(card.name).formattedName);
        for (const phone of list(card.phones)) parts.push(phone.phone);
      }
      break;
    case 'template':
      parts.push(inner.name);
      for (const component of list(inner.components)) {
        for (const parameter of list(component.parameters)) parts.push(parameter.text);
      }
      break;
  }
  return parts.filter((part) => typeof part === 'string' && part !== '').join('\n');
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(object) : [];
}

/** What is shown of a message: its words after the last edit. */
export function shownContent(line: Pick<LineRow, 'content' | 'edited'>): AnyContent {
  const edited = object(object(line.edited).edit).content;
  return (edited ?? line.content) as AnyContent;
}

/** Null: nothing to find, or not any more. */
export function documentOf(line: LineRow): string | null {
  if (line.revokedAt !== null || line.type === 'system') return null;
  const text = searchedText(shownContent(line));
  return document(
    tokens(text).map((token) => token.word),
    [
      `w:${line.workspaceId}`,
      `d:${line.direction}`,
      ...(line.contactId && line.direction === 'in' ? [`c:${line.contactId}`] : []),
      ...(files.has(line.type) ? ['h:media'] : []),
      ...(link.test(text) ? ['h:link'] : []),
    ],
  );
}
