/** The page's words: every language has every key, with the same places to fill in. */
import { expect, test } from 'vitest';
import { FAULTS } from './faults.ts';

interface Words {
  words: Record<string, Record<string, string>>;
  languages: Record<string, { name: string; dir: string }>;
}

// plain JavaScript of the page, without types
const page = './phone/words.js';
const { words, languages } = (await import(page)) as Words;
const faults = './phone/fault-words.js';
const { faultWords } = (await import(faults)) as { faultWords: Record<string, Record<string, string>> };

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((match) => match[0]).sort();

test('the five languages of the product', () => {
  expect(Object.keys(words).sort()).toEqual(['ar', 'en', 'es', 'hi', 'pt']);
  expect(Object.keys(languages).sort()).toEqual(Object.keys(words).sort());
});

test.each(Object.keys(words))('%s is complete', (code) => {
  const english = words.en ?? {};
  const these = words[code] ?? {};
  expect(Object.keys(these).sort()).toEqual(Object.keys(english).sort());
  for (const [key, text] of Object.entries(these)) {
    expect(text.trim(), key).not.toBe('');
    expect(places(text), key).toEqual(places(english[key] ?? ''));
  }
});

test.each(Object.keys(words).filter((code) => code !== 'en'))(
  'faults and their groups have names in %s',
  (code) => {
    const groups = new Set(Object.values(FAULTS).map((fault) => fault.group));
    const names = faultWords[code] ?? {};
    expect(Object.keys(names).sort()).toEqual([...groups, ...Object.keys(FAULTS)].sort());
    expect(new Set(Object.values(names)).size).toBe(Object.keys(names).length);
    for (const name of Object.values(names)) expect(name.trim()).not.toBe('');
  },
);
