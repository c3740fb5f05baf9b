/** The folders of a cluster: who may enter them, whose they are, where the socket lies. */
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../folders.ts';
import { PORT } from './embedded-postmaster.ts';
import { EmbeddedError, firstClosedFolder, type Identity, statOrNull } from './embedded-user.ts';

/** The kernel's limit for a socket's path is 104 (macOS) or 108 bytes. */
const SOCKET_PATH_LIMIT = 100;

/** Makes the data folder; parents that we make let PostgreSQL's user through, also under umask 077. */
export function makeFolders(wanted: string): void {
  let first: string | undefined;
  try {
    first = makeFolder(wanted);
    accessSync(wanted, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    if (reason === 'EACCES' && existsSync(wanted)) refuseForeignOwner(wanted, wanted);
    throw new EmbeddedError(
      'data_dir_unusable',
      reason === 'EEXIST' || reason === 'ENOTDIR'
        ? `The data folder ${wanted} is a file, or lies below one. Name a folder with --data-dir or DATA_DIR.`
        : reason === 'ENOENT'
          ? `The data folder ${wanted} cannot be made: ${whyMissing(wanted)} another one with --data-dir or DATA_DIR.`
          : `The data folder ${wanted} cannot be written (${reason}). Give it to the user who starts chaski, or name another one with --data-dir or DATA_DIR.`,
      {},
      error,
    );
  }
  for (let made = wanted; first !== undefined && made.length > first.length; ) {
    made = dirname(made);
    chmodSync(made, 0o711);
  }
}

/** ENOENT from the making of a folder: a link on the way leads nowhere, or a file system takes none (`/proc`). */
function whyMissing(wanted: string): string {
  for (let at = resolve(wanted); at !== dirname(at); at = dirname(at)) {
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() !== true || existsSync(at)) continue;
    const end = resolve(dirname(at), readlinkSync(at));
    return `${at} is a link to ${end}, which is not there. Make ${end}, or name`;
  }
  return 'what it lies in takes no folders. Name';
}

/** The data folder belongs to us; the database's user must be able to walk through it, not to list it. */
export function openDataDir(dataDir: string, identity: Identity | null): void {
  if (identity === null) return;
  const own = statSync(dataDir);
  if (own.uid === 0 && (own.mode & 0o001) === 0) chmodSync(dataDir, (own.mode & 0o777) | 0o011);
  const closed = firstClosedFolder(dataDir, identity);
  if (closed !== null) {
    throw new EmbeddedError(
      'data_dir_unreachable',
      `PostgreSQL cannot run as root; it runs here as uid ${identity.uid}, which cannot enter ${closed}. ` +
        `Choose a data folder elsewhere (--data-dir /var/lib/chaski), or open the way: chmod o+x ${closed}`,
      { closed },
    );
  }
}

export function refuseForeignOwner(dataDir: string, folder: string): void {
  const uid = process.getuid?.() ?? 0;
  const found = statOrNull(folder);
  if (found === null || uid === 0 || found.uid === uid) return;
  throw new EmbeddedError(
    'data_dir_foreign',
    `${folder} belongs to uid ${found.uid} and we are uid ${uid} (was chaski started with sudo before?). Start it ` +
      `as that user, or give it to us: sudo chown -R ${uid} ${dataDir}`,
  );
}

export function refuseOtherVersion(folder: string, major: number): void {
  const found = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (found === String(major)) return;
  throw new EmbeddedError(
    'database_version',
    `${folder} holds a database of PostgreSQL ${found}; this version of chaski brings PostgreSQL ${major}. Start the ` +
      'chaski version that made it, or choose another folder with --data-dir. Nothing was changed.',
    { found, major },
  );
}

/** Makes the socket's folder: in the data folder, or a private one under the temp folder where the path is too long. */
export function prepareSocketDir(dataDir: string, identity: Identity | null): string {
  let folder = join(dataDir, 'run');
  if (Buffer.byteLength(join(folder, `.s.PGSQL.${PORT}.lock`)) >= SOCKET_PATH_LIMIT) {
    const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
    folder = join(tmpdir(), `chaski-${name}`);
    if (Buffer.byteLength(join(folder, `.s.PGSQL.${PORT}.lock`)) >= SOCKET_PATH_LIMIT)
      folder = `/tmp/chaski-${name}`;
  }
  const owner = identity?.uid ?? process.getuid?.() ?? 0;
  try {
    mkdirSync(folder, { mode: 0o700 });
    if (identity !== null) chownSync(folder, identity.uid, identity.gid);
    chmodSync(folder, 0o700);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
  // In a shared temp folder somebody may have put one there first to sit between us and the database.
  const found = lstatSync(folder);
  if (!found.isDirectory() || (found.uid !== owner && found.uid !== 0)) {
    throw new EmbeddedError(
      'socket_dir',
      `${folder} is not a folder of uid ${owner}. Remove it and start again.`,
    );
  }
  if (found.uid !== owner && identity !== null) chownSync(folder, identity.uid, identity.gid);
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  return folder;
}
