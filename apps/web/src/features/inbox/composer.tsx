import type { Conversation, Message } from '@chaski/sdk';
import { Button, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Ref, useImperativeHandle, useRef, useState } from 'react';
import { useMay, useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { refusalWords } from '../../ui/explain.ts';
import { atFoot } from '../../ui/foot.ts';
import classes from './composer.module.css';
import { ComposerNote } from './composer-note.tsx';
import { ComposerReply } from './composer-reply.tsx';
import { OthersDrafts } from './draft-others.tsx';
import { verdictQuery, workspaceQuery } from './thread-queries.ts';
import type { Deed } from './thread-work.ts';
import { WindowCountdown, WindowShut } from './window-notice.tsx';

export type Mode = 'reply' | 'note';

export interface ComposerHandle {
  /** Puts the caret into the field. */
  write(mode: Mode): void;
}

/** What one says: to the person, or to the team alone. */
export function Composer({
  ref,
  conversation,
  quoted,
  onQuoted,
  onTyping,
  work,
}: {
  ref: Ref<ComposerHandle>;
  conversation: Conversation;
  quoted: Message | null;
  onQuoted: (message: Message | null) => void;
  onTyping: () => void;
  work: (deed: Deed) => void;
}) {
  const { t } = useTranslation();
  const may = useMay();
  const { data: verdict } = useQuery(verdictQuery(conversation.id));
  const [mode, setMode] = useState<Mode>('reply');
  const field = useRef<HTMLTextAreaElement>(null);
  // The field of the other mode is there after this one is drawn.
  const enter = () => window.requestAnimationFrame(() => field.current?.focus());
  useImperativeHandle(ref, () => ({
    write(wanted) {
      setMode(wanted);
      enter();
    },
  }));
  if (!may('conversations:write')) return <p className={classes.composer}>{t('composer.readOnly')}</p>;
  const { window: service } = conversation;
  return (
    <div ref={atFoot} className={classes.composer} data-mode={mode}>
      <div className={classes.top}>
        <SegmentedControl
          size="xs"
          aria-label={t('composer.mode.label')}
          value={mode}
          onChange={(value) => setMode(value as Mode)}
          // Who points wants to write there; an arrow key only chooses, and clicks without a pointer (detail 0).
          onClick={({ detail }) => {
            if (detail > 0) enter();
          }}
          data={[
            { value: 'reply', label: t('composer.mode.reply') },
            { value: 'note', label: t('composer.mode.note') },
          ]}
        />
        {/* Who may not be written to for another reason is not written to while the window is open either. */}
        {service.exists && service.opensUntil && verdict?.verdict !== 'blocked' ? (
          <WindowCountdown until={service.opensUntil} />
        ) : null}
      </div>
      <OthersDrafts conversationId={conversation.id} />
      {mode === 'note' ? (
        <ComposerNote conversationId={conversation.id} field={field} onTyping={onTyping} />
      ) : (
        <Gate conversation={conversation} work={work}>
          <ComposerReply
            conversation={conversation}
            field={field}
            quoted={quoted}
            onQuoted={onQuoted}
            onTyping={onTyping}
            work={work}
          />
        </Gate>
      )}
    </div>
  );
}

/** Whether this member may answer here and now; else why not, and what to do. */
function Gate({
  conversation,
  work,
  children,
}: {
  conversation: Conversation;
  work: (deed: Deed) => void;
  children: React.ReactNode;
}) {
  const { t } = useTranslation();
  const { person } = useSession();
  const { data: workspace } = useQuery(workspaceQuery);
  const { data: verdict } = useQuery(verdictQuery(conversation.id));
  const { assignee, window: service } = conversation;
  if (workspace?.settings.answering === 'assignee' && assignee?.id !== person.id) {
    return (
      <div className={classes.shut} role="status">
        <p>{assignee ? t('composer.assigneeOnly', { name: assignee.name }) : t('composer.claimFirst')}</p>
        <Button
          size="sm"
          onClick={() =>
            work(assignee ? { do: 'assign', to: { id: person.id, name: person.name } } : { do: 'claim' })
          }
        >
          {assignee ? t('composer.takeOver') : t('thread.claim')}
        </Button>
      </div>
    );
  }
  // The row is live, the verdict a moment older: a window that has just opened counts.
  const shut = service.exists && !service.open;
  if (verdict?.verdict === 'blocked') {
    return (
      <WindowShut
        conversation={conversation}
        sentence={refusalWords(t, verdict.code, verdict.sentence ?? t('composer.windowShut'))}
        templates={false}
      />
    );
  }
  if (shut) {
    return <WindowShut conversation={conversation} sentence={t('composer.windowShut')} templates />;
  }
  return children;
}
