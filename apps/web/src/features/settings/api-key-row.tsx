import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Moment } from '../../ui/moment.tsx';
import { Row, State } from '../../ui/page.tsx';
import { useNow } from '../../ui/relative-time.tsx';
import type { ApiKey } from './queries.ts';

export function ApiKeyRow(props: {
  apiKey: ApiKey;
  onRotate: (key: ApiKey) => void;
  onRevoke: (key: ApiKey) => void;
}) {
  const { t } = useTranslation();
  const { apiKey } = props;
  const now = useNow();
  const { data: numbers } = useQuery(numbersQuery);
  const ended =
    apiKey.revokedAt !== null || (apiKey.expiresAt !== null && Date.parse(apiKey.expiresAt) < now);
  return (
    <Row
      end={
        ended ? (
          <State tone="bad">
            {apiKey.revokedAt === null ? t('settings.keys.expired') : t('settings.keys.revoked')}
          </State>
        ) : (
          <>
            <Button
              variant="default"
              size="xs"
              aria-label={t('settings.keys.rotateTitle', { name: apiKey.name })}
              onClick={() => props.onRotate(apiKey)}
            >
              {t('settings.keys.rotate')}
            </Button>
            <Button
              variant="default"
              size="xs"
              aria-label={t('settings.keys.revokeTitle', { name: apiKey.name })}
              onClick={() => props.onRevoke(apiKey)}
            >
              {t('settings.keys.revoke')}
            </Button>
          </>
        )
      }
    >
      <bdi>{apiKey.name}</bdi>
      <Text size="sm" c="dimmed">
        {apiKey.scopes.includes('*') ? t('settings.keys.everything') : apiKey.scopes.join(', ')}
        {apiKey.numberIds
          ? ` · ${apiKey.numberIds.map((id) => numbers?.find((one) => one.id === id)?.displayPhoneNumber ?? '…').join(', ')}`
          : ''}
      </Text>
      <Text size="sm" c="dimmed">
        {t('account.lastUsed')} <Moment at={apiKey.lastUsedAt} never={t('account.neverUsed')} />
        {apiKey.expiresAt ? (
          <>
            {' · '}
            {t('settings.members.goodUntil')} <Moment at={apiKey.expiresAt} />
          </>
        ) : null}
        {apiKey.oldTextUntil && Date.parse(apiKey.oldTextUntil) > now ? (
          <>
            {' · '}
            {t('settings.keys.oldUntil')} <Moment at={apiKey.oldTextUntil} />
          </>
        ) : null}
      </Text>
    </Row>
  );
}
