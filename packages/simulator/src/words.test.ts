/** The page's words: every language has every key, with the same places to fill in. */
import { expect, test } from 'vitest';

interface Words {
  words: Record<string, Record<string, string>>;
  languages: Record<string, { name: string; dir: string }>;
}

// plain JavaScript of the page, without types
const page = './phone/words.js';
const { words, languages } = (await import(page)) as Words;

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
