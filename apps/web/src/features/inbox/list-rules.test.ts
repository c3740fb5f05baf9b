import type { Conversation } from '@chaski/sdk';
import { describe, expect, it } from 'vitest';
import { belongs, compare } from './filter.ts';
import { afterMessage, type Pages, placed, rowsOf, stepFrom, withTicks } from './list-rules.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 6, minute)).toISOString();

function row(id: string, minute: number, change: Partial<Conversation> = {}): Conversation {
  return {
    id,
    numberId: 'n',
    number: { id: 'n', displayPhoneNumber: '+1', name: 'Demo', status: 'active' },
    contactId: `c-${id}`,
    contact: null,
    groupRef: null,
    status: 'open',
    assignee: null,
    team: null,
    labels: [],
    lastMessage: {
      id: `m-${id}`,
      at: at(minute),
      preview: 'hi',
      direction: 'in',
      status: 'received',
      sender: null,
    },
    unreadCount: 0,
    waitingSince: null,
    window: { exists: true, open: false, opensUntil: null },
    snoozedUntil: null,
    snoozedAt: null,
    closedAt: null,
    mention: null,
    unreadMention: false,
    unitedInto: null,
    createdAt: at(0),
    updatedAt: at(0),
    ...change,
  };
}

const pages = (...all: Conversation[][]): Pages => ({
  pages: all.map((data, index) => ({ data, nextCursor: index < all.length - 1 ? 'more' : null })),
  pageParams: all.map(() => null),
});
const ids = (found: Pages | 'ask') => (found === 'ask' ? found : rowsOf(found).map(({ id }) => id));

it('goes on showing what the person said when nobody wrote the answer', () => {
  const data = { messageId: 'z', at: at(50), preview: 'thanks for reaching us' };
  expect(afterMessage(row('a', 10), 'queued', { ...data, automated: true })).toBeNull();
  const written = afterMessage(row('a', 10), 'queued', { ...data, automated: false });
  expect(written?.lastMessage?.preview).toBe('thanks for reaching us');
});

describe('the next row', () => {
  const [a, b, c, d] = [row('a', 40), row('b', 30), row('c', 20), row('d', 10)] as const;
  const all = [a, b, c, d];

  it('is the one beside the chosen one; with none chosen the first or the last', () => {
    expect(stepFrom(all, 'b', 1, null)).toBe(c);
    expect(stepFrom(all, 'b', -1, null)).toBe(a);
    expect(stepFrom(all, 'd', 1, null)).toBeNull();
    expect(stepFrom(all, null, 1, null)).toBe(a);
    expect(stepFrom(all, null, -1, null)).toBe(d);
  });

  it('is what stood beside the one that has left the list, or the next that is still there', () => {
    const was = { rows: all, id: 'c' };
    expect(stepFrom([a, b, d], 'c', 1, was)).toBe(d);
    expect(stepFrom([a, b, d], 'c', -1, was)).toBe(b);
    expect(stepFrom([a, d], 'c', -1, was)).toBe(a);
    expect(stepFrom([a, b], 'c', 1, was)).toBeNull();
    expect(stepFrom([b, d], 'x', 1, was)).toBe(b);
  });
});

describe('a row in a list', () => {
  const list = pages([row('c', 30), row('b', 20)], [row('a', 10)]);

  it('goes to its place from wherever it was', () => {
    expect(ids(placed(list, row('a', 40), true, 'newest'))).toEqual(['a', 'c', 'b']);
    expect(ids(placed(list, row('c', 15), true, 'newest'))).toEqual(['b', 'c', 'a']);
    expect(ids(placed(list, row('d', 25), true, undefined))).toEqual(['c', 'd', 'b', 'a']);
  });

  it('leaves when it does not belong there, and a stranger changes nothing', () => {
    expect(ids(placed(list, row('b', 20), false, 'newest'))).toEqual(['c', 'a']);
    expect(placed(list, row('x', 50), false, 'newest')).toBe(list);
    expect(placed(list, row('x', 50), null, 'newest')).toBe('ask');
  });

  it('that stands below what is loaded waits for its page', () => {
    const partial: Pages = { pages: [{ data: [row('c', 30)], nextCursor: 'more' }], pageParams: [null] };
    expect(ids(placed(partial, row('a', 5), true, 'newest'))).toEqual(['c']);
    expect(ids(placed(partial, row('c', 5), true, 'newest'))).toEqual([]);
  });

  it('is told apart from one of the same moment by its id, as on the server', () => {
    expect(compare(row('a', 1), row('b', 1), 'newest')).toBeGreaterThan(0);
    expect(compare(row('a', 1), row('b', 1), 'oldest')).toBeLessThan(0);
  });
});

describe('belonging', () => {
  const me = 'me';
  const mine = row('a', 1, { assignee: { id: me, name: 'Me' } });

  it('follows the views', () => {
    expect(belongs(mine, { view: 'mine' }, me)).toBe(true);
    expect(belongs(mine, { view: 'unassigned' }, me)).toBe(false);
    expect(belongs({ ...mine, status: 'closed' }, { view: 'mine' }, me)).toBe(false);
    expect(belongs({ ...mine, status: 'closed' }, { view: 'all' }, me)).toBe(true);
    expect(belongs({ ...mine, unitedInto: 'b' }, { view: 'all' }, me)).toBe(false);
  });

  it('leaves words to the server, but only where all else fits', () => {
    expect(belongs(mine, { view: 'open', q: 'ana' }, me)).toBeNull();
    expect(belongs(mine, { view: 'closed', q: 'ana' }, me)).toBe(false);
  });

  it('wants all labels, and somebody waiting where that is the order', () => {
    const label = { id: 'l', name: 'VIP', colour: '#000000' };
    expect(belongs(mine, { labelId: 'l' }, me)).toBe(false);
    expect(belongs({ ...mine, labels: [label] }, { labelId: 'l' }, me)).toBe(true);
    expect(belongs(mine, { order: 'waiting' }, me)).toBe(false);
  });
});

describe('a message event', () => {
  const data = { messageId: 'm2', at: at(50), preview: 'there?' };

  it('that came in opens the window, raises what is unread and begins the wait', () => {
    const now = afterMessage(row('a', 1, { status: 'closed' }), 'received', data);
    expect(now).toMatchObject({
      status: 'open',
      unreadCount: 1,
      waitingSince: at(50),
      window: { open: true },
    });
    expect(now?.lastMessage).toEqual({
      id: 'm2',
      at: at(50),
      preview: 'there?',
      direction: 'in',
      status: 'received',
      sender: null,
    });
  });

  it('heard again, or of an older message, changes nothing', () => {
    const once = afterMessage(row('a', 1), 'received', data);
    expect(afterMessage(once!, 'received', data)).toBeNull();
    expect(afterMessage(once!, 'received', { ...data, messageId: 'm1', at: at(2) })).toBeNull();
  });

  it('moves the ticks of the newest message alone', () => {
    const sent = afterMessage(row('a', 1), 'queued', data)!;
    expect(afterMessage(sent, 'played', { messageId: 'm2' })?.lastMessage?.status).toBe('read');
    expect(afterMessage(sent, 'read', { messageId: 'm1' })).toBeNull();
  });

  it('moves the ticks up, whatever comes late; what failed may begin anew', () => {
    const ticked = (status: string) => ({
      ...row('a', 1),
      lastMessage: { ...row('a', 1).lastMessage!, id: 'm2', status },
    });
    expect(afterMessage(ticked('read'), 'delivered', { messageId: 'm2' })).toBeNull();
    expect(afterMessage(ticked('delivered'), 'accepted', { messageId: 'm2', status: 'accepted' })).toBeNull();
    expect(afterMessage(ticked('failed'), 'delivered', { messageId: 'm2' })?.lastMessage?.status).toBe(
      'delivered',
    );
    expect(withTicks(ticked('sent'), ticked('read')).lastMessage?.status).toBe('read');
    expect(withTicks(ticked('queued'), ticked('failed')).lastMessage?.status).toBe('queued');
    expect(withTicks(row('a', 1), ticked('read')).lastMessage?.id).toBe('m-a');
  });
});
