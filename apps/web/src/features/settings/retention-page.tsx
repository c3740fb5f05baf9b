import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct, useUnsaved } from '../../ui/confirm.tsx';
import { Page, Section, Waiting } from '../../ui/page.tsx';
import { workspaceQuery } from './queries.ts';

const retentionQuery = queryOptions({
  queryKey: ['workspace', 'retention'],
  queryFn: () => chaski.retention.get(),
});
type Retention = Awaited<ReturnType<typeof chaski.retention.get>>;

const previewQuery = (messageMonths: number | null, mediaMonths: number | null) =>
  queryOptions({
    queryKey: ['workspace', 'retention', 'preview', messageMonths, mediaMonths],
    queryFn: () =>
      chaski.retention.getPreview({
        query: {
          ...(messageMonths === null ? {} : { messageMonths }),
          ...(mediaMonths === null ? {} : { mediaMonths }),
        },
      }),
  });

/** The server counts one further and no more. */
const mostTold = 100_000;

type Preview = Awaited<ReturnType<typeof chaski.retention.getPreview>>;
const isNothing = ({ messages, files }: Preview) => messages + files === 0;

/** How long is kept what was said, with what that would delete before it is decided. */
export function RetentionPage() {
  const { t } = useTranslation();
  const { data } = useQuery(retentionQuery);
  return (
    <Page title={t('retention.title')} lead={t('retention.lead')}>
      {data ? <RetentionForm retention={data} /> : <Waiting />}
    </Page>
  );
}

const monthsOf = (value: number | string): number | null => (typeof value === 'number' ? value : null);

function RetentionForm({ retention }: { retention: Retention }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const { own, mostMonths, rawDays } = retention;
  const form = useForm({
    initialValues: {
      messageMonths: own.messageMonths ?? ('' as number | string),
      mediaMonths: own.mediaMonths ?? ('' as number | string),
    },
  });
  useUnsaved(form.isDirty());
  const messageMonths = monthsOf(form.values.messageMonths);
  const mediaMonths = monthsOf(form.values.mediaMonths);
  const asked = previewQuery(messageMonths, mediaMonths);
  const [[soonMessages, soonMedia]] = useDebouncedValue([messageMonths, mediaMonths] as const, 300);
  const latest = useQuery(previewQuery(soonMessages, soonMedia));
  // Of what stands in the fields now, never of what stood there a moment ago.
  const preview = soonMessages === messageMonths && soonMedia === mediaMonths ? latest.data : undefined;
  const figure = new Intl.NumberFormat(i18n.language);
  const size = new Intl.NumberFormat(i18n.language, {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: 1,
  });
  const many = (count: number, said: string) =>
    count > mostTold ? t('retention.moreThan', { figure: said }) : said;
  const told = (count: number) => many(count, figure.format(Math.min(count, mostTold)));
  const goesOf = ({ messages, files, bytes }: Preview) =>
    t('retention.goes', {
      messages: told(messages),
      files: told(files),
      size: many(files, size.format(bytes / 1_000_000)),
    });
  const save = async () => {
    // Asked for now: Enter may come before the answer to what was typed. Without an answer the question is put all the same.
    const would = await queries.fetchQuery(asked).catch(() => null);
    await act(
      async () => {
        const body = { settings: { retention: { messageMonths, mediaMonths } } };
        queries.setQueryData(workspaceQuery.queryKey, await chaski.workspace.update({ body }));
        form.resetDirty();
        notifications.show({ message: t('form.saved') });
        await queries.invalidateQueries({ queryKey: retentionQuery.queryKey });
      },
      would !== null && isNothing(would)
        ? undefined
        : {
            title: t('retention.sure'),
            text: `${would === null ? '' : goesOf(would)} ${t('retention.forEver')}`.trim(),
            action: t('form.save'),
          },
    );
  };
  return (
    <Section title={t('retention.kept')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stack maw={520}>
          {(['messageMonths', 'mediaMonths'] as const).map((field) => (
            <NumberInput
              key={field}
              label={t(`retention.${field}`)}
              description={t(`retention.${field}Hint`)}
              placeholder={t('retention.never')}
              min={1}
              max={mostMonths ?? 120}
              allowDecimal={false}
              hideControls
              {...form.getInputProps(field)}
            />
          ))}
          <Text size="sm" role="status">
            {preview ? (isNothing(preview) ? t('retention.nothing') : goesOf(preview)) : ' '}
          </Text>
          {mostMonths === null ? null : (
            <Text size="sm" c="dimmed">
              {t('retention.most', { count: mostMonths })}
            </Text>
          )}
          <Text size="sm" c="dimmed">
            {t('retention.raw', { count: rawDays })}
          </Text>
          <Group>
            <Button type="submit" disabled={!form.isDirty()}>
              {t('form.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
