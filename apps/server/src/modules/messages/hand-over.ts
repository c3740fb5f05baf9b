import {
  type Credential,
  mediaIdsOf,
  type Provider,
  replaceMediaIds,
  type SendOutcome,
} from '@chaski/providers';
import type { Database } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { getContact } from '../contacts/index.ts';
import { credentialFor, forgetCredential } from '../numbers/index.ts';
import type { Budgets } from './budget.ts';
import { sendFacts, type Templates, templateOf } from './can-send.ts';
import type { HeldNumber } from './held.ts';
import { campaignLane } from './lane.ts';
import type { ClaimRecord } from './queries-send.ts';
import {
  type AttemptRef,
  notCalled,
  type Result,
  refusedByPolicy,
  refusedHere,
  resultOf,
  unknown,
} from './results.ts';
import { decide, type Purpose } from './rules.ts';
import { otherRoute, type Route, routeOf } from './rules-route.ts';
import type { Uploads } from './upload.ts';

export interface HandOverDeps {
  db: Database;
  log: Logger;
  /** By name, as numbers.provider says. */
  provider(name: string): Provider | undefined;
  uploads?: Uploads | undefined;
  budgets: Budgets | null;
  callTimeoutMs: number;
  random(): number;
  /** No call may begin any more. */
  halted(): boolean;
  signal: AbortSignal;
}

/** The move of a thread after its contact's merge takes a moment. */
const mergePauseMs = 1_000;
/** Between two questions for a token whose keeper is away. */
const vaultPauseMs = 30_000;

export interface HandOver {
  /** Everything between the claim and the result of one message. Never rejects. */
  one(number: HeldNumber, row: ClaimRecord, templates: Templates): Promise<Result>;
  /** It failed in a way nobody thought of: the call may have been made. */
  failed(row: ClaimRecord, error: unknown): Result;
}

/** One message's way to WhatsApp: the policy once more, its credential, its files, the call. */
export function handOvers(deps: HandOverDeps): HandOver {
  const { db, log, callTimeoutMs } = deps;

  async function handOverOne(number: HeldNumber, row: ClaimRecord, templates: Templates): Promise<Result> {
    const ref = refOf(row);
    // Never a second call for what WhatsApp has; writing this result ends its row.
    if (row.rank > 0) return giveBack(number, ref, 'WhatsApp has the message already');
    const candidate = candidateOf(row);
    const template = templateOf(templates, candidate);
    const verdict = decide(sendFacts(candidate, db.clock.now(), template, { month: null, minute: null }));
    if (verdict.verdict !== 'free-form') {
      if (await isMerged(row)) {
        const dueAt = new Date(db.clock.now().getTime() + mergePauseMs);
        return { ...giveBack(number, ref, 'the thread follows its contact to another one'), dueAt };
      }
      number.bucket.giveBack(1);
      return refusedByPolicy(ref, verdict);
    }
    // The row knows of a pause before our copy of the number does.
    if (row.paused_reason !== null) {
      number.info = { ...number.info, paused_reason: row.paused_reason };
      return giveBack(number, ref, 'the account is paused');
    }
    const provider = deps.provider(row.provider);
    if (!provider) {
      return resultOf(
        ref,
        { outcome: 'not-sent', reason: `no provider is called ${row.provider}` },
        contextOf(row, true),
      );
    }
    let credential: Credential;
    try {
      credential = await credentialFor(db, row.workspace_id, row.account_id);
    } catch (error) {
      if (error instanceof AppError && error.code === 'token_missing') {
        number.info = { ...number.info, paused_reason: error.message };
        return {
          ...giveBack(number, ref, error.message),
          pause: { accountId: row.account_id, reason: error.message },
        };
      }
      // Whoever keeps the token is away: the number waits, and no try is used up.
      if (error instanceof AppError && error.code === 'vault_unavailable') {
        const dueAt = new Date(db.clock.now().getTime() + vaultPauseMs);
        return { ...giveBack(number, ref, error.message), dueAt, slow: 'number' };
      }
      return resultOf(
        ref,
        { outcome: 'not-sent', reason: error instanceof Error ? error.message : String(error) },
        contextOf(row, true),
      );
    }
    const prepared = await prepare(row);
    if (prepared.is === 'failed') return resultOf(ref, prepared.outcome, contextOf(row, true));
    // Uploads take their time: only a lease that outlasts the call's own timeout lets it start.
    if (number.lease.expiresAt - db.clock.now().getTime() <= callTimeoutMs || deps.halted())
      return giveBack(number, ref, 'the lease was about to end');
    const callOver = async (route: Route): Promise<SendOutcome> => {
      try {
        return await provider.send({
          credential,
          phoneNumberId: row.phone_number_id,
          route,
          to:
            row.group_ref !== null
              ? { kind: 'group', value: row.group_ref }
              : row.phone !== null
                ? { kind: 'phone', value: row.phone }
                : { kind: 'user', value: row.user_id ?? '' },
          content: prepared.content,
          replyTo: row.reply_to,
          callbackData: row.attempt_id,
          timeoutMs: callTimeoutMs,
          signal: deps.signal,
        });
      } catch (error) {
        // Providers answer with outcomes; whatever else happens, the call may have been made.
        log.error({ err: error, attemptId: row.attempt_id }, 'deliver: a provider threw');
        return {
          outcome: 'unknown',
          reason: error instanceof Error ? error.message : String(error),
          httpStatus: null,
        };
      }
    };
    const usual = routeOf(row.marketing_route, row.content.type, template?.category ?? null);
    const second =
      row.marketing_route === 'marketing_messages' ? number.routes.get(row.message_id) : undefined;
    number.routes.delete(row.message_id);
    let outcome = await callOver(second ?? usual);
    if (outcome.outcome === 'refused' && second === undefined) {
      const other = otherRoute(row.marketing_route, usual, outcome.error.code);
      const later = other === null ? null : await roomForOther(number);
      if (other !== null && later !== null) {
        number.routes.set(row.message_id, other);
        return refusedHere(ref, outcome, contextOf(row, true), later);
      }
      if (other !== null) outcome = await callOver(other);
    }
    const dead = outcome.outcome === 'refused' && outcome.class.retry === 'reauth';
    return resultOf(ref, outcome, contextOf(row, dead ? await tokenIsCurrent(row, credential) : true));
  }

  /** A second call is one like every other: its token, its part of the budgets, its time. Null, or when to try again. */
  async function roomForOther(number: HeldNumber): Promise<Date | null> {
    const now = db.clock.now().getTime();
    if (number.bucket.available(now) < 1) return new Date(number.bucket.nextAt(now));
    number.bucket.take(1, now);
    const budget = await deps.budgets?.take(number.info, 1, now).catch(() => ({ granted: 0, nextAt: now }));
    const isGranted = budget?.granted !== 0;
    if (isGranted && number.lease.expiresAt - db.clock.now().getTime() > callTimeoutMs && !deps.halted())
      return null;
    number.bucket.giveBack(1);
    if (isGranted) deps.budgets?.giveBack(number.info, 1);
    return new Date(budget?.nextAt ?? now);
  }

  /** Between a merge and its thread's move nobody but the kept contact can say whether it may be written to. */
  async function isMerged({ workspace_id, contact_id }: ClaimRecord): Promise<boolean> {
    if (contact_id === null) return false;
    const standing = await db.withSystem('was a contact merged meanwhile', (tx) =>
      getContact(tx, workspace_id, contact_id),
    );
    return standing !== null && standing.id !== contact_id;
  }

  async function tokenIsCurrent(row: ClaimRecord, used: Credential): Promise<boolean> {
    forgetCredential(db, row.account_id);
    try {
      return (await credentialFor(db, row.workspace_id, row.account_id)).token === used.token;
    } catch {
      return true;
    }
  }

  /** The content with WhatsApp's own ids for our files. */
  async function prepare(
    row: ClaimRecord,
  ): Promise<{ is: 'ready'; content: ClaimRecord['content'] } | { is: 'failed'; outcome: SendOutcome }> {
    const ids = mediaIdsOf(row.content);
    if (ids.length === 0) return { is: 'ready', content: row.content };
    if (!deps.uploads)
      return { is: 'failed', outcome: { outcome: 'not-sent', reason: 'no store of files is configured' } };
    const translated = new Map<string, string>();
    for (const mediaId of ids) {
      const upload = await deps.uploads.upload({
        workspaceId: row.workspace_id,
        numberId: row.number_id,
        mediaId,
      });
      if (upload.outcome === 'ok') {
        translated.set(mediaId, upload.providerMediaId);
        continue;
      }
      if (upload.retry) return { is: 'failed', outcome: { outcome: 'not-sent', reason: upload.reason } };
      return {
        is: 'failed',
        outcome: {
          outcome: 'refused',
          error: {
            code: 131053,
            title: 'Media upload error',
            message: upload.reason,
            details: null,
            href: null,
          },
          class: { retry: 'never' },
          httpStatus: 0,
        },
      };
    }
    return { is: 'ready', content: replaceMediaIds(row.content, translated) as ClaimRecord['content'] };
  }

  function contextOf(row: ClaimRecord, tokenCurrent: boolean) {
    return {
      now: db.clock.now(),
      settings: row.settings,
      accountId: row.account_id,
      tokenIsCurrent: tokenCurrent,
      random: deps.random(),
    };
  }

  function giveBack(number: HeldNumber, ref: AttemptRef, reason: string): Result {
    number.bucket.giveBack(1);
    number.pairs.giveBack(ref.conversationId);
    return notCalled(ref, reason, null);
  }

  return {
    one: handOverOne,
    failed: (row, error) => unknown(refOf(row), String(error), contextOf(row, true)),
  };
}

export function refOf(row: ClaimRecord): AttemptRef {
  return {
    workspaceId: row.workspace_id,
    messageId: row.message_id,
    attemptId: row.attempt_id,
    numberId: row.number_id,
    conversationId: row.conversation_id,
    contactId: row.contact_id,
    n: row.n,
    campaign: row.priority >= campaignLane,
  };
}

export function candidateOf(row: ClaimRecord) {
  return { facts: row, purpose: row.purpose as Purpose, content: row.content };
}
