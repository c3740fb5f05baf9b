import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { Modal } from '../../ui/modal.tsx';
import { Refused, Section, Waiting } from '../../ui/page.tsx';
import { UsageTable } from '../settings/usage-table.tsx';
import { numbersOfQuery, type OperatedWorkspace, usageOfQuery } from './queries.ts';

/** What one workspace received, sent and stores, as its own page of usage shows it. */
export function UsageDialog(props: { workspace: OperatedWorkspace | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { workspace, onClose } = props;
  return (
    <Modal
      opened={workspace !== null}
      onClose={onClose}
      size="xl"
      title={workspace ? `${t('settings.usage.title')}: ${workspace.name}` : null}
    >
      {workspace ? <UsageOf id={workspace.id} /> : null}
    </Modal>
  );
}

function UsageOf({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const explain = useExplain();
  const { data: usage, error } = useQuery(usageOfQuery(id));
  const { data: numbers = [] } = useQuery(numbersOfQuery(id));
  if (!usage) return error ? <Refused problem={explain(error)} /> : <Waiting />;
  const month = new Intl.DateTimeFormat(i18n.language, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const figure = new Intl.NumberFormat(i18n.language);
  const size = new Intl.NumberFormat(i18n.language, {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: 1,
  });
  const names = new Map(numbers.map((one) => [one.id, one.displayPhoneNumber]));
  return (
    <Stack>
      <Section title={t('settings.usage.byMonth')}>
        <UsageTable
          label={t('settings.usage.byMonth')}
          head={t('settings.usage.month')}
          lines={usage.months.map((one) => ({
            name: month.format(Date.parse(one.month)),
            counts: one.counts,
          }))}
        />
      </Section>
      {usage.numbers.data.length === 0 ? null : (
        <Section title={`${t('settings.usage.byNumber')}, ${month.format(Date.parse(usage.numbers.month))}`}>
          <UsageTable
            label={t('settings.usage.byNumber')}
            head={t('analytics.by.number')}
            lines={usage.numbers.data.map(({ numberId, counts }) => ({
              name: names.get(numberId) ?? t('analytics.gone'),
              counts,
            }))}
          />
        </Section>
      )}
      <Text size="sm">
        {`${t('settings.usage.files')}: ${figure.format(usage.storage.files)} · ${t('settings.usage.storage')}: ${size.format(usage.storage.bytes / 1_000_000)}`}
      </Text>
    </Stack>
  );
}
