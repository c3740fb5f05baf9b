import type { Say } from '../../i18n/words.ts';

/** Reasons of the policy that have words of their own in every language. */
const known = new Set([
  'workspace_suspended',
  'number_not_active',
  'contact_blocked',
  'opted_out',
  'marketing_stopped',
  'not_opted_in',
  'no_address',
  'template_not_approved',
  'plan_limit_month',
  'plan_limit_minute',
  'window_closed',
  'not_assignee',
]);

/** Why something may not be sent: in the reader's language where we know the reason, else as the server says it. */
export const refusalWords = (t: Say, code: string | undefined, sentence: string): string =>
  code !== undefined && known.has(code) ? t(`composer.refused.${code}`) : sentence;
