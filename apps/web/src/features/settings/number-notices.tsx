import { Button, Code, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../i18n/words.ts';
import { Moment } from '../../ui/moment.tsx';
import { Listing, Row, Rows } from '../../ui/page.tsx';
import { noticesQuery } from './queries.ts';

/** What WhatsApp told about a number, newest first, as it said it. */
export function NumberNotices({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const notices = useQuery(noticesQuery(id));
  return (
    <Stack gap="xs" align="flex-start">
      <Listing query={notices} empty={t('settings.numbers.noNotices')}>
        {(all) => (
          <Rows label={t('settings.numbers.notices')}>
            {all.map((one) => (
              <Row key={one.id} end={<Moment at={one.at} />}>
                <Text size="sm">{one.field}</Text>
                <Code block dir="ltr">
                  {JSON.stringify(one.value, null, 1)}
                </Code>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      <Button variant="default" size="xs" onClick={onClose}>
        {t('form.close')}
      </Button>
    </Stack>
  );
}
