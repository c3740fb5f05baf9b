import { type PreviewCard, templatePreview, textOf } from '@chaski/contracts';
import { document, tokens } from '../../platform/fold.ts';
import type { LineRow } from './queries.ts';

type AnyContent = Parameters<typeof textOf>[0];

const files = new Set(['image', 'video', 'audio', 'document', 'sticker']);
const link = /\bhttps?:\/\/|\bwww\.\p{L}/iu;

/**
 * The words of a message that a person may remember: one text, in the order it is shown. `components`: what its template
 * says, where somebody told us.
 */
export function searchedText(content: AnyContent, components: readonly unknown[] | null = null): string {
  const inner = object(content[content.type]);
  const parts: unknown[] = [];
  switch (content.type) {
    case 'document':
      parts.push(inner.caption, inner.filename);
      break;
    case 'location':
      parts.push(inner.name, inner.address);
      break;
    case 'contacts':
      for (const card of list(content.contacts)) {
        parts.push(object(card.name).formattedName, object(card.org).company);
        for (const phone of list(card.phones)) parts.push(phone.phone);
      }
      break;
    case 'interactive':
      parts.push(...interactiveWords(inner, textOf(content)));
      break;
    case 'template':
      parts.push(...(components ? templateShown(components, list(inner.components)) : []), inner.name);
      if (components) break;
      for (const component of list(inner.components)) {
        for (const parameter of list(component.parameters)) parts.push(parameter.text);
      }
      break;
    default:
      parts.push(textOf(content));
  }
  return parts.filter((part) => typeof part === 'string' && part !== '').join('\n');
}

/** What was asked with everything one could pick, or what was picked. */
function interactiveWords(inner: Record<string, unknown>, text: string | null): unknown[] {
  const action = object(inner.action);
  return [
    object(inner.header).text,
    text,
    object(inner.listReply).description,
    object(inner.footer).text,
    ...list(action.buttons).map((button) => object(button.reply).title),
    action.button,
    object(action.parameters).displayText,
    ...list(action.sections).flatMap((section) => [
      section.title,
      ...list(section.rows).flatMap((row) => [row.title, row.description]),
    ]),
  ];
}

function templateShown(components: readonly unknown[], parameters: readonly unknown[]): unknown[] {
  const { offer, footer, cards, ...first } = templatePreview({ components: [...components] }, parameters);
  const words = ({ header, body, buttons }: PreviewCard) => [
    header?.text,
    header?.value?.filename,
    body,
    ...buttons.map((button) => button.text),
  ];
  return [...words(first), offer?.text, footer, ...cards.flatMap(words)];
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
export function documentOf(line: LineRow, components: readonly unknown[] | null): string | null {
  if (line.revokedAt !== null || line.type === 'system') return null;
  const text = searchedText(shownContent(line), components);
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
