/**
 * The data folder of a demo that was started and stopped before. Most tests look at what comes after a first start; its
 * initdb, migrations and people are more than half of what a start costs. Made once in each worker, copied for each file.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { dataFolder, type Folder, startProduct } from './product.ts';

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

async function begin(): Promise<string> {
  const folder = await dataFolder();
  const product = await startProduct({ dataDir: folder.path });
  await product.stop();
  // Where the end of the run removes it: a worker is not told of its own.
  const kept = join(inject('scratch'), `begun-${process.pid}`);
  await rename(folder.path, kept);
  await folder.remove();
  return kept;
}
