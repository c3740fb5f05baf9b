/**
 * Where the database is and who logs in, for `start` and for every command: the embedded one or DATABASE_URL.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from './config.ts';
import { askServer } from './database-ask.ts';
import { type Embedded, findRunning, startEmbedded } from './platform/db/embedded.ts';
import type { EmbeddedLog } from './platform/db/embedded-postmaster.ts';
import { AppError, errors } from './platform/errors.ts';
import { databasePassword, loadSecrets, type Secrets } from './secrets.ts';
import { withSealingKeys } from './secrets-elsewhere.ts';

const OLDEST_VERSION = 150_000;
/** In a compose file the database often starts beside us. */
const REACH_PATIENCE_MS = 30_000;

export interface DatabaseAddress {
  /** The runtime login, which owns nothing. */
  url: string;
  /** Migrates, working as the role that owns the tables. */
  ownerUrl: string;
  /** Which migrating gives the runtime login; left out where a person chose one and wrote it into the address. */
  loginPassword?: string;
}

/**
 * The two logins on an own server. With DATABASE_OWNER_URL, DATABASE_URL is the runtime login; alone it migrates,
 * and the runtime login is `<prefix>_login` at the same place with a password derived from the sealing key.
 */
export function serverAddress(config: Config, sealingKey: string): DatabaseAddress | null {
  if (config.databaseUrl === undefined) return null;
  if (config.databaseOwnerUrl !== undefined) {
    return { url: config.databaseUrl, ownerUrl: config.databaseOwnerUrl };
  }
  const login = new URL(config.databaseUrl);
  // Supabase's session pooler wants the project behind the name: `postgres.<project>`.
  const project = /\.[a-z0-9]+$/.exec(decodeURIComponent(login.username))?.[0] ?? '';
  login.username = `${config.dbRolePrefix}_login${project}`;
  const loginPassword = databasePassword(sealingKey);
  login.password = loginPassword;
  return { url: login.href, ownerUrl: config.databaseUrl, loginPassword };
}

/** Waits until the own server answers (it may be starting beside us) and refuses one that is too old. */
export async function checkServer(url: string, onWait: (message: string) => void): Promise<void> {
  const deadline = Date.now() + REACH_PATIENCE_MS;
  let told = false;
  for (;;) {
    try {
      const { rows } = await askServer(url, (client) =>
        client.query<{ version: string; text: string }>(
          "select current_setting('server_version_num') as version, current_setting('server_version') as text",
        ),
      );
      if (Number(rows[0]?.version) < OLDEST_VERSION) {
        throw errors.configuration(
          `DATABASE_URL leads to PostgreSQL ${rows[0]?.text}; chaski needs 15 or newer. Upgrade the server, or remove ` +
            'DATABASE_URL to use the embedded database.',
        );
      }
      return;
    } catch (error) {
      if (error instanceof AppError) throw error;
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      // Not there yet or just starting; a wrong password or name stays wrong.
      const passing = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'ETIMEDOUT', '57P03'].includes(
        code,
      );
      if (!passing || Date.now() > deadline) {
        const { host } = new URL(url);
        throw errors.configuration(
          `The database${host === '' ? '' : ` at ${host}`} cannot be used: ${error instanceof Error && error.message !== '' ? error.message : code}. Check DATABASE_URL (and DATABASE_OWNER_URL).`,
        );
      }
      if (!told) onWait('Waiting for the database …');
      told = true;
      await pause(250);
    }
  }
}

/** The logins of an embedded database. */
export function embeddedAddress(
  embedded: Pick<Embedded, 'superuserUrl' | 'urlFor'>,
  config: Config,
  secrets: Secrets,
): DatabaseAddress {
  return {
    url: embedded.urlFor(`${config.dbRolePrefix}_login`, secrets.databasePassword),
    ownerUrl: embedded.superuserUrl,
    loginPassword: secrets.databasePassword,
  };
}

/**
 * Runs a command against the installation's database: an own server, the embedded one that is running (over its
 * socket, beside the app), or the embedded one started for the length of the command.
 */
export async function withDatabase<Result>(
  config: Config,
  dataDir: string,
  work: (address: DatabaseAddress, secrets: Secrets) => Promise<Result>,
): Promise<Result> {
  const tell = (message: string) => console.error(message);
  if (config.databaseUrl !== undefined) {
    const secrets = loadSecrets(await withSealingKeys(config), dataDir);
    const address = serverAddress(config, secrets.sealingKeys[0] ?? '');
    if (address === null) throw errors.internal();
    await checkServer(address.ownerUrl, tell);
    return work(address, secrets);
  }
  const running = await findRunning(dataDir);
  if (running !== null) {
    const secrets = loadSecrets(await withSealingKeys(config), dataDir);
    return work(embeddedAddress(running, config, secrets), secrets);
  }
  const embedded = await startEmbedded({ dataDir, log: quiet, onProgress: tell });
  try {
    const secrets = loadSecrets(await withSealingKeys(config), dataDir);
    return await work(embeddedAddress(embedded, config, secrets), secrets);
  } finally {
    await embedded.stop();
  }
}

const quiet: EmbeddedLog = {
  info() {},
  warn() {},
  error(details, message) {
    console.error(message, details);
  },
};
