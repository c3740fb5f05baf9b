import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sayIn } from './words.ts';

const say = (language: string, texts: Record<string, string>) =>
  sayIn(language, new Map(Object.entries(texts)));

test('names have their places, however they are written', () => {
  const t = say('en', { 'list.said': '{{name}}: {{ words }}, {{name}}', plain: 'as it is' });
  expect(t('list.said', { name: 'Ana', words: '{{name}}' })).toBe('Ana: {{name}}, Ana');
  expect(t('list.said', { name: 'Ana' })).toBe('Ana: , Ana');
  expect(t('plain', { name: 'Ana' })).toBe('as it is');
});

test('a count has the form of its language, and none may have words of its own', () => {
  const arabic = say('ar', {
    n_zero: 'zero',
    n_one: 'one',
    n_two: 'two',
    n_few: 'few {{count}}',
    n_many: 'many',
    n_other: 'other',
  });
  expect([0, 1, 2, 3, 11, 100].map((count) => arabic('n', { count }))).toEqual([
    'zero',
    'one',
    'two',
    'few 3',
    'many',
    'other',
  ]);
  const english = say('en', { n_one: 'one', n_other: '{{count}}', m_zero: 'nobody', m_other: 'some' });
  expect([0, 1, 2].map((count) => english('n', { count }))).toEqual(['0', 'one', '2']);
  expect([0, 1].map((count) => english('m', { count }))).toEqual(['nobody', 'some']);
});

test('what has no text says what it was told to, else its key', () => {
  const t = say('en', { known: 'known' });
  expect(t('errors.odd', { defaultValue: 'Odd, {{name}}.', name: 'Ana' })).toBe('Odd, Ana.');
  expect(t('errors.odd')).toBe('errors.odd');
  expect(t('known', { count: 3 })).toBe('known');
});

test('every value is put in as it is, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (name, other) => {
      const t = say('en', { two: '<{{name}}|{{other}}>' });
      expect(t('two', { name, other })).toBe(`<${name}|${other}>`);
    }),
  );
});

test('no text asks for more than this does: nesting, formats, contexts', () => {
  for (const language of ['en', 'ar', 'hi', 'es', 'pt']) {
    const file = readFileSync(join(import.meta.dirname, 'locales', `${language}.json`), 'utf8');
    expect(file.replaceAll(/\{\{\s*\w+\s*\}\}/g, '')).not.toMatch(/\{\{|\}\}|\$t\(/);
  }
});
