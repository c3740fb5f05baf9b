import type { ImportPreview } from '@chaski/sdk';
import { Alert, Select, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { attributesQuery } from '../../api/directory.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { isolated } from '../../ui/isolated.ts';
import classes from './contacts.module.css';
import { newAttribute } from './import-attributes.ts';

const fields = [
  'phone',
  'name',
  'email',
  'company',
  'language',
  'labels',
  'optIn',
  'proof',
  'optOut',
  'note',
  'ignore',
] as const;

/** What the columns mean, with the first rows below them, and what is wrong in the list. */
export function Mapping(props: {
  preview: ImportPreview;
  mapping: Record<string, string>;
  onChange: (heading: string, column: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const mayMake = useMay()('team:write');
  const { headers, sample, problems, isComplete, rowsChecked, rowsTotal } = props.preview;
  const figure = new Intl.NumberFormat(i18n.language);
  const { data: attributes = [] } = useQuery(attributesQuery);
  const columns = headers.map((heading, at) =>
    props.mapping[heading] === newAttribute ? newAttribute : (props.preview.columns[at] ?? 'ignore'),
  );
  const known = fields.map((value) => ({
    value: value as string,
    label: t(`contacts.list.column.${value}`),
  }));
  // To leave a column out stands last, below all that may be kept.
  known.splice(-1, 0, ...attributes.map(({ key, label }) => ({ value: `attribute:${key}`, label })));
  const leftOut = headers.filter((_, at) => columns[at] === 'ignore');
  return (
    <>
      {columns.includes('phone') ? null : (
        <Alert color="yellow" variant="outline">
          <Text size="sm">{t('contacts.list.noPhone')}</Text>
        </Alert>
      )}
      <div className={classes.sample}>
        <Table withTableBorder>
          <Table.Thead>
            <Table.Tr>
              {headers.map((heading, at) => (
                <Table.Th key={heading}>
                  <Select
                    size="xs"
                    miw={130}
                    label={<bdi>{heading}</bdi>}
                    data={[
                      ...(mayMake
                        ? [
                            {
                              value: newAttribute,
                              label: t('contacts.list.newAttribute', { name: isolated(heading) }),
                            },
                          ]
                        : []),
                      ...known,
                    ]}
                    value={columns[at] ?? 'ignore'}
                    allowDeselect={false}
                    onChange={(column) => column && props.onChange(heading, column)}
                  />
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sample.slice(0, 5).map(({ row, cells }) => (
              <Table.Tr key={row}>
                {cells.map((cell, at) => (
                  <Table.Td key={headers[at]}>
                    <bdi>{cell}</bdi>
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Text size="sm">
        {isComplete || rowsTotal === null
          ? t(isComplete ? 'contacts.list.checked' : 'contacts.list.checkedFirst', { count: rowsChecked })
          : t('contacts.list.checkedOf', {
              checked: figure.format(rowsChecked),
              total: figure.format(rowsTotal),
            })}
      </Text>
      {leftOut.length > 0 ? (
        <Text size="sm" c="dimmed">
          {t('contacts.list.leftOut', {
            columns: new Intl.ListFormat(i18n.language).format(leftOut.map(isolated)),
          })}
        </Text>
      ) : null}
      {columns.includes(newAttribute) ? (
        <Text size="sm" c="dimmed">
          {t('contacts.list.newMeans')}
        </Text>
      ) : null}
      <Twice twice={props.preview.twice} />
      <Problems problems={problems} />
    </>
  );
}

/** One number in several rows: the last name wins, so it is said before. */
function Twice({ twice }: { twice: number[][] }) {
  const { t, i18n } = useTranslation();
  if (twice.length === 0) return null;
  const and = new Intl.ListFormat(i18n.language);
  return (
    <Alert color="orange" variant="outline" title={t('contacts.list.twice')}>
      <ul className={classes.problems}>
        {twice.slice(0, 20).map((rows) => (
          <li key={rows[0]}>
            <Text size="sm" span>
              {t('contacts.list.twiceRows', { rows: and.format(rows.map(String)), last: rows.at(-1) })}
            </Text>
          </li>
        ))}
      </ul>
    </Alert>
  );
}

/** Rows and cells that are left out, each with its reason. */
export function Problems({ problems }: { problems: ImportPreview['problems'] }) {
  const { t } = useTranslation();
  const { data: attributes = [] } = useQuery(attributesQuery);
  if (problems.length === 0) return null;
  const fieldOf = (field: string) =>
    attributes.find(({ key }) => field === `attribute:${key}`)?.label ??
    t(`contacts.list.column.${field}`, { defaultValue: field });
  return (
    <section aria-label={t('contacts.list.problems')}>
      <Text size="sm" fw={600}>
        {t('contacts.list.problems')}
      </Text>
      <ul className={classes.problems}>
        {problems.slice(0, 50).map((one) => (
          <li key={`${one.row}${one.field}${one.reason}`}>
            <Text size="sm" span>
              {t(one.skipped ? 'contacts.list.rowSkipped' : 'contacts.list.fieldSkipped', {
                row: one.row,
                field: fieldOf(one.field),
                reason: t(`contacts.list.reason.${one.reason}`, { defaultValue: one.reason }),
              })}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}
