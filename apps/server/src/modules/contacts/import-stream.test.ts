/** A file that breaks off, or is closed while it is read: the reader hears it, the process lives. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { openList } from './import.ts';

const folder = mkdtempSync(join(tmpdir(), 'chaski-list-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unheard: unknown[] = [];
const hear = (error: unknown) => unheard.push(error);
beforeEach(() => {
  unheard.length = 0;
  process.prependListener('uncaughtException', hear);
});
afterEach(() => {
  process.removeListener('uncaughtException', hear);
});
/** What nobody listens to is thrown in a later turn of the loop. */
const settle = async () => {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

const head = 'phone,name\n';
const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => `+1555010${String(i).padStart(4, '0')},Person ${i}\n`).join('');

test('that breaks off in the middle: the reader hears why', async () => {
  async function* bytes() {
    yield Buffer.from(head + lines(5_000));
    throw new Error('the disk went away');
  }
  const read = async () => {
    const list = await openList([], bytes(), {});
    for await (const row of list.rows) expect(row.cells).toHaveLength(2);
  };
  await expect(read()).rejects.toThrow('the disk went away');
  await settle();
  expect(unheard).toEqual([]);
});

test('that is closed before it was read to its end disturbs nobody', async () => {
  const path = join(folder, 'list.csv');
  writeFileSync(path, head + lines(40_000));
  const stream = createReadStream(path);
  const list = await openList([], stream, {});
  for await (const { row } of list.rows) if (row > 10) break;
  stream.destroy();
  await settle();
  expect(unheard).toEqual([]);
});
