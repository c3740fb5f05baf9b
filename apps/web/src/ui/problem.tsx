import { ChaskiError } from '@chaski/sdk';
import { Button, Code, Container, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from '../i18n/words.ts';
import { explain } from './explain.ts';

/** Where a page cannot be shown: what went wrong, and what to do. */
export function Problem({ error }: { error?: unknown }) {
  const { t } = useTranslation();
  const known = error instanceof ChaskiError ? error : null;
  return (
    <Container size="xs" py="xl" component="main">
      <Stack>
        <Title order={1} size="h3">
          {error ? t('problem.title') : t('problem.notFound')}
        </Title>
        <Text>{known ? explain(t, known) : error ? t('problem.text') : t('problem.notFoundText')}</Text>
        {known?.requestId ? (
          <Text size="sm">
            {t('problem.request')} <Code>{known.requestId}</Code>
          </Text>
        ) : null}
        <Button component="a" href="/app/inbox" variant="default">
          {t('problem.back')}
        </Button>
      </Stack>
    </Container>
  );
}

export function NotFound() {
  return <Problem />;
}
