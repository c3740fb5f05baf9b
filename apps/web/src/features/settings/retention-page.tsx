import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
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
    placeholderData: keepPreviousData,
  });

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
  const { data: preview } = useQuery(previewQuery(messageMonths, mediaMonths));
  const figure = new Intl.NumberFormat(i18n.language);
  const size = new Intl.NumberFormat(i18n.language, {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: 1,
  });
  const goes = preview
    ? t('retention.goes', {
        messages: figure.format(preview.messages),
        files: figure.format(preview.files),
        size: size.format(preview.bytes / 1_000_000),
      })
    : '';
  const nothing = preview !== undefined && preview.messages + preview.files === 0;
  const save = () =>
    void act(
      async () => {
        const body = { settings: { retention: { messageMonths, mediaMonths } } };
        queries.setQueryData(workspaceQuery.queryKey, await chaski.workspace.update({ body }));
        form.resetDirty();
        notifications.show({ message: t('form.saved') });
        await queries.invalidateQueries({ queryKey: retentionQuery.queryKey });
      },
      nothing
        ? undefined
        : { title: t('retention.sure'), text: `${goes} ${t('retention.forEver')}`, action: t('form.save') },
    );
  return (
    <Section title={t('retention.kept')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
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
            {preview ? (nothing ? t('retention.nothing') : goes) : ' '}
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
