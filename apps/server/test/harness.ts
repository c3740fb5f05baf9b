/**
 * harness — a database of one's own for each test file.
 *
 * `testDatabase()` clones the migrated template (about 50 ms) and drops the clone when the file is done; a connection
 * that the file left open, an unreleased client or a running loop, fails it by name.
 */
import { randomInt } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { ManualClock } from '../src/platform/clock.ts';
import { type Database, openDatabase } from '../src/platform/db/index.ts';
import { rolesOf } from '../src/platform/db/roles.ts';
import {
  type AccountId,
  type AppId,
  type ConversationId,
  type NumberId,
  newId,
  type WorkspaceId,
} from '../src/platform/ids.ts';
import { type KeyRing, keyRing, seal } from '../src/platform/seal.ts';

export interface TestDatabase {
  db: Database;
  clock: ManualClock;
  /** The program's login: no superuser, inherits nothing. */
  url: string;
  /** A superuser in this database: for setting things up and looking from outside. */
  ownerUrl: string;
  rolePrefix: string;
  close(): Promise<void>;
}

export const rolePrefix = 'chaski';

/** Seals the tokens of seeded accounts; give it to `useKeyRing(db, testRing)`. */
export const testRing: KeyRing = keyRing(['5e'.repeat(32)]);

/** Swaps the login and the database in a connection string over a socket. */
export function urlWith(url: string, user: string, database: string): string {
  return url.replace(/^postgres:\/\/[^@]*@([^/?]*)\/[^?]*/, `postgres://${user}@$1/${database}`);
}

async function asAdmin<T>(adminUrl: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}

/** A fresh database cloned from the template. Call it at the top of a file or in `beforeAll`. */
export async function testDatabase(
  options: { poolSize?: number; cluster?: { adminUrl: string; template: string } } = {},
): Promise<TestDatabase> {
  const cluster = options.cluster ?? inject('cluster');
  const name = `t_${process.pid}_${randomInt(2 ** 47)}`;
  // file_copy asks the whole cluster for a checkpoint; wal_log of 10 MB is quicker while others write.
  await asAdmin(cluster.adminUrl, (admin) =>
    admin.query(`create database ${name} template ${cluster.template}`),
  );
  const clock = new ManualClock();
  const url = urlWith(cluster.adminUrl, rolesOf(rolePrefix).login, name);
  const db = openDatabase({ url, rolePrefix, poolSize: options.poolSize ?? 8, clock });
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    const { totalCount, idleCount } = db.pool;
    if (totalCount === idleCount) await db.close();
    const left = await sessionsLeft(cluster.adminUrl, name);
    await asAdmin(cluster.adminUrl, (admin) => admin.query(`drop database if exists ${name} with (force)`));
    if (totalCount !== idleCount) {
      throw new Error(
        `This file leaked: ${totalCount - idleCount} connection(s) of the pool were never released.`,
      );
    }
    if (left.length > 0) throw new Error(`This file left connections open: ${left.join(' | ')}`);
  };
  afterAll(close);
  return { db, clock, url, ownerUrl: urlWith(cluster.adminUrl, 'postgres', name), rolePrefix, close };
}

/** Sessions still there after their goodbye had time to arrive: 20 s, as a busy machine ends them late. */
async function sessionsLeft(adminUrl: string, database: string): Promise<string[]> {
  return asAdmin(adminUrl, async (admin) => {
    for (let tries = 0; ; tries++) {
      const { rows } = await admin.query<{ what: string }>(
        `select application_name || ': ' || left(query, 120) as what from pg_stat_activity
          where datname = $1 and backend_type = 'client backend'`,
        [database],
      );
      if (rows.length === 0 || tries >= 1_000) return rows.map((row) => row.what);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
}

/** Polls until `condition` gives something; fails with `what` after 30 s. The only way to wait in a test. */
export async function until<T>(
  what: string,
  condition: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  timeoutMs = 30_000,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`This did not happen within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface Seeded {
  workspaceId: WorkspaceId;
  appId: AppId;
  accountId: AccountId;
  numberId: NumberId;
  phoneNumberId: string;
  displayPhoneNumber: string;
  accountRef: string;
}

export interface SeedOptions {
  /** One more account and number in a workspace that is there; left out: a new one. */
  workspaceId?: WorkspaceId;
  name?: string;
  plan?: string;
  settings?: Record<string, unknown>;
  /** An app to bind the account to; left out: a new one, of the installation. */
  appId?: string;
  portfolioRef?: string;
  token?: string | null;
  baseUrl?: string;
  number?: {
    status?: 'pending' | 'active' | 'suspended';
    phoneNumberId?: string;
    displayPhoneNumber?: string;
    hasWindow?: boolean;
    mps?: number;
  };
}

const digits = (count: number) => Array.from({ length: count }, () => randomInt(10)).join('');

let lastPhone = randomInt(1e7);
/**
 * Each another one: of two hundred that are drawn two are the same once in 500 files. In strides that share no factor
 * with 10^7, so that neighbours do not begin alike either.
 */
function newPhone(): string {
  lastPhone = (lastPhone + 6_180_339) % 1e7;
  return `1555${String(lastPhone).padStart(7, '0')}`;
}

/** A workspace with an app, an account (token sealed with `testRing`) and one active default number. */
export async function seedWorkspace(db: Database, options: SeedOptions = {}): Promise<Seeded> {
  const seeded: Seeded = {
    workspaceId: options.workspaceId ?? newId<WorkspaceId>(),
    appId: (options.appId ?? newId()) as AppId,
    accountId: newId<AccountId>(),
    numberId: newId<NumberId>(),
    phoneNumberId: options.number?.phoneNumberId ?? `1${digits(14)}`,
    displayPhoneNumber: options.number?.displayPhoneNumber ?? newPhone(),
    accountRef: `2${digits(14)}`,
  };
  const { workspaceId, appId, accountId, numberId } = seeded;
  const at = db.clock.now().toISOString();
  const token = options.token === undefined ? `token-${digits(12)}` : options.token;
  const place = { workspaceId, table: 'accounts', column: 'sealed_token', rowId: accountId };
  await db.withSystem('seed a workspace for a test', async (tx) => {
    if (options.workspaceId === undefined) {
      await tx.execute(
        'insert into workspaces (id, name, plan, settings, created_at) values ($1, $2, $3, $4::jsonb, $5)',
        [
          workspaceId,
          options.name ?? 'Acme',
          options.plan ?? 'free',
          JSON.stringify(options.settings ?? {}),
          at,
        ],
      );
    }
    if (options.appId === undefined) {
      await tx.execute(
        "insert into apps (id, key, name, verify_token, created_at) values ($1, $2, 'Test app', 'verify-me', $3)",
        [appId, `app${digits(10)}`, at],
      );
    }
    await tx.execute(
      `insert into accounts (workspace_id, id, account_ref, portfolio_ref, app_id, name, sealed_token, base_url,
         graph_version, created_at)
       values ($1, $2, $3, $4, $5, 'Test account', $6, $7, 'v24.0', $8)`,
      [
        workspaceId,
        accountId,
        seeded.accountRef,
        options.portfolioRef ?? '',
        appId,
        token === null ? null : seal(testRing, place, token),
        options.baseUrl ?? 'http://127.0.0.1:1',
        at,
      ],
    );
    await insertNumber(tx, seeded, options.number ?? {}, options.workspaceId === undefined, at);
  });
  return seeded;

  async function insertNumber(
    tx: { execute(sql: string, values: readonly unknown[]): Promise<number> },
    ids: Seeded,
    number: NonNullable<SeedOptions['number']>,
    isDefault: boolean,
    createdAt: string,
  ): Promise<void> {
    await tx.execute(
      `insert into numbers (workspace_id, id, account_id, phone_number_id, display_phone_number, status, is_default,
         has_window, mps, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        workspaceId,
        numberId,
        accountId,
        ids.phoneNumberId,
        ids.displayPhoneNumber,
        number.status ?? 'active',
        isDefault,
        number.hasWindow ?? true,
        number.mps ?? 80,
        createdAt,
      ],
    );
  }
}

/** A contact with a phone and its open conversation on the seeded number. */
export async function seedConversation(
  db: Database,
  seeded: Seeded,
  phone = newPhone(),
): Promise<{ contactId: string; conversationId: ConversationId; phone: string }> {
  const contactId = newId();
  const conversationId = newId<ConversationId>();
  const at = db.clock.now().toISOString();
  await db.withSystem('seed a conversation for a test', async (tx) => {
    await tx.execute(
      'insert into contacts (workspace_id, id, phone, created_at, updated_at) values ($1, $2, $3, $4, $4)',
      [seeded.workspaceId, contactId, phone, at],
    );
    await tx.execute(
      `insert into identities (workspace_id, kind, value, contact_id, created_at) values ($1, 'phone', $2, $3, $4)`,
      [seeded.workspaceId, phone, contactId, at],
    );
    await tx.execute(
      `insert into conversations (workspace_id, id, number_id, contact_id, last_inbound_at, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $5, $5)`,
      [seeded.workspaceId, conversationId, seeded.numberId, contactId, at],
    );
  });
  return { contactId, conversationId, phone };
}
