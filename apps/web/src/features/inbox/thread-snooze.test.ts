import { expect, test } from 'vitest';
import { snoozeTimes } from './thread-snooze.ts';

const names = (now: Date) => snoozeTimes(now).map(({ name }) => name);

test('later today is offered while three hours on is still today', () => {
  expect(names(new Date(2026, 10, 21, 10, 5))[0]).toBe('later');
  expect(names(new Date(2026, 10, 21, 20, 0))[0]).toBe('later');
  expect(names(new Date(2026, 10, 21, 20, 1))[0]).toBe('tomorrow');
  expect(names(new Date(2026, 10, 21, 22, 28))[0]).toBe('tomorrow');
});

test('one moment is offered once', () => {
  expect(names(new Date(2026, 10, 22, 10))).toEqual(['later', 'tomorrow', 'nextMonth', 'untilReply']);
  expect(names(new Date(2026, 10, 23, 10))).toContain('nextWeek');
  expect(names(new Date(2026, 11, 31, 10))).toEqual(['later', 'tomorrow', 'nextWeek', 'untilReply']);
});
