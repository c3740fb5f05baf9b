import { expect, it } from 'vitest';
import { createSlots } from './slots.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('gives a free slot to the workspace that has the fewest, not to who asked first', async () => {
  let time = 0;
  const slots = createSlots(3, 10_000, () => time);
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
  time = 2_000;
  for (let i = 0; i < 2; i += 1) slots.free('quiet');
  await settled();
  expect(order.slice(6)).toEqual(['loud', 'loud']);
});

it('leaves half to others while they are there, also when they ask for nothing right now', async () => {
  let time = 0;
  const slots = createSlots(6, 10_000, () => time);
  expect(await slots.take('quiet')).toBe(true);
  slots.free('quiet');
  let running = 0;
  for (let i = 0; i < 10; i += 1) void slots.take('loud').then(() => (running += 1));
  await settled();
  expect(running).toBe(3);
  // Its own next one passes those that wait.
  expect(await slots.take('quiet')).toBe(true);
  slots.free('quiet');
  await settled();
  expect(running).toBe(3);
  time = 2_000;
  slots.free('loud');
  await settled();
  expect(running).toBe(7);
});

it('waits no longer than it is told, and forgets who gave up', async () => {
  const slots = createSlots(1, 5);
  expect(await slots.take('a')).toBe(true);
  expect(await slots.take('b')).toBe(false);
  slots.free('a');
  expect(await slots.take('c')).toBe(true);
});
