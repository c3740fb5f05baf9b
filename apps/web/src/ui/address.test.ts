import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, flag, number, oneOf, text } from './address.ts';

const read = addressOf({ q: text, days: number, unread: flag, view: oneOf('mine', 'all') });

test('takes what a field understands and leaves the rest out', () => {
  expect(read({ q: 'Ana', days: 7, unread: true, view: 'mine' })).toEqual({
    q: 'Ana',
    days: 7,
    unread: true,
    view: 'mine',
  });
  expect(read({ q: ['Ana'], days: '7', unread: 'yes', view: 'theirs', other: 1 })).toEqual({});
});

test('words that look like a number stay words', () => {
  expect(read({ q: 15550409999 })).toEqual({ q: '15550409999' });
});

test('whatever an address says, each field is of its kind, and reading it again changes nothing', () => {
  fc.assert(
    fc.property(
      fc.record({ q: fc.anything(), days: fc.anything(), unread: fc.anything(), view: fc.anything() }),
      (said) => {
        const known = read(said);
        expect(['string', 'undefined']).toContain(typeof known.q);
        expect(['number', 'undefined']).toContain(typeof known.days);
        expect(['boolean', 'undefined']).toContain(typeof known.unread);
        expect(['mine', 'all', undefined]).toContain(known.view);
        expect(read(known)).toEqual(known);
      },
    ),
  );
});
