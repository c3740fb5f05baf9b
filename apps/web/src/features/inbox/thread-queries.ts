import type { Message } from '@chaski/sdk';
import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { unheard } from './thread-heard.ts';
import { withMessages } from './thread-messages.ts';

/** What is known of a thread: a stretch without gaps that ends at the newest message, the oldest first. */
export interface Said {
  messages: readonly Message[];
  /** Where older ones go on; null: this is the beginning. */
  older: string | null;
  /** Heard of in events and not yet loaded. Shown by time, but no part of the stretch: what was missed may lie between. */
  heard: readonly Message[];
}

const pageSize = 50;
/** While one was away: beyond this many pages the old stretch is dropped instead of bridged. */
const bridgedPages = 4;

const threadKey = (conversationId: string) => ['thread', conversationId] as const;

/**
 * A refetch asks for the newest page alone and joins it to what is there: a thread of 100,000 messages must not be
 * loaded again because one came.
 */
export const threadQuery = (conversationId: string) =>
  queryOptions({
    queryKey: threadKey(conversationId),
    queryFn: async ({ client }): Promise<Said> => {
      const known = client.getQueryData<Said>(threadKey(conversationId));
      const knownIds = new Set(known?.messages.map(({ id }) => id));
      let page = await pageOf(conversationId, null, pageSize);
      let fresh = page.data;
      for (let n = 1; known && !fresh.some(({ id }) => knownIds.has(id)); n++) {
        if (page.nextCursor === null || n >= bridgedPages) break;
        page = await pageOf(conversationId, page.nextCursor, pageSize);
        fresh = [...fresh, ...page.data];
      }
      const joins = known !== undefined && fresh.some(({ id }) => knownIds.has(id));
      // Asked again: meanwhile an older page may have come in.
      const now = client.getQueryData<Said>(threadKey(conversationId));
      const heard = unheard(now?.heard ?? [], fresh);
      return joins && now
        ? { ...now, messages: withMessages(now.messages, fresh), heard }
        : { messages: [...fresh].reverse(), older: page.nextCursor, heard };
    },
    structuralSharing: false,
  });

function pageOf(conversationId: string, cursor: string | null, limit: number) {
  return chaski.messages.list({ query: { conversationId, limit, ...(cursor === null ? {} : { cursor }) } });
}

/** The page before; false: there is none. */
export async function loadOlder(
  client: QueryClient,
  conversationId: string,
  limit = pageSize,
): Promise<boolean> {
  const known = client.getQueryData<Said>(threadKey(conversationId));
  if (!known?.older) return false;
  const page = await pageOf(conversationId, known.older, limit);
  client.setQueryData<Said>(threadKey(conversationId), (now) =>
    now?.older === known.older
      ? {
          messages: [...page.data].reverse().concat(now.messages),
          older: page.nextCursor,
          heard: unheard(now.heard, page.data),
        }
      : now,
  );
  return true;
}

/** One line of two became the other (an echo of what we sent ourselves). */
export function dropMessage(client: QueryClient, conversationId: string, id: string): void {
  client.setQueryData<Said>(
    threadKey(conversationId),
    (now) =>
      now && {
        ...now,
        messages: now.messages.filter((one) => one.id !== id),
        heard: now.heard.filter((one) => one.id !== id),
      },
  );
}

/** Anew from its newest page: what another thread brought along stands anywhere in it. */
export async function reloadThread(client: QueryClient, conversationId: string): Promise<void> {
  const page = await pageOf(conversationId, null, pageSize);
  client.setQueryData<Said>(threadKey(conversationId), {
    messages: [...page.data].reverse(),
    older: page.nextCursor,
    heard: [],
  });
}

/** What an event tells is shown before it is loaded. */
export function hearMessage(client: QueryClient, message: Message): void {
  client.setQueryData<Said>(threadKey(message.conversationId), (now) =>
    now && !now.messages.some(({ id }) => id === message.id)
      ? { ...now, heard: withMessages(now.heard, [message]) }
      : now,
  );
}

/** What the server answered to a send or a retry is shown at once. */
export function putMessages(client: QueryClient, conversationId: string, fresh: readonly Message[]): void {
  client.setQueryData<Said>(
    threadKey(conversationId),
    (now) => now && { ...now, messages: withMessages(now.messages, fresh), heard: unheard(now.heard, fresh) },
  );
}

/** A message with what was tried and what WhatsApp said about it. */
export const messageQuery = (id: string, conversationId: string) =>
  queryOptions({
    queryKey: ['messages', conversationId, id],
    queryFn: () => chaski.messages.get({ id }),
    staleTime: 5_000,
    // No event tells that those before it went.
    refetchInterval: ({ state }) => (typeof state.data?.ahead === 'number' ? 5_000 : false),
  });

/** A quoted message that is not loaded, by WhatsApp's id; null: we never had it. */
export const quotedQuery = (conversationId: string, providerMessageId: string) =>
  queryOptions({
    queryKey: ['quoted', conversationId, providerMessageId],
    queryFn: async (): Promise<Message | null> =>
      (await chaski.messages.list({ query: { conversationId, providerMessageId, limit: 1 } })).data[0] ??
      null,
    staleTime: 10 * 60_000,
  });

const sidePage = 50;

export const notesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['notes', id],
    queryFn: ({ pageParam }) =>
      chaski.conversations.listNotes({
        id,
        query: { limit: sidePage, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

/** What was done with the conversation. */
export const timelineQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['timeline', id],
    queryFn: ({ pageParam }) =>
      chaski.conversations.listEvents({
        id,
        query: { limit: sidePage, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export const draftsQuery = (id: string) =>
  queryOptions({
    queryKey: ['drafts', id],
    queryFn: () => chaski.conversations.listDrafts({ id }),
  });

export const workspaceQuery = queryOptions({
  queryKey: ['workspace'],
  queryFn: () => chaski.workspace.get(),
  staleTime: 5 * 60_000,
});

export const verdictQuery = (conversationId: string) =>
  queryOptions({
    queryKey: ['can-send', conversationId],
    queryFn: () => chaski.canSend.get({ query: { conversationId } }),
  });
