/** What a content says in words: its text, what keywords are compared with, one line for lists. */

import { filledBody } from './template-parameters.ts';

interface AnyContent {
  type: string;
  [key: string]: unknown;
}

const object = (v: unknown): Record<string, unknown> =>
  typeof v === 'object' && v !== null ? (v as Record<string, unknown>) : {};
const filled = (v: unknown): string | null => (typeof v === 'string' && v.trim() !== '' ? v : null);

/**
 * What was said in words: the text, a caption, the title of the pressed button or chosen row (its payload when it
 * has no title). Null when nothing was said in words.
 */
export function textOf(content: AnyContent): string | null {
  const inner = object(content[content.type]);
  switch (content.type) {
    case 'text':
      return filled(inner.body);
    case 'image':
    case 'video':
    case 'document':
      return filled(inner.caption);
    case 'button':
      return filled(inner.text) ?? filled(inner.payload);
    case 'order':
      return filled(inner.text);
    case 'edit':
      return inner.content ? textOf(inner.content as AnyContent) : null;
    case 'interactive': {
      const reply = object(inner.buttonReply ?? inner.listReply);
      return filled(reply.title) ?? filled(reply.id) ?? filled(object(inner.body).text);
    }
    default:
      return null;
  }
}

/** Everything a keyword may be compared with: the text and, for buttons and rows, title and payload. */
export function keywordsOf(content: AnyContent): string[] {
  const inner = object(content[content.type]);
  const reply = object(inner.buttonReply ?? inner.listReply);
  const found =
    content.type === 'button'
      ? [inner.text, inner.payload]
      : content.type === 'interactive'
        ? [reply.title, reply.id]
        : content.type === 'text'
          ? [inner.body]
          : [];
  return found.flatMap((v) => filled(v) ?? []);
}

const labels: Record<string, string> = {
  image: '📷 Photo',
  video: '🎬 Video',
  audio: '🎵 Audio',
  document: '📄 Document',
  sticker: 'Sticker',
  location: '📍 Location',
  contacts: '👤 Contact',
  order: '🛒 Order',
  unsupported: 'Message that WhatsApp does not pass on',
  revoke: 'Message deleted',
};

/**
 * One line for lists of conversations: at most 120 characters, no line breaks. `templateBody`: what the content's template
 * says, where that is known.
 */
export function previewOf(content: AnyContent, templateBody: string | null = null): string {
  return oneLine(describe(content, templateBody));
}

function describe(content: AnyContent, templateBody: string | null = null): string {
  const inner = object(content[content.type]);
  const words = textOf(content);
  const label = labels[content.type];
  switch (content.type) {
    case 'audio':
      return inner.voice === true ? '🎤 Voice message' : '🎵 Audio';
    case 'document':
      return `📄 ${words ?? filled(inner.filename) ?? 'Document'}`;
    case 'location':
      return `📍 ${filled(inner.name) ?? filled(inner.address) ?? 'Location'}`;
    case 'contacts': {
      const cards = Array.isArray(content.contacts) ? content.contacts : [];
      const name = filled(object(object(cards[0]).name).formattedName) ?? 'Contact';
      return cards.length > 1 ? `👤 ${name} and ${cards.length - 1} more` : `👤 ${name}`;
    }
    case 'reaction':
      return filled(inner.emoji) ? `Reacted ${String(inner.emoji)}` : 'Took a reaction back';
    case 'template':
      if (templateBody !== null)
        return filledBody(templateBody, Array.isArray(inner.components) ? inner.components : []);
      return `Template ${filled(inner.name) ?? ''}`;
    case 'system':
      return filled(inner.body) ?? 'Notice from WhatsApp';
    case 'edit':
      return `Edited: ${inner.content ? describe(inner.content as AnyContent) : ''}`;
    case 'interactive':
      return words ?? filled(object(inner.nfmReply).body) ?? callPermission(inner) ?? 'Interactive message';
    default:
      return words === null ? (label ?? content.type) : label ? `${label.split(' ')[0]} ${words}` : words;
  }
}

function callPermission(interactive: Record<string, unknown>): string | null {
  const response = object(interactive.callPermissionReply).response;
  return response === 'accept' ? 'Allowed calls' : response === 'reject' ? 'Declined calls' : null;
}

const collapse = (s: string) => s.replace(/\s+/g, ' ').trim();

function oneLine(s: string): string {
  // A long text is cut before it is split: a preview must not cost more than what it shows (a webhook may hold 1,000
  // texts, and 20 µs for each are felt by everybody). 121 characters are at most 242 units; blanks may need a longer look.
  let line = collapse(s.slice(0, 320));
  if (line.length < 242 && s.length > 320) line = collapse(s.slice(0, 1000));
  if (line.length <= 120) return line.toWellFormed();
  const points = [...line.slice(0, 242)];
  return points.length > 120 ? `${points.slice(0, 119).join('')}…`.toWellFormed() : line.toWellFormed();
}
