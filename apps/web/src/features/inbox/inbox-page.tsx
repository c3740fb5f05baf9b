import { useMatch, useParams } from '@tanstack/react-router';
import { ConversationPane } from './conversation-pane.tsx';
import classes from './inbox.module.css';
import { ListPane } from './list-pane.tsx';
import { NothingChosen } from './nothing-chosen.tsx';
import { ViewsPane } from './views-pane.tsx';

/** Views · conversations · thread with its context. On a narrow screen one of them at a time. */
export function InboxPage() {
  const chosen = useMatch({ from: '/inside/app/inbox/$conversationId', shouldThrow: false }) !== undefined;
  const { conversationId } = useParams({ strict: false });
  return (
    <div className={classes.inbox} data-chosen={chosen || undefined}>
      <ViewsPane />
      <ListPane chosen={conversationId ?? null} />
      {conversationId ? <ConversationPane key={conversationId} id={conversationId} /> : <NothingChosen />}
    </div>
  );
}
