import type { ConversationEvent, Message, Note } from '@chaski/sdk';
import type { Waiting } from './composer-outbox.ts';
import { speakerOf } from './sender.ts';

/** What later messages did to an earlier one. */
export interface Marks {
  reactions: readonly { emoji: string; out: boolean }[];
  /** What it says since it was edited. */
  edited: Message['content'] | null;
  /** Of its buttons or rows, what was chosen. */
  chosen: ReadonlySet<string>;
}

export type Line =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string; count: number }
  | { kind: 'message'; key: string; message: Message; marks: Marks | null; first: boolean }
  | { kind: 'waiting'; key: string; waiting: Waiting; first: boolean }
  | { kind: 'note'; key: string; note: Note }
  | { kind: 'event'; key: string; event: ConversationEvent };

export interface Parts {
  messages: readonly Message[];
  notes: readonly Note[];
  events: readonly ConversationEvent[];
  waiting: readonly Waiting[];
  /** Whose words wait. */
  me: string;
  /** There are older messages: notes and events from before what is loaded wait for them. */
  hasOlder: boolean;
  /** The first message that was unread when the thread was opened, and how many there were. */
  unread: { id: string; count: number } | null;
}

/** They change another message and have no bubble of their own. */
const effects = new Set(['reaction', 'edit', 'revoke']);
/** Events that the thread shows otherwise, or that say nothing to a reader. */
export const quietEvents: ReadonlySet<string> = new Set([
  'note.created',
  'note.updated',
  'note.deleted',
  'conversation.mentioned',
]);
/** What one person says within five minutes stands together. */
const togetherMs = 5 * 60_000;

const inner = (content: Message['content']): Record<string, unknown> => {
  const part = content[String(content.type)];
  return typeof part === 'object' && part !== null ? (part as Record<string, unknown>) : {};
};

/** Lines of a thread from the oldest to the newest. Pure. */
export function linesOf(parts: Parts): Line[] {
  const { messages, hasOlder, unread } = parts;
  const marks = marksOf(messages);
  const from = hasOlder ? (messages[0]?.shownAt ?? '') : '';
  const beside = [
    ...parts.notes.map((note) => ({
      at: note.createdAt,
      line: { kind: 'note', key: note.id, note } as const,
    })),
    ...parts.events
      .filter(({ name }) => !quietEvents.has(name))
      .map((event) => ({ at: event.at, line: { kind: 'event', key: event.id, event } as const })),
  ]
    .filter(({ at }) => at >= from)
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));

  const lines: Line[] = [];
  let day = '';
  let before: { speaker: string; at: number } | null = null;
  let next = 0;
  const dayOf = dayFinder();
  const begin = (at: string) => {
    const now = dayOf(at);
    if (now === day) return;
    day = now;
    before = null;
    lines.push({ kind: 'day', key: `day-${now}`, at });
  };
  const upTo = (at: string | null) => {
    for (let one = beside[next]; one && (at === null || one.at <= at); one = beside[++next]) {
      begin(one.at);
      lines.push(one.line);
      before = null;
    }
  };
  const isFirst = (speaker: string, at: number): boolean => {
    const first = before === null || before.speaker !== speaker || at - before.at > togetherMs;
    before = { speaker, at };
    return first;
  };

  const known = new Set<string>();
  for (const message of messages) {
    if (message.dedupeKey !== null) known.add(message.dedupeKey);
    if (effects.has(message.type)) continue;
    upTo(message.shownAt);
    begin(message.shownAt);
    if (unread?.id === message.id) {
      lines.push({ kind: 'unread', key: 'unread', count: unread.count });
      before = null;
    }
    lines.push({
      kind: 'message',
      // The same key as while it waited: its bubble stays where it is.
      key: message.dedupeKey ?? message.id,
      message,
      marks: (message.providerMessageId && marks.get(message.providerMessageId)) || null,
      first: isFirst(speakerOf(message.direction, message.sender), Date.parse(message.shownAt)),
    });
  }
  upTo(null);
  const mine = speakerOf('out', { kind: 'member', id: parts.me });
  for (const waiting of parts.waiting) {
    if (known.has(waiting.key) || effects.has(waiting.content.type)) continue;
    begin(waiting.at);
    lines.push({ kind: 'waiting', key: waiting.key, waiting, first: isFirst(mine, Date.parse(waiting.at)) });
  }
  return lines;
}

/** By WhatsApp's id of the message that they are about. */
export function marksOf(messages: readonly Message[]): Map<string, Marks> {
  const reactions = new Map<string, Map<string, { emoji: string; out: boolean }>>();
  const edited = new Map<string, Message['content']>();
  const chosen = new Map<string, Set<string>>();
  for (const message of messages) {
    const part = inner(message.content);
    const target = message.targetProviderId ?? (message.type === 'reaction' ? part.messageId : null);
    if (message.type === 'reaction' && typeof target === 'string') {
      if (message.status === 'failed') continue;
      // One of each side: a newer one takes the place of the older, an empty one takes it away.
      const sides = reactions.get(target) ?? new Map<string, { emoji: string; out: boolean }>();
      const out = message.direction === 'out';
      const side = out ? 'us' : (message.contactId ?? 'them');
      const emoji = typeof part.emoji === 'string' ? part.emoji : '';
      if (emoji === '') sides.delete(side);
      else sides.set(side, { emoji, out });
      reactions.set(target, sides);
    } else if (message.type === 'edit' && typeof target === 'string') {
      if (part.content) edited.set(target, part.content as Message['content']);
    } else if (message.replyTo !== null) {
      const id = choiceOf(message);
      if (id !== null) chosen.set(message.replyTo, (chosen.get(message.replyTo) ?? new Set()).add(id));
    }
  }
  const marks = new Map<string, Marks>();
  for (const id of new Set([...reactions.keys(), ...edited.keys(), ...chosen.keys()])) {
    marks.set(id, {
      reactions: [...(reactions.get(id)?.values() ?? [])],
      edited: edited.get(id) ?? null,
      chosen: chosen.get(id) ?? new Set(),
    });
  }
  return marks;
}

/** The id of the pressed button or picked row, its words where it has none. */
function choiceOf({ type, content }: Message): string | null {
  const part = inner(content);
  const said = (given: unknown) => (typeof given === 'string' && given !== '' ? given : null);
  if (type === 'button') return said(part.payload) ?? said(part.text);
  if (type !== 'interactive') return null;
  const reply = (part.buttonReply ?? part.listReply) as { id?: unknown; title?: unknown } | undefined;
  return said(reply?.id) ?? said(reply?.title);
}

/** The first of the `count` newest messages of the person; all that are loaded where there are more. */
export function firstUnread(
  messages: readonly Message[],
  count: number,
): { id: string; count: number } | null {
  let left = count;
  let first: string | null = null;
  for (let at = messages.length - 1; at >= 0 && left > 0; at--) {
    const message = messages[at]!;
    if (message.direction !== 'in' || effects.has(message.type) || message.type === 'system') continue;
    first = message.id;
    left -= 1;
  }
  return first === null ? null : { id: first, count };
}

/** The local day of a time. A date is made once an hour of messages, not for each of 100,000. */
function dayFinder(): (at: string) => string {
  let hour = '';
  let day = '';
  return (at) => {
    const asked = at.slice(0, 13);
    // Half-hour zones turn the day within an hour of UTC.
    if (asked !== hour || new Date().getTimezoneOffset() % 60 !== 0) {
      hour = asked;
      const date = new Date(at);
      day = `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
    }
    return day;
  };
}
