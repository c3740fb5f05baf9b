import type { Conversation } from '@chaski/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useMay, useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { later } from '../../ui/later.tsx';
import { putRow } from '../inbox/list-cache.ts';
import { AboutWaiting } from './about-waiting.tsx';
import { Consent } from './consent.tsx';
import { ContactCard } from './contact-card.tsx';
import { ContactNotes } from './contact-notes.tsx';
import classes from './context.module.css';
import { Earlier } from './earlier.tsx';
import { Fold } from './fold.tsx';
import { History } from './history.tsx';
import { Labels, type ShortLabel } from './labels.tsx';
import { contactQuery } from './queries.ts';
import { SharedMedia } from './shared-media.tsx';
import { useContactWork } from './use-contact.ts';

const Merge = later(() => import('./merge.tsx'));

/** All that is known of a person; in the inbox also what belongs to the conversation. */
export default function AboutContact({
  contactId,
  conversation,
}: {
  contactId: string;
  conversation: Conversation | null;
}) {
  const { t } = useTranslation();
  const { data: contact } = useQuery(contactQuery(contactId));
  if (!contact) return <AboutWaiting />;
  return (
    <>
      <div className={classes.part}>
        <ContactCard contact={contact} />
      </div>
      <div className={classes.part}>
        {conversation ? <ConversationLabels conversation={conversation} /> : null}
        <ContactLabels contactId={contactId} />
      </div>
      <Fold title={t('context.notes')} open>
        <ContactNotes contactId={contactId} />
      </Fold>
      <Fold title={t('context.consent.title')}>
        <Consent contact={contact} />
      </Fold>
      {conversation ? (
        <Fold title={t('context.media')}>
          <SharedMedia conversationId={conversation.id} />
        </Fold>
      ) : null}
      {conversation ? (
        <Fold title={t('context.history')}>
          <History conversationId={conversation.id} />
        </Fold>
      ) : null}
      <Fold title={t(conversation ? 'context.earlier' : 'context.conversations')} open={!conversation}>
        <Earlier contactId={contactId} not={conversation?.id ?? null} />
      </Fold>
      <Fold title={t('context.merge.heading')}>
        <Merge contact={contact} />
      </Fold>
    </>
  );
}

function ContactLabels({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const may = useMay()('contacts:write');
  const { data: contact } = useQuery(contactQuery(contactId));
  return contact ? <LabelsOf contact={contact} title={t('context.personLabels')} may={may} /> : null;
}

function LabelsOf(props: { contact: Parameters<typeof useContactWork>[0]; title: string; may: boolean }) {
  const { contact } = props;
  const work = useContactWork(contact);
  return (
    <Labels
      title={props.title}
      labels={contact.labels}
      disabled={!props.may}
      onAdd={(label) => void work.label([...contact.labels, label])}
      onRemove={(label) => void work.label(contact.labels.filter(({ id }) => id !== label.id))}
    />
  );
}

function ConversationLabels({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const may = useMay()('conversations:write');
  const { person } = useSession();
  const queries = useQueryClient();
  const act = useAct();
  const { id, labels } = conversation;
  const put = (row: Conversation) => putRow(queries, row, person.id);
  const change = async (guess: ShortLabel[], action: () => Promise<Conversation>) => {
    put({ ...conversation, labels: guess });
    if (!(await act(async () => put(await action())))) put(conversation);
  };
  return (
    <Labels
      title={t('context.conversationLabels')}
      labels={labels}
      disabled={!may}
      onAdd={(label) =>
        change([...labels, label], () =>
          chaski.conversations.createLabel({ id, body: { labelIds: [label.id] } }, once()),
        )
      }
      onRemove={(label) =>
        change(
          labels.filter((one) => one.id !== label.id),
          () => chaski.conversations.deleteLabel({ id, labelId: label.id }),
        )
      }
    />
  );
}
