import type { Message } from '@chaski/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Navigate, useRouter } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useKeys } from '../../ui/keys.ts';
import { Composer, type ComposerHandle } from './composer.tsx';
import { handOverAll } from './composer-outbox.ts';
import { putRow } from './list-cache.ts';
import { conversationQuery } from './queries.ts';
import classes from './thread.module.css';
import { Thread, type Wish } from './thread.tsx';
import { ThreadContext } from './thread-context.ts';
import { Others, ThreadHeader } from './thread-header.tsx';

import { usePresence } from './thread-presence.ts';
import { useWork } from './thread-work.ts';

const route = getRouteApi('/inside/app/inbox');

/** One conversation: who it is with, what was said, what one says. */
export function ConversationPane({ id }: { id: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { person } = useSession();
  const { data: conversation } = useQuery(conversationQuery(id));
  const work = useWork(id);
  const { others, typing } = usePresence(id);
  const [wish, setWish] = useState<Wish | null>(null);
  const message = route.useSearch({ select: (search) => search.message });
  const router = useRouter();
  useEffect(() => {
    if (!message) return;
    const reference = message;
    setWish({ reference });
    // The same hit or file once more: the address is the same, and one goes there after the router has put back where
    // one was.
    return router.subscribe('onRendered', ({ hrefChanged }) => {
      if (!hrefChanged) setWish({ reference });
    });
  }, [message, router]);
  const [quoted, setQuoted] = useState<Message | null>(null);
  const composer = useRef<ComposerHandle>(null);
  useEffect(handOverAll, []);

  // What was unread when one came: reading makes it nothing at once.
  const opened = useRef<number | null>(null);
  if (conversation) opened.current ??= conversation.unreadCount;
  const { mutate: markRead } = useMutation({
    mutationFn: () => chaski.conversations.read({ id, body: {} }, once()),
    onSuccess: (now) => {
      putRow(queries, now, person.id);
      void queries.invalidateQueries({ queryKey: ['counts'] });
    },
  });
  // A note that names one is read by looking too.
  const unread = (conversation?.unreadCount ?? 0) + Number(conversation?.unreadMention ?? false);
  useEffect(() => {
    const look = () => {
      if (unread > 0 && document.visibilityState === 'visible') markRead();
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [unread, markRead]);

  const write = (mode: 'reply' | 'note') => () => composer.current?.write(mode);
  useKeys({ KeyL: write('reply'), KeyR: write('reply'), KeyP: write('note') });
  const actions = useMemo(
    () => ({
      jumpTo: (reference: string) => setWish({ reference }),
      replyTo: (message: Message) => {
        setQuoted(message);
        composer.current?.write('reply');
      },
    }),
    [],
  );
  if (conversation?.unitedInto) {
    return (
      <Navigate
        to="/app/inbox/$conversationId"
        params={{ conversationId: conversation.unitedInto }}
        search={(before) => before}
        replace
      />
    );
  }
  return (
    <section className={classes.pane} aria-label={t('inbox.thread')}>
      <ThreadHeader conversation={conversation} work={work} />
      <Others others={others} />
      <ThreadContext value={actions}>
        {conversation ? (
          <Thread conversationId={id} unreadCount={opened.current ?? 0} wish={wish} />
        ) : (
          <div className={classes.frame} />
        )}
        {conversation ? (
          <Composer
            ref={composer}
            conversation={conversation}
            quoted={quoted}
            onQuoted={setQuoted}
            onTyping={typing}
            work={work}
          />
        ) : null}
      </ThreadContext>
    </section>
  );
}
