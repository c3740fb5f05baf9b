import { Table } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import classes from '../analytics/analytics.module.css';

const kinds = ['service', 'utility', 'marketing', 'authentication'] as const;

/** Counters of each of several things, months or numbers: what came, what went, and as what. */
export function UsageTable(props: {
  label: string;
  head: string;
  lines: { name: string; counts: Record<string, number> }[];
}) {
  const { t, i18n } = useTranslation();
  const figure = new Intl.NumberFormat(i18n.language);
  const columns = [
    { key: 'messages.received', name: t('analytics.received') },
    { key: 'messages.sent', name: t('analytics.sent') },
    ...kinds.map((kind) => ({ key: `messages.sent.${kind}`, name: t(`analytics.category.${kind}`) })),
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
    <div className={classes.scroll} role="group" aria-label={props.label} tabIndex={0}>
      <Table className={classes.lines} verticalSpacing={6} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{props.head}</Table.Th>
            {columns.map(({ key, name }) => (
              <Table.Th key={key} scope="col">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.lines.map(({ name, counts }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two numbers may have one name, and lines do not move
            <Table.Tr key={index}>
              <Table.Th scope="row">
                <bdi>{name}</bdi>
              </Table.Th>
              {columns.map(({ key }) => (
                <Table.Td key={key}>{figure.format(counts[key] ?? 0)}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
