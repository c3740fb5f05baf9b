import type { ChaskiEvent } from '@chaski/contracts';
import type { Conversation } from '@chaski/sdk';
import type { InfiniteData } from '@tanstack/react-query';
import { compare } from './filter.ts';
import type { ConversationFilter } from './queries.ts';

/** Pure: what becomes of a list when a row changes, and of a row when something is said. */

const day = 24 * 3_600_000;

interface Page {
  data: Conversation[];
  nextCursor: string | null;
}
export type Pages = InfiniteData<Page>;

/** The list with the row in its place. `ask`: whether it belongs there only the server knows. */
export function placed(
  pages: Pages,
  row: Conversation,
  wanted: boolean | null,
  order: ConversationFilter['order'],
): Pages | 'ask' {
  const at = pages.pages.findIndex((page) => page.data.some((one) => one.id === row.id));
  if (at < 0 && wanted === null) return 'ask';
  if (at < 0 && wanted === false) return pages;
  const without = pages.pages.map((page, index) =>
    index === at ? { ...page, data: page.data.filter((one) => one.id !== row.id) } : page,
  );
  if (wanted === false) return { ...pages, pages: without };
  let place = without.findIndex((page) => page.data.some((one) => compare(row, one, order) < 0));
  if (place < 0) {
    const last = without.at(-1);
    // It stands further down than what is loaded: its page will bring it.
    if (!last || last.nextCursor !== null) return at < 0 ? pages : { ...pages, pages: without };
    place = without.length - 1;
  }
  const data = [...without[place]!.data];
  const before = data.findIndex((one) => compare(row, one, order) < 0);
  data.splice(before < 0 ? data.length : before, 0, row);
  return { ...pages, pages: without.map((page, index) => (index === place ? { ...page, data } : page)) };
}

/** Rows that left the place they were paged at may come again with a later page. */
export function rowsOf(pages: Pages | undefined): Conversation[] {
  const seen = new Set<string>();
  return (pages?.pages ?? []).flatMap((page) => page.data.filter(({ id }) => !seen.has(id) && seen.add(id)));
}

/** A row among those beside it. */
export interface Neighbours {
  rows: readonly Conversation[];
  id: string;
}

/**
 * The next row below (1) or above (-1) the chosen one. Where it left the list, what stood beside it (`was`) is next;
 * null: there is none that way.
 */
export function stepFrom(
  rows: readonly Conversation[],
  chosen: string | null,
  by: 1 | -1,
  was: Neighbours | null,
): Conversation | null {
  const at = rows.findIndex(({ id }) => id === chosen);
  if (at >= 0) return rows[at + by] ?? null;
  const stood = was !== null && was.id === chosen ? was.rows.findIndex(({ id }) => id === chosen) : -1;
  if (stood < 0) return rows.at(by > 0 ? 0 : -1) ?? null;
  const there = new Set(rows.map(({ id }) => id));
  const beside = by > 0 ? was?.rows.slice(stood + 1) : was?.rows.slice(0, stood).reverse();
  const next = beside?.find(({ id }) => there.has(id));
  return rows.find(({ id }) => id === next?.id) ?? null;
}

/** The row after a message event; null: it says nothing that the row shows. */
export function afterMessage(
  row: Conversation,
  what: string,
  data: ChaskiEvent['data'],
  actor: ChaskiEvent['actor'] = null,
): Conversation | null {
  const messageId = typeof data.messageId === 'string' ? data.messageId : null;
  if (what === 'received' || what === 'queued' || what === 'echoed') {
    const at = typeof data.at === 'string' ? data.at : new Date().toISOString();
    if (row.lastMessage && (row.lastMessage.id === messageId || row.lastMessage.at > at)) return null;
    const isIn = what === 'received';
    // The row goes on showing what the person said (conversations/touch.ts).
    if (data.automated === true && !isIn && row.lastMessage?.direction === 'in') return null;
    return {
      ...row,
      lastMessage: {
        id: messageId,
        at,
        preview: typeof data.preview === 'string' ? data.preview : null,
        direction: isIn ? 'in' : 'out',
        status: isIn ? 'received' : what === 'queued' ? 'queued' : 'sent',
        // Of a colleague the name follows with the row itself.
        sender: !isIn && actor?.kind === 'user' ? { kind: 'member', id: actor.id, name: '…' } : null,
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
  const status = statusTold[what];
  if (status === undefined || !row.lastMessage || row.lastMessage.id !== messageId) return null;
  return rankOf(status) < rankOf(row.lastMessage.status)
    ? null
    : { ...row, lastMessage: { ...row.lastMessage, status } };
}

/** The event's name says it, as the API calls the state of a row: what WhatsApp tells has no `status` beside it. */
const statusTold: Partial<Record<string, string>> = {
  unconfirmed: 'unconfirmed',
  accepted: 'sent',
  sent: 'sent',
  failed: 'failed',
  delivered: 'delivered',
  read: 'read',
  played: 'read',
};

/** The ladder of the server (messages/rules-status.ts); what waits stands below it. */
const ladder = ['sent', 'failed', 'delivered', 'read'];
const rankOf = (status: string | null) => (status === null ? -1 : ladder.indexOf(status));

/**
 * The row as it was answered, with the ticks that are known of its message already: an answer may be older than they
 * are. Only what failed goes back, when it is tried again.
 */
export function withTicks(row: Conversation, known: Conversation | undefined): Conversation {
  const [told, had] = [row.lastMessage, known?.lastMessage];
  if (!told || !had || told.id !== had.id || had.status === 'failed') return row;
  return rankOf(told.status) < rankOf(had.status)
    ? { ...row, lastMessage: { ...told, status: had.status } }
    : row;
}
