import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder with what it lies in, and answers the outermost that had to be made. For a path that a person names:
 * Node's own `recursive` never ends where an existing folder says ENOENT to a new one, as `/proc` does. Below a folder
 * that was made by this one (files of messages) and beside the sources `recursive` is good enough.
 */
export function makeFolder(path: string, mode = 0o700): string | undefined {
  const missing: string[] = [];
  for (let at = resolve(path); !exists(at); at = dirname(at)) missing.unshift(at);
  for (const one of missing) makeOne(one, mode);
  // A file in its place, or at its end: as `recursive` says it.
  if (missing.length === 0 && !statSync(path).isDirectory())
    throw Object.assign(new Error(`EEXIST: file already exists, mkdir '${path}'`), { code: 'EEXIST' });
  return missing[0];
}

/** A path below a file is told by the mkdir in it. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return false;
    throw error;
  }
}

/** Another start may be making the same. */
function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const made = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!made || !statSync(path).isDirectory()) throw error;
  }
}
