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
import { createHash } from 'node:crypto';
import pg from 'pg';
import { type Clock, systemClock } from '../clock.ts';
import { AppError, errors } from '../errors.ts';
import type { WorkspaceId } from '../ids.ts';
import { Batch, type Statement, type Step, type StepResult } from './batch.ts';
import { createSlots } from './slots.ts';

export type { Statement } from './batch.ts';

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
  batch(
    steps: readonly { statement: string | Statement; values?: readonly unknown[] }[],
  ): Promise<Record<string, unknown>[][]>;
  /** Business time: the clock that tests own, never SQL's now(). */
  now(): Date;
  /**
   * Statements whose answers nobody needs: asked for when the transaction ends, they travel with the commit and save
   * their round trips; their failure rolls everything back. What they write is not there before.
   */
  atCommit(steps: () => readonly { statement: string | Statement; values?: readonly unknown[] }[]): void;
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
  readTenant(
    workspaceId: WorkspaceId,
    steps: readonly { statement: string | Statement; values?: readonly unknown[] }[],
  ): Promise<Record<string, unknown>[][]>;
  /** Independent statements of the system in a single round trip; they commit together. */
  runSystem(
    reason: string,
    steps: readonly { statement: string | Statement; values?: readonly unknown[] }[],
  ): Promise<StepResult[]>;
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

const begin: Step = { name: 'chaski_begin', text: 'begin' };
const commit: Step = { name: 'chaski_commit', text: 'commit' };
const forgetPlans: Step = { name: 'chaski_forget_plans', text: 'discard plans' };
const settings =
  "select set_config('role', $1, true), set_config('app.workspace_id', $2, true), set_config('app.role', $3, true)";
/** What limits a person or a key; unset, nothing does. For the system and unlimited keys three settings less. */
const limits =
  ", set_config('app.user_id', $4, true), set_config('app.number_ids', $5, true), set_config('app.own_only', $6, true)";

/**
 * How statements with one plan for all values are planned, and every session by default: once, and without a walk
 * through a whole table: PostgreSQL counts a queue while it is empty, or full of what waits after a stop, and then a walk
 * looks cheap. Bitmaps stay: words and days are found through them alone.
 */
const plannedOnce: Record<string, string> = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
};
/** All others: as PostgreSQL thinks best for these values. */
const plannedFreely: Record<string, string> = {
  plan_cache_mode: 'auto',
  enable_seqscan: 'on',
  enable_bitmapscan: 'on',
};
const local = (modes: Record<string, string>) =>
  Object.entries(modes)
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', ');
const byDefault = Object.entries(plannedOnce)
  .map(([name, value]) => `set ${name} = ${value}`)
  .join('; ');
const toOnce: Step = { name: 'chaski_plan_once', text: `select ${local(plannedOnce)}` };
const freely = local(plannedFreely);
const toFreely: Step = { name: 'chaski_plan_freely', text: `select ${freely}` };
const switchTo = (once: boolean): Step => (once ? toOnce : toFreely);

/**
 * Names a statement so that it is prepared once per connection. The name must be unique in the program
 * (`module.what`); two texts under one name are refused by PostgreSQL at first use. `once`: its author knows better than
 * `plansOnce` that one plan serves all values.
 */
export function statement(name: string, text: string, once = plansOnce(text)): Statement {
  const made = { name: `chaski_${name}`, text, once };
  registered.push(made);
  return made;
}

const shapes = new Map<string, Statement>();
/** Each session keeps all that it was asked for, each process their texts; members use some dozens all day. */
const mostShapes = 128;

/**
 * A statement whose text is put together, prepared once per connection under a name of its text (which saves parsing and
 * planning) and planned once. For the first 128 texts of a process: filters multiply to thousands, and what comes later
 * is plain text, parsed and planned each time.
 */
export function shaped(name: string, text: string): Statement | string {
  const known = shapes.get(text);
  if (known) return known;
  if (shapes.size >= mostShapes) return text;
  // By the text, not by order of coming: sessions may outlive a process behind a pooler.
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const made = { name: `chaski_${name}_${hash}`, text, once: true };
  shapes.set(text, made);
  return made;
}

/**
 * Whether a text has one best plan, whatever its values. Left to itself PostgreSQL makes a new one each time for lists
 * of one (`unnest` of a known list looks cheaper than of an unknown one): 1.2 ms to find out what a message may do, of
 * which 0.2 ms are the work. Where a filter may be absent or a limit is a parameter, values do decide.
 */
function plansOnce(text: string): boolean {
  return !/\$\d+(::[\w[\]]+)?\s+is\s+(not\s+)?null|\b(limit|offset)\s+\$/.test(text);
}

const registered: Statement[] = [];

/** Every named statement of the loaded modules: a test prepares each against the migrated schema. */
export function registeredStatements(): readonly Statement[] {
  return registered;
}

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
  const transactions = new WeakMap<pg.PoolClient, number>();

  /**
   * A plan that is kept was made for tables as large as they were: for an empty one it is a walk, and 10,000 messages
   * later each look by key reads them all. So a connection plans anew in its 4th, 16th, 64th … transaction: ten times in
   * a million, and in between tables grow fourfold at most.
   */
  const replanned = (client: pg.PoolClient): Step[] => {
    const count = (transactions.get(client) ?? 0) + 1;
    transactions.set(client, count);
    return count > 1 && Number.isInteger(Math.log2(count) / 2) ? [forgetPlans] : [];
  };
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

  async function inOneTrip(first: Entrance, steps: readonly Given[]): Promise<StepResult[]> {
    const client = await checkout(pool);
    let broken: Error | undefined;
    try {
      const plan = new PlanModes();
      const { all, results } = plan.lay(steps.map((one) => step(one, first.suffix)));
      const entry = [...replanned(client), first.step(plan.first)];
      const batch = new Batch([...entry, ...all]);
      client.query(batch);
      return results((await batch.done).slice(entry.length));
    } catch (error) {
      if (isConnectionLoss(error)) broken = error as Error;
      throw translate(error);
    } finally {
      client.release(broken);
    }
  }

  async function transact<T extends TenantTx | SystemTx, R>(
    first: Entrance,
    shape: Record<string, unknown>,
    fn: (tx: T) => Promise<R>,
  ): Promise<R> {
    const client = await checkout(pool);
    let open = false;
    let over = false;
    let failed: unknown = null;
    let broken: Error | undefined;
    const after: (() => void)[] = [];
    const last: (() => readonly Given[])[] = [];
    const plan = new PlanModes();
    const { suffix } = first;
    // One connection speaks one statement at a time. What verbs ask for at once, or while something is under way, goes
    // together in one round trip.
    let waiting: Asked[] = [];
    let flying: Promise<void> | null = null;

    const run = (steps: readonly Step[]): Promise<StepResult[]> => {
      // The connection is somebody else's by then, perhaps another tenant's.
      if (over) return Promise.reject(new Error('A statement was sent after its transaction had ended.'));
      return send(steps);
    };
    const send = (steps: readonly Step[]): Promise<StepResult[]> =>
      new Promise((resolve, reject) => {
        waiting.push({ steps, resolve, reject });
        flying ??= fly();
      });
    async function fly(): Promise<void> {
      // Not before everything that is asked for in this moment was.
      await null;
      while (waiting.length > 0) {
        const group = waiting;
        waiting = [];
        await tell(group).catch((error: unknown) => {
          for (const { reject } of group) reject(error);
        });
      }
      flying = null;
    }
    async function tell(group: readonly Asked[]): Promise<void> {
      if (failed) throw failed;
      const { all, results } = plan.lay(group.flatMap(({ steps }) => steps));
      const entry = open ? [] : [...replanned(client), begin, first.step(plan.first)];
      try {
        const batch = new Batch([...entry, ...all]);
        open = true;
        client.query(batch);
        const answers = results((await batch.done).slice(entry.length));
        let at = 0;
        for (const { steps, resolve } of group) {
          resolve(answers.slice(at, at + steps.length));
          at += steps.length;
        }
      } catch (error) {
        failed = translate(error);
        if (isConnectionLoss(error)) broken = error as Error;
        throw failed;
      }
    }

    const tx = {
      ...shape,
      query: async (text: string | Statement, values?: readonly unknown[]) =>
        (await run([step({ statement: text, values }, suffix)]))[0]!.rows,
      execute: async (text: string | Statement, values?: readonly unknown[]) =>
        (await run([step({ statement: text, values }, suffix)]))[0]!.rowCount,
      batch: async (steps: readonly Given[]) =>
        steps.length === 0 ? [] : (await run(steps.map((one) => step(one, suffix)))).map((r) => r.rows),
      now: () => clock.now(),
      atCommit: (steps: (typeof last)[number]) => {
        last.push(steps);
      },
      afterCommit: (action: () => void) => {
        after.push(action);
      },
    } as unknown as T;

    try {
      const result = await fn(tx);
      over = true;
      await flying;
      // A statement whose rejection the caller swallowed has aborted the transaction all the same: a commit would
      // quietly roll back.
      if (failed) throw failed;
      const ending = last.flatMap((steps) => steps().map((one) => step(one, suffix)));
      if (open || ending.length > 0) await send([...ending, commit]);
      for (const action of after) action();
      return result;
    } catch (error) {
      over = true;
      if (open && !broken) {
        try {
          await flying;
          const rollback = new Batch([{ text: 'rollback' }]);
          client.query(rollback);
          await rollback.done;
        } catch (rollbackError) {
          broken = rollbackError as Error;
        }
      }
      throw error;
    } finally {
      client.release(broken);
    }
  }

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

interface Given {
  statement: string | Statement;
  values?: readonly unknown[] | undefined;
}

/** What a verb asked for and waits for. */
interface Asked {
  steps: readonly Step[];
  resolve(results: StepResult[]): void;
  reject(error: unknown): void;
}

/** How a transaction becomes somebody's. */
interface Entrance {
  step(once: boolean): Step;
  /** Of the names of its statements. A plan under row security is one role's: under one name for both roles it would be
   * made anew whenever the connection changes sides, 0.3 to 1.5 ms each time. */
  suffix: string;
}

const suffixed = new Map<string, string>();

function nameOf({ name }: Statement, suffix: string): string {
  if (suffix === '') return name;
  let full = suffixed.get(name);
  if (full === undefined) {
    full = name + suffix;
    suffixed.set(name, full);
  }
  return full;
}

function step({ statement: given, values }: Given, suffix: string): Step {
  return typeof given === 'string'
    ? { text: given, values, once: false }
    : { name: nameOf(given, suffix), text: given.text, values, once: given.once ?? false };
}

/** Puts a switch of the plan mode in front of each statement that wants another one than the one before it. */
class PlanModes {
  #now: boolean | null = null;
  /** What the first statement wants: the transaction enters with it. */
  first = false;

  lay(steps: readonly Step[]): { all: Step[]; results(all: StepResult[]): StepResult[] } {
    const all: Step[] = [];
    const places: number[] = [];
    for (const one of steps) {
      const { once } = one;
      if (once !== undefined && once !== this.#now) {
        if (this.#now === null) this.first = once;
        else all.push(switchTo(once));
        this.#now = once;
      }
      places.push(all.length);
      all.push(one);
    }
    return {
      all,
      results: (answers) =>
        places.length === answers.length ? answers : places.map((place) => answers[place]!),
    };
  }
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

async function checkout(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw errors.databaseUnavailable({}, error);
  }
}

/** Classes of SQLSTATE after which the connection is gone or the server is leaving. */
function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code;
  if (code === undefined)
    return /Connection terminated|connection .*(closed|ended)|not queryable/i.test(error.message);
  return code.startsWith('08') || code.startsWith('57P') || /^E[A-Z]+$/.test(code);
}

/** The one place that maps SQLSTATE to the catalogue. Unknown states pass as they are and become `internal`. */
export function translate(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (isConnectionLoss(error)) return errors.databaseUnavailable({}, error);
  switch ((error as { code?: string }).code) {
    case '53300': // too many connections
    case '53100': // disk full
    case '53200': // out of memory
    case '25006': // read-only after a failover
      return errors.databaseUnavailable({}, error);
    case '57014': // statement timeout or cancel
    case '55P03': // lock not available
      return errors.databaseBusy({}, error);
    case '22021': // U+0000 in a text
    case '22P05': // and in a document
      return errors.invalidRequest([{ path: '', message: 'Text cannot hold the character U+0000.' }]);
    case '22007': // no date or time
    case '22008': // one beyond what can be kept: the year 0, the 30th of February
    case '22009': // a zone further than 15:59 from UTC
      return errors.invalidRequest([
        { path: '', message: 'A date or time does not exist, lies too far away or has an impossible zone.' },
      ]);
    default:
      return error;
  }
}
