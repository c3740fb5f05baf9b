import { isDeepStrictEqual } from 'node:util';
import { previewOf } from '@chaski/contracts';
import type { TenantTx, Tx } from '../../platform/db/index.ts';
import { type AppError, errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { isId, newId } from '../../platform/ids.ts';
import type { Signals } from '../../platform/signals.ts';
import { refuseOthersAnswer, touchMany } from '../conversations/index.ts';
import { countUsage } from '../workspaces/index.ts';
import {
  type Candidate,
  categoryOf,
  factsFor,
  judge,
  placeOf,
  sentMetric,
  type Target,
  type Templates,
  templateOf,
  templatesOf,
} from './can-send.ts';
import { checkFiles } from './files.ts';
import type { FactsRecord } from './queries-facts.ts';
import { insertQueued, type MessageRecord, messagesByDedupe, messagesByIds } from './queries-send.ts';
import { type MessageRow, toMessage } from './rows.ts';
import type { Purpose, Verdict } from './rules.ts';
import { refuseIncomplete } from './template-check.ts';

/** What `POST /v1/messages` and every other sender says. The content is checked by its schema before. */
export interface SendCommand extends Target {
  content: { type: string; [key: string]: unknown };
  /** Message that is answered: our id or WhatsApp's. */
  replyTo?: string | null | undefined;
  purpose?: Purpose | undefined;
  dedupeKey?: string | null | undefined;
  workflowId?: string | null | undefined;
  /** 0 people and replies; campaigns take `campaignLane`. */
  priority?: number | undefined;
  /** api | workflow | inbox | campaign; where the words came from. */
  source?: string | undefined;
  /** No person wrote it: automatic numbers do not answer it. */
  automated?: boolean | undefined;
}

/** The same with its conversation known: for batches. */
export interface QueueCommand
  extends Omit<SendCommand, 'to' | 'contactId' | 'recipient' | 'numberId' | 'conversationId'> {
  workspaceId: string;
  conversationId: string;
  /** Where they were read in this transaction already. */
  facts?: FactsRecord;
  /** Somebody asked for this one: it stands in the audit. What workflows and campaigns send stands in their own. */
  audited?: boolean;
}

export type QueueResult =
  | { outcome: 'queued'; message: MessageRow }
  /** The dedupe key is known: nothing was sent again. */
  | { outcome: 'known'; message: MessageRow }
  | { outcome: 'refused'; verdict: Exclude<Verdict, { verdict: 'free-form' }> };

/** Dedupe keys of our own (workflows/auto-reply, consent, campaigns): a request with one would silence them. */
const ownPrefixes = ['auto-reply:', 'consent:', 'campaign:'] as const;

/** Of requests: their keys are theirs. */
export function refuseOwnKey(key: string | null | undefined, path: string): void {
  const taken = ownPrefixes.find((prefix) => key?.startsWith(prefix));
  if (taken === undefined) return;
  throw errors.invalidRequest([
    { path, message: `keys that begin with ${taken} are Chaski’s own; use another` },
  ]);
}

/** A row for `insertQueued`. */
type QueuedRow = Pick<
  MessageRecord,
  | 'workspace_id'
  | 'id'
  | 'conversation_id'
  | 'number_id'
  | 'contact_id'
  | 'type'
  | 'content'
  | 'source'
  | 'reply_to'
  | 'target_provider_id'
  | 'workflow_id'
  | 'actor_kind'
  | 'actor_id'
  | 'purpose'
  | 'dedupe_key'
  | 'automated'
> & { ord: number; priority: number };

const listeners = new Set<() => void>();

/** Called after every commit that queued messages, in this process. */
export function onQueued(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** For a process that queues messages: wakes whoever delivers, here and elsewhere. Returns its end. */
export function announceSends(signals: Signals): () => void {
  return onQueued(() => signals.announce('sends'));
}

export function queuedAfterCommit(tx: Tx): void {
  tx.afterCommit(() => {
    for (const listener of listeners) listener();
  });
}

/**
 * Queues one message, or says no with the policy's reason (403; `window_closed` among them). A known dedupe key
 * answers the message it named, or 409 when that one went to somebody else or says something else.
 * `only`: numbers the caller may send from; null = all.
 */
export async function send(
  tx: TenantTx,
  command: SendCommand,
  only: readonly string[] | null = null,
): Promise<MessageRow> {
  const place = await placeOf(tx, command, only);
  // Without the number's id: nobody learns about numbers that are not theirs.
  if (place.outcome === 'not-theirs')
    throw errors.forbidden('You may not send from this number.', { reason: 'limited_reach' });
  if (place.outcome === 'blocked') throw refused(place.verdict);
  const { conversationId, contactId } = place;
  await refuseOthersAnswer(tx, conversationId);
  await checkFiles(tx, command.content);
  await refuseIncomplete(tx, place.numberId, command.content);
  const references = await resolveReferences(tx, command);
  const [result] = await sendMany(tx, [
    { ...command, ...references, workspaceId: tx.workspaceId, conversationId, audited: true },
  ]);
  if (!result) throw errors.notFound('conversation', { conversationId });
  if (result.outcome === 'known') {
    const { message } = result;
    // The default number may be another by now: who did not name one means the person.
    const named =
      command.numberId !== undefined || command.conversationId !== undefined || contactId === null;
    const samePlace = named ? message.conversationId === conversationId : message.contactId === contactId;
    const hidden = only !== null && !only.includes(message.numberId);
    if (!samePlace || hidden || !sameContent(message.content, references.content))
      throw errors.conflict(
        'dedupe_mismatch',
        'This dedupeKey belongs to another message: its recipient or content differs. Use a new key.',
      );
  }
  if (result.outcome === 'refused') throw refused(result.verdict);
  return result.message;
}

function refused(said: Exclude<Verdict, { verdict: 'free-form' }>): AppError {
  const { verdict, code, sentence, changesAt } = said;
  const details = { verdict, ...(changesAt ? { changesAt: changesAt.toISOString() } : {}) };
  if ('quota' in said && said.quota) {
    return errors.quotaExceeded('messagesPerMonth', said.quota.limit, said.quota.used, {
      ...details,
      reason: code,
    });
  }
  return errors.sendRefused(code, sentence, details);
}

/** As JSON: what was stored has been through it, and jsonb keeps no order of keys. */
function sameContent(stored: unknown, asked: unknown): boolean {
  return isDeepStrictEqual(stored, JSON.parse(JSON.stringify(asked)));
}

/**
 * Queues a batch with a handful of statements: policy, messages, queue, conversations, events, usage. Results in the
 * order of the commands.
 */
export async function sendMany(tx: Tx, commands: readonly QueueCommand[]): Promise<QueueResult[]> {
  if (commands.length === 0) return [];
  const now = tx.now();
  const results: (QueueResult | undefined)[] = new Array(commands.length);

  const keyed = commands.flatMap((command) =>
    command.dedupeKey ? [{ workspaceId: command.workspaceId, dedupeKey: command.dedupeKey }] : [],
  );
  const unread = commands.filter((command) => command.facts === undefined);
  const [rowsKnown, factsRead] = await Promise.all([byDedupe(tx, keyed), factsFor(tx, unread)]);
  const known = new Map(rowsKnown.map((row) => [dedupeKeyOf(row), row]));
  const facts = new Map(unread.map((command, index) => [command, factsRead[index]]));
  const fresh = commands
    .map((command, ord) => ({ command, ord }))
    .filter(({ command, ord }) => {
      const row = known.get(dedupeKeyOf(command));
      if (row) results[ord] = { outcome: 'known', message: row };
      return !row;
    });

  const candidates = fresh.map(({ command, ord }) => {
    const found = command.facts ?? facts.get(command);
    if (!found) throw errors.notFound('conversation', { conversationId: command.conversationId });
    return { command, ord, facts: found, purpose: purposeOf(command), content: command.content };
  });
  const templates = await templatesOf(tx, candidates);
  const verdicts = await judge(tx, candidates, { taking: true, templates });
  const accepted = candidates
    .filter(({ ord }, index) => {
      const verdict = verdicts[index]!;
      if (verdict.verdict !== 'free-form') results[ord] = { outcome: 'refused', verdict };
      return verdict.verdict === 'free-form';
    })
    .map((candidate) => ({
      ...candidate,
      id: newId(now.getTime()),
      preview: previewFor(templates, candidate),
    }));

  if (accepted.length > 0) {
    const rows = accepted.map(
      ({ command, facts: found, id, purpose, ord }): QueuedRow => ({
        ord,
        workspace_id: command.workspaceId,
        id,
        conversation_id: command.conversationId,
        number_id: found.number_id,
        contact_id: found.contact_id,
        type: command.content.type,
        content: command.content,
        source: command.source ?? 'api',
        reply_to: command.replyTo ?? null,
        target_provider_id: reactionTarget(command.content),
        workflow_id: command.workflowId ?? found.default_workflow_id,
        actor_kind: tx.actor.kind,
        actor_id: tx.actor.id,
        purpose,
        dedupe_key: command.dedupeKey ?? null,
        automated: command.automated ?? false,
        priority: command.priority ?? 0,
      }),
    );
    const inserted = new Set(
      (await tx.query<{ id: string }>(insertQueued, [JSON.stringify(rows), now.toISOString()])).map(
        (row) => row.id,
      ),
    );
    const queued = accepted.filter(({ id }) => inserted.has(id));
    await touchMany(
      tx,
      queued.map(({ command, id, preview }) => ({
        workspaceId: command.workspaceId,
        conversationId: command.conversationId,
        messageId: id,
        at: now,
        preview: command.content.type === 'reaction' ? null : preview,
        direction: 'out' as const,
        inbound: false,
        automated: command.automated ?? false,
      })),
    );
    await countUsage(
      tx,
      queued.flatMap((candidate) =>
        [sentMetric, `${sentMetric}.${categoryOf(templates, candidate)}`].map((metric) => ({
          workspaceId: candidate.command.workspaceId,
          metric,
          numberId: candidate.facts.number_id,
          count: 1,
        })),
      ),
    );
    await emit(
      tx,
      queued.map(({ command, facts: found, id, preview }) => ({
        workspaceId: command.workspaceId,
        name: 'message.queued',
        data: {
          messageId: id,
          conversationId: command.conversationId,
          contactId: found.contact_id,
          numberId: found.number_id,
          type: command.content.type,
          preview,
          source: command.source ?? 'api',
          automated: command.automated ?? false,
          at: now.toISOString(),
        },
        ...(command.audited
          ? {
              audit: {
                target: { kind: 'message', id },
                after: {
                  conversationId: command.conversationId,
                  numberId: found.number_id,
                  type: command.content.type,
                },
              },
            }
          : {}),
      })),
    );
    // What another transaction queued under the same key meanwhile is committed by now: the insert waited for it.
    const lost = accepted.filter(({ id }) => !inserted.has(id));
    const others = await byDedupe(
      tx,
      lost.map(({ command }) => ({ workspaceId: command.workspaceId, dedupeKey: command.dedupeKey! })),
    );
    const byId = new Map(rows.map((row) => [row.id as string, row]));
    const byKey = new Map(others.map((row) => [dedupeKeyOf(row), row]));
    for (const { id, ord, command } of accepted) {
      if (inserted.has(id)) {
        results[ord] = { outcome: 'queued', message: asQueued(byId.get(id)!, now) };
        continue;
      }
      const other = byKey.get(dedupeKeyOf(command));
      if (!other) throw errors.databaseBusy({ reason: 'dedupe' });
      results[ord] = { outcome: 'known', message: other };
    }
    if (queued.length > 0) queuedAfterCommit(tx);
  }
  return results as QueueResult[];
}

/** What `insertQueued` made of it, without asking: a round trip less for each request. */
function asQueued(row: QueuedRow, now: Date): MessageRow {
  return toMessage({
    ...row,
    // As jsonb keeps it: without what has no value.
    content: JSON.parse(JSON.stringify(row.content)) as Record<string, unknown>,
    direction: 'out',
    provider_message_id: null,
    status: 'queued',
    shown_at: now,
    created_at: now,
    context: null,
    referral: null,
    error: null,
    pricing: null,
    edited_at: null,
    revoked_at: null,
    sent_at: null,
    delivered_at: null,
    read_at: null,
    failed_at: null,
    queue_state: 'due',
    queue_due_at: now,
  });
}

/** Messages by id, in no order. */
export async function byIds(
  tx: Tx,
  keys: readonly { workspaceId: string; id: string }[],
): Promise<MessageRow[]> {
  if (keys.length === 0) return [];
  const rows = await tx.query<MessageRecord & Record<string, unknown>>(messagesByIds, [
    keys.map((key) => key.workspaceId),
    keys.map((key) => key.id),
  ]);
  return rows.map(toMessage);
}

/** The message that a dedupe key named, if its number is one of `only` (null = all). */
export async function messageByKey(
  tx: TenantTx,
  dedupeKey: string,
  only: readonly string[] | null = null,
): Promise<MessageRow | null> {
  const [row] = await byDedupe(tx, [{ workspaceId: tx.workspaceId, dedupeKey }]);
  return row && (only === null || only.includes(row.numberId)) ? row : null;
}

async function byDedupe(
  tx: Tx,
  keys: readonly { workspaceId: string; dedupeKey: string }[],
): Promise<MessageRow[]> {
  if (keys.length === 0) return [];
  const distinct = [...new Map(keys.map((key) => [dedupeKeyOf(key), key])).values()];
  const rows = await tx.query<MessageRecord & Record<string, unknown>>(messagesByDedupe, [
    distinct.map((key) => key.workspaceId),
    distinct.map((key) => key.dedupeKey),
  ]);
  return rows.map(toMessage);
}

function dedupeKeyOf(command: { workspaceId: string; dedupeKey?: string | null | undefined }): string {
  return command.dedupeKey ? `${command.workspaceId}|${command.dedupeKey}` : '';
}

/** Unsaid: a template's own category decides (rules.ts), everything else is service. */
function purposeOf(command: QueueCommand): Purpose {
  return command.purpose ?? 'service';
}

/** A code is for one pair of eyes: of an authentication template lists and events say the name. */
function previewFor(templates: Templates, candidate: Candidate): string {
  const body = templateOf(templates, candidate)?.body ?? null;
  return previewOf(candidate.content, categoryOf(templates, candidate) === 'authentication' ? null : body);
}

function reactionTarget(content: { type: string; [key: string]: unknown }): string | null {
  if (content.type !== 'reaction') return null;
  const id = (content.reaction as { messageId?: unknown } | undefined)?.messageId;
  return typeof id === 'string' ? id : null;
}

/**
 * Our own ids become WhatsApp's where it has given one. A reply to a message that is still on its way keeps our id and
 * is translated at hand-over; a reaction to one is refused, for a reaction without its message is nothing.
 */
async function resolveReferences(
  tx: TenantTx,
  command: SendCommand,
): Promise<Pick<SendCommand, 'content' | 'replyTo'>> {
  const target = reactionTarget(command.content);
  const ids = [command.replyTo, target].filter((id): id is string => typeof id === 'string' && isId(id));
  if (ids.length === 0) return { content: command.content, replyTo: command.replyTo };
  const found = new Map(
    (
      await byIds(
        tx,
        ids.map((id) => ({ workspaceId: tx.workspaceId, id })),
      )
    ).map((row) => [row.id as string, row]),
  );
  let { content, replyTo } = command;
  if (replyTo && isId(replyTo)) {
    const row = found.get(replyTo);
    if (!row)
      throw errors.invalidRequest([{ path: 'replyTo', message: 'There is no message with this id.' }]);
    replyTo = row.providerMessageId ?? replyTo;
  }
  if (target && isId(target)) {
    const row = found.get(target);
    if (!row?.providerMessageId)
      throw errors.invalidRequest([
        {
          path: 'reaction.messageId',
          message: row
            ? 'WhatsApp does not have this message yet; react once it is sent.'
            : 'There is no message with this id.',
        },
      ]);
    content = {
      ...content,
      reaction: { ...(content.reaction as Record<string, unknown>), messageId: row.providerMessageId },
    };
  }
  return { content, replyTo };
}
