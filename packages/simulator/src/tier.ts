/**
 * Messaging limits: how many different people a portfolio may write to first in 24 hours, and its way up.
 * Source: Meta "Messaging limits" (portfolio-wide since 2025-10-07): 250 → 2K → 10K → 100K → unlimited; the next step
 * when half of the limit was used within seven days at good quality, applied within six hours.
 *
 * Held to only where a limit was set: a simulator that nobody told counts nothing. Calls above any limit are counted, so
 * that a test can say "none".
 */
import type { GraphCode } from './errors.ts';
import { windowUntil } from './limits.ts';
import { type Account, accountOf, type Chat, type World } from './world.ts';

export const TIERS = {
  TIER_50: 50,
  TIER_250: 250,
  TIER_2K: 2_000,
  TIER_10K: 10_000,
  TIER_100K: 100_000,
  TIER_UNLIMITED: Number.POSITIVE_INFINITY,
} as const;
export type Tier = keyof typeof TIERS;

export function tierNamed(name: string): Tier {
  if (Object.hasOwn(TIERS, name)) return name as Tier;
  throw new RangeError(`tier is one of ${Object.keys(TIERS).join(', ')}`);
}

const DAY_MS = 24 * 3600_000;
/** "Applied within six hours". */
export const UPGRADE_MS = 6 * 3600_000;

/** Calls that went beyond what was allowed. */
export interface OverLimit {
  throughput: number;
  pair: number;
  tier: number;
  /** Marketing to somebody whose cap was not over yet. */
  cap: number;
}

interface Portfolio {
  tier: Tier;
  /** Person → when they were written to last, oldest first. */
  openings: Map<string, number>;
  upgrading: boolean;
}

interface Limits {
  portfolios: Map<string, Portfolio>;
  over: OverLimit;
  capShare: number;
  /** Accounts whose marketing goes over `/marketing_messages` only. */
  moved: Set<string>;
  /** Person → until when they get no more marketing. */
  capped: Map<string, number>;
}

const limits = new WeakMap<World, Limits>();

export function limitsOf(world: World): Limits {
  let found = limits.get(world);
  if (!found) {
    found = {
      portfolios: new Map(),
      over: { throughput: 0, pair: 0, tier: 0, cap: 0 },
      capShare: 0,
      moved: new Set(),
      capped: new Map(),
    };
    limits.set(world, found);
  }
  return found;
}

export function forgetLimits(world: World): void {
  limits.delete(world);
}

/** What the API calls the limit. */
export function tierOf(world: World, account: Account): Tier {
  return limitsOf(world).portfolios.get(account.portfolioId)?.tier ?? 'TIER_100K';
}

/** Sets a portfolio's limit; from then on it is held to. */
export function setTier(world: World, account: Account, tier: Tier): void {
  const { portfolios } = limitsOf(world);
  const known = portfolios.get(account.portfolioId);
  const old = known?.tier ?? tier;
  if (known) known.tier = tier;
  else portfolios.set(account.portfolioId, { tier, openings: new Map(), upgrading: false });
  tellTier(world, account.portfolioId, old, tier);
}

function tellTier(world: World, portfolioId: string, old: Tier, tier: Tier): void {
  const entryTime = Math.floor(world.clock.now() / 1000);
  for (const number of world.numbers.values()) {
    const account = accountOf(world, number);
    if (account.portfolioId !== portfolioId) continue;
    world.webhooks.emit({
      account,
      number,
      field: 'phone_number_quality_update',
      value: {
        display_phone_number: number.displayPhoneNumber,
        event: TIERS[tier] < TIERS[old] ? 'DOWNGRADE' : old === tier ? 'ONBOARDING' : 'UPGRADE',
        old_limit: old,
        current_limit: tier,
        max_daily_conversations_per_business: tier,
      },
      entryTime,
    });
  }
}

/** One more person, unless they count already or their window is open; why it fails, when the limit is used up. */
export function spendTier(world: World, chat: Chat): [GraphCode, string] | null {
  const account = accountOf(world, chat.number);
  const state = limitsOf(world);
  const portfolio = state.portfolios.get(account.portfolioId);
  const now = world.clock.now();
  if (!portfolio || windowUntil(chat, now) !== null) return null;
  const { openings } = portfolio;
  for (const [person, at] of openings) {
    if (at > now - DAY_MS) break;
    openings.delete(person);
  }
  const counts = openings.has(chat.person.id);
  if (!counts && openings.size >= TIERS[portfolio.tier]) {
    state.over.tier += 1;
    return [131064, 'The messaging limit of this business portfolio is reached for now.'];
  }
  openings.delete(chat.person.id);
  openings.set(chat.person.id, now);
  if (openings.size * 2 >= TIERS[portfolio.tier]) upgradeLater(world, account, portfolio);
  return null;
}

const steps = Object.keys(TIERS) as Tier[];

function upgradeLater(world: World, account: Account, portfolio: Portfolio): void {
  const next = steps[steps.indexOf(portfolio.tier) + 1];
  if (portfolio.upgrading || next === undefined) return;
  portfolio.upgrading = true;
  world.clock.after(UPGRADE_MS, () => {
    portfolio.upgrading = false;
    const poor = [...world.numbers.values()].some(
      (number) => accountOf(world, number).portfolioId === account.portfolioId && number.quality === 'RED',
    );
    if (poor || limitsOf(world).portfolios.get(account.portfolioId) !== portfolio) return;
    const old = portfolio.tier;
    portfolio.tier = next;
    tellTier(world, account.portfolioId, old, next);
  });
}

/** Counts a call that a limit refused, and refuses it. */
export function counted(world: World, what: 'throughput' | 'pair', take: () => void): void {
  try {
    take();
  } catch (error) {
    limitsOf(world).over[what] += 1;
    throw error;
  }
}
