import type { EchoItem, MessageItem, PersonRef } from '@chaski/providers';
import { isSomebody, type PersonSighting } from '../contacts/index.ts';
import type { NumberRoute } from '../numbers/index.ts';

/** A message or echo whose number, id and time are settled. */
export interface ReceivedMessage {
  route: NumberRoute;
  item: MessageItem | EchoItem;
  /** WhatsApp's id, or one derived from the raw event where a body has none. */
  providerMessageId: string;
  at: Date;
}

/** The inner part of a content, named as its type. */
export function part(content: { type: string; [key: string]: unknown }): Record<string, unknown> {
  const value = content[content.type];
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

function personOf(item: MessageItem | EchoItem): PersonRef {
  if (item.kind === 'echo') return item.to;
  const system = systemOf(item);
  // The message about a change may carry the new BSUID as sender: known is the old one.
  return system?.previousUserId ? { ...item.from, userId: system.previousUserId } : item.from;
}

/**
 * What people say. Not what is about another message: that one would be locked behind the conversation, and whoever
 * unites echoes or erases goes the other way round. Nor a change of number: it may unite the conversation with another
 * one before the commit touches it.
 */
export function isPlain({ item }: ReceivedMessage): boolean {
  return item.kind === 'message' && !['edit', 'revoke', 'system'].includes(item.content.type);
}

/** Who is told from others, and in which of the messages. */
export type People = readonly { index: number; ref: PersonSighting }[];

export function peopleOf(list: readonly ReceivedMessage[]): People {
  return list.flatMap((received, index) => {
    const ref = sightingOf(received);
    // What the business says to a group is said to nobody in particular.
    return ref ? [{ index, ref }] : [];
  });
}

/** Whom a message shows; null: nobody. */
export function sightingOf(received: {
  route: Pick<NumberRoute, 'workspaceId' | 'portfolioScope'>;
  item: MessageItem | EchoItem;
  at: Date;
}): PersonSighting | null {
  const { route, item, at } = received;
  const person = personOf(item);
  if (!isSomebody(person)) return null;
  return { workspaceId: route.workspaceId, scope: route.portfolioScope, person, at };
}

export const refsOf = (people: People) => people.map(({ ref }) => ref);

/** What was found of them, in the order of the messages. */
export function inOrder<T>(list: readonly unknown[], people: People, found: readonly T[]): (T | null)[] {
  const all: (T | null)[] = list.map(() => null);
  people.forEach(({ index }, i) => {
    all[index] = found[i]!;
  });
  return all;
}

/** Where they were said. */
export const placesOf = (list: readonly ReceivedMessage[], contactIds: readonly (string | null)[]) =>
  list.map(({ route, item }, index) => ({
    workspaceId: route.workspaceId,
    numberId: route.numberId,
    contactId: contactIds[index] ?? null,
    groupRef: item.groupId,
  }));

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

/** What WhatsApp says about who became whom. */
export function identityChangesOf(received: readonly ReceivedMessage[]) {
  return received.flatMap(({ route, item, at }) => {
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
}
