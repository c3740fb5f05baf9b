import { normalizeRecipient, phoneVariants } from '@chaski/providers';
import type { TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import {
  type ContactRow,
  contactForAddress,
  countryOfPhone,
  getContact,
  visibleContacts,
} from '../contacts/index.ts';
import { getConversation, openMany, whyNotAnswer } from '../conversations/index.ts';
import { defaultNumber, getNumber, type NumberRow, routesByNumberId } from '../numbers/index.ts';
import { templateStates } from '../templates/index.ts';
import { holdQuota, monthOf, parseSettings } from '../workspaces/index.ts';
import { type FactsRecord, factsOfConversations, statusOfWorkspace, usedOfPlans } from './queries-facts.ts';
import {
  blocked,
  decide,
  numberNotActive,
  type Purpose,
  type SendFacts,
  type Usage,
  type Verdict,
  workspaceSuspended,
} from './rules.ts';
import { missingParameters, templateRef } from './template-check.ts';

/** To whom and from which number; exactly one address. */
export interface Target {
  /** Phone with country code, any writing. */
  to?: string | undefined;
  contactId?: string | undefined;
  conversationId?: string | undefined;
  /** Business-scoped user id. */
  recipient?: string | undefined;
  numberId?: string | undefined;
}

export interface CanSendQuery extends Target {
  purpose?: Purpose | undefined;
  /** Asks for a template instead of free text. */
  template?: { name: string; language: string; components?: readonly unknown[] | undefined } | undefined;
}

/**
 * Would a message be taken now, and if not, why and until when. Opens the conversation: whoever only asks rolls back.
 * `only`: numbers the caller may see; null = all.
 */
export async function canSend(
  tx: TenantTx,
  query: CanSendQuery,
  only: readonly string[] | null = null,
): Promise<Verdict> {
  const place = await placeOf(tx, query, only);
  if (place.outcome === 'blocked') return place.verdict;
  if (place.outcome === 'not-theirs')
    throw query.conversationId === undefined ? errors.notFound('number') : errors.notFound('conversation');
  const others = await whyNotAnswer(tx, place.conversationId);
  if (others) return { verdict: 'blocked', code: others.reason, sentence: others.message };
  const [facts] = await factsFor(tx, [{ workspaceId: tx.workspaceId, conversationId: place.conversationId }]);
  if (!facts) throw errors.notFound('conversation');
  const content = query.template ? templateContent(query.template) : { type: 'text' };
  const [verdict] = await judge(tx, [{ facts, purpose: query.purpose ?? 'service', content }]);
  if (verdict?.verdict !== 'free-form' || query.template?.components === undefined) return verdict!;
  const missing = await missingParameters(tx, place.numberId, content);
  return missing === null ? verdict : blocked('template_parameters', missing.join(' '));
}

function templateContent({ name, language, components }: NonNullable<CanSendQuery['template']>) {
  return { type: 'template', template: { name, language: { code: language }, components } };
}

type Place =
  | { outcome: 'found'; conversationId: string; numberId: string; contactId: string | null }
  /** Of a number that the caller may not use. */
  | { outcome: 'not-theirs' }
  /** A number that is not active has no conversation that anybody could see or open (policy reach). */
  | { outcome: 'blocked'; verdict: Verdict & { verdict: 'blocked' } };

/** The conversation a target means, opened if it does not exist yet. `only`: numbers the caller may use; null = all. */
export async function placeOf(tx: TenantTx, target: Target, only: readonly string[] | null): Promise<Place> {
  const said = (['to', 'recipient', 'contactId', 'conversationId'] as const).filter(
    (name) => target[name] !== undefined,
  );
  if (said.length > 1)
    throw errors.invalidRequest(
      said.map((path) => ({ path, message: `say to whom exactly once; here are ${said.join(' and ')}` })),
    );
  const theirs = (numberId: string) => only === null || only.includes(numberId);
  if (target.conversationId !== undefined) {
    const found = await getConversation(tx, tx.workspaceId, target.conversationId);
    if (!found) throw errors.notFound('conversation', { conversationId: target.conversationId });
    if (!theirs(found.numberId)) return { outcome: 'not-theirs' };
    if (target.numberId !== undefined && target.numberId !== found.numberId)
      throw errors.invalidRequest([
        { path: 'numberId', message: 'The conversation belongs to another number; leave numberId out.' },
      ]);
    return {
      outcome: 'found',
      conversationId: found.id,
      numberId: found.numberId,
      contactId: found.contactId,
    };
  }
  const number = await numberOf(tx, target.numberId);
  // Before anything is told about the number.
  if (!theirs(number.id)) return { outcome: 'not-theirs' };
  if (number.status !== 'active') {
    // In the order of the rules: first what stops the whole workspace.
    const stopped = (await workspaceStatus(tx)) !== 'active';
    return { outcome: 'blocked', verdict: stopped ? workspaceSuspended() : numberNotActive(number.status) };
  }
  const contactId = await contactOf(tx, target, number);
  const [conversation] = await openMany(tx, [
    { workspaceId: tx.workspaceId, numberId: number.id, contactId },
  ]);
  return { outcome: 'found', conversationId: conversation!.id, numberId: number.id, contactId };
}

async function workspaceStatus(tx: TenantTx): Promise<string | undefined> {
  return (await tx.query<{ status: string }>(statusOfWorkspace, [tx.workspaceId]))[0]?.status;
}

async function numberOf(tx: TenantTx, id: string | undefined): Promise<NumberRow> {
  if (id !== undefined) return getNumber(tx, id);
  const number = await defaultNumber(tx);
  if (!number)
    throw errors.unprocessable(
      'no_number',
      'The workspace has no number to send from. Connect one, or name it as numberId.',
    );
  return number;
}

async function contactOf(tx: TenantTx, target: Target, number: NumberRow): Promise<string> {
  if (target.contactId !== undefined) {
    const contact = isId(target.contactId) ? await contactFor(tx, target.contactId) : null;
    if (!contact) throw errors.notFound('contact', { contactId: target.contactId });
    refuseOneself(contact.phone, number, 'contactId');
    return contact.id;
  }
  if (target.recipient !== undefined) {
    const routes = await routesByNumberId(tx, [{ workspaceId: tx.workspaceId, numberId: number.id }]);
    const scope = routes.get(number.id)?.portfolioScope ?? '';
    return (await contactForAddress(tx, { userId: target.recipient, scope })).id;
  }
  if (target.to === undefined)
    throw errors.invalidRequest([
      { path: 'to', message: 'say to whom exactly once: to, contactId, conversationId or recipient' },
    ]);
  const read = normalizeRecipient(target.to);
  if ('error' in read) throw errors.invalidRequest([{ path: 'to', message: read.error }]);
  refuseOneself(read.digits, number, 'to');
  return (await contactForAddress(tx, { phone: read.digits })).id;
}

/** WhatsApp answers 131021 to it, in whichever national writing. */
function refuseOneself(phone: string | null, number: NumberRow, path: string): void {
  const own = number.displayPhoneNumber.replace(/\D/g, '');
  if (phone === null || !phoneVariants(phone).includes(own)) return;
  throw errors.invalidRequest([{ path, message: 'this is the number that would send; name somebody else' }]);
}

/** An id is no way to a person whom whoever acts may not see; it costs a second look where somebody is limited. */
async function contactFor(tx: TenantTx, id: string): Promise<ContactRow | null> {
  if (tx.actor.reach === undefined) return getContact(tx, tx.workspaceId, id);
  return (await visibleContacts(tx, [id]))[0] ?? null;
}

/** Facts of conversations, in the order of `refs`; undefined for one that does not exist (here). */
export async function factsFor(
  tx: Tx,
  refs: readonly { workspaceId: string; conversationId: string }[],
): Promise<(FactsRecord | undefined)[]> {
  if (refs.length === 0) return [];
  const distinct = [...new Map(refs.map((ref) => [ref.conversationId, ref])).values()];
  const rows = await tx.query<FactsRecord & Record<string, unknown>>(factsOfConversations, [
    distinct.map((ref) => ref.workspaceId),
    distinct.map((ref) => ref.conversationId),
  ]);
  const byId = new Map(rows.map((row) => [row.conversation_id, row]));
  return refs.map((ref) => byId.get(ref.conversationId));
}

export interface Candidate {
  facts: FactsRecord;
  purpose: Purpose;
  content: { type: string; [key: string]: unknown };
}

/**
 * Decides a batch, each after the ones before it have used their part of the plan. `taking`: what is allowed will be
 * queued in this transaction, so that near the end of a month's quota nobody else may count at the same time.
 */
export async function judge(
  tx: Tx,
  candidates: readonly Candidate[],
  { taking = false, templates: known }: { taking?: boolean; templates?: Templates } = {},
): Promise<Verdict[]> {
  const now = tx.now();
  const templates = known ?? (await templatesOf(tx, candidates));
  const usage = await usageOf(tx, candidates, taking);
  return candidates.map((candidate) => {
    const used = usage.get(candidate.facts.workspace_id) ?? { month: null, minute: null };
    const verdict = decide(
      sendFacts(candidate, now, templates.get(templateKey(candidate) ?? '') ?? null, used),
    );
    if (verdict.verdict === 'free-form') {
      if (used.month) used.month = { ...used.month, used: used.month.used + 1 };
      if (used.minute) used.minute = { ...used.minute, used: used.minute.used + 1 };
    }
    return verdict;
  });
}

/** As the rules want them. */
export function sendFacts(
  candidate: Candidate,
  now: Date,
  template: SendFacts['template'],
  usage: SendFacts['usage'],
): SendFacts {
  const { facts } = candidate;
  const kind = candidate.content.type === 'template' ? 'template' : 'free-form';
  const settings = parseSettings(facts.settings);
  return {
    now,
    purpose: candidate.purpose,
    kind,
    workspace: { status: facts.workspace_status },
    number: { status: facts.number_status, hasWindow: facts.has_window },
    accountPaused: facts.paused_reason,
    contact:
      facts.contact_id === null
        ? null
        : {
            blockedAt: facts.blocked_at,
            suppressed: facts.suppressed,
            consent: {
              service: facts.consent_service,
              utility: facts.consent_utility,
              marketing: facts.consent_marketing,
            },
            marketingStoppedAt: facts.marketing_stopped_at,
            marketingResumedAt: facts.marketing_resumed_at,
            // Reading a number costs something; of free text nothing depends on it.
            marketingPaused:
              kind === 'template' && settings.marketingPausedIn.includes(countryOfPhone(facts.phone) ?? ''),
            reachable: facts.phone !== null || facts.user_id !== null,
            showsPhone: facts.phone !== null,
          },
    marketingNeedsOptIn: settings.marketing === 'opt-in',
    lastInboundAt: facts.last_inbound_at,
    template,
    usage,
  };
}

function templateKey({ facts, content }: Candidate): string | null {
  const template = templateRef(content);
  if (!template) return null;
  return `${facts.workspace_id}|${facts.account_id}|${template.name}|${template.language}`;
}

export type Templates = Map<string, { status: string; category: string; body: string | null }>;

/** What WhatsApp told about the templates of these candidates; those it never mentioned are missing. */
export async function templatesOf(tx: Tx, candidates: readonly Candidate[]): Promise<Templates> {
  const asked = candidates.flatMap((candidate) => {
    const template = templateRef(candidate.content);
    return template ? [{ ...template, facts: candidate.facts }] : [];
  });
  if (asked.length === 0) return new Map();
  // A batch of a campaign names one template a thousand times: it is asked for once.
  const refs = asked.map(({ facts, name, language }) => ({
    workspaceId: facts.workspace_id,
    accountId: facts.account_id,
    name,
    language,
  }));
  const rows = await templateStates(tx, [...new Map(refs.map((ref) => [JSON.stringify(ref), ref])).values()]);
  return new Map(
    rows.map((row) => [`${row.workspace_id}|${row.account_id}|${row.name}|${row.language}`, row]),
  );
}

export function templateOf(
  templates: Templates,
  candidate: Candidate,
): { status: string; category: string; body: string | null } | null {
  return templates.get(templateKey(candidate) ?? '') ?? null;
}

/** Metric of `usage` that plans limit; with `.<category>` it is counted by what WhatsApp calls it. */
export const sentMetric = 'messages.sent';

const categories = ['utility', 'marketing', 'authentication'] as const;

/** What a message is to WhatsApp: its template's category, else service. */
export function categoryOf(
  templates: Templates,
  candidate: Candidate,
): 'service' | (typeof categories)[number] {
  const category = templateOf(templates, candidate)?.category.toLowerCase() ?? '';
  return categories.find((one) => category.startsWith(one)) ?? 'service';
}

// More than all processes together could have on their way uncommitted: further from the end nobody waits for anybody.
const nearEnd = 1_000;

async function usageOf(
  tx: Tx,
  candidates: readonly Candidate[],
  taking: boolean,
): Promise<Map<string, { month: Usage | null; minute: Usage | null }>> {
  const now = tx.now();
  const found = new Map<string, { month: Usage | null; minute: Usage | null }>();
  const limited = new Map(
    candidates
      .map(({ facts }) => facts)
      .filter((facts) => facts.messages_per_minute !== null || facts.messages_per_month !== null)
      .map((facts) => [facts.workspace_id, facts]),
  );
  if (limited.size === 0) return found;
  const ids = [...limited.keys()];
  const month = monthOf(now);
  const read = () =>
    tx.query<{ workspace_id: string; month_used: number; minute_used: number }>(usedOfPlans, [
      ids,
      firstIdAt(now.getTime() - 60_000),
      month,
      sentMetric,
    ]);
  let rows = await read();
  if (taking) {
    const near = rows
      .filter((row) => {
        const limit = limited.get(row.workspace_id)!.messages_per_month;
        return limit !== null && row.month_used < limit && limit - row.month_used <= nearEnd;
      })
      .map((row) => row.workspace_id)
      .sort();
    for (const id of near) await holdQuota(tx, id, sentMetric);
    if (near.length > 0) rows = await read();
  }
  const nextMonth = new Date(`${month}T00:00:00Z`);
  nextMonth.setUTCMonth(nextMonth.getUTCMonth() + 1);
  for (const row of rows) {
    const facts = limited.get(row.workspace_id)!;
    const perMonth = facts.messages_per_month;
    const perMinute = facts.messages_per_minute;
    found.set(row.workspace_id, {
      month: perMonth === null ? null : { used: row.month_used, limit: perMonth, changesAt: nextMonth },
      minute:
        perMinute === null
          ? null
          : { used: row.minute_used, limit: perMinute, changesAt: new Date(now.getTime() + 60_000) },
    });
  }
  return found;
}

/** The smallest UUIDv7 of a time: everything made since then has a greater id. */
export function firstIdAt(ms: number): string {
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
