import { Table } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import classes from './analytics.module.css';
import { durationOf, shareOf } from './figures.ts';
import type { Report } from './queries.ts';

type Figures = Pick<Report['numbers'][number], 'volume' | 'waits'>;

/** Figures of each of several things: numbers, members, labels, days. */
export function LinesTable(props: { label: string; head: string; lines: (Figures & { name: string })[] }) {
  const { t, i18n } = useTranslation();
  const figure = new Intl.NumberFormat(i18n.language);
  const share = (part: number, whole: number) => shareOf(part, whole, i18n.language);
  const wait = (seconds: number | null) => durationOf(seconds, i18n.language);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
    <div className={classes.scroll} role="group" aria-label={props.label} tabIndex={0}>
      <Table className={classes.lines} verticalSpacing={6} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{props.head}</Table.Th>
            {[
              'received',
              'sent',
              'deliveredShare',
              'readShare',
              'failed',
              'firstAnswer',
              'answer',
              'resolution',
            ].map((key) => (
              <Table.Th key={key} scope="col">
                {t(`analytics.${key}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.lines.map(({ name, volume, waits }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">
                <bdi>{name}</bdi>
              </Table.Th>
              <Table.Td>{figure.format(volume.received)}</Table.Td>
              <Table.Td>{figure.format(volume.sent)}</Table.Td>
              <Table.Td>{share(volume.delivered, volume.sent)}</Table.Td>
              <Table.Td>{share(volume.read, volume.sent)}</Table.Td>
              <Table.Td>{figure.format(volume.failed)}</Table.Td>
              <Table.Td>{wait(waits.first.median)}</Table.Td>
              <Table.Td>{wait(waits.answer.median)}</Table.Td>
              <Table.Td>{wait(waits.resolution.median)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
