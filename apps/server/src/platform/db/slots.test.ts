import { expect, it } from 'vitest';
import { createSlots } from './slots.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('gives a free slot to the workspace that has the fewest, not to who asked first', async () => {
  const slots = createSlots(3, 10_000);
  const order: string[] = [];
  const ask = (id: string) => void slots.take(id).then((granted) => order.push(granted ? id : `${id} late`));
  for (let i = 0; i < 10; i += 1) ask('loud');
  await settled();
  expect(order).toEqual(['loud', 'loud', 'loud']);
  ask('quiet');
  ask('quiet');
  for (let i = 0; i < 3; i += 1) {
    slots.free('loud');
    await settled();
  }
  expect(order.slice(3)).toEqual(['quiet', 'loud', 'quiet']);
  // Alone again it has them all.
  for (let i = 0; i < 2; i += 1) slots.free('quiet');
  await settled();
  expect(order.slice(6)).toEqual(['loud', 'loud']);
});

it('waits no longer than it is told, and forgets who gave up', async () => {
  const slots = createSlots(1, 5);
  expect(await slots.take('a')).toBe(true);
  expect(await slots.take('b')).toBe(false);
  slots.free('a');
  expect(await slots.take('c')).toBe(true);
});
