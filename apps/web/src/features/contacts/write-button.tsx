import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMessage } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { later } from '../../ui/later.tsx';
import { contactQuery } from '../context/queries.ts';
import { rowsOf } from '../inbox/list-rules.ts';
import { conversationsQuery } from '../inbox/queries.ts';

const NewConversation = later(() => import('../inbox/new-conversation.tsx'));

/** To the thread with this person, the newest of several; where there is none yet it is begun here. */
export function WriteButton({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const may = useMay()('messages:write');
  const { data: contact } = useQuery(contactQuery(contactId));
  const { data: threads } = useInfiniteQuery(conversationsQuery({ view: 'all', contactId }));
  const [newest] = rowsOf(threads);
  const [opened, { open, close }] = useDisclosure();
  if (!contact || !threads) return null;
  const look = { fullWidth: true, leftSection: <IconMessage size={16} stroke={1.8} /> };
  const { phone } = contact;
  return (
    <>
      {newest ? (
        <Button
          {...look}
          renderRoot={(root) => (
            <Link
              to="/app/inbox/$conversationId"
              params={{ conversationId: newest.id }}
              search={{ view: 'all' }}
              {...root}
            />
          )}
        >
          {t(may ? 'contacts.write' : 'contacts.read')}
        </Button>
      ) : may && phone ? (
        <Button {...look} onClick={open}>
          {t('contacts.write')}
        </Button>
      ) : null}
      {/* It stays when a thread appears meanwhile: what was typed is not lost. */}
      {opened && phone ? <NewConversation to={{ phone, name: contact.displayName }} onClose={close} /> : null}
    </>
  );
}
