/**
 * A file that outlives the process: one line per change, read back at the next start.
 *
 * A *record* is one change of one thing; a *line* is the JSON array of all records of one instant, so that what
 * belongs together (a message and the webhook that tells of it) is there or not there together. A line is handed to
 * the kernel before anything that follows from it leaves the process: kill -9 loses nothing, a power cut may
 * (no fsync: it would cost milliseconds per message to protect a demo). A torn last line is what a kill in the middle
 * of a write leaves, and is ignored. Bytes of files lie beside the journal, in `<journal>.media/`.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Record as Entry } from './keep.ts';

const HEADER = '{"journal":"whatsapp-simulator","version":1}';
/** Below this, rewriting is not worth it. */
const COMPACT_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** No place for a journal: what to do stands in its message, and nothing was written. */
export class JournalRefused extends Error {
  override name = 'JournalRefused';
}

export class Journal {
  #file: string;
  #media: string;
  #log: (line: string) => void;
  #fd: number | null = null;
  #size = 0;
  #compactAt = COMPACT_BYTES;
  #pending: string[] = [];
  #scheduled = false;
  #failed = false;
  /** Last word of every line; here: how many ids were handed out. */
  #mark: () => Entry | null = () => null;
  #snapshot: () => Iterable<Entry> = () => [];
  #mediaIds: () => ReadonlySet<string> = () => new Set();

  constructor(file: string, log: (line: string) => void) {
    this.#file = file;
    this.#media = `${file}.media`;
    this.#log = log;
  }

  /** What was written before. Throws when the file is somebody else's. */
  read(): Entry[] {
    if (!existsSync(this.#file)) return [];
    const text = readFileSync(this.#file, 'utf8');
    const lines = text.split('\n');
    const first = lines.shift() ?? '';
    if (first !== HEADER) {
      if (lines.length === 0 && HEADER.startsWith(first)) return [];
      throw new JournalRefused(
        `journal: ${this.#file} is no journal of this simulator; it was left as it is. Name another file.`,
      );
    }
    const entries: Entry[] = [];
    lines.forEach((line, i) => {
      if (line === '') return;
      try {
        entries.push(...(JSON.parse(line) as Entry[]));
      } catch {
        if (i < lines.length - 1) this.#log(`simulator journal: line ${i + 2} is unreadable and was skipped`);
      }
    });
    return entries;
  }

  /** From here on changes are written; begins with a rewrite, which also drops a torn end. */
  open(world: {
    snapshot: () => Iterable<Entry>;
    mark: () => Entry | null;
    mediaIds: () => ReadonlySet<string>;
  }): void {
    this.#snapshot = world.snapshot;
    this.#mark = world.mark;
    this.#mediaIds = world.mediaIds;
    const folder = dirname(this.#file);
    try {
      makeFolder(folder, 0o777);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : error;
      throw new JournalRefused(
        `journal: the folder ${folder} cannot be made (${code}). Make it, or name another file.`,
        { cause: error },
      );
    }
    this.compact();
  }

  /** Written at the end of this turn of the loop, or with the next `flush`. */
  add(entry: Entry): void {
    this.#pending.push(JSON.stringify(entry));
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  /** Everything noted so far is with the kernel when this returns. Called before each answer and each webhook. */
  flush(): void {
    if (this.#fd === null) return;
    const mark = this.#mark();
    if (mark) this.#pending.push(JSON.stringify(mark));
    if (this.#pending.length === 0) return;
    const line = Buffer.from(`${this.#failed ? '\n' : ''}[${this.#pending.splice(0).join(',')}]\n`);
    this.#attempt(() => {
      this.#write(this.#fd!, line);
      this.#size += line.length;
      if (this.#size > this.#compactAt) this.compact();
    });
  }

  /** Writes the present state beside the journal and puts it in its place. */
  compact(): void {
    this.#attempt(() => {
      const next = `${this.#file}.next`;
      const fd = openSync(next, 'w', 0o600);
      let size = 0;
      let chunk = `${HEADER}\n`;
      const spill = () => {
        const bytes = Buffer.from(chunk);
        this.#write(fd, bytes);
        size += bytes.length;
        chunk = '';
      };
      try {
        for (const entry of this.#snapshot()) {
          chunk += `[${JSON.stringify(entry)}]\n`;
          if (chunk.length > CHUNK_BYTES) spill();
        }
        spill();
      } catch (error) {
        closeSync(fd);
        throw error;
      }
      renameSync(next, this.#file);
      if (this.#fd !== null) closeSync(this.#fd);
      // the descriptor follows the file through the rename; it stands at its end
      this.#fd = fd;
      this.#size = size;
      // at twice the size, so that a large world is not rewritten for every message
      this.#compactAt = Math.max(COMPACT_BYTES, size * 2);
      this.#pending = [];
      const wanted = this.#mediaIds();
      if (existsSync(this.#media))
        for (const name of readdirSync(this.#media)) if (!wanted.has(name)) this.dropMedia(name);
    });
  }

  keepMedia(id: string, bytes: Uint8Array): void {
    this.#attempt(() => {
      makeFolder(this.#media, 0o700);
      writeFileSync(join(this.#media, id), bytes, { mode: 0o600 });
    });
  }

  /** null when it is gone. */
  readMedia(id: string): Buffer | null {
    try {
      return readFileSync(join(this.#media, id));
    } catch {
      return null;
    }
  }

  dropMedia(id: string): void {
    rmSync(join(this.#media, id), { force: true });
  }

  close(): void {
    this.flush();
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #write(fd: number, bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  }

  /** A full disk must not stop the phones: it is said once and they go on without memory. */
  #attempt(work: () => void): void {
    try {
      work();
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.#log(`simulator journal ${this.#file} cannot be written: ${String(error)}`);
      this.#failed = true;
    }
  }
}

/** With what it lies in, one by one: Node's `recursive` never ends where a folder says ENOENT to a new one, as `/proc` does. */
function makeFolder(path: string, mode: number): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const one of missing) mkdirSync(one, { mode });
  // A file in its place, as `recursive` says it.
  if (!statSync(path).isDirectory()) throw Object.assign(new Error(`${path} is a file`), { code: 'EEXIST' });
}
