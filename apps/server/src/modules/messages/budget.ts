import type { Buckets, Rule } from '../../platform/limits/index.ts';

/**
 * How much an app and a portfolio may send, counted over all processes: a number's own bucket belongs to whoever holds
 * its lease, but the numbers of one app lie with several. Counted in `platform/limits`, leased in chunks, so that a
 * claim asks the database a few times a window and not each time.
 */
export interface Budgets {
  /** So many of these may go now; when none may, `nextAt` says from when on (ms, business time). */
  take(from: Spender, wanted: number, now: number): Promise<{ granted: number; nextAt: number }>;
  /** What was granted and not sent. */
  giveBack(from: Spender, n: number): void;
}

export interface Spender {
  workspace_id: string;
  app_id: string;
  portfolio: string;
}

export interface BudgetRules {
  app: { max: number; windowSeconds: number } | null;
  portfolio: { max: number; windowSeconds: number } | null;
}

/** Null when nothing is limited: then no claim asks. */
export function createBudgets(buckets: Buckets, { app, portfolio }: BudgetRules): Budgets | null {
  if (app === null && portfolio === null) return null;
  const of = (from: Spender): [Rule, string][] => [
    ...(app ? [[{ name: 'send-app', ...app }, from.app_id] satisfies [Rule, string]] : []),
    ...(portfolio
      ? [[{ name: 'send-portfolio', ...portfolio }, portfolioKey(from)] satisfies [Rule, string]]
      : []),
  ];
  return {
    async take(from, wanted, now) {
      let granted = wanted;
      let nextAt = now;
      const taken: [Rule, string, number][] = [];
      for (const [rule, key] of of(from)) {
        let got = 0;
        while (got < granted) {
          const verdict = await buckets.take(rule, key);
          if (!verdict.pass) {
            nextAt = Math.max(nextAt, now + verdict.resetSeconds * 1_000);
            break;
          }
          got += 1;
        }
        taken.push([rule, key, got]);
        granted = got;
      }
      // The tightest decides; what the others gave beyond it goes back.
      for (const [rule, key, got] of taken) buckets.giveBack(rule, key, got - granted);
      return { granted, nextAt };
    },
    giveBack(from, n) {
      for (const [rule, key] of of(from)) buckets.giveBack(rule, key, n);
    },
  };
}

/**
 * Within the workspace: a tenant says itself what its portfolio is, WhatsApp never tells it, so two who name the same
 * one must not spend from each other.
 */
function portfolioKey({ workspace_id: workspaceId, portfolio }: Spender): string {
  return `${workspaceId}/${portfolio}`;
}
