/** What became different about a template, as events that campaigns, workflows and the inbox listen to. */
import type { NewEvent } from '../../platform/events/index.ts';
import type { TemplateRow } from './rows.ts';

const names: Readonly<Record<string, string>> = {
  APPROVED: 'template.approved',
  REJECTED: 'template.rejected',
  PAUSED: 'template.paused',
  DISABLED: 'template.disabled',
  IN_APPEAL: 'template.in_appeal',
  DELETED: 'template.deleted',
};

/** `before`: null for a template that nobody knew. */
export function changeEvents(before: TemplateRow | null, after: TemplateRow): NewEvent[] {
  const told = (name: string, was: string | null, is: string, reason: string | null): NewEvent => ({
    workspaceId: after.workspaceId,
    name,
    data: {
      templateId: after.id,
      name: after.name,
      language: after.language,
      accountId: after.accountId,
      before: was,
      after: is,
      reason,
    },
  });
  const events: NewEvent[] = [];
  if (before?.status !== after.status)
    events.push(
      told(
        names[after.status] ?? 'template.status_changed',
        before?.status ?? null,
        after.status,
        after.rejectedReason,
      ),
    );
  // What was unknown before did not change: it became known.
  if (before && before.category !== after.category && before.category !== 'UNKNOWN')
    events.push(told('template.category_changed', before.category, after.category, null));
  if (before && before.correctCategory !== after.correctCategory && after.correctCategory !== null)
    events.push(told('template.category_announced', after.category, after.correctCategory, null));
  if (before && before.quality !== after.quality)
    events.push(told('template.quality_changed', before.quality, after.quality, null));
  return events;
}

/** From now on people who opted out of marketing do not get it: somebody must hear of that at once. */
export function becameMarketing(before: TemplateRow | null, after: TemplateRow): boolean {
  return before !== null && before.category === 'UTILITY' && after.category === 'MARKETING';
}

/**
 * Whether two definitions say the same. Samples are left out: WhatsApp lists each under a new address every time; the
 * texts it writes itself (authentication) too.
 */
export function sameWords(one: readonly unknown[], other: readonly unknown[]): boolean {
  return JSON.stringify(words(one)) === JSON.stringify(words(other));
}

function words(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(words);
  if (typeof value !== 'object' || value === null) return value;
  const own = value as Record<string, unknown>;
  const left = new Set(['example', ...('add_security_recommendation' in own ? ['text'] : [])]);
  return Object.fromEntries(
    Object.keys(own)
      .filter((key) => !left.has(key))
      .sort()
      .map((key) => [key, words(own[key])]),
  );
}
