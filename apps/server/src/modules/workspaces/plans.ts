import { z } from 'zod';
import type { Actor, Database, SystemTx, Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { installation } from '../../platform/ids.ts';
import { lockPlan, planOfWorkspace, seedPlanRow, selectPlans, writePlan } from './queries-plans.ts';

/** null = no limit. */
export interface PlanLimits {
  name: string;
  /** Sends and uploads through the API in a window of `pointsSeconds`. */
  points: number | null;
  pointsSeconds: number;
  /** Of one user or one API key. */
  requestsPerMinute: number | null;
  messagesPerMonth: number | null;
  /** Of all senders, workflows too. */
  messagesPerMinute: number | null;
  numbers: number | null;
  members: number | null;
  contacts: number | null;
}

const limit = z.number().int().min(1).max(1_000_000_000).nullable();

/** What an operator may set of a plan. */
export const planLimits = z.object({
  points: limit.describe('Sends and uploads through the API in a window; null = no limit.'),
  pointsSeconds: z.number().int().min(1).max(86_400).describe('Length of that window.'),
  requestsPerMinute: limit.describe('Of one user or one API key.'),
  messagesPerMonth: limit,
  messagesPerMinute: limit.describe('Of all senders, workflows too.'),
  numbers: limit,
  members: limit,
  contacts: limit,
});

/** As it is shown: whatever somebody wrote into the table. */
export const planBody = z
  .object({
    name: z.string(),
    ...Object.fromEntries(Object.keys(planLimits.shape).map((key) => [key, z.number().nullable()])),
  } as { name: z.ZodString } & { [Key in keyof typeof planLimits.shape]: z.ZodNullable<z.ZodNumber> })
  .meta({ id: 'Plan' });

const free: PlanLimits = {
  name: 'free',
  points: 100,
  pointsSeconds: 60,
  requestsPerMinute: 600,
  messagesPerMonth: 10_000,
  messagesPerMinute: 100,
  numbers: 5,
  members: 5,
  contacts: 10_000,
};

/** What a fresh installation starts with; the rows in `plans` may be changed and win. */
const seeds: readonly PlanLimits[] = [
  free,
  {
    name: 'team',
    points: 1_000,
    pointsSeconds: 60,
    requestsPerMinute: 3_000,
    messagesPerMonth: 250_000,
    messagesPerMinute: 1_000,
    numbers: 20,
    members: 50,
    contacts: 250_000,
  },
  {
    name: 'business',
    points: 6_000,
    pointsSeconds: 60,
    requestsPerMinute: 12_000,
    messagesPerMonth: 5_000_000,
    messagesPerMinute: 6_000,
    numbers: 200,
    members: 1_000,
    contacts: 5_000_000,
  },
  {
    name: 'unlimited',
    points: null,
    pointsSeconds: 60,
    requestsPerMinute: null,
    messagesPerMonth: null,
    messagesPerMinute: null,
    numbers: null,
    members: null,
    contacts: null,
  },
];

export const planNames: readonly string[] = seeds.map((plan) => plan.name);

/** Writes the plans that are missing; what an operator changed stays. Run at every start, after the migrations. */
export async function seedPlans(tx: SystemTx): Promise<void> {
  for (const plan of seeds) await tx.execute(seedPlanRow, valuesOf(plan));
}

const valuesOf = (plan: PlanLimits) => [
  plan.name,
  plan.points,
  plan.pointsSeconds,
  plan.requestsPerMinute,
  plan.messagesPerMonth,
  plan.messagesPerMinute,
  plan.numbers,
  plan.members,
  plan.contacts,
];

/** All plans, the smallest first. */
export async function listPlans(tx: Tx): Promise<PlanLimits[]> {
  return tx.query<PlanLimits>(selectPlans);
}

/** Changes a plan, or makes one; every process goes by it within 5 s. */
export async function setPlan(
  tx: SystemTx,
  name: string,
  change: { [Key in keyof Omit<PlanLimits, 'name'>]?: PlanLimits[Key] | undefined },
  actor: Actor,
): Promise<PlanLimits> {
  const [before] = await tx.query<PlanLimits>(lockPlan, [name]);
  const said = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const after: PlanLimits = { ...(before ?? { ...free, name }), ...said };
  await tx.execute(writePlan, valuesOf(after));
  await emit(tx, [
    {
      workspaceId: installation,
      name: 'plan.updated',
      actor,
      data: { plan: name },
      audit: {
        target: { kind: 'plan', id: name },
        before: before ? { ...before } : null,
        after: { ...after },
      },
    },
  ]);
  return after;
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
  return (result?.rows[0] as unknown as PlanLimits | undefined) ?? free;
}
