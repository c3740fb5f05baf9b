import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useSession } from '../../api/session.ts';
import { draftsQuery } from './thread-queries.ts';

/** The server hears of it so long after the last key; the browser keeps each. */
const saveAfterMs = 700;

/** Of the person, too: whoever signs in at this machine next must not find it as theirs. */
const draftKey = (kind: 'reply' | 'note', personId: string, conversationId: string) =>
  `chaski-draft:${kind}:${personId}:${conversationId}`;

function keepDraft(key: string, text: string): void {
  try {
    if (text === '') localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // Full or forbidden: only a reload would lose it.
  }
}

/** A note that is begun stays in this browser alone: the team sees it when it is said. */
export function useNoteDraft(conversationId: string): [text: string, setText: (text: string) => void] {
  const { person } = useSession();
  const key = draftKey('note', person.id, conversationId);
  const [text, setShown] = useState(() => localStorage.getItem(key) ?? '');
  const setText = useCallback(
    (now: string) => {
      setShown(now);
      keepDraft(key, now);
    },
    [key],
  );
  return [text, setText];
}

/**
 * What one is about to say here. It lies in the browser at once, so that a reload or a crash takes nothing, and on the
 * server a moment later, so that colleagues see that somebody writes what.
 */
export function useDraft(
  conversationId: string,
  replyToId: string | null,
): { text: string; setText: (text: string) => void; clear: () => void } {
  const { person } = useSession();
  const key = draftKey('reply', person.id, conversationId);
  const [text, setShown] = useState(() => localStorage.getItem(key) ?? '');
  const touched = useRef(text !== '');
  const pending = useRef<{ timer: number; text: string } | null>(null);
  const saved = useRef(false);

  // Begun on another machine: taken up here, unless one writes already.
  const { data } = useQuery(draftsQuery(conversationId));
  const mine = data?.data.find(({ author }) => author.id === person.id)?.text ?? null;
  useEffect(() => {
    if (mine === null) return;
    saved.current = true;
    if (touched.current) return;
    touched.current = true;
    setShown(mine);
  }, [mine]);

  const save = useCallback(
    async (now: string) => {
      pending.current = null;
      try {
        if (now.trim() !== '') {
          await chaski.conversations.putDraft({ id: conversationId, body: { text: now, replyToId } });
          saved.current = true;
        } else if (saved.current) {
          saved.current = false;
          await chaski.conversations.deleteDraft({ id: conversationId });
        }
      } catch {
        // The browser has it; the next key or visit tries again.
      }
    },
    [conversationId, replyToId],
  );
  const setText = useCallback(
    (now: string) => {
      touched.current = true;
      setShown(now);
      keepDraft(key, now);
      if (pending.current) window.clearTimeout(pending.current.timer);
      pending.current = { timer: window.setTimeout(() => void save(now), saveAfterMs), text: now };
    },
    [key, save],
  );
  const latest = useRef(save);
  latest.current = save;
  useEffect(
    () => () => {
      if (!pending.current) return;
      window.clearTimeout(pending.current.timer);
      void latest.current(pending.current.text);
    },
    [],
  );
  const clear = useCallback(() => {
    if (pending.current) window.clearTimeout(pending.current.timer);
    setShown('');
    keepDraft(key, '');
    void latest.current('');
  }, [key]);
  return { text, setText, clear };
}
