import { Alert, Button, Group } from '@mantine/core';
import { signOut, useSession } from '../api/session.ts';
import { useTranslation } from '../i18n/words.ts';

/** Over every page while a superadmin acts as somebody else: nobody forgets whose name stands under what they do. */
export function Impersonation() {
  const { t } = useTranslation();
  const { person, session } = useSession();
  if (session.impersonatorId === null) return null;
  return (
    <Alert color="yellow" variant="filled" autoContrast p="xs" radius={0} role="status" flex="none">
      <Group justify="space-between">
        {t('shell.actingAs', { name: person.name || person.email })}
        <Button size="xs" variant="default" onClick={() => void signOut()}>
          {t('shell.stopActing')}
        </Button>
      </Group>
    </Alert>
  );
}
