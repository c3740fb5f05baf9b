import { useQuery } from '@tanstack/react-query';
import { useMatch, useParams } from '@tanstack/react-router';
import { useTranslation } from '../../i18n/words.ts';
import { ContextPanel } from '../context/context-panel.tsx';
import { ConversationPane } from './conversation-pane.tsx';
import classes from './inbox.module.css';
import { ListPane } from './list-pane.tsx';
import { NothingChosen } from './nothing-chosen.tsx';
import { conversationQuery } from './queries.ts';
import { ViewsPane } from './views-pane.tsx';

/** Views · conversations · thread with its context. On a narrow screen one of them at a time. */
export function InboxPage() {
  const chosen = useMatch({ from: '/inside/app/inbox/$conversationId', shouldThrow: false }) !== undefined;
  const { conversationId } = useParams({ strict: false });
  const { t } = useTranslation();
  return (
    <main className={classes.inbox} data-chosen={chosen || undefined}>
      {conversationId ? null : <h1 className="visually-hidden">{t('shell.inbox')}</h1>}
      <ViewsPane />
      <ListPane chosen={conversationId ?? null} />
      {conversationId ? (
        <div className={classes.conversation}>
          <ConversationPane key={conversationId} id={conversationId} />
          <Context id={conversationId} />
        </div>
      ) : (
        <NothingChosen />
      )}
    </main>
  );
}

function Context({ id }: { id: string }) {
  const { data: conversation } = useQuery(conversationQuery(id));
  return conversation ? <ContextPanel conversation={conversation} /> : null;
}
