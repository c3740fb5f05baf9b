import { Button, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Modal } from '../../ui/modal.tsx';
import { Listing, Page, Rows } from '../../ui/page.tsx';
import { Copyable } from '../../ui/shown-once.tsx';
import { ApiKeyForm } from './api-key-form.tsx';
import { ApiKeyRow } from './api-key-row.tsx';
import { type ApiKey, apiKeysQuery } from './queries.ts';

/** How programs get in. */
export function ApiKeysPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const attempt = useAttempt();
  const keys = useQuery(apiKeysQuery);
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: apiKeysQuery.queryKey });
  const rotate = (key: ApiKey) =>
    void act(
      async () => {
        const now = await attempt(key.id, (asked) => chaski.apiKeys.rotate({ id: key.id }, asked));
        setShown(now.key);
        await refresh();
      },
      {
        title: t('settings.keys.rotateTitle', { name: key.name }),
        text: t('settings.keys.rotateText'),
        action: t('settings.keys.rotate'),
      },
    );
  const revoke = (key: ApiKey) =>
    void act(
      async () => {
        await chaski.apiKeys.delete({ id: key.id });
        await refresh();
      },
      {
        title: t('settings.keys.revokeTitle', { name: key.name }),
        text: t('settings.keys.revokeText'),
        action: t('settings.keys.revoke'),
      },
    );
  return (
    <Page
      title={t('settings.keys.title')}
      lead={t('settings.keys.lead')}
      action={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
          {t('settings.keys.add')}
        </Button>
      }
    >
      <Listing query={keys} empty={t('settings.keys.none')}>
        {(all) => (
          <Rows label={t('settings.keys.title')}>
            {all.map((one) => (
              <ApiKeyRow key={one.id} apiKey={one} onRotate={rotate} onRevoke={revoke} />
            ))}
          </Rows>
        )}
      </Listing>
      {making ? (
        <ApiKeyForm
          onClose={() => setMaking(false)}
          onMade={async (key) => {
            setMaking(false);
            setShown(key);
            await refresh();
          }}
        />
      ) : null}
      <Modal
        opened={shown !== null}
        onClose={() => setShown(null)}
        closeOnClickOutside={false}
        withCloseButton={false}
        title={t('settings.keys.made')}
      >
        <Stack>
          <Text size="sm">{t('settings.keys.once')}</Text>
          <Copyable label={t('settings.keys.key')} value={shown ?? ''} />
          <Button onClick={() => setShown(null)} data-autofocus>
            {t('settings.keys.kept')}
          </Button>
        </Stack>
      </Modal>
    </Page>
  );
}
