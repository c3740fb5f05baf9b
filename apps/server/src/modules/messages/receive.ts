import { previewOf, textOf } from '@chaski/contracts';
import type { EchoItem, MessageItem, PersonRef } from '@chaski/providers';
import type { SystemTx } from '../../platform/db/index.ts';
import { emit, type NewEvent } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { cutText } from '../../platform/storable.ts';
import { applyIdentityChange, type ContactRow, isSomebody, resolveMany } from '../contacts/index.ts';
import { openMany, type Touch, touchMany } from '../conversations/index.ts';
import { expectMany } from '../media/index.ts';
import type { NumberRoute } from '../numbers/index.ts';
import { countUsage } from '../workspaces/index.ts';
import { applyPending } from './apply-status.ts';
import { insertReceived, type NewMessage, providerKey, updateTargets } from './queries-receive.ts';
import { shownError } from './rules-status.ts';

/** A message or echo whose number, id and time are settled. */
export interface ReceivedMessage {
  route: NumberRoute;
  item: MessageItem | EchoItem;
  /** WhatsApp's id, or one derived from the raw event where a body has none. */
  providerMessageId: string;
  at: Date;
}

/**
 * Messages that came in, several workspaces at once. What is known already changes nothing; what is new gets its
 * contact, its conversation, its media rows and its event. Echoes of the business's own phone go the same way.
 */
export async function receiveMany(tx: SystemTx, inbound: readonly ReceivedMessage[]): Promise<void> {
  const distinct = new Map<string, ReceivedMessage>();
  for (const received of inbound) {
    const { workspaceId, numberId } = received.route;
    const key = providerKey({ workspaceId, numberId, providerMessageId: received.providerMessageId });
    if (!distinct.has(key)) distinct.set(key, received);
  }
  const list = [...distinct.values()];
  if (list.length === 0) return;

  const contacts = await contactsOf(tx, list);
  const conversations = await openMany(
    tx,
    list.map((received, index) => ({
      workspaceId: received.route.workspaceId,
      numberId: received.route.numberId,
      contactId: contacts[index]?.id ?? null,
      groupRef: received.item.groupId,
    })),
  );

  const rows = list.map((received, index) =>
    toRow(received, contacts[index] ?? null, conversations[index]!.id),
  );
  // By unique key: two workers with the same messages in opposite order would deadlock.
  const byKey = [...rows].sort((a, b) => (providerKey(a) < providerKey(b) ? -1 : 1));
  const made = await insertReceived(tx, byKey);
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
  );
  await expectMedia(
    tx,
    fresh.map(({ row }) => row),
  );
  await changeIdentities(
    tx,
    fresh.map(({ received }) => received),
  );
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

function personOf(item: MessageItem | EchoItem): PersonRef {
  if (item.kind === 'echo') return item.to;
  const system = systemOf(item);
  // The message about a change may carry the new BSUID as sender: known is the old one.
  return system?.previousUserId ? { ...item.from, userId: system.previousUserId } : item.from;
}

async function contactsOf(tx: SystemTx, list: readonly ReceivedMessage[]): Promise<(ContactRow | null)[]> {
  const refs = list.flatMap(({ route, item, at }, index) => {
    const person = personOf(item);
    // What the business says to a group is said to nobody in particular.
    if (!isSomebody(person)) return [];
    return [{ index, ref: { workspaceId: route.workspaceId, scope: route.portfolioScope, person, at } }];
  });
  const found = await resolveMany(
    tx,
    refs.map(({ ref }) => ref),
  );
  const contacts: (ContactRow | null)[] = list.map(() => null);
  refs.forEach(({ index }, i) => {
    contacts[index] = found[i]!;
  });
  return contacts;
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

function part(content: { type: string; [key: string]: unknown }): Record<string, unknown> {
  const value = content[content.type];
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

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

interface SystemContent {
  type?: string | null;
  waId?: string | null;
  userId?: string | null;
  previousUserId?: string | null;
  parentUserId?: string | null;
  previousParentUserId?: string | null;
}

function systemOf(item: MessageItem): SystemContent | null {
  return item.content.type === 'system' ? (part(item.content) as SystemContent) : null;
}

/** WhatsApp's word about a person. A call that nobody answered is the person's own: it opens the window like a message. */
function isNotice(content: MessageItem['content']): boolean {
  return content.type === 'system' && part(content).type !== 'missed_call';
}

async function changeIdentities(tx: SystemTx, fresh: readonly ReceivedMessage[]): Promise<void> {
  const changes = fresh.flatMap(({ route, item, at }) => {
    if (item.kind !== 'message') return [];
    const system = systemOf(item);
    if (!system || (system.type !== 'user_changed_number' && system.type !== 'user_changed_user_id'))
      return [];
    const userId = textOrNull(system.userId);
    const senderId = item.from.userId;
    return [
      {
        workspaceId: route.workspaceId,
        scope: route.portfolioScope,
        from: {
          ...item.from,
          userId: textOrNull(system.previousUserId) ?? (senderId === userId ? null : senderId),
          parentUserId:
            textOrNull(system.previousParentUserId) ??
            (item.from.parentUserId === system.parentUserId ? null : item.from.parentUserId),
        },
        to: {
          phone: textOrNull(system.waId),
          userId,
          parentUserId: textOrNull(system.parentUserId),
        },
        at,
      },
    ];
  });
  if (changes.length > 0) await applyIdentityChange(tx, changes);
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
  return event('message.received', { ...words, replyTo: row.replyTo, automated: false });
}
