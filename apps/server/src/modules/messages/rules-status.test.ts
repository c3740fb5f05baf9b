import fc from 'fast-check';
import { expect, it } from 'vitest';
import { advance, ranks, type ShownStatus, shownError } from './rules-status.ts';

const words = Object.keys(ranks) as ShownStatus[];

it('every order of words, with duplicates, ends in the highest', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 12 }), (told) => {
      const end = told.reduce<ShownStatus | null>((shown, word) => advance(shown, word), null);
      expect(ranks[end!]).toBe(Math.max(...told.map((word) => ranks[word])));
    }),
    { verbose: true },
  );
});

it('says an error in our words', () => {
  const error = { code: 131047, title: 'Re-engagement message', message: 'm', details: 'd', href: null };
  expect(shownError(error)).toEqual({ code: '131047', kind: 'window-closed', message: 'd' });
  expect(shownError({ ...error, code: 132001, details: null }).kind).toBe('template');
  expect(shownError({ ...error, code: 7, details: null, message: '', title: '' }).message).toBe(
    'WhatsApp error 7',
  );
});
