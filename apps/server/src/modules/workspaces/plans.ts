import type { Database, SystemTx } from '../../platform/db/index.ts';
import { planOfWorkspace, seedPlanRows } from './queries.ts';

/** null = no limit. */
export interface PlanLimits {
  name: string;
  messagesPerMonth: number | null;
  messagesPerMinute: number | null;
  numbers: number | null;
  contacts: number | null;
}

/** What a fresh installation starts with; the rows in `plans` may be changed and win. */
const seeds: readonly PlanLimits[] = [
  { name: 'free', messagesPerMonth: 10_000, messagesPerMinute: 100, numbers: 5, contacts: 10_000 },
  { name: 'pro', messagesPerMonth: 1_000_000, messagesPerMinute: 1_000, numbers: 50, contacts: 1_000_000 },
  { name: 'unlimited', messagesPerMonth: null, messagesPerMinute: null, numbers: null, contacts: null },
];

export const planNames: readonly string[] = seeds.map((plan) => plan.name);

/** Writes the plans that are missing; what an operator changed stays. Run at every start, after the migrations. */
export async function seedPlans(tx: SystemTx): Promise<void> {
  await tx.execute(seedPlanRows, [
    seeds.map((plan) => plan.name),
    seeds.map((plan) => plan.messagesPerMonth),
    seeds.map((plan) => plan.messagesPerMinute),
    seeds.map((plan) => plan.numbers),
    seeds.map((plan) => plan.contacts),
  ]);
}

interface PlanRecord {
  name: string;
  messages_per_month: number | null;
  messages_per_minute: number | null;
  numbers: number | null;
  contacts: number | null;
  known: boolean;
}

const cacheMs = 5_000;
const cached = new WeakMap<Database, Map<string, { until: number; limits: Promise<PlanLimits> }>>();

/**
 * The limits of a workspace's plan. Asked before every send, changed twice a year: kept for 5 s per process. A plan
 * name without a row gets the limits of `free`, not none.
 */
export function limitsFor(db: Database, workspaceId: string): Promise<PlanLimits> {
  let known = cached.get(db);
  if (!known) {
    known = new Map();
    cached.set(db, known);
  }
  const now = performance.now();
  const hit = known.get(workspaceId);
  if (hit && hit.until > now) return hit.limits;
  if (known.size > 10_000) known.clear();
  const limits = load(db, workspaceId);
  known.set(workspaceId, { until: now + cacheMs, limits });
  const forget = known;
  limits.catch(() => forget.delete(workspaceId));
  return limits;
}

async function load(db: Database, workspaceId: string): Promise<PlanLimits> {
  const [result] = await db.runSystem('limits of a plan', [
    { statement: planOfWorkspace, values: [workspaceId] },
  ]);
  const row = result?.rows[0] as unknown as PlanRecord | undefined;
  if (!row?.known) return { ...seeds[0]!, name: row?.name ?? seeds[0]!.name };
  return {
    name: row.name,
    messagesPerMonth: row.messages_per_month,
    messagesPerMinute: row.messages_per_minute,
    numbers: row.numbers,
    contacts: row.contacts,
  };
}
