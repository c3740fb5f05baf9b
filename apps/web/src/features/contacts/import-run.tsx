import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { Refused } from '../../ui/page.tsx';
import { Problems } from './import-mapping.tsx';
import { importQuery } from './queries.ts';

/** An import on its way, then its report. */
export function Running({ id, onClose }: { id: string; onClose: () => void }) {
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
