import { useTranslation } from '../../i18n/words.ts';
import { Page } from '../../ui/page.tsx';
import { AuthenticatorSection } from './authenticator-section.tsx';
import { PasskeysSection } from './passkeys-section.tsx';
import { PasswordForm } from './password-form.tsx';
import { SessionsSection } from './sessions-section.tsx';

/** How one signs in, and where one is. */
export function SecurityPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('account.security')} lead={t('account.securityLead')}>
      <PasswordForm />
      <AuthenticatorSection />
      <PasskeysSection />
      <SessionsSection />
    </Page>
  );
}
