import { Button, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { More } from '../../ui/more.tsx';
import { Listing, Page, Rows } from '../../ui/page.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditRow } from './audit-row.tsx';
import { type AuditFilter, auditQuery } from './queries.ts';

/** Who changed what. */
export function AuditPage() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<AuditFilter>({});
  const list = useInfiniteQuery(auditQuery(filter));
  const { data, error } = list;
  const count = data?.pages[0]?.count;
  return (
    <Page
      title={t('settings.audit.title')}
      lead={t('settings.audit.lead')}
      action={
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          component="a"
          href={`/v1/audit/export?${new URLSearchParams(filter)}`}
          download
        >
          {t('settings.audit.csv')}
        </Button>
      }
    >
      <AuditFilters filter={filter} onChange={setFilter} />
      {count === undefined ? null : (
        <Text size="sm" c="dimmed" role="status">
          {t('settings.audit.count', { count })}
        </Text>
      )}
      <Listing
        query={{ data: data?.pages.flatMap((page) => page.data), error }}
        empty={t('settings.audit.none')}
      >
        {(lines) => (
          <Rows label={t('settings.audit.title')}>
            {lines.map((line) => (
              <AuditRow key={line.id} line={line} />
            ))}
          </Rows>
        )}
      </Listing>
      <More list={list} />
    </Page>
  );
}
