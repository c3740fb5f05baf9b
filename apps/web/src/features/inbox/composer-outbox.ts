import { ChaskiError, type Message, type MessagesCreateData } from '@chaski/sdk';
import { useMemo, useSyncExternalStore } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { queryClient } from '../../api/query-client.ts';
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
  conversationId: string;
  content: Said;
  /** Our id of the quoted message. */
  replyTo: string | null;
  at: string;
  /** Why the server refused it; null: on its way, or waiting for the line. */
  refusal: { code: string; message: string } | null;
}

/**
 * What was said leaves in the order it was said, one at a time in each conversation, and survives a reload: the list
 * lies in the browser until the server has each. A refusal stays in its bubble; a lost line is tried again for ever.
 */
const storageKey = 'chaski-outbox';
const listeners = new Set<() => void>();
const running = new Set<string>();
let waiting: readonly Waiting[] = read();
/** Keys of all that was said in this page. */
const said = new Set<string>();

export const saidHere = (dedupeKey: string | null): boolean => dedupeKey !== null && said.has(dedupeKey);

function read(): readonly Waiting[] {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '[]') as Waiting[];
  } catch {
    return [];
  }
}

function change(next: readonly Waiting[]): void {
  waiting = next;
  try {
    localStorage.setItem(storageKey, JSON.stringify(next));
  } catch {
    // Full or forbidden: it still leaves, only a reload would lose it.
  }
  for (const listener of listeners) listener();
}

const subscribe = (changed: () => void) => {
  listeners.add(changed);
  return () => void listeners.delete(changed);
};

export function useWaiting(conversationId: string): readonly Waiting[] {
  const all = useSyncExternalStore(subscribe, () => waiting);
  return useMemo(() => all.filter((one) => one.conversationId === conversationId), [all, conversationId]);
}

export function say(conversationId: string, content: Said, replyTo: string | null = null): void {
  const at = new Date().toISOString();
  const key = once().idempotencyKey;
  said.add(key);
  change([...waiting, { key, conversationId, content, replyTo, at, refusal: null }]);
  void hand(conversationId);
}

export function sayAgain(key: string): void {
  const one = waiting.find((other) => other.key === key);
  if (!one) return;
  change(waiting.map((other) => (other === one ? { ...one, refusal: null } : other)));
  void hand(one.conversationId);
}

export function forget(key: string): void {
  change(waiting.filter((one) => one.key !== key));
}

async function hand(conversationId: string): Promise<void> {
  if (running.has(conversationId)) return;
  running.add(conversationId);
  try {
    for (let tries = 0; ; ) {
      const one = waiting.find((other) => other.conversationId === conversationId && other.refusal === null);
      if (!one) return;
      try {
        const message = await post(one);
        putMessages(queryClient, conversationId, [message]);
        change(waiting.filter(({ key }) => key !== one.key));
        tries = 0;
      } catch (error) {
        if (error instanceof ChaskiError && error.status < 500 && error.status !== 429) {
          change(
            waiting.map((other) =>
              other.key === one.key
                ? { ...other, refusal: { code: error.code, message: error.message } }
                : other,
            ),
          );
        } else await pause(Math.min(15_000, 1_000 * 2 ** tries++));
      }
    }
  } finally {
    running.delete(conversationId);
  }
}

function post({ key, conversationId, content, replyTo }: Waiting): Promise<Message> {
  const body = { ...content, conversationId, dedupeKey: key, ...(replyTo === null ? {} : { replyTo }) };
  return chaski.messages.create({ body: body as Command }, { idempotencyKey: key });
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

/** What a reload left over. Several windows share one list: the key makes a message one, whoever hands it over. */
export function handOverAll(): void {
  for (const id of new Set(waiting.map(({ conversationId }) => conversationId))) void hand(id);
}
