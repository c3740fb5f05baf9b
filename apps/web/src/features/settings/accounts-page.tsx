import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { Listing, Page, Rows } from '../../ui/page.tsx';
import { AccountForm } from './account-form.tsx';
import { AccountRow } from './account-row.tsx';
import { accountsQuery } from './queries.ts';

/** What numbers hang on: their credentials, and whether their webhooks arrive. */
export function AccountsPage() {
  const { t } = useTranslation();
  const accounts = useQuery(accountsQuery);
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title={t('settings.accounts.title')}
      lead={t('settings.accounts.lead')}
      action={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          {t('settings.accounts.add')}
        </Button>
      }
    >
      <Listing query={accounts} empty={t('settings.accounts.none')}>
        {(all) => (
          <Rows label={t('settings.accounts.title')}>
            {all.map((one) => (
              <AccountRow key={one.id} account={one} />
            ))}
          </Rows>
        )}
      </Listing>
      <AccountForm opened={adding} onClose={() => setAdding(false)} />
    </Page>
  );
}
