/** What a notice changes about numbers: decided here, stored by notices.ts. Pure. */
import type { Notice } from './notices.ts';

export interface NumberEffect {
  /** Which part of provider_state; one part keeps the newest notice only. */
  key: string;
  state: Record<string, unknown>;
  verifiedName?: string;
  mps?: number;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

/** Throughput of a number that is also used in the phone app: fixed by WhatsApp. */
export const coexistenceMps = 20;
export const upgradedMps = 1000;

/** Any value of any shape is taken: a field that says nothing we know has no effect, it is only kept. */
export function effectsOf(notice: Pick<Notice, 'field' | 'value'>): NumberEffect[] {
  const { field, value } = notice;
  switch (field) {
    case 'phone_number_quality_update': {
      const event = text(value.event);
      const limit = text(value.maxDailyConversationsPerBusiness) ?? text(value.currentLimit);
      const effects: NumberEffect[] = [];
      if (event === 'THROUGHPUT_UPGRADE') {
        effects.push({ key: 'throughput', state: { level: 'HIGH' }, mps: upgradedMps });
      } else if (event !== null) {
        effects.push({ key: 'quality', state: { event } });
      }
      if (limit !== null) effects.push({ key: 'limit', state: { tier: limit } });
      return effects;
    }
    case 'phone_number_name_update': {
      const decision = text(value.decision);
      const requested = text(value.requestedVerifiedName);
      const effect: NumberEffect = {
        key: 'name',
        state: { decision, requested, rejectionReason: text(value.rejectionReason) },
      };
      return [
        decision === 'APPROVED' && requested !== null ? { ...effect, verifiedName: requested } : effect,
      ];
    }
    case 'business_capability_update':
      return [{ key: 'capability', state: { ...value } }];
    case 'business_username_updates':
      return [{ key: 'username', state: { username: text(value.username), status: text(value.status) } }];
    case 'account_review_update':
      return [{ key: 'review', state: { decision: text(value.decision) } }];
    case 'account_alerts':
      return [{ key: 'alert', state: record(value.alertInfo) }];
    case 'security':
      return [{ key: 'security', state: { event: text(value.event) } }];
    case 'smb_app_state_sync':
    case 'history':
      // Only numbers that are also used in the phone app sync it.
      return [{ key: 'coexistence', state: { on: true }, mps: coexistenceMps }];
    case 'account_update':
      return accountEffects(value);
    default:
      return [];
  }
}

function accountEffects(value: Record<string, unknown>): NumberEffect[] {
  const event = text(value.event);
  switch (event) {
    case 'DISABLED_UPDATE': {
      const banState = text(record(value.banInfo).wabaBanState);
      return [{ key: 'ban', state: { banned: banState === 'DISABLE', state: banState } }];
    }
    case 'ACCOUNT_DELETED':
      return [{ key: 'ban', state: { banned: true, state: event } }];
    case 'ACCOUNT_RESTRICTION':
      return [{ key: 'restriction', state: { restrictions: value.restrictionInfo ?? [] } }];
    case 'ACCOUNT_VIOLATION':
      return [{ key: 'violation', state: { ...record(value.violationInfo) } }];
    case 'PARTNER_REMOVED':
    case 'ACCOUNT_OFFBOARDED':
      return [
        {
          key: 'connection',
          state: { connected: false, reason: text(record(value.disconnectionInfo).reason) ?? event },
        },
      ];
    case 'MM_LITE_TERMS_SIGNED':
      return [{ key: 'marketingTerms', state: { signed: true } }];
    case 'PARTNER_ADDED':
    case 'ACCOUNT_RECONNECTED':
      return [{ key: 'connection', state: { connected: true, reason: event } }];
    default:
      return [];
  }
}

/** Merges effects, oldest first, into a stored state. A part that a newer notice wrote stays: order never matters. */
export function mergeEffects(
  stored: Record<string, unknown>,
  effects: readonly (NumberEffect & { at: Date })[],
): { changes: Record<string, unknown>; verifiedName: string | null; mps: number | null } {
  const changes: Record<string, unknown> = {};
  let verifiedName: string | null = null;
  let mps: number | null = null;
  const ordered = [...effects].sort((a, b) => a.at.getTime() - b.at.getTime());
  for (const effect of ordered) {
    const current = record(changes[effect.key] ?? stored[effect.key]);
    const known = text(current.at);
    const at = effect.at.toISOString();
    if (known !== null && known > at) continue;
    changes[effect.key] = { ...effect.state, at };
    if (effect.verifiedName !== undefined) verifiedName = effect.verifiedName;
    if (effect.mps !== undefined) mps = effect.mps;
  }
  return { changes, verifiedName, mps };
}

/** Of an account: what its workspace says whose it is, and what WhatsApp said. */
export interface Owned {
  account_id: string;
  portfolio_ref: string;
  told_portfolio: string | null;
}

/**
 * Who shares a messaging limit: all numbers of a portfolio, whichever workspaces they are in, where WhatsApp said whose
 * they are. What a workspace says of itself binds nobody else: it could name another's portfolio and spend its limit.
 */
export function limitScopeOf(account: Owned): string {
  if (account.told_portfolio !== null) return `${sharedLimit}${account.told_portfolio}`;
  return account.portfolio_ref === '' ? account.account_id : `own:${account.portfolio_ref}`;
}

const sharedLimit = 'portfolio:';
/** Whether others may share it. */
export const isSharedLimit = (scope: string): boolean => scope.startsWith(sharedLimit);
