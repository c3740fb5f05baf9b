/**
 * db — the only door to PostgreSQL.
 *
 * Words: a *tenant transaction* acts for one workspace (role `chaski_app`, row-level security shows that workspace and
 * nothing else); a *system transaction* works across workspaces for a stated reason (role `chaski_system`: ingest,
 * batches, maintenance). The login itself inherits neither: a statement outside the two sees no row.
 *
 * Always true: role and tenant are transaction-local, so nothing leaks over the pool; the first statement travels with
 * `begin` and the settings in one round trip; there is no way to get a `Tx` but `withTenant` and `withSystem`.
 */
import pg from 'pg';
import { type Clock, systemClock } from '../clock.ts';
import { errors } from '../errors.ts';
import type { WorkspaceId } from '../ids.ts';
import type { Statement, StepResult } from './batch.ts';
import { byDefault, freely } from './plans.ts';
import { createSlots } from './slots.ts';
import type { Given } from './statements.ts';
import { createTransactions, type Entrance } from './transaction.ts';

export type { Statement } from './batch.ts';
export { noPartition, translate } from './failures.ts';
export { registeredStatements, shaped, statement } from './statements.ts';

// Counts and sequence numbers stay far below 2^53; a string would only invite '1' + 1.
pg.types.setTypeParser(20, (value) => Number(value));
// date: keep the calendar day as text, a Date would shift it by the machine's zone.
pg.types.setTypeParser(1082, (value) => value);

/** Who acts. Ends up in events and, for people and keys, in the audit. */
export interface Actor {
  kind: 'user' | 'key' | 'workflow' | 'system' | 'contact';
  id: string | null;
  /** In the workspace; `superadmin` for what whoever runs the installation does to one. */
  role: 'owner' | 'admin' | 'agent' | 'viewer' | 'key' | 'system' | 'superadmin';
  /**
   * What the actor may reach of the workspace's conversations: of certain numbers only (null = all), own and
   * unassigned only. The database holds it (policies `reach`), whatever a query forgot.
   */
  reach?: { numberIds: readonly string[] | null; ownOnly: boolean };
  /** Where the request came from: for the audit alone, never part of an event. */
  origin?: {
    ip: string | null;
    userAgent: string | null;
    requestId: string | null;
    /** The superadmin who acts as this person. */
    impersonatorId?: string | null;
  };
}

export const systemActor: Actor = { kind: 'system', id: null, role: 'system' };
const keyActor: Actor = { kind: 'key', id: null, role: 'key' };

interface TxBase {
  /** Rows of one statement. Plain text is parsed each time; a `Statement` is prepared once per connection. */
  query<Row = Record<string, unknown>>(
    statement: string | Statement,
    values?: readonly unknown[],
  ): Promise<Row[]>;
  /** Number of rows that an insert, update or delete touched. */
  execute(statement: string | Statement, values?: readonly unknown[]): Promise<number>;
  /** Several statements that do not need each other's results, in one round trip. */
  batch(steps: readonly Given[]): Promise<Record<string, unknown>[][]>;
  /** Business time: the clock that tests own, never SQL's now(). */
  now(): Date;
  /**
   * Statements whose answers nobody needs: asked for when the transaction ends, they travel with the commit and save
   * their round trips; their failure rolls everything back. What they write is not there before.
   */
  atCommit(steps: () => readonly Given[]): void;
  /** Runs after the commit, in order; its failure is the caller's (use it to wake a loop, not to do work). */
  afterCommit(action: () => void): void;
}

export interface TenantTx extends TxBase {
  readonly scope: 'tenant';
  readonly workspaceId: WorkspaceId;
  readonly actor: Actor;
}

export interface SystemTx extends TxBase {
  readonly scope: 'system';
  readonly reason: string;
  readonly actor: Actor;
}

/** For verbs whose SQL names workspace_id itself and so serve one tenant and batches alike. */
export type Tx = TenantTx | SystemTx;

export interface Database {
  withTenant<T>(workspaceId: WorkspaceId, actor: Actor, fn: (tx: TenantTx) => Promise<T>): Promise<T>;
  withSystem<T>(reason: string, fn: (tx: SystemTx) => Promise<T>): Promise<T>;
  /** Independent reads in a single round trip, in one implicit transaction. */
  readTenant(workspaceId: WorkspaceId, steps: readonly Given[]): Promise<Record<string, unknown>[][]>;
  /** Independent statements of the system in a single round trip; they commit together. */
  runSystem(reason: string, steps: readonly Given[]): Promise<StepResult[]>;
  /** A session of one's own, outside the pool: for LISTEN and session advisory locks. Reads nothing. */
  session(name: string): Promise<pg.Client>;
  readonly pool: pg.Pool;
  readonly clock: Clock;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  rolePrefix: string;
  poolSize: number;
  clock?: Clock;
  applicationName?: string;
  onError?: (error: Error) => void;
  /** How long a checkout may wait for a free connection before it is refused as `unavailable`. */
  checkoutTimeoutMs?: number;
}

const settings =
  "select set_config('role', $1, true), set_config('app.workspace_id', $2, true), set_config('app.role', $3, true)";
/** What limits a person or a key; unset, nothing does. For the system and unlimited keys three settings less. */
const limits =
  ", set_config('app.user_id', $4, true), set_config('app.number_ids', $5, true), set_config('app.own_only', $6, true)";

export function openDatabase(options: DatabaseOptions): Database {
  const clock = options.clock ?? systemClock;
  const config = {
    connectionString: options.url,
    application_name: options.applicationName ?? 'chaski',
    // A statement that hangs must end before WhatsApp's own patience does.
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 120_000,
  };
  const pool = new pg.Pool({
    ...config,
    max: options.poolSize,
    connectionTimeoutMillis: options.checkoutTimeoutMs ?? 10_000,
    // A backend that had prepared every named statement held 5 MB; beside them it keeps at most 128 of `shaped`.
    idleTimeoutMillis: 20_000,
    // The pool waits for it, and gives up a connection that does not take it.
    onConnect: (client) => client.query(byDefault),
  });
  const slots = createSlots(tenantShare(options.poolSize), options.checkoutTimeoutMs ?? 10_000);
  const report = options.onError ?? (() => {});
  pool.on('error', report);
  pool.on('connect', (client) => client.on('error', report));
  const { transact, inOneTrip } = createTransactions(pool, clock);
  const app = `${options.rolePrefix}_app`;
  const system = `${options.rolePrefix}_system`;

  const enter = (role: string, workspaceId: string, actor: Actor): Entrance => ({
    suffix: role === app ? '@app' : '',
    step(once) {
      const base = [role, workspaceId, actor.role];
      const modes = once ? '' : `, ${freely}`;
      const name = once ? 'chaski_enter' : 'chaski_enter_freely';
      const { numberIds = null, ownOnly = false } = actor.reach ?? {};
      if (actor.kind !== 'user' && numberIds === null && !ownOnly)
        return { name, text: settings + modes, values: base };
      const person = actor.kind === 'user' ? (actor.id ?? '') : '';
      const numbers = numberIds === null ? '' : `{${numberIds.join(',')}}`;
      return {
        name: `${name}_limited`,
        text: settings + limits + modes,
        values: [...base, person, numbers, ownOnly ? '1' : ''],
      };
    },
  });

  async function inTurn<T>(workspaceId: string, work: () => Promise<T>): Promise<T> {
    if (!(await slots.take(workspaceId)))
      throw errors.databaseUnavailable({ reason: 'no connection in time' });
    try {
      return await work();
    } finally {
      slots.free(workspaceId);
    }
  }

  return {
    pool,
    clock,
    withTenant: (workspaceId, actor, fn) =>
      inTurn(workspaceId, () =>
        transact(enter(app, workspaceId, actor), { scope: 'tenant', workspaceId, actor }, fn),
      ),
    withSystem: (reason, fn) =>
      transact(enter(system, '', systemActor), { scope: 'system', reason, actor: systemActor }, fn),
    readTenant: (workspaceId, steps) =>
      inTurn(workspaceId, async () =>
        (await inOneTrip(enter(app, workspaceId, keyActor), steps)).map((result) => result.rows),
      ),
    runSystem: (_reason, steps) => inOneTrip(enter(system, '', systemActor), steps),
    session: async (name) => {
      const client = new pg.Client({ ...config, statement_timeout: 0, application_name: `chaski ${name}` });
      client.on('error', report);
      await client.connect();
      return client;
    },
    close: () => endPool(pool),
  };
}

/** A third of the pool, at most four, stays with the loops. */
function tenantShare(poolSize: number): number {
  return Math.max(1, poolSize - Math.min(4, Math.floor(poolSize / 3)));
}

/**
 * Ends a pool and waits until its connections are closed. pg-pool's own `end` only says goodbye: a server that is
 * stopped right then breaks what is still open, and each tells it as a lost connection.
 */
export async function endPool(pool: pg.Pool): Promise<void> {
  const closed = Promise.withResolvers<void>();
  let open = pool.totalCount;
  pool.on('remove', () => {
    open -= 1;
    if (open <= 0) closed.resolve();
  });
  if (open === 0) closed.resolve();
  await pool.end();
  // A connection that failed while it was being made is never reported as removed; a dead server answers nothing.
  const patience = setTimeout(() => closed.resolve(), 2_000);
  await closed.promise;
  clearTimeout(patience);
}
