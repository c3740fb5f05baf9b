import { ChaskiError, type Message, type MessagesCreateData } from '@chaski/sdk';
import { useMemo, useSyncExternalStore } from 'react';
import { chaski, chaskiOnce } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { queryClient } from '../../api/query-client.ts';
import { sessionQuery } from '../../api/session.ts';
import { putMessages } from './thread-queries.ts';

type Command = MessagesCreateData['body'];
/** A content without its envelope. */
export type Said = Command extends infer One
  ? One extends { type: string }
    ? Omit<One, 'to' | 'contactId' | 'conversationId' | 'recipient' | 'numberId' | 'replyTo' | 'dedupeKey'>
    : never
  : never;

/** Something one said here that the server does not have yet. */
export interface Waiting {
  /** The message's dedupe key: however often it is handed over, it is sent once. */
  key: string;
  /** Who said it: whoever signs in at this machine next must not send it as theirs. */
  by: string;
  conversationId: string;
  content: Said;
  /** Our id of the quoted message. */
  replyTo: string | null;
  at: string;
  /** Its place among the others: several are said within one millisecond. */
  place: number;
  /** Why the server refused it; null: on its way, or waiting for the line. */
  refusal: { code: string; message: string; details?: Record<string, unknown> } | null;
}

/**
 * What was said leaves in the order it was said, one at a time in each conversation, and survives a reload: each lies in
 * the browser until the server has it, under a name of its own, so that several windows do not write over one another.
 * A refusal stays in its bubble; a lost line is tried again for ever.
 */
const prefix = 'chaski-outbox:';
const listeners = new Set<() => void>();
const running = new Set<string>();
let waiting: readonly Waiting[] = read();
/** Keys of all that was said in this page. */
const said = new Set<string>();

export const saidHere = (dedupeKey: string | null): boolean => dedupeKey !== null && said.has(dedupeKey);

/** The member who is signed in, in their workspace. */
function speaker(): string {
  const session = queryClient.getQueryData(sessionQuery.queryKey);
  return `${session?.workspace?.id}:${session?.person.id}`;
}

/**
 * How often the window was left, and how often by when the server last said who has the cookie. What stays in sight
 * needs no question: nobody signs in elsewhere in this browser without leaving it.
 */
let left = 0;
let asked = 0;
window.addEventListener('blur', () => left++);
document.addEventListener('visibilitychange', () => left++);

/** Whether the cookie is still its speaker's: in another window, somebody else may have signed in. */
async function isStill(by: string): Promise<boolean> {
  const now = left;
  const { person, workspace } = await chaski.auth.getMe();
  if (`${workspace?.id}:${person.id}` !== by) return false;
  asked = now;
  return true;
}

function read(): readonly Waiting[] {
  const found = Object.keys(localStorage)
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => parsed(localStorage.getItem(name)));
  return found.sort(byPlace);
}

function parsed(text: string | null): Waiting[] {
  try {
    return text === null ? [] : [JSON.parse(text) as Waiting];
  } catch {
    return [];
  }
}

/** A declaration: what a reload left over is read, and put in order, while this file is still being run. */
function byPlace(a: Waiting, b: Waiting): number {
  return a.place - b.place;
}

function show(next: readonly Waiting[]): void {
  waiting = next;
  for (const listener of listeners) listener();
}

function keep(one: Waiting): void {
  try {
    localStorage.setItem(prefix + one.key, JSON.stringify(one));
  } catch {
    // Full or forbidden: it still leaves, only a reload would lose it.
  }
  show([...waiting.filter(({ key }) => key !== one.key), one].sort(byPlace));
}

export function forget(key: string): void {
  localStorage.removeItem(prefix + key);
  show(waiting.filter((one) => one.key !== key));
}

// Said in another window, or handed over from there.
window.addEventListener('storage', ({ key, newValue }) => {
  if (!key?.startsWith(prefix)) return;
  const others = waiting.filter((one) => prefix + one.key !== key);
  show([...others, ...parsed(newValue)].sort(byPlace));
});

const subscribe = (changed: () => void) => {
  listeners.add(changed);
  return () => void listeners.delete(changed);
};

export function useWaiting(conversationId: string): readonly Waiting[] {
  const all = useSyncExternalStore(subscribe, () => waiting);
  return useMemo(() => {
    const by = speaker();
    return all.filter((one) => one.conversationId === conversationId && one.by === by);
  }, [all, conversationId]);
}

export function say(conversationId: string, content: Said, replyTo: string | null = null): void {
  const now = Date.now();
  const key = once().idempotencyKey;
  said.add(key);
  keep({
    key,
    by: speaker(),
    conversationId,
    content,
    replyTo,
    at: new Date(now).toISOString(),
    place: Math.max(now, (waiting.at(-1)?.place ?? 0) + 1),
    refusal: null,
  });
  void hand(conversationId);
}

export function sayAgain(key: string): void {
  const one = waiting.find((other) => other.key === key);
  if (!one) return;
  keep({ ...one, refusal: null });
  void hand(one.conversationId);
}

async function hand(conversationId: string): Promise<void> {
  if (running.has(conversationId)) return;
  running.add(conversationId);
  try {
    for (let tries = 0; ; ) {
      const by = speaker();
      const one = waiting.find(
        (other) => other.conversationId === conversationId && other.by === by && other.refusal === null,
      );
      if (!one) return;
      try {
        // It has its bubble already: only what is tried again or comes after an absence waits for the question.
        if ((tries > 0 || asked !== left || !document.hasFocus()) && !(await isStill(by))) return;
        const message = await post(one);
        putMessages(queryClient, conversationId, [message]);
        forget(one.key);
        tries = 0;
      } catch (error) {
        // Signed out meanwhile: it leaves when its speaker is back.
        if (error instanceof ChaskiError && error.status === 401) return;
        if (error instanceof ChaskiError && error.status < 500 && error.status !== 429) {
          const { code, message, details } = error;
          keep({ ...one, refusal: { code, message, details } });
        } else {
          const wished = error instanceof ChaskiError ? (error.retryAfter ?? 0) * 1_000 : 0;
          await pause(Math.max(wished, Math.min(15_000, 250 * 2 ** tries++)));
        }
      }
    }
  } finally {
    running.delete(conversationId);
  }
}

function post({ key, conversationId, content, replyTo }: Waiting): Promise<Message> {
  const body = { ...content, conversationId, dedupeKey: key, ...(replyTo === null ? {} : { replyTo }) };
  return chaskiOnce.messages.create({ body: body as Command }, { idempotencyKey: key });
}

/** Until then, or until the browser says that there is a network again. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      window.clearTimeout(timer);
      window.removeEventListener('online', go);
      resolve();
    };
    const timer = window.setTimeout(go, ms);
    window.addEventListener('online', go);
  });
}

/** What a reload left over. Several windows may hand over the same: the key makes a message one, whoever does. */
export function handOverAll(): void {
  for (const id of new Set(waiting.map(({ conversationId }) => conversationId))) void hand(id);
}
