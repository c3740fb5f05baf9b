/** A cluster is made whole, or not at all. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Binaries } from './embedded-binaries.ts';
import { childOptions, isAlive, SUPERUSER } from './embedded-postmaster.ts';
import { EmbeddedError, type Identity } from './embedded-user.ts';

/** Creates the cluster beside its place and renames it, so that a killed initdb leaves no half database. */
export function initdb(dataDir: string, folder: string, binaries: Binaries, identity: Identity | null): void {
  removeDrafts(dataDir);
  const draft = `${folder}.draft-${process.pid}`;
  const fresh = (): void => {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    if (identity !== null) chownSync(draft, identity.uid, identity.gid);
  };
  const base = ['-D', draft, '-U', SUPERUSER, '--auth=trust', '--encoding=UTF8', '--no-instructions'];
  // In a C locale lower('É') changes nothing. From 17 on the built-in provider knows Unicode on every machine; where
  // the C library lacks C.UTF-8 (old distributions, macOS) that provider does it alone.
  const locales =
    binaries.major >= 17
      ? [
          ['--locale-provider=builtin', '--locale=C.UTF-8'],
          ['--locale-provider=builtin', '--locale=C', '--builtin-locale=C.UTF-8'],
        ]
      : [['--locale=C.UTF-8'], ['--locale=en_US.UTF-8']];
  let output = '';
  for (const locale of locales) {
    fresh();
    const run = spawnSync(join(binaries.folder, 'bin/initdb'), [...base, ...locale], {
      ...childOptions(identity),
      encoding: 'utf8',
    });
    if (run.status === 0) {
      appendFileSync(
        join(draft, 'postgresql.conf'),
        "\n# Written by chaski at every start; put your own settings below.\ninclude 'chaski.conf'\n",
      );
      writeFileSync(join(draft, 'chaski.conf'), '', { mode: 0o600 });
      if (identity !== null) chownSync(join(draft, 'chaski.conf'), identity.uid, identity.gid);
      try {
        renameSync(draft, folder);
      } catch (error) {
        rmSync(draft, { recursive: true, force: true });
        if (!existsSync(join(folder, 'PG_VERSION'))) throw error; // else a racing start was quicker
      }
      return;
    }
    output = `${run.error?.message ?? ''}\n${run.stdout}\n${run.stderr}`.trim();
  }
  rmSync(draft, { recursive: true, force: true });
  throw new EmbeddedError(
    'database_create',
    `PostgreSQL could not create its database in ${dataDir}:\n${output}`,
  );
}

/** Leftovers of an initdb that was killed; the process in the name is gone. */
function removeDrafts(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    const pid = /\.draft-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}
