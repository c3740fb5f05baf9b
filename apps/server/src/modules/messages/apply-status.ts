import type { StatusItem } from '@chaski/providers';
import type { Database, SystemTx, Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { isId } from '../../platform/ids.ts';
import { recordConsents } from '../contacts/index.ts';
import type { NumberRoute } from '../numbers/index.ts';
import { uniteEchoes } from './echoes.ts';
import {
  deletePending,
  insertPending,
  type LockedMessage,
  lockByAttempt,
  lockConcerned,
  markForeign,
  type NewStatus,
  type ProviderKey,
  providerKey,
  type SoughtKey,
  type StoredStatus,
  selectArrived,
  storeStatuses,
} from './queries-receive.ts';
import { confirmByAttempt } from './reconcile.ts';
import { marketingStopped, rankOf, shownError } from './rules-status.ts';

export interface ReceivedStatus {
  route: NumberRoute;
  item: StatusItem;
  receivedAt: Date;
}

/** How long a status waits for its message. Other apps and the phone send too: then it stays as foreign. */
export const foreignAfterMs = 10 * 60 * 1000;

interface Word extends ProviderKey {
  item: StatusItem;
  receivedAt: Date;
}

const wordKey = (word: Word): string => `${providerKey(word)}|${word.item.status}|${word.item.participant}`;

function wordsOf(statuses: readonly ReceivedStatus[]): Map<string, Word> {
  const words = new Map<string, Word>();
  for (const { route, item, receivedAt } of statuses) {
    const word = {
      workspaceId: route.workspaceId,
      numberId: route.numberId,
      providerMessageId: item.providerMessageId,
      item,
      receivedAt,
    };
    const key = wordKey(word);
    if (!words.has(key)) words.set(key, word);
  }
  return words;
}

/** The messages that some statuses are about, held for the transaction. */
export type Concerned = readonly LockedMessage[];

/** For an `applyStatuses` to come with these, so that the question can travel with another one. */
export function holdConcerned(tx: SystemTx, statuses: readonly ReceivedStatus[]): Promise<Concerned> {
  return lockConcerned(tx, keysOf([...wordsOf(statuses).values()]));
}

/**
 * What the provider says about messages, several workspaces at once. A message is found by WhatsApp's id or by the
 * attempt id that each of our calls carries (so an answer that got lost is made good); a word about an unknown message
 * waits. Every distinct word is kept, the message shows the highest.
 */
export async function applyStatuses(
  tx: SystemTx,
  statuses: readonly ReceivedStatus[],
  concerned: Concerned | null = null,
): Promise<void> {
  const words = wordsOf(statuses);
  if (words.size === 0) return;
  let rest = [...words.values()];
  const found = new Map<string, LockedMessage>();
  const look = async (lock: (tx: Tx, keys: readonly SoughtKey[]) => Promise<Concerned>) => {
    for (const message of await lock(tx, keysOf(rest))) found.set(providerKey(message), message);
    rest = rest.filter((word) => !found.has(providerKey(word)));
  };
  await look(concerned ? () => Promise.resolve(concerned) : lockConcerned);
  const echoes = [...words.values()].flatMap((word) => {
    const attemptId = found.get(providerKey(word))?.echo ? attemptOf(word) : null;
    return attemptId === null ? [] : [{ ...word, attemptId, failed: word.item.status === 'failed' }];
  });
  if (echoes.length > 0) {
    await uniteEchoes(tx, echoes);
    const again = new Set(echoes.map(providerKey));
    rest.push(...[...words.values()].filter((word) => again.has(providerKey(word))));
    for (const key of again) found.delete(key);
    await look(lockConcerned);
  }

  const confirmable = new Map<string, Word>();
  const failed = new Set<string>();
  for (const word of rest) {
    const attemptId = attemptOf(word);
    if (attemptId === null) continue;
    if (!confirmable.has(attemptId)) confirmable.set(attemptId, word);
    if (word.item.status === 'failed') failed.add(attemptId);
  }
  if (confirmable.size > 0) {
    await confirmByAttempt(
      tx,
      [...confirmable]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([attemptId, word]) => ({
          workspaceId: word.workspaceId,
          numberId: word.numberId,
          attemptId,
          providerMessageId: word.providerMessageId,
          failed: failed.has(attemptId),
        })),
    );
    await look(lockConcerned);
    if (rest.length > 0) await look(lockByAttempt);
  }

  await store(
    tx,
    [...words.values()].filter((word) => found.has(providerKey(word))),
    found,
  );
  if (rest.length > 0) {
    const sorted = rest.sort((a, b) => (wordKey(a) < wordKey(b) ? -1 : 1));
    await insertPending(
      tx,
      sorted.map((word) => ({
        workspaceId: word.workspaceId,
        numberId: word.numberId,
        providerMessageId: word.providerMessageId,
        status: word.item.status,
        participant: word.item.participant,
        attemptId: attemptOf(word),
        item: JSON.stringify(word.item),
        receivedAt: word.receivedAt,
      })),
    );
  }
}

/** Applies what waited for these messages. Called in the transaction that stored their provider ids. */
export async function applyPending(tx: Tx, messages: readonly ProviderKey[]): Promise<void> {
  if (messages.length === 0) return;
  const taken = await deletePending(tx, messages);
  if (taken.length === 0) return;
  const words = taken.map(({ workspaceId, numberId, item, receivedAt }): Word => {
    const status = revive(item);
    return { workspaceId, numberId, providerMessageId: status.providerMessageId, item: status, receivedAt };
  });
  const found = new Map<string, LockedMessage>();
  for (const message of await lockConcerned(tx, keysOf(words))) found.set(providerKey(message), message);
  const others = words.filter((word) => !found.has(providerKey(word)));
  for (const message of await lockByAttempt(tx, keysOf(others))) found.set(providerKey(message), message);
  await store(
    tx,
    words.filter((word) => found.has(providerKey(word))),
    found,
  );
}

/**
 * Settles what still waits: a status and the id of its message that were stored at the same moment did not see each
 * other; whatever waits longer than ten minutes is foreign. Answers how many messages got their statuses.
 */
export async function settlePending(db: Database): Promise<number> {
  return db.withSystem('settle waiting statuses', async (tx) => {
    const arrived = await selectArrived(tx, 1_000);
    // Whoever writes an answer holds its message before it takes what waits for it.
    await lockConcerned(tx, arrived);
    await applyPending(tx, arrived);
    await markForeign(tx, new Date(tx.now().getTime() - foreignAfterMs));
    return arrived.length;
  });
}

function keysOf(words: readonly Word[]): SoughtKey[] {
  const keys = new Map<string, SoughtKey>();
  for (const word of words) {
    const key = providerKey(word);
    const before = keys.get(key);
    keys.set(key, {
      workspaceId: word.workspaceId,
      numberId: word.numberId,
      providerMessageId: word.providerMessageId,
      failed: (before?.failed ?? false) || word.item.status === 'failed',
      attemptId: before?.attemptId ?? attemptOf(word),
    });
  }
  return [...keys.values()];
}

/** The attempt a word names; other callback data is somebody else's. */
function attemptOf({ item: { callbackData } }: Word): string | null {
  return callbackData !== null && isId(callbackData) ? callbackData : null;
}

function revive(item: unknown): StatusItem {
  const status = item as Omit<StatusItem, 'at'> & { at: string | null };
  return { ...status, at: status.at === null ? null : new Date(status.at) };
}

async function store(
  tx: Tx,
  words: readonly Word[],
  found: ReadonlyMap<string, LockedMessage>,
): Promise<void> {
  if (words.length === 0) return;
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  const rows = words.map((word): NewStatus & { word: Word; message: LockedMessage } => {
    const message = found.get(providerKey(word))!;
    const { item } = word;
    return {
      word,
      message,
      workspaceId: word.workspaceId,
      messageId: message.id,
      status: item.status,
      participant: item.participant,
      providerMessageId: item.providerMessageId,
      at: item.at ?? word.receivedAt,
      receivedAt: word.receivedAt,
      recipient: JSON.stringify(item.recipient),
      conversation: json(item.conversation),
      pricing: json(item.pricing),
      // `kind` and `message` are ours, the rest is WhatsApp's own.
      errors:
        item.errors.length === 0
          ? null
          : JSON.stringify(item.errors.map((error) => ({ ...error, ...shownError(error) }))),
    };
  });
  const keyOf = (row: StoredStatus) =>
    `${row.workspaceId}|${row.messageId}|${row.status}|${row.participant}|${row.providerMessageId}`;
  rows.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const fresh = new Set((await storeStatuses(tx, rows)).map(keyOf));
  const news = rows
    .filter((row) => fresh.has(keyOf(row)))
    .sort((a, b) => rankOf(a.word.item.status) - rankOf(b.word.item.status));

  // What comes late is kept, not told: nobody wants to hear "delivered" after "read".
  await emit(
    tx,
    news
      .filter(
        ({ word, message }) =>
          rankOf(word.item.status) > message.rank && !(word.item.status === 'failed' && message.superseded),
      )
      .map(({ word, message, at }) => ({
        workspaceId: word.workspaceId,
        name: `message.${word.item.status}`,
        at,
        data: {
          messageId: message.id,
          conversationId: message.conversationId,
          contactId: message.contactId,
          numberId: word.numberId,
          providerMessageId: word.providerMessageId,
          participant: word.item.participant || null,
          at: at.toISOString(),
          ...(word.item.errors[0] ? { error: shownError(word.item.errors[0]) } : {}),
          ...(word.item.pricing ? { pricing: word.item.pricing } : {}),
        },
      })),
  );
  await recordConsents(
    tx,
    news.flatMap(({ word, message, at }) =>
      message.contactId !== null && word.item.errors.some((error) => error.code === marketingStopped)
        ? [
            {
              workspaceId: word.workspaceId,
              contactId: message.contactId,
              action: 'opt-out' as const,
              scope: 'marketing' as const,
              source: 'whatsapp',
              proof: word.providerMessageId,
              at,
            },
          ]
        : [],
    ),
  );
}
