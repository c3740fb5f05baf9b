import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';
import type { Admission, Caller } from '../http/index.ts';
import type { Buckets, Rule, Verdict } from './buckets.ts';
import { networkOf } from './network.ts';

/** What a plan allows its workspace; null = no limit. */
export interface PlanRates {
  /** Sends and uploads of the whole workspace, per window. */
  points: number | null;
  pointsSeconds: number;
  /** Requests of one user or one key. */
  requestsPerMinute: number | null;
}

/**
 * How much, and of whom: left out, of who asks, as they are known (address, account that the body names, user, key).
 */
export interface NamedRule {
  max: number;
  windowSeconds: number;
  per?: 'account' | 'workspace';
}

/** Rules by the name that a route says in its `config`, and `anonymous` for whoever cannot be identified. */
export type Rules = Readonly<Record<string, NamedRule | null>>;

export interface AdmissionOptions {
  buckets: Buckets;
  rules: Rules;
  planOf(workspaceId: string): Promise<PlanRates>;
}

type Kind = 'ip' | 'user' | 'key' | 'workspace' | 'account';

/**
 * What the rules say about a request, before its body is read. Every request of a user or key counts for them; those
 * of routes with `limits: ['points']` also for the workspace, by its plan; other names for whom their rule is.
 */
export function createAdmission({ buckets, rules, planOf }: AdmissionOptions): Admission {
  async function take(request: FastifyRequest, rule: Rule, kind: Kind, key: string): Promise<void> {
    const verdict = await buckets.take(rule, `${kind}:${key}`);
    // Of several limits the one that is closest is shown.
    if (request.limit === null || fraction(verdict) < fraction(request.limit)) request.limit = verdict;
    if (verdict.pass) return;
    request.limit = verdict;
    throw errors.rateLimited(verdict.resetSeconds, {
      limit: rule.name,
      key: kind,
      max: rule.max,
      windowSeconds: rule.windowSeconds,
    });
  }

  function ruleOf(name: string, kind: Kind): Rule | null {
    const rule = rules[name];
    if (rule === undefined) throw new Error(`no rule is named ${name}`);
    if (rule === null || (rule.per === undefined ? kind === 'workspace' : rule.per !== kind)) return null;
    return { name, max: rule.max, windowSeconds: rule.windowSeconds };
  }

  async function named(request: FastifyRequest, kind: Kind, key: string): Promise<void> {
    const { limits = [], failures = [] } = request.routeOptions.config;
    for (const names of [limits, failures]) {
      for (const name of names) {
        const rule = name === 'points' ? null : ruleOf(name, kind);
        if (rule) await take(request, rule, kind, key);
      }
    }
  }

  return {
    async stranger(request) {
      const rule = ruleOf('anonymous', 'ip');
      if (rule) await take(request, rule, 'ip', networkOf(request.ip));
    },
    async visitor(request) {
      await named(request, 'ip', networkOf(request.ip));
    },
    async account(request, email) {
      // Not the address itself: the table of buckets is nobody's address book.
      const key = createHash('sha256').update(email.trim().toLowerCase()).digest('base64url').slice(0, 22);
      await named(request, 'account', key);
    },
    async caller(caller, request) {
      const [kind, id] = whoOf(caller);
      await named(request, kind, id);
      const { principal } = caller;
      if (!principal) return;
      await named(request, 'workspace', principal.workspaceId);
      const plan = await planOf(principal.workspaceId);
      if (plan.requestsPerMinute !== null) {
        const rule = { name: 'requests', max: plan.requestsPerMinute, windowSeconds: 60 };
        await take(request, rule, kind, `${principal.workspaceId}:${id}`);
      }
      if (plan.points !== null && request.routeOptions.config.limits?.includes('points')) {
        const rule = { name: 'points', max: plan.points, windowSeconds: plan.pointsSeconds };
        await take(request, rule, 'workspace', principal.workspaceId);
      }
    },
    wentWell(caller, request) {
      const [kind, id] = whoOf(caller);
      for (const name of request.routeOptions.config.failures ?? []) {
        const rule = ruleOf(name, kind);
        if (rule) buckets.giveBack(rule, `${kind}:${id}`, 1);
      }
    },
  };
}

function fraction(verdict: Pick<Verdict, 'remaining' | 'max'>): number {
  return verdict.remaining / verdict.max;
}

/** Whose bucket somebody known counts for. */
export function whoOf({ person, principal, operatorKey }: Caller): ['user' | 'key', string] {
  if (person) return ['user', person.userId];
  return ['key', operatorKey ?? principal?.actor.id ?? ''];
}
