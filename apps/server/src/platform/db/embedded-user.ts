import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../errors.ts';

/** The Unix user that PostgreSQL runs as. */
export interface Identity {
  uid: number;
  gid: number;
}

/** What the embedded database refuses; the message says what to do. */
export class EmbeddedError extends AppError {
  constructor(code: string, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(code, 500, message, details, cause);
    this.name = 'EmbeddedError';
  }
}

/** Ids of an account of this machine, or null when there is none of that name. */
function accountIds(name: string): Identity | null {
  const id = (flag: string) => {
    const answer = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return answer.status === 0 ? Number(answer.stdout.trim()) : Number.NaN;
  };
  const uid = id('-u');
  const gid = id('-g');
  return Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0 ? { uid, gid } : null;
}

/**
 * Who PostgreSQL runs as: nobody special (null) unless we are root, which PostgreSQL refuses. Then the owner of
 * an existing cluster decides, else the owner of an existing data folder, else `postgres`, else `nobody`; an
 * arbitrary uid fails with "could not look up effective user ID".
 */
export function databaseIdentity(dataDir: string, clusterDir: string): Identity | null {
  if (process.getuid?.() !== 0) return null;
  for (const folder of [clusterDir, dataDir]) {
    const found = statOrNull(folder);
    if (found !== null && found.uid !== 0) return { uid: found.uid, gid: found.gid };
  }
  const identity = accountIds('postgres') ?? accountIds('nobody');
  if (identity === null) {
    throw new EmbeddedError(
      'no_database_user',
      'PostgreSQL refuses to run as root and this machine has neither a user `postgres` nor `nobody`. Make one ' +
        '(`useradd --system postgres`), start chaski as an ordinary user, or set DATABASE_URL.',
    );
  }
  return identity;
}

/** May `identity` do `wanted` (4 read, 2 write, 1 enter or run) by the mode bits? Groups beyond the first do not count. */
export function permits(stats: Stats, identity: Identity, wanted: number): boolean {
  const shift = stats.uid === identity.uid ? 6 : stats.gid === identity.gid ? 3 : 0;
  return ((stats.mode >> shift) & wanted) === wanted;
}

/** The first folder on the way to `path` (itself included) that `identity` cannot enter, or null. */
export function firstClosedFolder(path: string, identity: Identity): string | null {
  const folders: string[] = [];
  for (let folder = realpathSync(path); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return folders.find((folder) => !permits(statSync(folder), identity, 1)) ?? null;
}

/**
 * The data folder when none is configured: `/var/lib/chaski` as root (root's home is closed to the database's
 * user); otherwise `.data` in the checkout, so that several checkouts do not share a database; where the
 * checkout cannot be written, `~/.local/share/chaski`.
 */
export function defaultDataDir(checkout: string, isRoot = process.getuid?.() === 0): string {
  if (isRoot) return '/var/lib/chaski';
  const local = join(checkout, '.data');
  try {
    mkdirSync(local, { recursive: true, mode: 0o700 });
    return local;
  } catch {
    return resolve(homedir(), '.local/share/chaski');
  }
}

/** `statSync` where a missing path is null. */
export function statOrNull(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}
