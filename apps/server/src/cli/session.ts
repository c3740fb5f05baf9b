/** What the commands share: a database through its ordinary door, a workspace chosen, rows shown. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { withDatabase } from '../database.ts';
import { refusedLogin } from '../database-login.ts';
import { useKeyRing } from '../modules/numbers/index.ts';
import { listWorkspaces, type OperatedWorkspace } from '../modules/workspaces/index.ts';
import { type Actor, type Database, openDatabase } from '../platform/db/index.ts';
import { AppError, errors } from '../platform/errors.ts';
import type { WorkspaceId } from '../platform/ids.ts';
import { createLog, type Logger, part } from '../platform/log.ts';
import { keyRing } from '../platform/seal.ts';
import type { Secrets } from '../secrets.ts';
import { tokenKeeping } from '../secrets-elsewhere.ts';
import { type CommonOptions, type Loaded, load } from './environment.ts';

/** Who acts, in events and audit. */
export const operator: Actor = { kind: 'system', id: null, role: 'system' };

export interface Session {
  db: Database;
  loaded: Loaded;
  secrets: Secrets;
  log: Logger;
  /** For what must run as the owner. */
  ownerUrl: string;
}

/** Runs a command with the database, beside a running app or alone. */
export async function withSession<Result>(
  options: CommonOptions,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const loaded = load({ DATA_DIR: options.dataDir }, 'command');
  const log = createLog(loaded.config.logLevel);
  requireDatabase(loaded);
  return withDatabase(loaded.config, loaded.dataDir, async (address, secrets) => {
    const db = openDatabase({
      url: address.url,
      rolePrefix: loaded.config.dbRolePrefix,
      poolSize: 2,
      applicationName: 'chaski-cli',
    });
    try {
      useKeyRing(db, keyRing(secrets.sealingKeys), tokenKeeping(loaded.config, part(log, 'vault')));
      return await work({ db, loaded, secrets, log, ownerUrl: address.ownerUrl });
    } catch (error) {
      throw explain(error, loaded.config);
    } finally {
      await db.close();
    }
  });
}

/** A folder that was mistyped must not become an installation. */
export function requireDatabase({ config, dataDir }: Loaded): void {
  if (config.databaseUrl !== undefined || existsSync(join(dataDir, 'postgres', 'PG_VERSION'))) return;
  throw errors.configuration(
    `There is no database in ${dataDir} yet: \`chaski start\` or \`chaski migrate\` makes one. Another folder is named with --data-dir or DATA_DIR.`,
  );
}

/** A database that was never migrated answers with names of tables and roles; a person needs the next step. */
function explain(error: unknown, config: Config): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? cause.code : null;
    if (code === '22P02')
      return errors.configuration(`One of these values is not of its kind: ${cause.message}.`);
    if (code === '28000' || code === '28P01') return refusedLogin(config, cause);
    if (code === '42P01' || code === '42883') {
      return errors.configuration(
        `The database is not ready for this (${cause.message}). \`chaski migrate\` brings it up to date.`,
      );
    }
  }
  return error;
}

/** What a verb does not find is told with the command that shows what there is. */
export async function orSay<Result>(next: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found')
      throw errors.configuration(`${error.message} ${next}`);
    throw error;
  }
}

/** The tenants, oldest first. */
export function allWorkspaces(db: Database, limit = 10_000): Promise<OperatedWorkspace[]> {
  return db.withSystem('list workspaces for the command line', (tx) =>
    listWorkspaces(tx, { status: null, plan: null, q: null }, { limit, after: null }),
  );
}

/** The workspace that is meant: the given one, or the installation's only one. */
export async function chooseWorkspace(db: Database, given: string | undefined): Promise<WorkspaceId> {
  if (given !== undefined) {
    const named = (await allWorkspaces(db)).filter(({ id, name }) => id === given || name === given);
    if (named.length === 1) return named[0]!.id;
    throw errors.configuration(
      `"${given}" is ${named.length === 0 ? 'no workspace' : 'the name of several workspaces; give the id'}. \`chaski workspace list\` shows them. Without --workspace the only workspace is taken.`,
    );
  }
  const rows = await allWorkspaces(db, 20);
  const [only, ...others] = rows;
  if (only === undefined)
    throw errors.configuration(
      'There is no workspace yet. `chaski workspace create --name <company>` makes one.',
    );
  if (others.length === 0) return only.id;
  throw errors.configuration(
    `There are several workspaces; name one with --workspace:\n${rows.map(({ id, name }) => `  ${id}  ${name}`).join('\n')}`,
  );
}
