import type { Conversation } from '@chaski/sdk';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { explain } from '../../ui/explain.ts';
import { changeRows, knownRow, putRow } from './list-cache.ts';
import { conversationQuery } from './queries.ts';
import { sayDone } from './thread-done.tsx';

export type Deed =
  | { do: 'close' | 'reopen' | 'claim' | 'unassign' }
  | { do: 'snooze'; until: string }
  | { do: 'assign'; to: { id: string; name: string } };

/** What a team does with a conversation: shown at once, taken back with the reason when the server says no. */
export function useWork(id: string): (deed: Deed) => void {
  const { t } = useTranslation();
  const { person } = useSession();
  const queries = useQueryClient();
  const { queryKey } = conversationQuery(id);
  const { mutate } = useMutation({
    mutationFn: (deed: Deed) => {
      const more = once();
      switch (deed.do) {
        case 'snooze':
          return chaski.conversations.snooze({ id, body: { until: deed.until } }, more);
        case 'assign':
          return chaski.conversations.assign({ id, body: { memberId: deed.to.id } }, more);
        default:
          return chaski.conversations[deed.do]({ id, body: {} }, more);
      }
    },
    onMutate: (deed) => {
      const me = { id: person.id, name: person.name };
      const before = knownRow(queries, id);
      const takeBack = changeRows(queries, [id], (row) => ({ ...row, ...after(deed, me) }), person.id);
      return { before, takeBack };
    },
    onSuccess: (now, deed, { before }) => {
      if (deed.do === 'close') sayDone(t, now, () => mutate(asBefore(before)));
      putRow(queries, now, person.id);
      // Whether one may answer here may hang on who has it.
      void queries.invalidateQueries({ queryKey: ['can-send', id] });
    },
    onError: (error, _deed, context) => {
      context?.takeBack();
      void queries.invalidateQueries({ queryKey });
      notifications.show({
        color: 'red',
        message: explain(t, error),
      });
    },
  });
  return mutate;
}

/** What takes a closing back: a conversation that slept sleeps on. */
const asBefore = (before: Conversation | undefined): Deed =>
  before?.status === 'snoozed' && before.snoozedUntil !== null
    ? { do: 'snooze', until: before.snoozedUntil }
    : { do: 'reopen' };

function after(deed: Deed, me: { id: string; name: string }): Partial<Conversation> {
  switch (deed.do) {
    case 'close':
      return { status: 'closed', unreadCount: 0 };
    case 'reopen':
      return { status: 'open', snoozedUntil: null };
    case 'snooze':
      return { status: 'snoozed', snoozedUntil: deed.until };
    case 'claim':
      return { assignee: me };
    case 'assign':
      return { assignee: deed.to };
    case 'unassign':
      return { assignee: null };
  }
}
