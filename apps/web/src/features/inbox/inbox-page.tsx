import { useQuery } from '@tanstack/react-query';
import { useMatch, useParams } from '@tanstack/react-router';
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
  return (
    <main className={classes.inbox} data-chosen={chosen || undefined}>
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
