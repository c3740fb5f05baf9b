import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLine } from './csv.ts';

test('quotes what needs it and nothing else', () => {
  expect(csvLine(['a', 1, null, true, 'b,c', 'say "hi"', 'two\nlines'])).toBe(
    'a,1,,true,"b,c","say ""hi""","two\nlines"\r\n',
  );
});

test('no field is a formula to a spreadsheet; numbers stay numbers', () => {
  for (const text of ['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1']) {
    expect(csvLine([text]).replace(/^"/, '')[0]).toBe("'");
  }
  expect(csvLine(['-12.5', '+15551234567', -3])).toBe('-12.5,+15551234567,-3\r\n');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const field = csvLine([text]).slice(0, -2);
      const shown = field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
      expect(/^[=+\-@\t\r]/.test(shown) && !/^[+-]?\d+(\.\d+)?$/.test(shown)).toBe(false);
      expect(shown === text || shown === `'${text}`).toBe(true);
    }),
  );
});
