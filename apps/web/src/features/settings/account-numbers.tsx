import { Group, Text } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import { State } from '../../ui/page.tsx';
import type { Account } from './queries.ts';
import classes from './settings.module.css';

const tones = { active: 'good', pending: 'wait', refused: 'bad', suspended: 'wait' } as const;

/** What hangs on an account, each with how it is and why. */
export function AccountNumbers({ account, name }: { account: Account; name: string }) {
  const { t } = useTranslation();
  if (account.numbers.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('settings.accounts.noNumbers')}
      </Text>
    );
  }
  return (
    <ul className={classes.hanging} aria-label={t('settings.accounts.numbers', { name })}>
      {account.numbers.map((number) => (
        <li key={number.id}>
          <Group gap="sm">
            <Text size="sm" component="bdi" dir="ltr">
              {number.displayPhoneNumber || number.phoneNumberId}
            </Text>
            {number.verifiedName === '' ? null : (
              <Text size="sm" component="bdi">
                {number.verifiedName}
              </Text>
            )}
            <State tone={tones[number.status]}>{t(`settings.numbers.state.${number.status}`)}</State>
            {number.statusReason === null ? null : (
              <Text size="sm" component="bdi">
                {number.statusReason}
              </Text>
            )}
          </Group>
        </li>
      ))}
    </ul>
  );
}
