import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';

/**
 * Whether templates of these numbers are written in YCloud's console: the server lists them, and refuses to write them.
 * null: the number that is used when none is named.
 */
export function useWrittenElsewhere(numberIds: readonly string[] | null): boolean {
  const { data: numbers = [] } = useQuery(numbersQuery);
  return numbers.some(
    ({ id, isDefault, provider }) =>
      provider === 'ycloud' && (numberIds === null ? isDefault : numberIds.includes(id)),
  );
}

export function WrittenElsewhere() {
  const { t } = useTranslation();
  return (
    <Alert color="gray" variant="outline" role="status" title={t('templates.elsewhere')}>
      {t('templates.elsewhereMeans')}
    </Alert>
  );
}
