import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { firstAreas } from './first-areas.ts';

const src = join(import.meta.dirname, '..');

/** What is loaded before the inbox can be used: from the entry over imports that are not asked for later. */
function startFiles(): Map<string, string> {
  const found = new Map<string, string>();
  const waiting = [join(src, 'main.tsx')];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file) || !/\.tsx?$/.test(file)) continue;
    const text = readFileSync(file, 'utf8');
    found.set(file, text);
    for (const [, path = ''] of text.matchAll(/^(?:im|ex)port (?!type)[^;]*?from '(\.[^']+)';/gms))
      waiting.push(resolve(dirname(file), path));
  }
  return found;
}

test('what the frame and the inbox say is in the first part of the texts', () => {
  const areas = new Set(
    Object.keys(JSON.parse(readFileSync(join(src, 'i18n/locales/en.json'), 'utf8')) as object),
  );
  const files = startFiles();
  const late = [...files].flatMap(([file, text]) =>
    [...text.matchAll(/['`]([a-zA-Z]+)\.[a-zA-Z$]/g)]
      .filter(([, area = '']) => areas.has(area) && !firstAreas.has(area))
      .map(([key]) => `${file.slice(src.length + 1)}: ${key}`),
  );
  expect(files.size).toBeGreaterThan(50);
  expect(late).toEqual([]);
  expect([...firstAreas].filter((area) => !areas.has(area))).toEqual([]);
});

test('no other page comes with the inbox', () => {
  const shown = [...startFiles().keys()].filter((file) => file.endsWith('-page.tsx'));
  expect(shown.map((file) => file.slice(src.length + 1))).toEqual(['features/inbox/inbox-page.tsx']);
});
