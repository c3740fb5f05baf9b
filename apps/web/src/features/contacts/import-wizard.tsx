import type { ContactImport, ImportPreview } from '@chaski/sdk';
import { Alert, Button, FileInput, Group, Progress, Select, Stack, Table, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { chaski } from '../../api/client.ts';
import { attributesQuery } from '../../api/directory.ts';
import { once } from '../../api/once.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { isolated } from '../../ui/isolated.ts';
import { Modal } from '../../ui/modal.tsx';
import { Refused } from '../../ui/page.tsx';
import classes from './contacts.module.css';
import { type AskedAttributes, makeAttributes, newAttribute } from './import-attributes.ts';
import { importQuery } from './queries.ts';

/** A list becomes contacts: file → what its columns mean, with what is wrong in it → progress → report. */
export function ImportWizard({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} size="xl" title={t('contacts.import')}>
      {opened ? <Steps onClose={onClose} /> : null}
    </Modal>
  );
}

function Steps({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const explain = useExplain();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [preview, setPreview] = useState<ImportPreview | null>(null);
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const [started, setStarted] = useState<ContactImport | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(once);
  const asked = useRef<AskedAttributes>(new Map());

  const attempt = async (action: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await action();
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  };
  const look = (list: File, map: Record<string, string>) =>
    attempt(async () => {
      setPreview(await chaski.contacts.importPreview(requestOf(list, map)));
    });
  if (started) return <Running id={started.id} onClose={onClose} />;
  return (
    <Stack>
      <Refused problem={problem} />
      <FileInput
        label={t('contacts.list.file')}
        description={t('contacts.list.fileHint')}
        placeholder={t('contacts.list.choose')}
        accept=".csv,.txt,text/csv,text/plain"
        value={file}
        clearable
        clearButtonProps={{ 'aria-label': t('contacts.clear') }}
        onChange={(list) => {
          setFile(list);
          setMapping({});
          setPreview(null);
          setKey(once());
          if (list) void look(list, {});
        }}
      />
      {file && preview ? (
        <Mapping
          preview={preview}
          mapping={mapping}
          onChange={(heading, column) => {
            const next = { ...mapping, [heading]: column };
            setMapping(next);
            setKey(once());
            void look(file, next);
          }}
        />
      ) : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('context.cancel')}
        </Button>
        <Button
          disabled={!file || !preview?.columns.includes('phone')}
          loading={busy}
          onClick={() =>
            file &&
            attempt(async () => {
              const columns = await makeAttributes(mapping, asked.current, setMapping);
              await queries.invalidateQueries({ queryKey: attributesQuery.queryKey });
              setStarted(await chaski.contacts.import(requestOf(file, columns), key));
            })
          }
        >
          {t('contacts.list.start')}
        </Button>
      </Group>
    </Stack>
  );
}

function requestOf(file: File, chosen: Record<string, string>) {
  // What is still to be made is unknown to the server: any cell will do for it.
  const mapping = Object.fromEntries(
    Object.entries(chosen).map(([heading, column]) => [heading, column === newAttribute ? 'ignore' : column]),
  );
  return {
    body: new Blob([file], { type: 'text/csv' }),
    ...(Object.keys(mapping).length > 0 ? { query: { options: JSON.stringify({ mapping }) } } : {}),
  };
}

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

function Mapping(props: {
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

function Problems({ problems }: { problems: ImportPreview['problems'] }) {
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

function Running({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data } = useQuery(importQuery(id));
  const over = data?.state === 'done' || data?.state === 'failed';
  useEffect(() => {
    if (over) void queries.invalidateQueries({ queryKey: ['contacts', 'list'] });
  }, [over, queries]);
  return (
    <Stack>
      <div role="status">
        <Text fw={600}>{t(`contacts.list.state.${data?.state ?? 'waiting'}`)}</Text>
        {data ? (
          <Text size="sm">
            {t('contacts.list.result', {
              rows: data.rows,
              created: data.created,
              updated: data.updated,
              unchanged: data.unchanged,
              skipped: data.skipped,
            })}
          </Text>
        ) : null}
      </div>
      {over ? null : <Progress value={100} animated aria-label={t('contacts.list.state.running')} />}
      {data?.reason ? <Refused problem={data.reason} /> : null}
      <Problems problems={data?.problems ?? []} />
      <Group justify="flex-end">
        {over && (data?.problems.length ?? 0) > 0 ? (
          <Button variant="default" component="a" href={`/v1/contacts/imports/${id}/report`} download>
            {t('contacts.list.report')}
          </Button>
        ) : null}
        <Button onClick={onClose}>{t(over ? 'contacts.list.done' : 'contacts.list.goOn')}</Button>
      </Group>
    </Stack>
  );
}
