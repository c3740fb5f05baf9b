import { describe, expect, test } from 'vitest';
import { keywordsOf, previewOf, textOf } from './content-words.ts';

describe('reading contents', () => {
  const press = {
    type: 'interactive',
    interactive: { type: 'button_reply', buttonReply: { id: 'STOP', title: 'No more' } },
  };
  test.each<[unknown, string | null, string[], string]>([
    [{ type: 'text', text: { body: 'a\n  b' } }, 'a\n  b', ['a\n  b'], 'a b'],
    [{ type: 'text', text: { body: '  ' } }, null, [], 'text'],
    [{ type: 'image', image: { caption: 'sun' } }, 'sun', [], '📷 sun'],
    [{ type: 'image', image: {} }, null, [], '📷 Photo'],
    [{ type: 'audio', audio: { voice: true } }, null, [], '🎤 Voice message'],
    [{ type: 'document', document: { filename: 'a.pdf' } }, null, [], '📄 a.pdf'],
    [{ type: 'button', button: { payload: 'STOP', text: 'Enough' } }, 'Enough', ['Enough', 'STOP'], 'Enough'],
    [{ type: 'button', button: { payload: 'STOP', text: null } }, 'STOP', ['STOP'], 'STOP'],
    [press, 'No more', ['No more', 'STOP'], 'No more'],
    [{ type: 'interactive', interactive: { type: null } }, null, [], 'Interactive message'],
    [
      { type: 'interactive', interactive: { type: 'list', body: { text: 'Choose' } } },
      'Choose',
      [],
      'Choose',
    ],
    [
      { type: 'interactive', interactive: { type: 'nfm_reply', nfmReply: { body: 'Sent' } } },
      null,
      [],
      'Sent',
    ],
    [{ type: 'location', location: { name: 'HQ' } }, null, [], '📍 HQ'],
    [{ type: 'contacts', contacts: [{ name: { formattedName: 'A' } }, {}] }, null, [], '👤 A and 1 more'],
    [{ type: 'reaction', reaction: { emoji: '👍' } }, null, [], 'Reacted 👍'],
    [{ type: 'reaction', reaction: { emoji: '' } }, null, [], 'Took a reaction back'],
    [{ type: 'template', template: { name: 'order_update' } }, null, [], 'Template order_update'],
    [{ type: 'edit', edit: { content: { type: 'text', text: { body: 'new' } } } }, 'new', [], 'Edited: new'],
    [{ type: 'revoke', revoke: {} }, null, [], 'Message deleted'],
    [{ type: 'something' }, null, [], 'something'],
  ])('%j', (content, text, keywords, preview) => {
    const c = content as { type: string };
    expect(textOf(c)).toBe(text);
    expect(keywordsOf(c)).toEqual(keywords);
    expect(previewOf(c)).toBe(preview);
  });

  test('a template says what it said where its body is known, filled in by place or by name', () => {
    const sent = (...parameters: unknown[]) => ({
      type: 'template',
      template: { name: 'order_update', components: [{ type: 'body', parameters }] },
    });
    const text = (value: string, parameterName?: string) => ({ type: 'text', text: value, parameterName });
    expect(previewOf(sent(text('Ana'), text('A-1')), 'Hi {{1}},\nyour order {{2}} left.')).toBe(
      'Hi Ana, your order A-1 left.',
    );
    expect(previewOf(sent(text('Ana', 'who')), 'Hi {{who}}, {{what}}')).toBe('Hi Ana, {{what}}');
    expect(previewOf({ type: 'template', template: { name: 'plain' } }, 'Nothing to fill in')).toBe(
      'Nothing to fill in',
    );
  });

  test('a preview is short, one line, and never half a character', () => {
    for (const body of ['😮'.repeat(500), `${'x'.repeat(119)}😮😮`, 'a\nb'.repeat(2000)]) {
      const preview = previewOf({ type: 'text', text: { body } });
      expect([...preview].length).toBeLessThanOrEqual(120);
      expect(preview.isWellFormed()).toBe(true);
      expect(preview).not.toMatch(/\n/);
    }
  });
});
