import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { useEnter } from './entering.ts';
import { EntryFrame } from './entry-frame.tsx';
import { RegisterForm } from './register-form.tsx';

export function RegisterPage() {
  const { t } = useTranslation();
  const enter = useEnter();
  const [mailed, setMailed] = useState(false);
  return (
    <EntryFrame title={mailed ? t('signIn.lookMail') : t('signIn.registerTitle')}>
      {mailed ? (
        <Text role="status">{t('signIn.confirmMailed')}</Text>
      ) : (
        <RegisterForm onMail={() => setMailed(true)} onDone={() => enter('/app')} />
      )}
      <Anchor size="sm" component={Link} to="/login">
        {t('signIn.haveAccount')}
      </Anchor>
    </EntryFrame>
  );
}
