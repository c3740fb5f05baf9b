import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import * as nodeFs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Blobs, blobsUnavailable, placeOf } from './blob.ts';

/** The part of node:fs/promises that writes: a test gives one whose disk is full. */
export type WritingFs = Pick<typeof nodeFs, 'open' | 'mkdir' | 'rename' | 'unlink'>;

const noSpace: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk is read-only',
  EIO: 'the disk does not answer',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** Files under one folder. Written aside, flushed, then renamed: whatever is under a key is whole, also after a power cut. */
export function fsBlobs(directory: string, fs: WritingFs = nodeFs): Blobs {
  const pathOf = (key: string) => join(directory, placeOf(key));

  return {
    async put(key, bytes) {
      const target = pathOf(key);
      const folder = dirname(target);
      const aside = `${target}.${randomUUID()}.part`;
      let size = 0;
      try {
        await fs.mkdir(folder, { recursive: true, mode: 0o700 });
        const file = await fs.open(aside, 'wx', 0o600);
        try {
          for await (const chunk of chunks(bytes)) {
            // write may take less than all of it
            for (let from = 0; from < chunk.length; ) {
              from += (await file.write(chunk, from, chunk.length - from)).bytesWritten;
            }
            size += chunk.length;
          }
          await file.sync();
        } finally {
          await file.close();
        }
        await fs.rename(aside, target);
        await syncFolder(fs, folder);
      } catch (error) {
        // Leaves nothing behind where the disk lets it; a missing part file is as good.
        await fs.unlink(aside).catch(() => {});
        throw translateFs(error);
      }
      return { size };
    },

    async get(key, range) {
      let file: nodeFs.FileHandle;
      try {
        file = await nodeFs.open(pathOf(key), 'r');
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw translateFs(error);
      }
      const { size } = await file.stat();
      return { size, stream: createReadStream('', { fd: file, ...range }) };
    },

    async exists(key) {
      try {
        await nodeFs.access(pathOf(key));
        return true;
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return false;
        throw translateFs(error);
      }
    },

    async delete(key) {
      try {
        await fs.unlink(pathOf(key));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw translateFs(error);
      }
    },
  };
}

async function* chunks(bytes: Uint8Array | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (bytes instanceof Uint8Array) yield bytes;
  else yield* bytes;
}

/** The rename itself must survive a power cut. Where folders cannot be opened (Windows) the system does it. */
async function syncFolder(fs: WritingFs, folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function translateFs(error: unknown): unknown {
  const reason = noSpace[codeOf(error) ?? ''];
  return reason === undefined ? error : blobsUnavailable(reason, error);
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}
