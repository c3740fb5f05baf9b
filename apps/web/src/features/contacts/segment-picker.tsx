import { ActionIcon, Button, Group, Select, Tooltip } from '@mantine/core';
import { IconEdit, IconPlus, IconSpeakerphone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { segmentsQuery } from './queries.ts';
import { SegmentBuilder } from './segment-builder.tsx';
import { SegmentLabels } from './segment-labels.tsx';

/** Which segment is shown; from here it is made, changed and written to. */
export function SegmentPicker({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (id: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const may = useMay();
  const { data: segments = [] } = useQuery(segmentsQuery);
  const [building, setBuilding] = useState<'new' | 'chosen' | null>(null);
  const chosen = segments.find(({ id }) => id === value) ?? null;
  return (
    <Group gap={4} wrap="nowrap">
      {segments.length > 0 ? (
        <Select
          w={180}
          clearable
          searchable
          clearButtonProps={{ 'aria-label': t('contacts.clear') }}
          aria-label={t('segments.title')}
          placeholder={t('segments.title')}
          data={segments.map(({ id, name }) => ({ value: id, label: name }))}
          value={value ?? null}
          onChange={(id) => onChange(id ?? undefined)}
        />
      ) : null}
      {may('contacts:import') ? (
        chosen ? (
          <Tooltip label={t('segments.change')}>
            <ActionIcon
              variant="default"
              size="input-sm"
              aria-label={t('segments.change')}
              onClick={() => setBuilding('chosen')}
            >
              <IconEdit size={16} />
            </ActionIcon>
          </Tooltip>
        ) : (
          <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setBuilding('new')}>
            {t('segments.create')}
          </Button>
        )
      ) : null}
      {chosen && may('contacts:import') ? <SegmentLabels segment={chosen} /> : null}
      {chosen && may('campaigns:write') ? (
        <Button
          variant="default"
          component="a"
          href={`/app/campaigns/new?segment=${chosen.id}`}
          leftSection={<IconSpeakerphone size={16} />}
        >
          {t('segments.campaign')}
        </Button>
      ) : null}
      {building ? (
        <SegmentBuilder
          segment={building === 'chosen' ? chosen : null}
          onClose={() => setBuilding(null)}
          onSaved={(id) => {
            setBuilding(null);
            onChange(id);
          }}
        />
      ) : null}
    </Group>
  );
}
