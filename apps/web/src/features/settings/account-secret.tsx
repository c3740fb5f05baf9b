import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';

/** YCloud's secret of an endpoint that somebody made by hand. Written, never shown. */
export function AccountSecret({ hint, ...input }: { hint: string } & PasswordInputProps) {
  const { t } = useTranslation();
  return (
    <PasswordInput
      label={t('settings.accounts.secret')}
      description={hint}
      autoComplete="off"
      visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
      {...input}
    />
  );
}
