import { Button, Group } from '@mantine/core';
import { useTranslation } from '../i18n/words.ts';

/** Below a list that goes on. */
export function More(props: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage(): Promise<unknown> };
}) {
  const { t } = useTranslation();
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = props.list;
  return hasNextPage ? (
    <Group mt="sm">
      <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {t('form.more')}
      </Button>
    </Group>
  ) : null;
}
