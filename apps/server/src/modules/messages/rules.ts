import type { ConsentPurpose } from '@chaski/contracts';

/** May this be sent: the one policy, asked when a message is queued, by `GET /v1/can-send`, and again at hand-over. */

export type Purpose =
  | 'service'
  | 'utility'
  | 'authentication'
  | 'marketing'
  /** The answer to STOP or START: the one thing an opt-out lets through. */
  | 'consent-receipt';

/** WhatsApp's service window: 24 hours from the person's last word. */
export const windowMs = 24 * 60 * 60 * 1000;

export interface SendFacts {
  now: Date;
  purpose: Purpose;
  /** A template may go outside the window; everything else, reactions too, is free-form. */
  kind: 'free-form' | 'template';
  workspace: { status: string };
  number: { status: string; hasWindow: boolean };
  /** Why the account's deliveries wait; null when they don't. */
  accountPaused: string | null;
  /** null for groups. */
  contact: {
    blockedAt: Date | null;
    /** What the suppression list says about any address of theirs. */
    suppressed: 'all' | 'marketing' | null;
    /** Their own newest word about each purpose; null: none. */
    consent: Record<ConsentPurpose, 'in' | 'out' | null>;
    /** WhatsApp's own preference said no, or yes, at last. */
    marketingStoppedAt: Date | null;
    marketingResumedAt: Date | null;
    /** WhatsApp brings marketing templates to nobody in the country of their phone number. */
    marketingPaused: boolean;
    /** Has a phone number or a user id that this number's portfolio can use. */
    reachable: boolean;
    /** Without one they are reached by their user id, which takes no codes to log in (131062). */
    showsPhone: boolean;
  } | null;
  /** The workspace sends marketing only to people who asked for it. */
  marketingNeedsOptIn: boolean;
  lastInboundAt: Date | null;
  /** null when WhatsApp has not told us about the template: then WhatsApp itself decides. */
  template: { status: string; category: string } | null;
  /** Limits of the plan with what is used of them; null = no limit. */
  usage: { month: Usage | null; minute: Usage | null };
}

export interface Usage {
  used: number;
  limit: number;
  /** When some of it comes back. */
  changesAt: Date;
}

export type RefusalCode =
  | 'workspace_suspended'
  | 'number_not_active'
  | 'contact_blocked'
  | 'suppressed'
  | 'opted_out'
  | 'marketing_stopped'
  | 'not_opted_in'
  | 'marketing_paused'
  | 'no_address'
  | 'template_not_approved'
  /** Something that the template needs is missing; not asked at hand-over, where it was asked before. */
  | 'template_parameters'
  | 'plan_limit_month'
  | 'plan_limit_minute'
  | 'window_closed'
  /** Not of the policy over facts: the workspace lets the assignee alone answer (`conversations`). */
  | 'not_assignee';

export type Verdict =
  | {
      verdict: 'free-form';
      /** When this answer may change: the end of the window. */
      changesAt?: Date;
      /** It may be sent, but will wait first. */
      waits?: { code: 'account_paused'; sentence: string };
    }
  | { verdict: 'template-needed'; code: 'window_closed'; sentence: string; changesAt?: Date }
  | {
      verdict: 'blocked';
      code: RefusalCode;
      sentence: string;
      changesAt?: Date;
      /** Of the plan, when it is used up. */
      quota?: { limit: number; used: number };
    };

const strictness: readonly ConsentPurpose[] = ['service', 'utility', 'marketing'];

/**
 * Under which consent a message goes: what its sender calls it, or what WhatsApp holds its template for, whichever is
 * stricter. So a template that WhatsApp makes marketing is sent under marketing consent from that moment on.
 */
export function consentPurposeOf({
  purpose,
  template,
}: Pick<SendFacts, 'purpose' | 'template'>): ConsentPurpose | 'consent-receipt' {
  if (purpose === 'consent-receipt') return purpose;
  const said = purpose === 'authentication' ? 'utility' : purpose;
  const category = template?.category.toUpperCase() ?? '';
  const held: ConsentPurpose = isMarketing({ category })
    ? 'marketing'
    : category.startsWith('UTILITY') || isAuthentication(template)
      ? 'utility'
      : 'service';
  return strictness.indexOf(held) > strictness.indexOf(said) ? held : said;
}

const isMarketing = ({ category }: { category: string }): boolean =>
  category.toUpperCase().startsWith('MARKETING');

const isAuthentication = (template: SendFacts['template']): boolean =>
  template?.category.toUpperCase().startsWith('AUTHENTICATION') ?? false;

const called: Record<ConsentPurpose, string> = {
  service: 'answers',
  utility: 'notices about orders and accounts',
  marketing: 'marketing',
};

/** Statuses in which WhatsApp takes a template; anything else we were told is a refusal we need not fetch. */
const usableTemplates = new Set(['APPROVED', 'ACTIVE']);

/**
 * Decides over facts alone. The order is the order in which somebody would have to change things: first what stops the
 * whole workspace, then the number, then the person, then this message.
 */
export function decide(facts: SendFacts): Verdict {
  const { contact, number, template, usage } = facts;
  const purpose = consentPurposeOf(facts);

  if (facts.workspace.status !== 'active') return workspaceSuspended();
  if (number.status !== 'active')
    return blocked(
      'number_not_active',
      `The number is ${number.status}; messages can be sent once it is active.`,
    );
  if (contact) {
    if (contact.blockedAt) return blocked('contact_blocked', 'The contact is blocked; unblock it to send.');
    if (contact.suppressed === 'all' || (contact.suppressed === 'marketing' && purpose === 'marketing'))
      return blocked(
        'suppressed',
        contact.suppressed === 'all'
          ? 'The address stands on the suppression list; nothing is sent to it.'
          : 'The address stands on the suppression list for marketing.',
      );
    if (!contact.reachable)
      return blocked(
        'no_address',
        'The contact has neither a phone number nor a user id that this number can send to.',
      );
    if (facts.kind === 'template' && !contact.showsPhone && isAuthentication(template))
      return blocked(
        'no_address',
        'WhatsApp brings codes to phone numbers only, and the contact shows none; request_contact_info asks for it.',
      );
    if (purpose !== 'consent-receipt' && contact.consent[purpose] === 'out') {
      const everything = strictness.every((one) => contact.consent[one] === 'out');
      return blocked(
        'opted_out',
        `The contact opted out${everything ? '' : ` of ${called[purpose]}`}; they can opt in again by writing START.`,
      );
    }
    if (purpose === 'marketing') {
      if (contact.marketingStoppedAt)
        return blocked('marketing_stopped', 'The contact stopped marketing messages in WhatsApp.');
      if (facts.marketingNeedsOptIn && contact.consent.marketing !== 'in' && !contact.marketingResumedAt)
        return blocked(
          'not_opted_in',
          'The workspace sends marketing only to contacts who opted in, and this one did not.',
        );
      // WhatsApp goes by the template alone, whatever its sender calls the message.
      if (
        facts.kind === 'template' &&
        contact.marketingPaused &&
        (template === null || isMarketing(template))
      )
        return blocked(
          'marketing_paused',
          'WhatsApp brings no marketing templates to phone numbers of this country for now.',
        );
    }
  }
  if (facts.kind === 'template' && template && !usableTemplates.has(template.status.toUpperCase()))
    return blocked(
      'template_not_approved',
      `The template is ${template.status.toLowerCase()}; WhatsApp takes approved templates only.`,
    );
  if (usage.month && usage.month.used >= usage.month.limit)
    return {
      ...blocked(
        'plan_limit_month',
        `The plan's ${usage.month.limit} messages of this month are used.`,
        usage.month.changesAt,
      ),
      quota: { limit: usage.month.limit, used: usage.month.used },
    };
  if (usage.minute && usage.minute.used >= usage.minute.limit)
    return blocked(
      'plan_limit_minute',
      `The plan allows ${usage.minute.limit} messages per minute.`,
      usage.minute.changesAt,
    );

  const waits = facts.accountPaused
    ? {
        waits: {
          code: 'account_paused' as const,
          sentence: `The account is paused (${facts.accountPaused}); messages wait until it gets a new token.`,
        },
      }
    : {};
  if (facts.kind === 'template' || !number.hasWindow) return { verdict: 'free-form', ...waits };
  const closesAt = facts.lastInboundAt ? new Date(facts.lastInboundAt.getTime() + windowMs) : null;
  if (closesAt && closesAt > facts.now) return { verdict: 'free-form', changesAt: closesAt, ...waits };
  return {
    verdict: 'template-needed',
    code: 'window_closed',
    sentence: closesAt
      ? 'More than 24 hours have passed since the contact last wrote; WhatsApp takes only templates until they write again.'
      : 'The contact has never written to this number; WhatsApp takes only templates until they do.',
  };
}

export function workspaceSuspended(): Verdict & { verdict: 'blocked' } {
  return blocked('workspace_suspended', 'The workspace is suspended; an administrator can reactivate it.');
}

export function numberNotActive(status: string): Verdict & { verdict: 'blocked' } {
  return blocked('number_not_active', `The number is ${status}; messages can be sent once it is active.`);
}

/** A verdict that nothing of it may be sent. */
export function blocked(
  code: RefusalCode,
  sentence: string,
  changesAt?: Date,
): Verdict & { verdict: 'blocked' } {
  return { verdict: 'blocked', code, sentence, ...(changesAt ? { changesAt } : {}) };
}

/**
 * What each state of a message is called outside (DESIGN §7). `accepted` shows as sent: WhatsApp has it. `played` is
 * a voice note's read. A queued message whose attempt is in flight is `sending`.
 */
export function shownStatus(status: string, claimed: boolean): ShownStatus {
  switch (status) {
    case 'queued':
      return claimed ? 'sending' : 'queued';
    case 'accepted':
      return 'sent';
    case 'played':
      return 'read';
    case 'cancelled':
      return 'failed';
    default:
      return status as ShownStatus;
  }
}

export const shownStatuses = [
  'received',
  'queued',
  'sending',
  'sent',
  'delivered',
  'read',
  'failed',
  'unconfirmed',
] as const;
export type ShownStatus = (typeof shownStatuses)[number];

/** The stored states behind a shown one: for filters. */
export function storedStatuses(shown: ShownStatus): string[] {
  switch (shown) {
    case 'sending':
      return ['queued'];
    case 'sent':
      return ['accepted', 'sent'];
    case 'read':
      return ['read', 'played'];
    case 'failed':
      return ['failed', 'cancelled'];
    default:
      return [shown];
  }
}
