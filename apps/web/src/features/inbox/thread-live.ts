import type { ChaskiEvent } from '@chaski/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import { chaski } from '../../api/client.ts';
import { useEvents } from '../../api/realtime.ts';
import { messageHeard } from './thread-heard.ts';
import {
  dropMessage,
  hearMessage,
  putMessages,
  reloadThread,
  type Said,
  threadQuery,
} from './thread-queries.ts';

/** Beyond the newest page at most so many changed messages are asked for one by one. */
const singles = 20;

/**
 * Keeps an open thread in step with what happens. At once, not with the next round of the lists: a word that arrives is
 * what an agent waits for, and is shown from its event. One request at a time; what happens meanwhile is in the next.
 */
export function useThreadLive(conversationId: string): void {
  const queries = useQueryClient();
  const work = useRef({ running: false, dirty: new Set<string>(), again: false });

  const run = useCallback(async () => {
    const state = work.current;
    if (state.running) {
      state.again = true;
      return;
    }
    state.running = true;
    try {
      do {
        state.again = false;
        const dirty = [...state.dirty];
        state.dirty.clear();
        const { queryKey } = threadQuery(conversationId);
        await queries.refetchQueries({ queryKey });
        await Promise.all(
          beyond(queries.getQueryData(queryKey), dirty).map(async (id) => {
            putMessages(queries, conversationId, [await chaski.messages.get({ id })]);
          }),
        ).catch(() => {
          // Erased meanwhile, or the line is down: the next event or focus asks again.
        });
      } while (state.again);
    } finally {
      state.running = false;
    }
  }, [conversationId, queries]);

  useEvents(
    useCallback(
      (event: ChaskiEvent) => {
        const { name, data } = event;
        const [area] = name.split('.');
        if (area === 'media' && typeof data.mediaId === 'string') {
          void queries.invalidateQueries({ queryKey: ['media', data.mediaId] });
        }
        if (data.conversationId !== conversationId && data.from !== conversationId) return;
        if (name === 'message.merged' && typeof data.mergedId === 'string')
          dropMessage(queries, conversationId, data.mergedId);
        if (name === 'conversation.united' || name === 'conversation.parted')
          void reloadThread(queries, conversationId);
        if (area === 'message') {
          const heard = messageHeard(event);
          if (heard) hearMessage(queries, heard);
          if (typeof data.messageId === 'string') work.current.dirty.add(data.messageId);
          void run();
        } else if (area === 'draft') void queries.invalidateQueries({ queryKey: ['drafts', conversationId] });
        else if (area === 'note' || area === 'conversation') {
          void queries.invalidateQueries({ queryKey: ['timeline', conversationId] });
          if (area === 'note') void queries.invalidateQueries({ queryKey: ['notes', conversationId] });
          else void queries.invalidateQueries({ queryKey: ['can-send', conversationId] });
        }
      },
      [conversationId, queries, run],
    ),
  );

  useEffect(() => () => work.current.dirty.clear(), []);
}

/** Of the changed messages those that the newest page cannot have brought. */
function beyond(said: Said | undefined, dirty: readonly string[]): string[] {
  if (!said) return [];
  const newest = new Set(said.messages.slice(-50).map(({ id }) => id));
  const known = new Set(said.messages.map(({ id }) => id));
  return dirty.filter((id) => known.has(id) && !newest.has(id)).slice(0, singles);
}
