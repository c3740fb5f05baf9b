import type { ConversationEvent, Message, Note } from '@chaski/sdk';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstUnread, linesOf, marksOf } from './thread-lines.ts';
import { withMessages } from './thread-messages.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 3, 9, minute)).toISOString();

function message(n: number, more: Partial<Message> = {}): Message {
  return {
    id: `m${String(n).padStart(4, '0')}`,
    direction: 'in',
    type: 'text',
    content: { type: 'text', text: { body: `line ${n}` } },
    providerMessageId: `wamid.${n}`,
    status: 'received',
    dedupeKey: null,
    sender: null,
    replyTo: null,
    targetProviderId: null,
    contactId: 'c',
    shownAt: at(n),
    createdAt: at(n),
    ...more,
  } as Message;
}

const reaction = (n: number, target: number, emoji: string, direction: 'in' | 'out' = 'in') =>
  message(n, {
    type: 'reaction',
    direction,
    content: { type: 'reaction', reaction: { messageId: `wamid.${target}`, emoji } },
    targetProviderId: `wamid.${target}`,
  });

const parts = { notes: [], events: [], waiting: [], me: 'me', hasOlder: false, unread: null };
const kinds = (lines: { kind: string }[]) => lines.map(({ kind }) => kind);

test('a day, the first of a side, then what belongs together', () => {
  const lines = linesOf({
    ...parts,
    messages: [message(1), message(2), message(3, { direction: 'out' }), message(20, { direction: 'out' })],
  });
  expect(kinds(lines)).toEqual(['day', 'message', 'message', 'message', 'message']);
  expect(lines.flatMap((line) => ('first' in line ? [line.first] : []))).toEqual([true, false, true, true]);
});

test('what two colleagues say stands apart; words of mine stay where they waited', () => {
  const by = (id: string) => ({ direction: 'out', sender: { kind: 'member', id } }) as const;
  const waiting = {
    key: 'k',
    by: 'w:me',
    place: 1,
    conversationId: 'c',
    content: { type: 'text' as const, text: { body: 'x' } },
    replyTo: null,
    at: at(3),
    refusal: null,
  };
  const lines = linesOf({
    ...parts,
    messages: [message(1, by('ana')), message(2, by('me'))],
    waiting: [waiting],
  });
  expect(lines.flatMap((line) => ('first' in line ? [line.first] : []))).toEqual([true, true, false]);
});

test('a reaction stands on its target; a newer one replaces it, an empty one takes it away', () => {
  const messages = [message(1), reaction(2, 1, '👍'), reaction(3, 1, '🙏', 'out'), reaction(4, 1, '❤️')];
  expect(marksOf(messages).get('wamid.1')?.reactions).toEqual([
    { emoji: '❤️', out: false },
    { emoji: '🙏', out: true },
  ]);
  expect(marksOf([...messages, reaction(5, 1, '')]).get('wamid.1')?.reactions).toEqual([
    { emoji: '🙏', out: true },
  ]);
  expect(kinds(linesOf({ ...parts, messages }))).toEqual(['day', 'message']);
});

test('the pressed button and the edit are told to the message they are about', () => {
  const pressed = message(3, {
    type: 'interactive',
    replyTo: 'wamid.1',
    content: {
      type: 'interactive',
      interactive: { type: 'button_reply', buttonReply: { id: 'b', title: 'Blue' } },
    },
  });
  const edit = message(4, {
    type: 'edit',
    targetProviderId: 'wamid.2',
    content: {
      type: 'edit',
      edit: { originalMessageId: 'wamid.2', content: { type: 'text', text: { body: 'new' } } },
    },
  });
  const marks = marksOf([message(1, { direction: 'out' }), message(2), pressed, edit]);
  expect([...(marks.get('wamid.1')?.chosen ?? [])]).toEqual(['b']);
  expect(marks.get('wamid.2')?.edited).toEqual({ type: 'text', text: { body: 'new' } });
});

test('notes and events stand at their time, those before the loaded messages wait', () => {
  const note = { id: 'n1', createdAt: at(2), text: 'psst' } as Note;
  const old = { id: 'e1', at: at(0), name: 'conversation.closed' } as ConversationEvent;
  const noted = { id: 'e2', at: at(2), name: 'note.created' } as ConversationEvent;
  const given = { ...parts, messages: [message(1), message(3)], notes: [note], events: [old, noted] };
  expect(kinds(linesOf(given))).toEqual(['day', 'event', 'message', 'note', 'message']);
  expect(kinds(linesOf({ ...given, hasOlder: true }))).toEqual(['day', 'message', 'note', 'message']);
});

test('what waits is last until the server has it, under the same key', () => {
  const waiting = {
    key: 'k1',
    by: 'w:me',
    place: 1,
    conversationId: 'x',
    content: { type: 'text' as const, text: { body: 'hi' } },
    replyTo: null,
    at: at(9),
    refusal: null,
  };
  const before = linesOf({ ...parts, messages: [message(1)], waiting: [waiting] });
  expect(before.at(-1)).toMatchObject({ kind: 'waiting', key: 'k1' });
  const after = linesOf({
    ...parts,
    messages: [message(1), message(9, { direction: 'out', dedupeKey: 'k1' })],
    waiting: [waiting],
  });
  expect(after.at(-1)).toMatchObject({ kind: 'message', key: 'k1' });
});

test('the first unread is counted from the end over what the person said', () => {
  const messages = [
    message(1),
    message(2),
    message(3, { direction: 'out' }),
    reaction(4, 1, '👍'),
    message(5),
  ];
  expect(firstUnread(messages, 2)?.id).toBe('m0002');
  expect(firstUnread(messages, 9)?.id).toBe('m0001');
  expect(firstUnread(messages, 0)).toBeNull();
});

test('pages in any order and twice make one sorted thread', () => {
  const all = Array.from({ length: 30 }, (_, n) => message(n));
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(29), { maxLength: 12 }), { maxLength: 12 }), (pages) => {
      let known: readonly Message[] = [];
      for (const page of pages)
        known = withMessages(
          known,
          page.map((n) => ({ ...all[n]! })),
        );
      const ids = [...new Set(pages.flat())].sort((a, b) => a - b).map((n) => all[n]!.id);
      expect(known.map(({ id }) => id)).toEqual(ids);
    }),
  );
});

test('what did not change stays the same object', () => {
  const known = [message(1), message(2)];
  expect(withMessages(known, [message(2)])).toBe(known);
  const next = withMessages(known, [message(2, { status: 'read' })]);
  expect(next[0]).toBe(known[0]);
  expect(next[1]?.status).toBe('read');
});
