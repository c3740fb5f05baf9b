import type { CampaignOptions, PauseReason } from '@chaski/contracts';

/** What follows from a failure: pure. Source: WhatsApp's error codes, PROTOCOL §1.2. */
export type Follow =
  /** Final for this person. */
  | { follow: 'never' }
  /** This person again, not before so long. */
  | { follow: 'later'; afterMs: number }
  /** Nobody else until somebody looked; this person again then. */
  | { follow: 'stop'; reason: PauseReason };

const minutes = 60_000;
const hours = 60 * minutes;

/** The per-user marketing cap: never before a day has passed, and WhatsApp limits who tries harder. */
export const marketingCap = '131049';
export const capMs = 24 * hours;

const stops: Readonly<Record<string, PauseReason>> = {
  '0': 'token',
  '190': 'token',
  '3': 'token',
  '10': 'token',
  '131005': 'token',
  '368': 'account_restricted',
  '131031': 'account_restricted',
  '130497': 'account_restricted',
  '131037': 'account_restricted',
  '131045': 'account_restricted',
  '133010': 'account_restricted',
  '131064': 'account_restricted',
  '131042': 'payment',
  '131048': 'spam_limit',
  '131055': 'marketing_route',
  '131061': 'marketing_route',
  '131063': 'marketing_route',
  '132001': 'template_disabled',
  '132000': 'template_wrong',
  '132012': 'template_wrong',
  '132015': 'template_paused',
  '132016': 'template_disabled',
  // Ours, at hand-over.
  template_not_approved: 'template_disabled',
  number_not_active: 'number_not_active',
  workspace_suspended: 'workspace_suspended',
};

/** Passing troubles that used up the queue's own five tries. */
const passing: ReadonlySet<string> = new Set([
  'not_sent',
  '1',
  '2',
  '4',
  '80007',
  '130429',
  '131000',
  '131016',
  '131056',
  '131057',
  '133004',
  '135000',
]);

export function followFailure(code: string, options: CampaignOptions, attempt: number): Follow {
  const stop = stops[code];
  if (stop !== undefined) return { follow: 'stop', reason: stop };
  if (attempt >= options.maxAttempts) return { follow: 'never' };
  if (code === marketingCap)
    return options.retryCapped ? { follow: 'later', afterMs: capMs } : { follow: 'never' };
  if (passing.has(code)) return { follow: 'later', afterMs: 15 * minutes };
  return { follow: 'never' };
}

/** What the policy said when a message was about to be queued. */
export function followRefusal(
  code: string,
  changesAt: Date | undefined,
  now: Date,
): { follow: 'skip' } | { follow: 'later'; at: Date } | { follow: 'stop'; reason: PauseReason } {
  switch (code) {
    case 'workspace_suspended':
    case 'number_not_active':
      return { follow: 'stop', reason: code };
    case 'template_not_approved':
      return { follow: 'stop', reason: 'template_disabled' };
    case 'template_parameters':
      return { follow: 'stop', reason: 'template_wrong' };
    case 'plan_limit_month':
      return { follow: 'stop', reason: 'plan_limit' };
    case 'plan_limit_minute':
      return { follow: 'later', at: changesAt ?? new Date(now.getTime() + minutes) };
    default:
      return { follow: 'skip' };
  }
}

/**
 * Failures that say nothing about the campaign: the cap is expected of a share of people, and nobody is to blame for
 * a passing trouble.
 */
export function countsAsFailure(code: string): boolean {
  return code !== marketingCap && code !== '130472' && !passing.has(code);
}

/** Too few outcomes prove nothing. */
export const judgedFrom = 50;

export function failsTooOften(
  outcomes: { ok: number; failed: number },
  options: Pick<CampaignOptions, 'failurePercent'>,
): boolean {
  const all = outcomes.ok + outcomes.failed;
  return all >= judgedFrom && outcomes.failed * 100 >= all * options.failurePercent;
}
