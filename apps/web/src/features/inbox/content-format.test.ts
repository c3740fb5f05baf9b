import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isEmojiOnly, parseBlocks, parseInline, plainText } from './content-format.ts';

const shape = (text: string) =>
  JSON.stringify(parseInline(text), (key, value) => (key === 'text' || key === 'children' ? value : value));

test('whom a note mentions stands out, the longest name first, in bold and in lists too', () => {
  const mention = (text: string) => ({ kind: 'mention', text });
  const text = (words: string) => ({ kind: 'text', text: words });
  expect(parseBlocks('Hi @Ann Lee, ask @Ann or @Bob\n- *@Ann Lee*', ['Ann', 'Ann Lee'])).toEqual([
    {
      kind: 'line',
      children: [text('Hi '), mention('@Ann Lee'), text(', ask '), mention('@Ann'), text(' or @Bob')],
    },
    { kind: 'bullets', items: [[{ kind: 'bold', children: [mention('@Ann Lee')] }]] },
  ]);
});

test.each([
  ['*bold*', [{ kind: 'bold', children: [{ kind: 'text', text: 'bold' }] }]],
  [
    '_so_ it',
    [
      { kind: 'italic', children: [{ kind: 'text', text: 'so' }] },
      { kind: 'text', text: ' it' },
    ],
  ],
  ['~no~', [{ kind: 'strike', children: [{ kind: 'text', text: 'no' }] }]],
  [
    '*_both_*',
    [{ kind: 'bold', children: [{ kind: 'italic', children: [{ kind: 'text', text: 'both' }] }] }],
  ],
  ['`code *x*`', [{ kind: 'code', text: 'code *x*' }]],
  ['2 * 3 * 4', [{ kind: 'text', text: '2 * 3 * 4' }]],
  ['snake_case_name', [{ kind: 'text', text: 'snake_case_name' }]],
  ['**', [{ kind: 'text', text: '**' }]],
  ['ends *here', [{ kind: 'text', text: 'ends *here' }]],
])('%s', (text, parsed) => {
  expect(parseInline(text)).toEqual(parsed);
});

test('an address keeps its underscores and leaves the full stop', () => {
  expect(parseInline('see https://a.example/x_y_z?q=1.')).toEqual([
    { kind: 'text', text: 'see ' },
    { kind: 'link', text: 'https://a.example/x_y_z?q=1', href: 'https://a.example/x_y_z?q=1' },
    { kind: 'text', text: '.' },
  ]);
  expect(parseInline('www.a.example')).toEqual([
    { kind: 'link', text: 'www.a.example', href: 'https://www.a.example' },
  ]);
  expect(shape('javascript:alert(1)')).not.toContain('link');
});

test.each([
  ['ask @Ann, please', ['@Ann']],
  ['@Ann Lee and @Ann', ['@Ann Lee', '@Ann']],
  ['@Annabel', []],
  ['joe@Ann.example', []],
  ['@ 5 euros', []],
])('in %j are mentioned %j', (text, mentioned) => {
  const [line] = parseBlocks(text, ['Ann', '', 'Ann Lee']);
  expect(
    line?.kind === 'line' && line.children.flatMap((one) => (one.kind === 'mention' ? [one.text] : [])),
  ).toEqual(mentioned);
});

test('lists, quotes and mono are blocks', () => {
  expect(
    parseBlocks('Buy:\n- milk\n- *eggs*\n2. then\n> said\n```a *b*\nc```\nend').map(({ kind }) => kind),
  ).toEqual(['line', 'bullets', 'numbers', 'quote', 'mono', 'line']);
});

test.each([
  ['👍', true],
  ['👍🏽 ❤️', true],
  ['👩‍👩‍👧😀🇵🇪', true],
  ['😀😀😀😀', false],
  ['ok 👍', false],
  ['12', false],
  [' ', false],
])('%j is emoji alone: %s', (text, is) => {
  expect(isEmojiOnly(text)).toBe(is);
});

test('whatever is written, no character of a line is lost but its marks', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '*', '_', '~', '`', '.', 'é', '1') }), (text) => {
      const letters = (given: string) => given.replaceAll(/[^aé1]/g, '');
      const lines = text.replaceAll(/^\s*\d{1,3}\.\s+/g, '');
      expect(letters(plainText(lines))).toBe(letters(lines));
    }),
  );
});
