import type { ChaskiEvent } from '@chaski/contracts';
import type { Conversation } from '@chaski/sdk';
import type { QueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { knownRow, putRow, rowsOfContact } from './list-cache.ts';

/**
 * Events become changes of cached rows: what an event says is shown at once, what it does not say is asked for, one
 * row at a time. A storm of events asks for the lists instead, once.
 */

const storm = 12;
const day = 24 * 3_600_000;

const asked = new Set<string>();
let timer = 0;

export function hearForLists(client: QueryClient, { name, data, actor }: ChaskiEvent, me: string): void {
  const id = typeof data.conversationId === 'string' ? data.conversationId : null;
  const [area, what] = name.split('.');
  // Names, consent and blocks stand in the rows too.
  if (area === 'contact' && typeof data.contactId === 'string') {
    for (const row of rowsOfContact(client, data.contactId)) ask(client, row, me);
  }
  if (id === null) return;
  const known = knownRow(client, id);
  if (area === 'message') {
    const changed = known && afterMessage(known, what ?? '', data);
    if (changed) putRow(client, changed, me);
    // Ticks are all in the event; whatever was said changes more than it tells: what is unread, who waits.
    if (['received', 'queued', 'echoed', 'edited', 'revoked'].includes(what ?? '')) ask(client, id, me);
    return;
  }
  if (area !== 'conversation' && area !== 'note') return;
  // What a colleague has read is none of ours.
  if ((what === 'read' || what === 'unread') && actor?.kind === 'user' && actor.id !== me) return;
  ask(client, id, me);
}

/** The row after a message event; null: it says nothing that the row shows. */
export function afterMessage(
  row: Conversation,
  what: string,
  data: ChaskiEvent['data'],
): Conversation | null {
  const messageId = typeof data.messageId === 'string' ? data.messageId : null;
  if (what === 'received' || what === 'queued' || what === 'echoed') {
    const at = typeof data.at === 'string' ? data.at : new Date().toISOString();
    if (row.lastMessage && (row.lastMessage.id === messageId || row.lastMessage.at > at)) return null;
    const isIn = what === 'received';
    return {
      ...row,
      lastMessage: {
        id: messageId,
        at,
        preview: typeof data.preview === 'string' ? data.preview : null,
        direction: isIn ? 'in' : 'out',
        status: isIn ? 'received' : what === 'queued' ? 'queued' : 'sent',
      },
      ...(isIn
        ? {
            status: 'open' as const,
            unreadCount: row.unreadCount + 1,
            waitingSince: row.waitingSince ?? at,
            window: row.window.exists
              ? { ...row.window, open: true, opensUntil: new Date(Date.parse(at) + day).toISOString() }
              : row.window,
          }
        : {}),
    };
  }
  const status = typeof data.status === 'string' ? data.status : null;
  if (status === null || !row.lastMessage || row.lastMessage.id !== messageId) return null;
  return { ...row, lastMessage: { ...row.lastMessage, status: shown(status) } };
}

/** As the API calls the state of a row. */
const shown = (status: string) =>
  status === 'accepted' ? 'sent' : status === 'played' ? 'read' : status === 'cancelled' ? 'failed' : status;

function ask(client: QueryClient, id: string, me: string): void {
  asked.add(id);
  if (timer !== 0) return;
  timer = window.setTimeout(() => {
    timer = 0;
    const ids = [...asked];
    asked.clear();
    if (ids.length > storm) void client.invalidateQueries({ queryKey: ['conversations'] });
    else for (const one of ids) void fetchRow(client, one, me);
  }, 40);
}

async function fetchRow(client: QueryClient, id: string, me: string): Promise<void> {
  try {
    putRow(client, await chaski.conversations.get({ id }), me);
  } catch {
    // Gone, or the line is down: the lists say so when they are asked next.
  }
}
