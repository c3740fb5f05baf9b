import type { Conversation, ConversationsBulkData } from '@chaski/sdk';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import type { Selection } from './bulk-selection.ts';
import { changeRows, knownRow } from './list-cache.ts';
import { sayUndoable } from './thread-done.tsx';

type Deed = ConversationsBulkData['body'] extends infer Body
  ? Body extends unknown
    ? Omit<Body, 'ids'>
    : never
  : never;
type Change = (row: Conversation) => Conversation;

const goneOf = (data: readonly { result: string }[]): number =>
  data.filter(({ result }) => result === 'not_found').length;

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
  /** What slept sleeps on; what was not known here is opened like the others. */
  const reopen = async (ids: readonly string[], before: ReadonlyMap<string, Conversation>) => {
    const until = (id: string) => {
      const row = before.get(id);
      return row?.status === 'snoozed' ? row.snoozedUntil : null;
    };
    let gone = 0;
    for (const [snoozedUntil, some] of Map.groupBy(ids, until)) {
      const data =
        snoozedUntil === null
          ? await put(some, { action: 'reopen' }, (row) => ({ ...row, status: 'open', snoozedUntil: null }))
          : await put(some, { action: 'snooze', until: snoozedUntil }, (row) => ({
              ...row,
              status: 'snoozed',
              snoozedUntil,
            }));
      gone += goneOf(data ?? []);
    }
    if (gone > 0) notifications.show({ message: t('list.bulk.gone', { count: gone }) });
  };
  return async (deed, change) => {
    const ids = [...selection.ids];
    const before = new Map(ids.flatMap((id) => knownRow(queries, id) ?? []).map((row) => [row.id, row]));
    selection.clear();
    const data = await put(ids, deed, change);
    if (!data) return;
    const changed = new Set(data.filter(({ result }) => result === 'changed').map(({ id }) => id));
    const gone = goneOf(data);
    const same = data.length - changed.size - gone;
    const message = [
      t('list.bulk.changed', { count: changed.size }),
      ...(same > 0 ? [t('list.bulk.unchanged', { count: same })] : []),
      ...(gone > 0 ? [t('list.bulk.gone', { count: gone })] : []),
    ].join(' ');
    if (deed.action !== 'close' || changed.size === 0) notifications.show({ message });
    else sayUndoable(t, `closed-${[...changed][0]}`, message, () => void reopen([...changed], before));
  };
}
