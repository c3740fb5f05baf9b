/**
 * Who logs in to an own server: checked before anything is changed there, and again once there are roles. The embedded
 * database needs neither: nobody else gets in.
 */
import type { Config } from './config.ts';
import type { DatabaseAddress } from './database.ts';
import { askServer } from './database-ask.ts';
import { type Database, openDatabase } from './platform/db/index.ts';
import { AppError, errors } from './platform/errors.ts';
import { countByKey, keyRing, type SealedColumn, sealedColumns } from './platform/seal.ts';
import { refuseLostKeys, type Secrets } from './secrets.ts';

/** The system's role, or the membership in it, is not there: nothing was migrated yet. */
const NOT_YET = ['22023', '42501'];
/** The password, or that there is such a login: all else (no connection left, a server that ends) passes. */
const NO_ENTRY = ['28000', '28P01'];

/**
 * Without DATABASE_OWNER_URL the login's password follows the sealing key, and a migrator who may create roles sets it:
 * whoever lacks a key of the installation (another machine with a folder of its own) would lock the running app out. With
 * DATABASE_OWNER_URL no password is set; a start asks all the same, since it would be refused after migrating.
 */
export async function refuseForeignRing(
  config: Config,
  { ownerUrl }: DatabaseAddress,
  { sealingKeys }: Secrets,
  dataDir: string,
): Promise<void> {
  const db = openDatabase({ url: ownerUrl, rolePrefix: config.dbRolePrefix, poolSize: 1 });
  try {
    const needed = Object.keys(await countByKey(db, await columnsThere(db)));
    refuseLostKeys(
      keyRing(sealingKeys).map((key) => key.kid),
      needed,
      dataDir,
    );
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NOT_YET.includes(String(error.code)))) throw error;
  } finally {
    await db.close();
  }
}

/** Before an upgrade the newest tables are missing: what is there is judged. */
async function columnsThere(db: Database): Promise<SealedColumn[]> {
  return db.withSystem('which sealed columns there are', async (tx) => {
    const rows = await tx.query<{ at: number }>(
      `select given.at from unnest($1::text[], $2::text[]) with ordinality as given (relation, name, at)
         join pg_attribute a on a.attrelid = to_regclass(given.relation) and a.attname = given.name and not a.attisdropped
        where has_column_privilege(a.attrelid, a.attnum, 'select')`,
      [sealedColumns.map((one) => one.table), sealedColumns.map((one) => one.column)],
    );
    return rows.flatMap(({ at }) => sealedColumns[at - 1] ?? []);
  });
}

/** Only such a migrator sets the login's password. */
export async function mayCreateRoles(ownerUrl: string): Promise<boolean> {
  const { rows } = await askServer(ownerUrl, (client) =>
    client.query<{ may: boolean }>(
      'select rolsuper or rolcreaterole as may from pg_roles where rolname = session_user',
    ),
  );
  return rows[0]?.may === true;
}

/** The running program's login gets in, and is nobody who sees past row-level security. */
export async function checkLogin(config: Config, { url }: DatabaseAddress): Promise<void> {
  try {
    const prefix = config.dbRolePrefix;
    const { rows } = await askServer(url, (client) =>
      client.query<{
        me: string;
        superuser: boolean;
        past: boolean;
        owns: boolean;
        member: boolean;
      }>(
        `select rolname as me, rolsuper as superuser, rolsuper or rolbypassrls as past, pg_has_role(oid, $1, 'member') as owns,
                pg_has_role(oid, $2, 'member') and pg_has_role(oid, $3, 'member') as member
           from pg_roles where rolname = session_user`,
        [`${prefix}_owner`, `${prefix}_app`, `${prefix}_system`],
      ),
    );
    const { me, superuser, past, owns, member } = rows[0]!;
    const problem = past
      ? 'sees past row-level security'
      : owns
        ? `may act as ${prefix}_owner, who can switch row-level security off`
        : member
          ? null
          : `is no member of ${prefix}_app and ${prefix}_system`;
    if (problem !== null) {
      // Migrating has made the login by now, and leaves a password that somebody chose alone.
      const give = `Give ${prefix}_login a password (\`alter role ${prefix}_login password '<choose one>'\`) and set DATABASE_URL=postgres://${prefix}_login:<password>@<host>/<database>`;
      throw errors.configuration(
        `DATABASE_URL logs in as ${me}, who ${problem}. ${give}${superuser ? ', or remove DATABASE_OWNER_URL: chaski then sets one itself' : ''}.`,
      );
    }
  } catch (error) {
    throw error instanceof AppError ? error : refusedLogin(config, error);
  }
}

/** What to do when the server does not let the running program's login in. */
export function refusedLogin(config: Config, error: unknown): AppError {
  const reason = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Error && 'code' in error && NO_ENTRY.includes(String(error.code)))) {
    return errors.configuration(`The program's database cannot be used: ${reason}.`);
  }
  return errors.configuration(
    config.databaseOwnerUrl === undefined
      ? `The program cannot log in to its database: ${reason}. The password follows the sealing key: use the SEALING_KEYS or the data folder of the app. Where a DBA chose it, set DATABASE_URL=postgres://${config.dbRolePrefix}_login:<password>@<host>/<database>, and DATABASE_OWNER_URL to what DATABASE_URL is now.`
      : `The program cannot log in to its database: ${reason}. Check DATABASE_URL; \`chaski migrate --print-roles\` shows what its login needs.`,
  );
}
