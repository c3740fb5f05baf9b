import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Listing, Page, Rows } from '../../ui/page.tsx';
import { AddNumber } from './add-number.tsx';
import { NumberRow } from './number-row.tsx';

/** The WhatsApp numbers of the workspace: how each is, and what can be done about it. */
export function NumbersPage() {
  const { t } = useTranslation();
  const numbers = useQuery(numbersQuery);
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title={t('settings.numbers.title')}
      lead={t('settings.numbers.lead')}
      action={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          {t('settings.numbers.add')}
        </Button>
      }
    >
      <Listing query={numbers} empty={t('settings.numbers.none')}>
        {(all) => (
          <Rows label={t('settings.numbers.title')}>
            {all.map((one) => (
              <NumberRow key={one.id} number={one} />
            ))}
          </Rows>
        )}
      </Listing>
      <AddNumber opened={adding} onClose={() => setAdding(false)} />
    </Page>
  );
}
