import { Select, Stack } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import { type Card, newButton, newCard, type Part } from './definition.ts';
import { EditButtons } from './edit-buttons.tsx';
import { EditHeader } from './edit-header.tsx';
import { TextWithBlanks } from './edit-text.tsx';
import { PartMistakes } from './mistakes.tsx';
import { Numbered } from './numbered.tsx';

type Header = Part<'HEADER'>;

const headers = ['IMAGE', 'VIDEO', 'PRODUCT'] as const;
const types = ['QUICK_REPLY', 'URL', 'PHONE_NUMBER'] as const;

/** Cards side by side. All are built alike: what stands on top is chosen for all of them at once, a new one copies the first. */
export function EditCarousel(props: {
  cards: readonly Card[];
  path: string;
  named: boolean;
  onChange: (cards: Card[]) => void;
}) {
  const { cards, path, named, onChange } = props;
  const { t } = useTranslation();
  const format = headerOf(cards[0])?.format ?? 'IMAGE';
  const setFormat = (next: Header['format']) =>
    onChange(
      cards.map((card) => ({
        ...card,
        components: card.components.map((one) => {
          if (one.type === 'HEADER') return { type: 'HEADER' as const, format: next };
          if (one.type !== 'BUTTONS' || (next === 'PRODUCT') === (one.buttons[0]?.type === 'SPM')) return one;
          return { ...one, buttons: [newButton(next === 'PRODUCT' ? 'SPM' : 'QUICK_REPLY')] };
        }),
      })),
    );
  const put = (at: number, card: Card) => onChange(cards.map((one, i) => (i === at ? card : one)));
  return (
    <Stack gap="sm">
      <Select
        label={t('templates.field.cardHeader')}
        data={headers.map((value) => ({ value, label: t(`templates.header.${value}`) }))}
        value={format}
        allowDeselect={false}
        onChange={(next) => {
          if (next) setFormat(next as Header['format']);
        }}
      />
      <Numbered
        of={cards}
        path={path}
        nameOf={(n) => t('templates.nthCard', { n })}
        least={2}
        most={10}
        added={t('templates.addCard')}
        make={() => newCard(cards[0])}
        onChange={onChange}
        one={(card, at) => (
          <>
            <CardFields
              card={card}
              path={`${path}[${at}]`}
              named={named}
              onChange={(next) => put(at, next)}
            />
            <PartMistakes path={`${path}[${at}]`} />
          </>
        )}
      />
    </Stack>
  );
}

const headerOf = (card: Card | undefined): Header | undefined =>
  card?.components.find((one): one is Header => one.type === 'HEADER');

function CardFields(props: { card: Card; path: string; named: boolean; onChange: (card: Card) => void }) {
  const { card, path, named, onChange } = props;
  const { t } = useTranslation();
  const put = (at: number, part: Card['components'][number]) =>
    onChange({ ...card, components: card.components.map((one, i) => (i === at ? part : one)) });
  return card.components.map((one, at) => {
    const place = `${path}.components[${at}]`;
    if (one.type === 'HEADER')
      return (
        <EditHeader
          key={one.type}
          header={one}
          path={place}
          named={named}
          formats={[one.format]}
          optional={false}
          onChange={(header) => {
            if (header) put(at, header);
          }}
        />
      );
    if (one.type === 'BODY')
      return (
        <TextWithBlanks
          key={one.type}
          label={t('templates.field.cardBody')}
          path={place}
          part={one}
          named={named}
          most={160}
          onChange={(part) => put(at, part)}
        />
      );
    return (
      <EditButtons
        key={one.type}
        buttons={one.buttons}
        path={`${place}.buttons`}
        types={headerOf(card)?.format === 'PRODUCT' ? ['SPM'] : types}
        most={headerOf(card)?.format === 'PRODUCT' ? 1 : 2}
        onChange={(buttons) => put(at, { ...one, buttons })}
      />
    );
  });
}
