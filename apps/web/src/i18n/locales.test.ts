import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

type Words = { [key: string]: string | Words };

const read = (language: string): Map<string, string> => {
  const found = new Map<string, string>();
  const walk = (words: Words, path: string) => {
    for (const [key, value] of Object.entries(words)) {
      if (typeof value === 'string') found.set(path + key, value);
      else walk(value, `${path}${key}.`);
    }
  };
  walk(
    JSON.parse(readFileSync(join(import.meta.dirname, 'locales', `${language}.json`), 'utf8')) as Words,
    '',
  );
  return found;
};

const plural = /_(zero|one|two|few|many|other)$/;
const english = read('en');
const bare = (words: Map<string, string>) => new Set([...words.keys()].map((key) => key.replace(plural, '')));
const placeholders = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name).sort();

describe.each(['ar', 'hi', 'es', 'pt'])('%s', (language) => {
  const words = read(language);

  test('says everything that English says, and nothing else', () => {
    const [ours, theirs] = [bare(english), bare(words)];
    expect([...ours].filter((key) => !theirs.has(key))).toEqual([]);
    expect([...theirs].filter((key) => !ours.has(key))).toEqual([]);
  });

  test('has every form of its plurals', () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const counted = new Set(
      [...english.keys()].filter((key) => plural.test(key)).map((key) => key.replace(plural, '')),
    );
    const missing = [...counted].flatMap((key) =>
      forms.map((form) => `${key}_${form}`).filter((one) => !words.has(one)),
    );
    expect(missing).toEqual([]);
  });

  test('keeps the places of names and numbers', () => {
    const wrong = [...words].filter(([key, text]) => {
      const original = english.get(key) ?? english.get(key.replace(plural, '_other'));
      // Nobody has no name, and a form for exactly one or two may leave the number out.
      if (key.endsWith('_zero')) return false;
      const asked = placeholders(original ?? '').filter(
        (name) => (name !== 'count' && name !== 'figure') || !/_(one|two)$/.test(key),
      );
      return asked.some((name) => !placeholders(text).includes(name));
    });
    expect(wrong.map(([key]) => key)).toEqual([]);
  });

  test('is not left in English', () => {
    const same = [...words].filter(
      ([key, text]) =>
        english.get(key) === text && /[a-z]{4,}.* [a-z]{3,}/i.test(text.replaceAll(/\{\{[^}]*\}\}/g, '')),
    );
    expect(same.map(([key]) => key)).toEqual([]);
  });
});
