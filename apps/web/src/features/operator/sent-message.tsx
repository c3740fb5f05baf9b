import type { Chaski } from '@chaski/sdk';
import { Code, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../i18n/words.ts';
import { failureWords, theirWords } from '../../ui/failure.ts';
import { Moment } from '../../ui/moment.tsx';
import { Row, Rows, Section, State } from '../../ui/page.tsx';

const tones = { failed: 'bad', unconfirmed: 'wait', queued: 'wait', sending: 'wait' } as const;
/** Looked at so often while something may still come; WhatsApp may take its time about the rest. */
const pace = 1_000;

/** What the API answered, and how far the message came since. */
export function SentMessage({ id, client }: { id: string; client: Chaski }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ['operator', 'sent', id],
    queryFn: () => client.messages.get({ id }),
    refetchInterval: ({ state }) =>
      state.data && ['read', 'failed'].includes(state.data.status) ? false : pace,
  });
  if (!data) return null;
  const steps = [
    { key: 'queued', at: data.createdAt },
    { key: 'sent', at: data.sentAt },
    { key: 'delivered', at: data.deliveredAt },
    { key: 'read', at: data.readAt },
    { key: 'failed', at: data.failedAt },
  ].filter((step): step is { key: string; at: string } => step.at !== null);
  return (
    <Section
      title={t('console.send.answer')}
      action={
        <State tone={tones[data.status as keyof typeof tones] ?? 'good'}>{t(`status.${data.status}`)}</State>
      }
    >
      <Stack gap="sm">
        <Rows label={t('console.send.steps')}>
          {steps.map(({ key, at }) => (
            <Row
              key={key}
              end={
                <Text size="sm" c="dimmed">
                  <Moment at={at} />
                </Text>
              }
            >
              {t(key === 'queued' ? 'console.send.accepted' : `status.${key}`)}
            </Row>
          ))}
        </Rows>
        {data.error ? (
          <div>
            <Text size="sm">
              {data.error.code}: <bdi>{failureWords(t, data.error.code, data.error.message)}</bdi>
            </Text>
            <Text size="xs" c="dimmed" dir="auto">
              {theirWords(data.error)}
            </Text>
          </div>
        ) : null}
        <Code block dir="ltr">
          {JSON.stringify(
            { id: data.id, providerMessageId: data.providerMessageId, status: data.status },
            null,
            2,
          )}
        </Code>
      </Stack>
    </Section>
  );
}
