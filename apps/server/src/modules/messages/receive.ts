import { previewOf, textOf } from '@chaski/contracts';
import type { MessageItem } from '@chaski/providers';
import type { SystemTx } from '../../platform/db/index.ts';
import { emit, type NewEvent } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { cutText } from '../../platform/storable.ts';
import {
  type Ahead,
  applyIdentityChange,
  type ContactRow,
  knownAhead,
  resolveMany,
} from '../contacts/index.ts';
import { holdMany, openMany, type Touch, touchMany } from '../conversations/index.ts';
import { expectMany } from '../media/index.ts';
import { countUsage } from '../workspaces/index.ts';
import { applyPending } from './apply-status.ts';
import { insertReceived, type NewMessage, providerKey, updateTargets } from './queries-receive.ts';
import {
  identityChangesOf,
  inOrder,
  isPlain,
  type People,
  part,
  peopleOf,
  placesOf,
  type ReceivedMessage,
  refsOf,
  textOrNull,
} from './received.ts';
import { shownError } from './rules-status.ts';

/** Round trips that are not made one after the other. */
export interface Beside {
  /** Who has been looked up. */
  ahead?: Ahead | null;
  /** To be asked once the conversations are held, where it may be asked before all of this is done. */
  ask?: (() => Promise<void>) | null;
}

/**
 * Messages that came in, several workspaces at once. What is known already changes nothing; what is new gets its
 * contact, its conversation, its media rows and its event. Echoes of the business's own phone go the same way.
 */
export async function receiveMany(
  tx: SystemTx,
  inbound: readonly ReceivedMessage[],
  beside: Beside = {},
): Promise<void> {
  const distinct = new Map<string, ReceivedMessage>();
  for (const received of inbound) {
    const { workspaceId, numberId } = received.route;
    const key = providerKey({ workspaceId, numberId, providerMessageId: received.providerMessageId });
    if (!distinct.has(key)) distinct.set(key, received);
  }
  const list = [...distinct.values()];
  if (list.length === 0) return;

  const { ahead = null, ask = null } = beside;
  const plain = list.every(isPlain);
  const people = peopleOf(list);
  // Everybody is known: what they said it in is held in the round trip that notes that they were seen.
  const known = plain && ahead ? knownAhead(refsOf(people), ahead) : null;
  const [contacts, held] = await Promise.all([
    contactsOf(tx, list, people, ahead),
    known ? holdMany(tx, placesOf(list, inOrder(list, people, known))) : [],
  ]);
  const conversations = await openMany(
    tx,
    placesOf(
      list,
      contacts.map((contact) => contact?.id ?? null),
    ),
    plain ? { held } : {},
  );

  const rows = list.map((received, index) =>
    toRow(received, contacts[index] ?? null, conversations[index]!.id),
  );
  // By unique key: two workers with the same messages in opposite order would deadlock.
  const byKey = [...rows].sort((a, b) => (providerKey(a) < providerKey(b) ? -1 : 1));
  const [made] = await Promise.all([insertReceived(tx, byKey), plain ? ask?.() : null]);
  if (made.size === 0) return;

  const fresh = list.flatMap((received, index) => {
    const row = rows[index]!;
    return made.has(row.id) ? [{ received, row, contact: contacts[index] ?? null }] : [];
  });
  // A message before its conversation: so do echoes that are united, and erasure.
  await updateTargets(
    tx,
    fresh.map(({ row }) => row),
  );
  await touchMany(
    tx,
    fresh.map(({ row }) => touchOf(row)),
    plain ? conversations : [],
  );
  await expectMedia(
    tx,
    fresh.map(({ row }) => row),
  );
  const changes = identityChangesOf(fresh.map(({ received }) => received));
  if (changes.length > 0) await applyIdentityChange(tx, changes);
  await emit(
    tx,
    fresh.flatMap(({ row, received }) => eventsOf(row, received)),
  );
  await countUsage(
    tx,
    fresh.flatMap(({ row }) =>
      row.direction === 'in'
        ? [{ workspaceId: row.workspaceId, metric: 'messages.received', numberId: row.numberId, count: 1 }]
        : [],
    ),
  );
  const echoes = fresh.filter(({ row }) => row.direction === 'out').map(({ row }) => row);
  if (echoes.length > 0) await applyPending(tx, echoes);
}

async function contactsOf(
  tx: SystemTx,
  list: readonly ReceivedMessage[],
  people: People,
  ahead: Ahead | null,
): Promise<(ContactRow | null)[]> {
  return inOrder(list, people, await resolveMany(tx, refsOf(people), ahead));
}

const effects = new Set(['reaction', 'edit', 'revoke']);

interface ReceivedRow extends NewMessage {
  media: ReceivedFile | null;
}

function toRow(received: ReceivedMessage, contact: ContactRow | null, conversationId: string): ReceivedRow {
  const { route, item, at } = received;
  const { content } = item;
  const inbound = item.kind === 'message';
  const media = mediaOf(content);
  // The content names our file from the start: it is on its way.
  const stored = media ? { ...content, [content.type]: { ...part(content), mediaId: media.id } } : content;
  const error = inbound ? item.errors[0] : undefined;
  return {
    workspaceId: route.workspaceId,
    id: newId(),
    conversationId,
    numberId: route.numberId,
    contactId: contact?.id ?? null,
    direction: inbound ? 'in' : 'out',
    type: content.type,
    content: JSON.stringify(stored),
    media,
    source: inbound ? 'whatsapp' : 'phone-app',
    providerMessageId: received.providerMessageId,
    // The phone app sent it: its own statuses may still come and rank higher.
    status: inbound ? 'received' : 'sent',
    rank: inbound ? 0 : 2,
    shownAt: at,
    replyTo: item.context?.messageId ?? null,
    targetProviderId: targetOf(content),
    context: item.context ? JSON.stringify(item.context) : null,
    referral: inbound && item.referral ? JSON.stringify(item.referral) : null,
    error: error ? JSON.stringify(shownError(error)) : null,
    workflowId: route.defaultWorkflowId,
  };
}

function targetOf(content: MessageItem['content']): string | null {
  if (!effects.has(content.type)) return null;
  const inner = part(content);
  return textOrNull(content.type === 'reaction' ? inner.messageId : inner.originalMessageId);
}

function touchOf(row: NewMessage): Touch {
  const content = JSON.parse(row.content) as MessageItem['content'];
  // An edit or a revoke is about an old line; a system message is WhatsApp speaking, not the person.
  const quiet = row.type === 'edit' || row.type === 'revoke' || isNotice(content);
  const inbound = row.direction === 'in' && !quiet;
  return {
    workspaceId: row.workspaceId,
    conversationId: row.conversationId,
    messageId: row.id,
    at: row.shownAt,
    preview: quiet ? null : previewOf(content),
    direction: row.direction,
    inbound,
    unread: inbound && row.type !== 'reaction',
  };
}

interface ReceivedFile {
  id: string;
  kind: 'image' | 'video' | 'audio' | 'document' | 'sticker';
  providerMediaId: string;
  url: string | null;
  declaredType: string | null;
  filename: string | null;
  sha256: string | null;
}

function mediaOf(content: MessageItem['content']): ReceivedFile | null {
  const { type } = content;
  if (type !== 'image' && type !== 'video' && type !== 'audio' && type !== 'document' && type !== 'sticker')
    return null;
  const media = part(content);
  const providerMediaId = textOrNull(media.id);
  if (providerMediaId === null) return null;
  return {
    id: newId(),
    kind: type,
    providerMediaId,
    url: textOrNull(media.url),
    declaredType: textOrNull(media.mimeType),
    filename: textOrNull(media.filename),
    sha256: textOrNull(media.sha256),
  };
}

async function expectMedia(tx: SystemTx, fresh: readonly ReceivedRow[]): Promise<void> {
  const expected = fresh.flatMap((row) =>
    row.media
      ? [{ ...row.media, workspaceId: row.workspaceId, numberId: row.numberId, messageId: row.id }]
      : [],
  );
  if (expected.length > 0) await expectMany(tx, expected);
}

/** WhatsApp's word about a person. A call that nobody answered is the person's own: it opens the window like a message. */
function isNotice(content: MessageItem['content']): boolean {
  return content.type === 'system' && part(content).type !== 'missed_call';
}

function eventsOf(row: NewMessage, { item }: ReceivedMessage): NewEvent[] {
  const base = {
    messageId: row.id,
    conversationId: row.conversationId,
    contactId: row.contactId,
    numberId: row.numberId,
    providerMessageId: row.providerMessageId,
    type: row.type,
    groupRef: item.groupId,
    at: row.shownAt.toISOString(),
  };
  const event = (name: string, data: Record<string, unknown>): NewEvent[] => [
    { workspaceId: row.workspaceId, name, data: { ...base, ...data }, at: row.shownAt },
  ];
  const target = { targetProviderId: row.targetProviderId, direction: row.direction };
  const text = textOf(item.content);
  const words = {
    preview: previewOf(item.content),
    text: text === null ? null : cutText(text, 4096).toWellFormed(),
  };
  if (row.type === 'reaction')
    return event('message.reaction', { ...target, emoji: part(item.content).emoji ?? '' });
  if (row.type === 'edit') return event('message.edited', { ...target, ...words });
  if (row.type === 'revoke') return event('message.revoked', target);
  if (row.direction === 'out') return event('message.echoed', words);
  // WhatsApp's notice about the person is shown in the thread, but nobody said anything.
  if (isNotice(item.content)) return [];
  // With the words and what they answer a page can show the message before it has asked for it.
  return event('message.received', {
    ...words,
    replyTo: row.replyTo,
    automated: false,
    ...(item.standby ? { standby: true } : {}),
  });
}
