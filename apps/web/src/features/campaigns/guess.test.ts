import { templateVariables } from '@chaski/contracts';
import { expect, test } from 'vitest';
import { guessSource, wordBefore } from './guess.ts';
import { valuesInWords } from './values.ts';

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

test('the word in front of a blank is the one of its own part, on its own card', () => {
  const card = (text: string) => ({ components: [{ type: 'BODY', text }] });
  const components = [
    { type: 'HEADER', format: 'TEXT', text: 'Price {{1}}' },
    { type: 'BODY', text: 'Hello name {{1}}, your order: {{2}}' },
    { type: 'CAROUSEL', cards: [card('Only {{1}} today'), card('Size {{1}}, {{2}}')] },
  ];
  const words = templateVariables({ components }).map((one) => [one.key, wordBefore({ components }, one)]);
  expect(Object.fromEntries(words)).toEqual({
    header: 'Price',
    'body.1': 'name',
    'body.2': 'order',
    'card.0.body.1': 'Only',
    'card.1.body.1': 'Size',
    'card.1.body.2': '',
  });
});

test('the end of an offer is read as a day and a time, what else filled the template as it is', () => {
  const end = new Date(2026, 11, 24, 18, 5).getTime();
  expect(valuesInWords({ 'body:1': '1798135200000', 'offer:time': String(end) }, 'en')).toMatch(
    /^1798135200000 · Dec 24, 2026, 6:05\sPM$/u,
  );
  expect(valuesInWords({ 'body:1': 'Ana', 'button:0:url': 'x' }, 'en')).toBe('Ana · x');
});
