import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalizeRecipient, phoneVariants } from './phone.ts';

describe('phoneVariants', () => {
  test.each([
    ['5511987654321', ['5511987654321', '551187654321']],
    ['551187654321', ['551187654321', '5511987654321']],
    // A landline has no mobile twin.
    ['551132345678', ['551132345678']],
    ['5215512345678', ['5215512345678', '525512345678']],
    ['525512345678', ['525512345678', '5215512345678']],
    ['5491123456789', ['5491123456789', '541123456789']],
    ['541123456789', ['541123456789', '5491123456789']],
    ['16505551234', ['16505551234']],
  ])('%s', (digits, expected) => {
    expect(phoneVariants(digits)).toEqual(expected);
  });

  test('being a variant is mutual, and the number itself comes first', () => {
    const near = fc.tuple(
      fc.constantFrom('55', '52', '521', '54', '549', '1', ''),
      fc.stringMatching(/^\d{0,12}$/),
    );
    fc.assert(
      fc.property(near, ([country, rest]) => {
        const digits = country + rest;
        const variants = phoneVariants(digits);
        expect(variants[0]).toBe(digits);
        for (const v of variants) expect(phoneVariants(v)).toContain(digits);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('normalizeRecipient', () => {
  test.each([
    ['+1 (650) 555-1234', '16505551234'],
    ['16505551234', '16505551234'],
    ['0016505551234', '16505551234'],
    ['1234567890@c.us', '1234567890'],
    ['1234567890@s.whatsapp.net', '1234567890'],
    [' +919111111111 ', '919111111111'],
  ])('%s', (input, digits) => {
    expect(normalizeRecipient(input)).toEqual({ digits });
  });

  test.each([
    '',
    'abc',
    '+',
    '0650555123',
    '123456',
    '1234567890123456',
    'US.13491208655302741918',
    '123-456@g.us',
    '+1650\u0000',
  ])('refuses %j with a sentence', (input) => {
    expect(normalizeRecipient(input)).toEqual({ error: expect.stringMatching(/\w+ \w+/) });
  });
});
