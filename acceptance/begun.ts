/**
 * The data folder of a demo that was started and stopped before. Most tests look at what comes after a first start; its
 * initdb, migrations and people are more than half of what a start costs. Made once in a run, copied for each file.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { dataFolder, type Folder, startProduct, until } from './product.ts';

let begun: Promise<string> | undefined;

/** A copy of it, of the caller's own. */
export async function begunFolder(): Promise<Folder> {
  begun ??= begin();
  // Whoever comes next tries anew.
  begun.catch(() => {
    begun = undefined;
  });
  const path = await begun;
  const folder = await dataFolder();
  // Not Node's own copy: the database's files belong to another user where we are root, and have to stay theirs.
  const [code] = await once(spawn('cp', ['-a', path, folder.path], { stdio: 'inherit' }), 'exit');
  if (code !== 0) throw new Error(`cp -a ${path} ended with ${code}`);
  return folder;
}

/** One worker makes it, and with it the web app; the others wait. `nth`: of those who tried. */
async function begin(nth = 0): Promise<string> {
  // Where the end of the run removes it: a worker is not told of its own.
  const kept = join(inject('scratch'), 'begun');
  const making = `${kept}.making.${nth}`;
  if (!(await isFirst(making))) {
    // How long is for the hook to say that waits for it: whoever makes it has as long.
    await until(
      () => existsSync(kept) || !isAtWork(making),
      600_000,
      () => 'the worker that makes the first demo did not end',
    );
    return existsSync(kept) ? kept : begin(nth + 1);
  }
  try {
    const folder = await dataFolder();
    const product = await startProduct({ dataDir: folder.path });
    await product.stop();
    await rename(folder.path, kept);
    await folder.remove();
    return kept;
  } catch (error) {
    await writeFile(making, gaveUp);
    throw error;
  }
}

const gaveUp = 'gave up';

/** Whoever makes the file, which says who they are. It stays: the next to try makes another, so that only one does. */
const isFirst = (path: string): Promise<boolean> =>
  writeFile(path, String(process.pid), { flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );

/** False: they gave up, or were killed. */
function isAtWork(making: string): boolean {
  const said = readFileSync(making, 'utf8');
  // Made and not yet written.
  if (said === '') return true;
  if (said === gaveUp) return false;
  try {
    return process.kill(Number(said), 0);
  } catch {
    return false;
  }
}
