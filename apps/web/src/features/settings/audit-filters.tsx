import { Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { membersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import type { AuditFilter } from './queries.ts';

const areas = [
  'api_key',
  'contact',
  'conversation',
  'invitation',
  'label',
  'member',
  'message',
  'number',
  'quick_reply',
  'team',
  'workflow',
  'workspace',
] as const;

/** The filter with one part set, or taken out. */
function changed(filter: AuditFilter, part: { [Key in keyof AuditFilter]?: string | null }): AuditFilter {
  return Object.fromEntries(
    Object.entries({ ...filter, ...part }).filter(([, value]) => value !== null && value !== ''),
  );
}

export function AuditFilters(props: { filter: AuditFilter; onChange: (filter: AuditFilter) => void }) {
  const { t } = useTranslation();
  const { filter, onChange } = props;
  const { data: members } = useQuery(membersQuery);
  const day = useDebouncedCallback((part: { from?: string | null; to?: string | null }) => {
    onChange(changed(filter, part));
  }, 300);
  const moment = (value: string, add = 0) => {
    const at = new Date(`${value}T00:00:00`);
    if (Number.isNaN(at.getTime())) return null;
    at.setDate(at.getDate() + add);
    return at.toISOString();
  };
  return (
    <Group align="flex-end">
      <Select
        w={190}
        label={t('settings.audit.what')}
        placeholder={t('settings.audit.all')}
        clearable
        clearButtonProps={{ 'aria-label': t('form.clear') }}
        value={filter.action ?? null}
        onChange={(action) => onChange(changed(filter, { action }))}
        data={areas.map((area) => ({ value: `${area}.*`, label: t(`settings.audit.area.${area}`) }))}
      />
      <Select
        w={190}
        label={t('settings.audit.who')}
        placeholder={t('settings.audit.all')}
        clearable
        searchable
        clearButtonProps={{ 'aria-label': t('form.clear') }}
        value={filter.actorId ?? null}
        onChange={(actorId) => onChange(changed(filter, { actorId }))}
        data={members?.map((one) => ({ value: one.userId, label: one.name || one.email })) ?? []}
      />
      <TextInput
        type="date"
        label={t('settings.audit.from')}
        onChange={(event) => day({ from: moment(event.currentTarget.value) })}
      />
      <TextInput
        type="date"
        label={t('settings.audit.to')}
        onChange={(event) => day({ to: moment(event.currentTarget.value, 1) })}
      />
    </Group>
  );
}
