import type { Contact } from '@chaski/sdk';
import { Badge, Checkbox, ColorSwatch, Skeleton, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import type { Selection } from '../inbox/bulk-selection.ts';
import classes from './contacts.module.css';

const columns = ['name', 'phone', 'company', 'labels', 'state', 'lastSeen'] as const;

interface Props {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; isPending: boolean; fetchNextPage(): unknown };
  contacts: readonly Contact[];
  selection: Selection;
  onShow(id: string): void;
}

/** A table of which only the rows on screen are in the page. */
export function ContactsTable({ query, contacts, selection, onShow }: Props) {
  const { t } = useTranslation();
  // Whoever may change nobody has nothing to select them for.
  const mayChange = useMay()('contacts:write');
  const scroller = useRef<HTMLDivElement>(null);
  // On a phone a person is two lines, as in the style sheet.
  const isPhone = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const rowHeight = isPhone ? 64 : 48;
  const virtual = useVirtualizer({
    count: contacts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => contacts[index]?.id ?? index,
    overscan: 10,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are of another height
  useEffect(() => virtual.measure(), [rowHeight]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= contacts.length - 20) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, last, contacts.length, fetchNextPage]);
  return (
    // A region that can be scrolled must be reachable by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section ref={scroller} className={classes.scroller} aria-label={t('contacts.title')} tabIndex={0}>
      {/* biome-ignore lint/a11y/useSemanticElements: rows of a table element cannot be placed freely */}
      <div
        role="table"
        aria-label={t('contacts.title')}
        aria-rowcount={hasNextPage ? -1 : contacts.length + 1}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: see above */}
        <div role="rowgroup" className={classes.headings}>
          {/* biome-ignore lint/a11y/useFocusableInteractive: nothing to do with a row of headings */}
          {/* biome-ignore lint/a11y/useSemanticElements: see above */}
          <div role="row" className={classes.row}>
            <Cell heading>
              {mayChange ? (
                <Checkbox
                  size="xs"
                  aria-label={t('contacts.selectAll')}
                  checked={selection.ids.size > 0 && selection.ids.size === contacts.length}
                  indeterminate={selection.ids.size > 0 && selection.ids.size < contacts.length}
                  onChange={() => (selection.ids.size > 0 ? selection.clear() : selection.all())}
                />
              ) : null}
            </Cell>
            {columns.map((column) => (
              <Cell key={column} heading column={column}>
                {t(`contacts.columns.${column}`)}
              </Cell>
            ))}
          </div>
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: see above */}
        <div role="rowgroup" className={classes.rows} style={{ height: virtual.getTotalSize() }}>
          {query.isPending ? <Waiting /> : null}
          {items.map((item) => (
            <Row
              key={item.key}
              contact={contacts[item.index]!}
              index={item.index}
              offset={item.start}
              selection={selection}
              mayChange={mayChange}
              onShow={onShow}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

function Cell(props: { heading?: boolean; column?: string; children: React.ReactNode }) {
  return (
    <div role={props.heading ? 'columnheader' : 'cell'} className={classes.cell} data-column={props.column}>
      {props.children}
    </div>
  );
}

function Row(props: {
  contact: Contact;
  index: number;
  offset: number;
  selection: Selection;
  mayChange: boolean;
  onShow(id: string): void;
}) {
  const { t } = useTranslation();
  const { contact, selection } = props;
  const selected = selection.ids.has(contact.id);
  const marketing = `${t('segments.purpose.marketing')}: ${t(`segments.consent.${contact.consent.marketing}`)}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: placed freely
    // biome-ignore lint/a11y/useFocusableInteractive: its name is a button
    <div
      role="row"
      aria-rowindex={props.index + 2}
      className={`${classes.row} ${classes.placed}`}
      data-selected={selected || undefined}
      style={{ transform: `translateY(${props.offset}px)` }}
    >
      <Cell>
        {props.mayChange ? (
          <Checkbox
            size="xs"
            aria-label={t('list.select', { name: contact.displayName })}
            checked={selected}
            onChange={({ nativeEvent }) =>
              selection.toggle(contact.id, 'shiftKey' in nativeEvent && nativeEvent.shiftKey === true)
            }
          />
        ) : null}
      </Cell>
      <Cell column="name">
        <UnstyledButton className={classes.name} onClick={() => props.onShow(contact.id)}>
          <bdi>{contact.displayName}</bdi>
        </UnstyledButton>
      </Cell>
      <Cell column="phone">{contact.phone ? <bdi>+{contact.phone}</bdi> : '–'}</Cell>
      <Cell column="company">
        <bdi>{contact.company}</bdi>
      </Cell>
      <Cell column="labels">
        {contact.labels.slice(0, 3).map((label) => (
          <span key={label.id} className={classes.label}>
            <ColorSwatch size={8} color={label.colour} withShadow={false} aria-hidden />
            <bdi className={classes.labelName}>{label.name}</bdi>
          </span>
        ))}
      </Cell>
      <Cell column="state">
        {contact.blocked ? (
          <Badge color="red.9" size="sm">
            {t('contacts.states.blocked')}
          </Badge>
        ) : contact.optOut.status ? (
          <Badge variant="default" size="sm">
            {t('contacts.states.optedOut')}
          </Badge>
        ) : contact.consent.marketing === 'out' ? (
          <Badge variant="default" size="sm">
            {marketing}
          </Badge>
        ) : contact.consent.marketing === 'in' ? (
          marketing
        ) : null}
      </Cell>
      <Cell column="lastSeen">{contact.lastSeenAt ? <RelativeTime at={contact.lastSeenAt} /> : '–'}</Cell>
    </div>
  );
}

function Waiting() {
  return (
    <div aria-hidden className={classes.waiting}>
      {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
        <Skeleton key={key} height={20} />
      ))}
    </div>
  );
}
