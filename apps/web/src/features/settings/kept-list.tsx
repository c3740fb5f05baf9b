import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Listing, Page, Row, Rows } from '../../ui/page.tsx';

export interface FormOf<Item> {
  /** Null: a new one. */
  item: Item | null;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

/** What a workspace keeps by name, on a page: each with what it is, changed, removed, and a new one beside. */
export function KeptList<Item>(props: {
  title: string;
  lead: string;
  add: string;
  empty: string;
  query: { data: readonly Item[] | undefined; error: unknown };
  /** First part of the query's key: all that was read of these is read again after a change. */
  kind: string;
  keyOf: (item: Item) => string;
  nameOf: (item: Item) => string;
  mayChange?: (item: Item) => boolean;
  remove: (item: Item) => Promise<unknown>;
  /** What goes with it. */
  removeText: (item: Item) => string;
  start?: (item: Item) => ReactNode;
  children: (item: Item) => ReactNode;
  form: (of: FormOf<Item>) => ReactNode;
}) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const [chosen, setChosen] = useState<{ item: Item | null } | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: [props.kind] });
  const remove = (item: Item, title: string) =>
    void act(
      async () => {
        await props.remove(item);
        await refresh();
      },
      { title, text: props.removeText(item), action: t('form.remove') },
    );
  const doors = (item: Item) => {
    const name = props.nameOf(item);
    const removeOne = t('form.removeOne', { name });
    return (
      <>
        <Button
          variant="default"
          size="xs"
          aria-label={t('form.changeOne', { name })}
          onClick={() => setChosen({ item })}
        >
          {t('form.change')}
        </Button>
        <Button variant="default" size="xs" aria-label={removeOne} onClick={() => remove(item, removeOne)}>
          {t('form.remove')}
        </Button>
      </>
    );
  };
  return (
    <Page
      title={props.title}
      lead={props.lead}
      action={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setChosen({ item: null })}>
          {props.add}
        </Button>
      }
    >
      <Listing query={props.query} empty={props.empty}>
        {(all) => (
          <Rows label={props.title}>
            {all.map((item) => (
              <Row
                key={props.keyOf(item)}
                start={props.start?.(item)}
                end={props.mayChange?.(item) === false ? null : doors(item)}
              >
                {props.children(item)}
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      {chosen ? props.form({ item: chosen.item, onClose: () => setChosen(null), onSaved: refresh }) : null}
    </Page>
  );
}
