import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startOf } from './content-cut.ts';

const line = (n: number) => `line ${n}`;
const lines = (n: number) => Array.from({ length: n }, (_, at) => line(at)).join('\n');

test('thirty lines stand as they are; of more the first 24 are shown', () => {
  expect(startOf(lines(30))).toBeNull();
  expect(startOf(lines(31))).toBe(lines(24));
});

test('a long paragraph ends with a whole word', () => {
  expect(startOf('word '.repeat(360))).toBeNull();
  expect(startOf('word '.repeat(400))).toMatch(/^(word )+word$/);
});

test('whatever it is: a beginning of it, well formed, and shorter', () => {
  const long = fc.string({ unit: 'grapheme', minLength: 1_801, maxLength: 4_096 });
  fc.assert(
    fc.property(long, (text) => {
      const start = startOf(text);
      expect(start?.isWellFormed()).toBe(text.isWellFormed());
      expect(text.startsWith(start ?? '?')).toBe(true);
      expect(start!.length).toBeLessThanOrEqual(1_400);
    }),
    { numRuns: 50 },
  );
});
