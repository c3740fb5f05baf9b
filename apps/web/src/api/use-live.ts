import type { ChaskiEvent } from '@chaski/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { connect, useEvents } from './realtime.ts';

/**
 * Keeps what is cached in step with what happens: each event makes the queries that show it stale, all of a moment at
 * once. Mounted one time, by the shell.
 */
export function useLive(workspaceId: string): void {
  const queries = useQueryClient();
  useEffect(() => connect(workspaceId, () => void queries.invalidateQueries()), [workspaceId, queries]);

  const hear = useCallback(
    (event: ChaskiEvent) => {
      for (const key of keysOf(event))
        soon(JSON.stringify(key), () => queries.invalidateQueries({ queryKey: key }));
    },
    [queries],
  );
  useEvents(hear);
}

const waiting = new Map<string, () => unknown>();
let flushing = false;

/** A campaign of 10,000 messages must not ask for the list 10,000 times. */
function soon(key: string, action: () => unknown): void {
  waiting.set(key, action);
  if (flushing) return;
  flushing = true;
  window.setTimeout(() => {
    flushing = false;
    const actions = [...waiting.values()];
    waiting.clear();
    for (const one of actions) void one();
  }, 60);
}

/** Which queries an event makes stale. */
export function keysOf({ name, data }: ChaskiEvent): unknown[][] {
  const [area] = name.split('.');
  const conversation = typeof data.conversationId === 'string' ? data.conversationId : null;
  switch (area) {
    case 'message':
      return [
        ...(conversation ? [['messages', conversation]] : []),
        ...(['message.received', 'message.queued', 'message.echoed', 'message.failed'].includes(name)
          ? [['conversations'], ['counts']]
          : [['conversations', 'list']]),
      ];
    case 'conversation':
      return [['conversations'], ['counts'], ...(conversation ? [['notes', conversation]] : [])];
    case 'contact':
      return [['contacts'], ['conversations']];
    case 'number':
    case 'account':
      return [['numbers']];
    case 'media':
      return [['messages']];
    case 'member':
    case 'workspace':
      return [['session'], ['members'], ['workspace']];
    default:
      return [[area]];
  }
}
