import type { Conversation, ConversationsBulkData } from '@chaski/sdk';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/form.ts';
import type { Selection } from './bulk-selection.ts';
import { changeRows, knownRow } from './list-cache.ts';
import { sayUndoable } from './thread-done.tsx';

type Deed = ConversationsBulkData['body'] extends infer Body
  ? Body extends unknown
    ? Omit<Body, 'ids'>
    : never
  : never;
type Change = (row: Conversation) => Conversation;

/**
 * One thing done to all that are selected: shown at once, taken back with the reason when the server refuses. Closing
 * many by mistake is undone where it is told.
 */
export function useBulk(selection: Selection): (deed: Deed, change: Change) => Promise<void> {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { person } = useSession();
  const explain = useExplain();
  const put = async (ids: readonly string[], deed: Deed, change: Change) => {
    const takeBack = changeRows(queries, ids, change, person.id);
    try {
      const body = { ids, ...deed } as ConversationsBulkData['body'];
      const { data } = await chaski.conversations.bulk({ body }, once());
      void queries.invalidateQueries({ queryKey: ['counts'] });
      return data;
    } catch (error) {
      takeBack();
      notifications.show({ color: 'red.9', message: explain(error) });
      return null;
    }
  };
  /** What slept sleeps on. */
  const reopen = async (rows: readonly Conversation[]) => {
    const until = (row: Conversation) => (row.status === 'snoozed' ? row.snoozedUntil : null);
    for (const [snoozedUntil, some] of Map.groupBy(rows, until)) {
      const ids = some.map(({ id }) => id);
      if (snoozedUntil === null)
        await put(ids, { action: 'reopen' }, (row) => ({ ...row, status: 'open', snoozedUntil: null }));
      else
        await put(ids, { action: 'snooze', until: snoozedUntil }, (row) => ({
          ...row,
          status: 'snoozed',
          snoozedUntil,
        }));
    }
  };
  return async (deed, change) => {
    const ids = [...selection.ids];
    const before = ids.flatMap((id) => knownRow(queries, id) ?? []);
    selection.clear();
    const data = await put(ids, deed, change);
    if (!data) return;
    const changed = new Set(data.filter(({ result }) => result === 'changed').map(({ id }) => id));
    const gone = data.filter(({ result }) => result === 'not_found').length;
    const same = data.length - changed.size - gone;
    const message = [
      t('list.bulk.changed', { count: changed.size }),
      ...(same > 0 ? [t('list.bulk.unchanged', { count: same })] : []),
      ...(gone > 0 ? [t('list.bulk.gone', { count: gone })] : []),
    ].join(' ');
    if (deed.action !== 'close' || changed.size === 0) notifications.show({ message });
    else
      sayUndoable(
        t,
        `closed-${[...changed][0]}`,
        message,
        () => void reopen(before.filter(({ id }) => changed.has(id))),
      );
  };
}
