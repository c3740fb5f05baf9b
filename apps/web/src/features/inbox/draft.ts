import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useSession } from '../../api/session.ts';
import { draftsQuery } from './thread-queries.ts';

/** The server hears of it so long after the last key; the browser keeps each. */
const saveAfterMs = 700;

const localKey = (conversationId: string) => `chaski-draft:${conversationId}`;

/**
 * What one is about to say here. It lies in the browser at once, so that a reload or a crash takes nothing, and on the
 * server a moment later, so that colleagues see that somebody writes what.
 */
export function useDraft(
  conversationId: string,
  replyToId: string | null,
): { text: string; setText: (text: string) => void; clear: () => void } {
  const { person } = useSession();
  const [text, setShown] = useState(() => localStorage.getItem(localKey(conversationId)) ?? '');
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
      if (now === '') localStorage.removeItem(localKey(conversationId));
      else localStorage.setItem(localKey(conversationId), now);
      if (pending.current) window.clearTimeout(pending.current.timer);
      pending.current = { timer: window.setTimeout(() => void save(now), saveAfterMs), text: now };
    },
    [conversationId, save],
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
    localStorage.removeItem(localKey(conversationId));
    void latest.current('');
  }, [conversationId]);
  return { text, setText, clear };
}
