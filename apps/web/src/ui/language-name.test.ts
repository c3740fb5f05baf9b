import { expect, test } from 'vitest';
import { languageName, ownLanguageName } from './language-name.ts';

test.each([
  ['pt_BR', 'Brazilian Portuguese', 'português (Brasil)'],
  ['ka', 'Georgian', 'ქართული'],
  ['zu', 'Zulu', 'isiZulu'],
  // A draft may be kept under any of these: they are no tags, and no reason to show nothing at all.
  ['English (US)', 'English (US)', 'English (US)'],
  ['e', 'e', 'e'],
  ['en__US', 'en__US', 'en__US'],
])('%s is called %s, and by its speakers %s', (code, called, own) => {
  expect([languageName(code), ownLanguageName(code)]).toEqual([called, own]);
});
