import { expect, test } from 'vitest';
import { durationOf, shareOf } from './figures.ts';

test.each([
  [null, '–'],
  [0, '0 sec'],
  [59, '59 sec'],
  [60, '1 min'],
  [3_661, '1 hr 1 min'],
  [3_605, '1 hr'],
  [90_000, '1 day 1 hr'],
])('%s seconds are "%s"', (seconds, told) => {
  expect(durationOf(seconds, 'en')).toBe(told);
});

test('a share of nothing is none', () => {
  expect([shareOf(1, 0, 'en'), shareOf(1, 3, 'en'), shareOf(3, 3, 'en')]).toEqual(['–', '33.3%', '100%']);
});
