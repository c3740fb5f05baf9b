import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Drawer } from '../../ui/drawer.tsx';
import AboutContact from '../context/about-contact.tsx';
import { Fold } from '../context/fold.tsx';
import classes from './contacts.module.css';
import { WriteButton } from './write-button.tsx';

/** All of a person, beside the table. */
export function ContactDrawer({ contactId, onClose }: { contactId: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay()('contacts:erase');
  return (
    <Drawer
      opened={contactId !== null}
      onClose={onClose}
      position="right"
      size={420}
      padding={0}
      title={
        <Text fw={600} p="md">
          {t('contacts.person')}
        </Text>
      }
      closeButtonProps={{ me: 'md' }}
    >
      {contactId ? (
        <>
          <div className={classes.write}>
            <WriteButton key={contactId} contactId={contactId} />
          </div>
          <AboutContact key={contactId} contactId={contactId} conversation={null} />
          {may ? (
            <Fold title={t('contacts.erase.title')}>
              <Erase contactId={contactId} onDone={onClose} />
            </Fold>
          ) : null}
        </>
      ) : null}
    </Drawer>
  );
}

/** Cannot be undone: the words have to be typed. */
function Erase({ contactId, onDone }: { contactId: string; onDone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const [typed, setTyped] = useState('');
  const phrase = t('contacts.erase.phrase');
  return (
    <Stack gap="xs">
      <Text size="sm">{t('contacts.erase.text')}</Text>
      <TextInput
        label={
          <>
            {t('contacts.erase.type')} <Code>{phrase}</Code>
          </>
        }
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Group>
        <Button
          color="red.9"
          disabled={typed.trim() !== phrase}
          onClick={() =>
            act(async () => {
              await chaski.contacts.erase({ id: contactId, body: { confirm: `erase ${contactId}` } }, once());
              notifications.show({ message: t('contacts.erase.begun') });
              onDone();
              await queries.invalidateQueries({ queryKey: ['contacts', 'list'] });
            })
          }
        >
          {t('contacts.erase.do')}
        </Button>
      </Group>
    </Stack>
  );
}
