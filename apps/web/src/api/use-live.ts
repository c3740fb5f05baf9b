import type { ChaskiEvent } from '@chaski/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { hearForLists } from '../features/inbox/list-live.ts';
import { connect, useEvents } from './realtime.ts';

/**
 * Keeps what is cached in step with what happens: rows of the inbox's lists are changed in place (list-live), whatever
 * else shows an event becomes stale, all of a moment at once. Mounted one time, by the shell.
 */
export function useLive(workspaceId: string, me: string): void {
  const queries = useQueryClient();
  useEffect(
    () => connect(workspaceId, { gap: () => void queries.invalidateQueries(), out: toSignIn }),
    [workspaceId, queries],
  );

  const hear = useCallback(
    (event: ChaskiEvent) => {
      hearForLists(queries, event, me);
      // The thread that is open asks for itself; one that was open, or is loaded ahead, asks when it is opened.
      if (typeof event.data.conversationId === 'string')
        void queries.invalidateQueries({
          queryKey: ['thread', event.data.conversationId],
          refetchType: 'none',
        });
      // Counting is dear: the page that shows the figure asks at a pace of its own.
      if (movesContacts.test(event.name))
        void queries.invalidateQueries({ queryKey: ['contactCount'], refetchType: 'none' });
      for (const key of keysOf(event))
        soon(JSON.stringify(key), () => queries.invalidateQueries({ queryKey: key }));
    },
    [queries, me],
  );
  useEvents(hear);
}

/** A session that ended elsewhere, or ran out: back to here once somebody has signed in. */
function toSignIn(): void {
  const { pathname, search } = window.location;
  window.location.assign(`/login?${new URLSearchParams({ next: pathname + search })}`);
}

const waiting = new Map<string, () => unknown>();
let flushed = 0;
let timer = 0;
/** What is asked for again because of events is asked at most so often: a campaign of 10,000 is one question at a time. */
const pace = 400;

function soon(key: string, action: () => unknown): void {
  waiting.set(key, action);
  if (timer !== 0) return;
  timer = window.setTimeout(
    () => {
      timer = 0;
      flushed = performance.now();
      const actions = [...waiting.values()];
      waiting.clear();
      for (const one of actions) void one();
    },
    Math.max(50, flushed + pace - performance.now()),
  );
}

const movesContacts = /^(contacts?|label|segment)\./;
const movesCounts = new Set(['message.received', 'message.queued', 'message.echoed']);

/** Which queries an event makes stale, beside the rows of lists. */
export function keysOf({ name, data }: ChaskiEvent): unknown[][] {
  const [area] = name.split('.');
  const conversation = typeof data.conversationId === 'string' ? data.conversationId : null;
  const contact = typeof data.contactId === 'string' ? data.contactId : null;
  switch (area) {
    case 'message':
      return [
        ...(conversation ? [['messages', conversation]] : []),
        ...(movesCounts.has(name) ? [['counts']] : []),
      ];
    case 'conversation':
      return [
        ['counts'],
        ...(conversation
          ? [
              ['notes', conversation],
              ['timeline', conversation],
            ]
          : []),
        ...(name === 'conversation.united' || name === 'conversation.parted' ? [['conversations']] : []),
      ];
    case 'note':
      return [
        ['counts'],
        ...(conversation
          ? [
              ['notes', conversation],
              ['timeline', conversation],
            ]
          : []),
      ];
    case 'contact':
    case 'contacts':
      return [
        ['contacts', 'list'],
        contact ? ['contacts', 'one', contact] : ['contacts'],
        ...(typeof data.mergedId === 'string' ? [['contacts', 'one', data.mergedId]] : []),
      ];
    case 'label':
      return [['label'], ['conversations'], ['contacts'], ['counts']];
    case 'team':
      return [['team'], ['counts']];
    case 'number':
    case 'account':
      return [['numbers']];
    case 'template':
    case 'templates':
      return [['templates']];
    case 'media':
      return [['messages']];
    case 'member':
    case 'workspace':
      return [['session'], ['members'], ['workspace']];
    case 'draft':
      return [];
    default:
      return [[area]];
  }
}
