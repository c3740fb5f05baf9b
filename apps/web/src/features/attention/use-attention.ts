import type { ChaskiEvent } from '@chaski/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect } from 'react';
import { isPushed, onNoticePressed, subscribePush } from '../../api/push.ts';
import { useEvents } from '../../api/realtime.ts';
import { useTranslation } from '../../i18n/words.ts';
import { knownRow } from '../inbox/list-cache.ts';
import { attentionSettings } from './settings.ts';
import { chime } from './sound.ts';
import { useUnreadTitle } from './title.ts';

/** What is older than this was caught up after a cut, and is no news. */
const newsMs = 60_000;

/** Says that somebody wrote, or that a colleague wants one: by sound, on the desktop, in the title. Mounted one time, by the shell. */
export function useAttention(me: string): void {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  useUnreadTitle();
  const hear = useCallback(
    ({ name, at, actor, data }: ChaskiEvent) => {
      const { sound, desktop, quiet } = attentionSettings();
      // Who names themselves in a note knows it.
      const isMention = name === 'conversation.mentioned' && data.userId === me && actor?.id !== me;
      if (!(isMention || name === 'message.received')) return;
      if (quiet || Date.now() - Date.parse(at) > newsMs) return;
      const id = typeof data.conversationId === 'string' ? data.conversationId : '';
      const row = knownRow(queries, id);
      // What a colleague looks after does not ring here, unless they ask one for help.
      if (!isMention && row?.assignee && row.assignee.id !== me) return;
      if (document.visibilityState === 'visible' && window.location.pathname.endsWith(id)) return;
      if (sound) chime();
      if (
        desktop &&
        !isPushed() &&
        document.visibilityState !== 'visible' &&
        Notification.permission === 'granted'
      ) {
        const note = new Notification(row?.contact?.displayName ?? t('attention.someone'), {
          body: isMention ? t('attention.mentioned') : typeof data.preview === 'string' ? data.preview : '',
          icon: '/icon-192.png',
          // One a conversation: ten words are not ten notices. What a customer says does not hide a colleague's call.
          tag: isMention ? `@${id}` : id,
        });
        note.onclick = () => {
          window.focus();
          void navigate({
            to: '/app/inbox/$conversationId',
            params: { conversationId: id },
            search: { view: 'all' },
          });
          note.close();
        };
      }
    },
    [queries, me, navigate, t],
  );
  useEvents(hear);
  useEffect(() => {
    const { desktop, quiet } = attentionSettings();
    // A push service may have given another address meanwhile.
    if (desktop && !quiet && Notification.permission === 'granted') void subscribePush();
    return onNoticePressed((address) => void navigate({ href: address }));
  }, [navigate]);
}
