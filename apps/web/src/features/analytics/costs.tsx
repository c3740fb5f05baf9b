import type { Cost } from '@chaski/sdk';
import { Text } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import { moneyOf } from '../campaigns/queries.ts';

/** What messages cost by the operator's rate cards, and how many have no price; in words where there is no card. */
export function Costs({ costs }: { costs: readonly Cost[] }) {
  const { t, i18n } = useTranslation();
  if (costs.length === 0)
    return (
      <Text size="sm" c="dimmed" mb="xs">
        {t('analytics.noCard')}
      </Text>
    );
  return costs.map(({ currency, micros, unpriced }) => (
    <Text key={currency} size="sm" mb="xs">
      {t('analytics.costs', { cost: moneyOf(micros, currency, i18n.language) })}
      {unpriced > 0 ? (
        <Text span size="xs" c="dimmed">
          {' '}
          {t('analytics.unpriced', { count: unpriced })}
        </Text>
      ) : null}
    </Text>
  ));
}
