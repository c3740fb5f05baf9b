import { closeSync, fstatSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DestinationStream } from 'pino';
import { errors } from './errors.ts';
import { makeFolder } from './folders.ts';

export interface LogFilesOptions {
  directory: string;
  /** A file that would grow beyond it is put aside first. */
  maxBytes: number;
  /** Files put aside that are kept, `all.log.1` being the newest. */
  keep: number;
}

/** `all.log` and `error.log` in a folder. Made at once: a folder that cannot be written must stop the start. */
export function logFiles(options: LogFilesOptions): { all: DestinationStream; error: DestinationStream } {
  const { directory } = options;
  try {
    makeFolder(directory);
    return {
      all: rotating(join(directory, 'all.log'), options),
      error: rotating(join(directory, 'error.log'), options),
    };
  } catch (error) {
    throw errors.configuration(
      `LOG_DIR: ${directory} cannot be written (${error instanceof Error ? error.message : error}).`,
    );
  }
}

/**
 * One file, rotated by size. Lines are written one by one and in order, as those on stderr are: what was logged before
 * a crash is there. A full disk loses lines and nothing else; the next line is tried again.
 */
function rotating(path: string, { maxBytes, keep }: LogFilesOptions): DestinationStream {
  let file: Open | null = open(path);
  return {
    write(line) {
      try {
        const bytes = Buffer.byteLength(line);
        if (file && file.size > 0 && file.size + bytes > maxBytes) {
          const { fd, inode } = file;
          file = null;
          closeSync(fd);
          // Another process with the same folder may have been quicker: then its new file is ours too.
          if (statSync(path, { throwIfNoEntry: false })?.ino === inode) putAside(path, keep);
        }
        file ??= open(path);
        writeSync(file.fd, line);
        file.size += bytes;
      } catch {
        // Where would one log that? stderr has the line.
      }
    },
  };
}

interface Open {
  fd: number;
  size: number;
  inode: number;
}

function open(path: string): Open {
  const fd = openSync(path, 'a', 0o600);
  const { size, ino } = fstatSync(fd);
  return { fd, size, inode: ino };
}

function putAside(path: string, keep: number): void {
  if (keep === 0) {
    rmSync(path, { force: true });
    return;
  }
  for (let n = keep - 1; n >= 1; n -= 1) {
    if (statSync(`${path}.${n}`, { throwIfNoEntry: false })) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
  }
  renameSync(path, `${path}.1`);
}
