import { Anchor, Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from '../i18n/words.ts';

/** The names that the address answers to: mails hold links that sign people in. */
const nearNames = /^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * Whether mails are kept here instead of being sent: on a development machine, for browsers on it. The address itself
 * is asked, for it knows both; by another name it is never there, and asking would only leave a 404 in the console.
 */
const outboxQuery = queryOptions({
  queryKey: ['outbox'],
  queryFn: async () => (await fetch('/outbox', { method: 'HEAD' })).ok,
  enabled: nearNames.test(window.location.hostname),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** Where a mail is that was just promised. */
export function OutboxHint({ mb = 0 }: { mb?: 'sm' | 0 }) {
  const { t } = useTranslation();
  const { data: isKept } = useQuery(outboxQuery);
  if (!isKept) return null;
  return (
    <Text size="sm" c="dimmed" mb={mb}>
      {t('form.outbox')}{' '}
      <Anchor size="sm" underline="always" href="/outbox" target="_blank" rel="noreferrer">
        {t('form.openOutbox')}
      </Anchor>
    </Text>
  );
}
