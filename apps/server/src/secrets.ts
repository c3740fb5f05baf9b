/**
 * secrets — what an installation generates for itself, so that no default password exists.
 *
 * `<data>/secrets.json` (0600) is made once, whole, and read by every later start, which therefore prints the same
 * credentials. In production nothing is generated and the file is not read: everything comes from the environment.
 */
import { createHmac, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Config } from './config.ts';
import { makeFolders } from './platform/db/embedded-folders.ts';
import { errors } from './platform/errors.ts';

const stored = z.object({
  sealingKey: z.string().regex(/^[0-9a-f]{64}$/),
  jwtSecret: z.string().min(32),
  appSecret: z.string().min(16),
  verifyToken: z.string().min(16),
  demoApiKey: z.string().regex(/^ck_[a-z2-7]{16}_[A-Za-z0-9_-]{43}$/),
  simulatorAdminKey: z.string().min(16),
  operatorPassword: z.string().min(16),
});

type Stored = z.output<typeof stored>;

/** Everything secret that the app needs, wherever it came from. */
export interface Secrets {
  /** 64 hex digits each; the first seals, all open. */
  sealingKeys: string[];
  jwtSecret: string;
  /** Of the demo's Meta app; null in production. */
  appSecret: string | null;
  verifyToken: string | null;
  /** Null in production. */
  demoApiKey: string | null;
  simulatorAdminKey: string | null;
  /** Of the demo's superadmin; null in production. */
  operatorPassword: string | null;
  /** For the role `<prefix>_login`. */
  databasePassword: string;
}

/** A fresh value for each secret that we can generate; also what `chaski keys` prints. */
export function generateSecrets(): Stored {
  return {
    sealingKey: randomBytes(32).toString('hex'),
    jwtSecret: randomBytes(48).toString('base64url'),
    appSecret: randomBytes(16).toString('hex'), // Meta's have this form
    verifyToken: randomBytes(18).toString('base64url'),
    demoApiKey: `ck_${letters(16)}_${randomBytes(32).toString('base64url')}`, // auth's form: ck_<id>_<secret>
    simulatorAdminKey: randomBytes(24).toString('base64url'),
    operatorPassword: randomBytes(15).toString('base64url'),
  };
}

function letters(count: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from(randomBytes(count), (byte) => alphabet[byte & 31]).join('');
}

/** Takes the configured secrets and, outside production, fills the rest from `<data>/secrets.json`. */
export function loadSecrets(config: Config, dataDir: string): Secrets {
  const file = config.production ? null : readOrCreate(join(dataDir, 'secrets.json'));
  const sealingKeys = [...new Set([...config.sealingKeys, ...(file === null ? [] : [file.sealingKey])])];
  const jwtSecret = config.jwtSecret ?? file?.jwtSecret;
  const [first] = sealingKeys;
  if (first === undefined || jwtSecret === undefined) {
    throw errors.configuration(
      'SEALING_KEYS and JWT_SECRET are needed in production. `chaski keys` makes them.',
    );
  }
  return {
    sealingKeys,
    jwtSecret,
    appSecret: file?.appSecret ?? null,
    verifyToken: config.verifyToken ?? file?.verifyToken ?? null,
    demoApiKey: file?.demoApiKey ?? null,
    simulatorAdminKey: file?.simulatorAdminKey ?? null,
    operatorPassword: file?.operatorPassword ?? null,
    databasePassword: databasePassword(first),
  };
}

/** The runtime login's password: derived, so that there is one secret less to keep and processes agree on it. */
export function databasePassword(sealingKey: string): string {
  return createHmac('sha256', Buffer.from(sealingKey, 'hex')).update('database-login').digest('hex');
}

/**
 * Refuses to go on when rows were sealed with keys that are not in the ring, e.g. after secrets.json was lost: a new
 * key would let the app start and every stored token be unreadable. The app calls it with the
 * key ids of its ring and of the rows (seal.ts: countByKey).
 */
export function refuseLostKeys(
  ring: readonly string[],
  sealedWith: readonly string[],
  dataDir: string,
): void {
  const lost = sealedWith.filter((id) => !ring.includes(id));
  if (lost.length === 0) return;
  throw errors.configuration(
    `Stored secrets are sealed with key ${lost.join(', ')}, which is not among SEALING_KEYS or in ` +
      `${join(dataDir, 'secrets.json')}. Put the key back (SEALING_KEYS takes several); nothing was changed.`,
    { lost },
  );
}

function readOrCreate(path: string): Stored {
  const found = read(path);
  if (found !== null) return found;
  makeFolders(dirname(path));
  write(path, generateSecrets(), 'create');
  // Read back: a racing start may have been quicker, and then its secrets are the installation's.
  const made = read(path);
  if (made === null) throw errors.configuration(`Could not write ${path}.`);
  return made;
}

function read(path: string): Stored | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw errors.configuration(
      `Cannot read ${path} (${error instanceof Error ? error.message : error}). It is for the user who starts chaski: chown it to that user.`,
    );
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw damaged(path, 'it is not JSON');
  }
  const whole = stored.safeParse(content);
  if (whole.success) return whole.data;
  // A file of an older version may lack what came later; what it has must stay as it is.
  const part = stored.partial().safeParse(content);
  if (!part.success || part.data.sealingKey === undefined)
    throw damaged(path, 'a value is missing or malformed');
  const completed = stored.parse({ ...generateSecrets(), ...part.data });
  write(path, completed, 'replace');
  return completed;
}

function damaged(path: string, why: string) {
  return errors.configuration(
    `${path} is damaged (${why}). Restore it from a backup: it holds the key that opens stored tokens. ` +
      'If nothing of value is sealed with it, move it away and a new one is made.',
  );
}

/** Whole or not at all, also after a power cut: written beside, synced, then linked (if new) or renamed. */
function write(path: string, secrets: Stored, mode: 'create' | 'replace'): void {
  const draft = `${path}.${process.pid}.draft`;
  rmSync(draft, { force: true });
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${JSON.stringify(secrets, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    if (mode === 'create') linkSync(draft, path);
    else renameSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
