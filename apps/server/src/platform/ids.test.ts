import { expect, test } from 'vitest';
import { isId, newId } from './ids.ts';

test('ids are UUIDs of version 7, and of one process each is greater than those before', () => {
  // More than a millisecond holds, and over many of them.
  const ids = Array.from({ length: 20_000 }, () => newId());
  expect(ids.every((id) => isId(id) && /^.{14}7.{4}[89ab]/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual([...ids].sort());
});

test('an id of another time carries that time and leaves the order of the others alone', () => {
  const before = newId();
  const then = Date.parse('2031-03-01T00:00:00Z');
  expect(Number.parseInt(newId(then).replaceAll('-', '').slice(0, 12), 16)).toBe(then);
  expect(newId() > before).toBe(true);
});
