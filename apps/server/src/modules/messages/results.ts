import type { SendOutcome } from '@chaski/providers';
import type { SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { storableJson } from '../../platform/storable.ts';
import { recordConsents } from '../contacts/index.ts';
import { pauseAccount } from '../numbers/index.ts';
import { parseSettings } from '../workspaces/index.ts';
import { applyPending } from './apply-status.ts';
import { afterRefusal, backoffMs, maxAttempts } from './backoff.ts';
import { changeEvent } from './changes.ts';
import { uniteEchoes } from './echoes.ts';
import { type ChangedRecord, saveResults } from './queries-send.ts';
import type { Confirmation } from './reconcile.ts';
import type { MessageError } from './rows.ts';
import type { Verdict } from './rules.ts';

/** The attempt a result belongs to. */
export interface AttemptRef {
  workspaceId: string;
  messageId: string;
  attemptId: string;
  numberId: string;
  conversationId: string;
  contactId: string | null;
  /** 1-based. */
  n: number;
  /** Of a campaign: it has a policy of its own for what may be tried again hours later, and never sends twice. */
  campaign: boolean;
}

/** What became of an attempt and what follows from it; made by the functions below, written by `writeResults`. */
export interface Result extends AttemptRef {
  outcome: SendOutcome['outcome'];
  providerMessageId: string | null;
  httpStatus: number | null;
  error: MessageError | null;
  queueState: 'done' | 'due' | 'dead' | 'unconfirmed';
  dueAt: Date | 'never' | null;
  /** Whether it used up one of the five tries. */
  counts: boolean;
  /** null = the message waits on as it is. */
  messageStatus: 'accepted' | 'failed' | 'cancelled' | 'unconfirmed' | null;
  /** The person stopped marketing in WhatsApp (131050). */
  marketingStop: boolean;
  pause: { accountId: string; reason: string } | null;
  /** Who must slow down until `dueAt`. */
  slow: 'message' | 'pair' | 'number' | 'app' | 'account' | null;
}

/** How long an unknown outcome may still be explained by a status before a workspace's policy sends it again. */
export const resendAfterMs = 30 * 60_000;

const marketingStopped = 131050;

function base(ref: AttemptRef): Omit<Result, 'outcome' | 'queueState'> {
  const { workspaceId, messageId, attemptId, numberId, conversationId, contactId, n, campaign } = ref;
  return {
    workspaceId,
    messageId,
    attemptId,
    numberId,
    conversationId,
    contactId,
    n,
    campaign,
    providerMessageId: null,
    httpStatus: null,
    error: null,
    dueAt: null,
    counts: true,
    messageStatus: null,
    marketingStop: false,
    pause: null,
    slow: null,
  };
}

export interface OutcomeContext {
  now: Date;
  settings: unknown;
  accountId: string;
  /** False when the account got a new token since: then the old one's death stops nobody. */
  tokenIsCurrent: boolean;
  random: number;
}

/**
 * WhatsApp took it and keeps it until it has seen how people take the template; then it says `sent`, or `failed` (132015).
 * Told with the attempt alone: the message was accepted like others, and every later word stands above that.
 */
function heldBack(said: string | null): MessageError | null {
  if (said !== 'held_for_quality_assessment') return null;
  return {
    code: said,
    kind: 'held',
    message:
      'WhatsApp holds it while it looks at how people take the template; it sends it then, or drops it.',
  };
}

/** What follows from one call. */
export function resultOf(ref: AttemptRef, outcome: SendOutcome, context: OutcomeContext): Result {
  const later = (ms: number) => new Date(context.now.getTime() + ms);
  switch (outcome.outcome) {
    case 'accepted':
      return {
        ...base(ref),
        outcome: 'accepted',
        providerMessageId: outcome.providerMessageId,
        httpStatus: 200,
        error: heldBack(outcome.messageStatus),
        queueState: 'done',
        messageStatus: 'accepted',
      };
    case 'unknown':
      return unknown(ref, outcome.reason, context, outcome.httpStatus);
    case 'not-sent': {
      const error = { code: 'not_sent', kind: 'later', message: outcome.reason };
      return ref.n >= maxAttempts
        ? { ...base(ref), outcome: 'not-sent', error, queueState: 'dead', messageStatus: 'failed' }
        : {
            ...base(ref),
            outcome: 'not-sent',
            error,
            queueState: 'due',
            dueAt: later(backoffMs(ref.n, outcome.unreached ? 'network' : 'message', context.random)),
          };
    }
    case 'refused': {
      const error = {
        code: String(outcome.error.code),
        kind: outcome.class.retry,
        message: outcome.error.details ?? outcome.error.message ?? outcome.error.title,
      };
      const common = {
        ...base(ref),
        outcome: 'refused' as const,
        error,
        httpStatus: outcome.httpStatus,
        marketingStop: outcome.error.code === marketingStopped && ref.contactId !== null,
      };
      const next = afterRefusal(outcome.class, ref.n, context.random);
      if (next.next === 'fail' || (ref.campaign && outcome.class.retry === 'after'))
        return { ...common, queueState: 'done', messageStatus: 'failed' };
      if (next.next === 'dead') return { ...common, queueState: 'dead', messageStatus: 'failed' };
      return {
        ...common,
        queueState: 'due',
        dueAt: later(next.afterMs),
        counts: next.counts,
        slow: next.slow,
        pause:
          next.slow === 'account' && context.tokenIsCurrent
            ? { accountId: context.accountId, reason: `${error.code}: ${error.message}` }
            : null,
      };
    }
  }
}

/**
 * Refused over one route, and there is no room yet for a call over the other: it comes again then. One try more than
 * the others have, or the last one's second route would be lost.
 */
export function refusedHere(
  ref: AttemptRef,
  outcome: Extract<SendOutcome, { outcome: 'refused' }>,
  context: OutcomeContext,
  dueAt: Date,
): Result {
  const refused = resultOf(ref, outcome, context);
  return ref.n > maxAttempts ? refused : { ...refused, queueState: 'due', dueAt, messageStatus: null };
}

/** Nobody knows whether WhatsApp has it. */
export function unknown(
  ref: AttemptRef,
  reason: string,
  context: { now: Date; settings: unknown },
  httpStatus: number | null = null,
): Result {
  const resend = !ref.campaign && parseSettings(context.settings).unknownSends === 'resend';
  return {
    ...base(ref),
    outcome: 'unknown',
    httpStatus,
    error: { code: 'unknown_outcome', kind: 'unknown', message: reason },
    queueState: 'unconfirmed',
    dueAt: resend ? new Date(context.now.getTime() + resendAfterMs) : 'never',
    messageStatus: 'unconfirmed',
  };
}

/** The call was never made, for a reason of ours: it is tried again and no try is used up. */
export function notCalled(ref: AttemptRef, reason: string, dueAt: Date | null): Result {
  return {
    ...base(ref),
    outcome: 'not-sent',
    error: { code: 'not_called', kind: 'later', message: reason },
    queueState: 'due',
    dueAt,
    counts: false,
  };
}

/**
 * The policy changed its mind between queueing and hand-over. What the person decided is final; what an operator can
 * undo (workspace, number, template) is a dead letter and may be tried again.
 */
export function refusedByPolicy(
  ref: AttemptRef,
  verdict: Exclude<Verdict, { verdict: 'free-form' }>,
): Result {
  const undoable = [
    'workspace_suspended',
    'number_not_active',
    'template_not_approved',
    'no_address',
  ].includes(verdict.code);
  return {
    ...base(ref),
    outcome: 'not-sent',
    error: { code: verdict.code, kind: 'policy', message: verdict.sentence },
    queueState: undoable ? 'dead' : 'done',
    messageStatus: undoable ? 'failed' : 'cancelled',
  };
}

/** Writes results with everything that follows from them, in the caller's transaction. */
export async function writeResults(tx: SystemTx, results: readonly Result[]): Promise<void> {
  if (results.length === 0) return;
  const rows = [...results]
    .sort((a, b) => (a.workspaceId + a.messageId < b.workspaceId + b.messageId ? -1 : 1))
    .map((r) => ({
      workspace_id: r.workspaceId,
      message_id: r.messageId,
      attempt_id: r.attemptId,
      outcome: r.outcome,
      provider_message_id: r.providerMessageId,
      http_status: r.httpStatus,
      error: r.error,
      queue_state: r.queueState,
      due_at: r.dueAt === 'never' ? 'infinity' : (r.dueAt?.toISOString() ?? null),
      counts: r.counts,
      message_status: r.messageStatus,
      reason: r.error?.message ?? null,
      number_id: r.numberId,
    }));
  const changed = await tx.query<ChangedRecord & Record<string, unknown>>(saveResults, [
    storableJson(rows),
    tx.now().toISOString(),
  ]);
  await emit(
    tx,
    changed.flatMap((row) => changeEvent(row)),
  );
  await uniteEchoes(tx, echoed(results, changed));
  await applyPending(tx, acceptedOf(results));
  const stops = results.filter((r) => r.marketingStop && r.contactId !== null);
  await recordConsents(
    tx,
    stops.map((r) => ({
      workspaceId: r.workspaceId,
      contactId: r.contactId!,
      action: 'opt-out' as const,
      scope: 'marketing' as const,
      source: 'whatsapp',
      at: tx.now(),
    })),
  );
  const pauses = new Map(
    results.flatMap((r) =>
      r.pause ? [[r.pause.accountId, { ...r.pause, workspaceId: r.workspaceId }]] : [],
    ),
  );
  for (const pause of [...pauses.values()].sort((a, b) => (a.accountId < b.accountId ? -1 : 1)))
    await pauseAccount(tx, pause.workspaceId, pause.accountId, pause.reason);
}

/** Accepted, and still without WhatsApp's id: another line holds it. */
function echoed(results: readonly Result[], changed: readonly ChangedRecord[]): Confirmation[] {
  const without = new Set(
    changed.flatMap((row) => (row.provider_message_id === null ? [row.attempt_id] : [])),
  );
  return results.flatMap((result) =>
    result.providerMessageId !== null && without.has(result.attemptId)
      ? [{ ...result, providerMessageId: result.providerMessageId, failed: false }]
      : [],
  );
}

/** Ids that WhatsApp just gave, also to a second attempt: statuses may be waiting for them. */
function acceptedOf(
  results: readonly Result[],
): { workspaceId: string; numberId: string; providerMessageId: string }[] {
  return results.flatMap(({ workspaceId, numberId, providerMessageId }) =>
    providerMessageId === null ? [] : [{ workspaceId, numberId, providerMessageId }],
  );
}
