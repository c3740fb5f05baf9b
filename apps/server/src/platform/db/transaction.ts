import type pg from 'pg';
import type { Clock } from '../clock.ts';
import { errors } from '../errors.ts';
import { Batch, type Statement, type Step, type StepResult } from './batch.ts';
import { isConnectionLoss, translate } from './failures.ts';
import { PlanModes } from './plans.ts';
import { type Given, step } from './statements.ts';

const begin: Step = { name: 'chaski_begin', text: 'begin' };
const commit: Step = { name: 'chaski_commit', text: 'commit' };
const forgetPlans: Step = { name: 'chaski_forget_plans', text: 'discard plans' };

/** What a verb asked for and waits for. */
interface Asked {
  steps: readonly Step[];
  resolve(results: StepResult[]): void;
  reject(error: unknown): void;
}

/** How a transaction becomes somebody's. */
export interface Entrance {
  step(once: boolean): Step;
  /** Of the names of its statements. A plan under row security is one role's: under one name for both roles it would be
   * made anew whenever the connection changes sides, 0.3 to 1.5 ms each time. */
  suffix: string;
}

/** How a transaction runs on a connection of the pool. */
export function createTransactions(pool: pg.Pool, clock: Clock) {
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

  async function transact<T, R>(
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

  return { transact, inOneTrip };
}

async function checkout(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw errors.databaseUnavailable({}, error);
  }
}
