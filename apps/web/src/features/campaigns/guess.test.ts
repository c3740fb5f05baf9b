import { expect, test } from 'vitest';
import { guessSource } from './guess.ts';

const columns = ['phone', 'first_name', 'order'];
const attributes = [{ key: 'plan', label: 'Subscription' }];
const guess = (name: string, ...hints: string[]) => guessSource({ name, hints }, columns, attributes);

test('a blank takes the column that is called like it, its example or the word in front of it', () => {
  expect(guess('First name')).toEqual({ from: 'column', column: 'first_name' });
  expect(guess('1', 'Order')).toEqual({ from: 'column', column: 'order' });
  expect(guess('2', 'A-1042', 'order')).toEqual({ from: 'column', column: 'order' });
});

test('then a field or an attribute of its own name, and nothing where nobody can know', () => {
  expect(guess('email')).toEqual({ from: 'field', field: 'email' });
  expect(guess('subscription')).toEqual({ from: 'attribute', key: 'plan' });
  expect(guess('1', 'Ana', 'Hi')).toBeNull();
  expect(guess('1', '', '—')).toBeNull();
});
