import type { Conversation, Message } from '@chaski/sdk';
import { ActionIcon, Alert, Button, FileButton, Group, Menu, Textarea, Tooltip } from '@mantine/core';
import {
  IconArchive,
  IconChevronUp,
  IconListDetails,
  IconPaperclip,
  IconSend2,
  IconTemplate,
  IconX,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  type RefObject,
  useRef,
  useState,
} from 'react';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { insertInto } from '../../ui/insert.ts';
import { keyName } from '../../ui/keys.ts';
import { laterDialog } from '../../ui/later.tsx';
import classes from './composer.module.css';
import { EmojiButton } from './composer-emoji.tsx';
import { FilesTray, sayFiles, useFiles } from './composer-files.tsx';
import { saidHere, say } from './composer-outbox.ts';
import { useQuickReplies } from './composer-slash.ts';
import { SuggestList, useSuggest } from './composer-suggest.tsx';
import { VoiceButton } from './composer-voice.tsx';
import { useDraft } from './draft.ts';
import { QuotedWords } from './reply-quote.tsx';
import { answeredWords } from './sender.ts';
import { TemplatePicker } from './template-picker.ts';
import { threadQuery } from './thread-queries.ts';
import type { Deed } from './thread-work.ts';

const InteractiveBuilder = laterDialog(() => import('./composer-interactive.tsx'));

const sendAndCloseKeys = ['Ctrl', 'Shift', 'Enter'].map(keyName).join(' + ');

/** WhatsApp's longest text. */
const longest = 4096;

export function ComposerReply({
  conversation,
  field,
  quoted,
  onQuoted,
  onTyping,
  work,
}: {
  conversation: Conversation;
  field: RefObject<HTMLTextAreaElement | null>;
  quoted: Message | null;
  onQuoted: (message: Message | null) => void;
  onTyping: () => void;
  work: (deed: Deed) => void;
}) {
  const { t } = useTranslation();
  const { id } = conversation;
  const { text, setText, clear } = useDraft(id, quoted?.id ?? null);
  const { files, add, addStored, drop } = useFiles();
  const [caret, setCaret] = useState(0);
  const [over, setOver] = useState(false);
  const [dialog, setDialog] = useState<'template' | 'interactive' | null>(null);
  const { person } = useSession();
  const newer = useNewer(id, text !== '');
  const quick = useQuickReplies({ conversationId: id, text, caret, setText, addStored });
  const { suggestions, take } = quick;
  const suggest = useSuggest(suggestions, (one) => void take(one));

  const type = (now: string) => {
    if (text === '' && now !== '') newer.begin();
    setText(now);
    onTyping();
  };
  const insert = (words: string) => {
    insertInto(field.current, text, words, type);
    // The emojis close, and take the focus back to their button.
    window.requestAnimationFrame(() => field.current?.focus());
  };
  const submit = async (then?: Deed) => {
    const words = text.trim();
    if (words === '' && files.length === 0) return;
    if (newer.stop()) return;
    const replyTo = quoted?.id ?? null;
    if (files.length === 0) say(id, { type: 'text', text: { body: words } }, replyTo);
    else if (await sayFiles(id, files, words, replyTo)) drop(files.map((file) => file.id));
    else return;
    clear();
    onQuoted(null);
    newer.begin();
    if (then) work(then);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || suggest.onKey(event)) return;
    const mod = event.ctrlKey || event.metaKey;
    if (event.key === 'Escape') {
      // One thing at a time: what is quoted, then the box, so that single keys are commands again.
      if (quoted) onQuoted(null);
      else event.currentTarget.blur();
    }
    if (event.key !== 'Enter' || (event.shiftKey && !mod)) return;
    event.preventDefault();
    void submit(event.shiftKey ? { do: 'close' } : undefined);
  };
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    add(event.clipboardData.files);
  };
  const dragging = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      add(event.dataTransfer.files);
    },
  };
  return (
    <div data-over={over || undefined} {...dragging}>
      {quoted ? (
        <div className={classes.quoting}>
          <div>
            <QuotedWords quoted={quoted} />
          </div>
          <ActionIcon size={24} aria-label={t('composer.noQuote')} onClick={() => onQuoted(null)}>
            <IconX size={16} />
          </ActionIcon>
        </div>
      ) : null}
      {newer.by ? (
        <Alert color="yellow" p="xs" mb={6} role="alert">
          <Group gap="xs">
            <span>{answeredWords(newer.by, person.id, t)}</span>
            <Button size="compact-xs" variant="default" onClick={() => void submit()}>
              {t('composer.sendAnyway')}
            </Button>
          </Group>
        </Alert>
      ) : null}
      <FilesTray files={files} onDrop={drop} />
      {suggest.open ? (
        <SuggestList
          id="quick-replies"
          label={t('composer.quickReplies')}
          suggestions={suggestions}
          at={suggest.at}
          onTake={(one) => void take(one)}
          field={field}
        />
      ) : null}
      {quick.none ? (
        <p className={classes.banner} role="status">
          {t('composer.noQuickReplies')}{' '}
          <Link to="/app/settings/quick-replies">{t('composer.makeQuickReply')}</Link>
        </p>
      ) : null}
      <form
        className={classes.field}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className={classes.tools}>
          <EmojiButton onPick={insert} />
          <FileButton multiple onChange={add}>
            {(props) => (
              <Tooltip label={t('composer.attach')}>
                <ActionIcon size={36} aria-label={t('composer.attach')} {...props}>
                  <IconPaperclip size={20} stroke={1.6} />
                </ActionIcon>
              </Tooltip>
            )}
          </FileButton>
          <More onOpen={setDialog} />
        </div>
        <Textarea
          ref={field}
          className={classes.input ?? ''}
          autosize
          minRows={1}
          maxRows={8}
          maxLength={longest}
          value={text}
          aria-label={t('composer.label')}
          placeholder={t('composer.placeholder')}
          aria-autocomplete="list"
          aria-controls={suggest.open ? 'quick-replies' : undefined}
          aria-activedescendant={suggest.open ? `quick-replies-${suggestions[suggest.at]?.id}` : undefined}
          onChange={(event) => {
            setCaret(event.currentTarget.selectionStart);
            type(event.currentTarget.value);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <div className={classes.tools}>
          {text === '' && files.length === 0 ? (
            <VoiceButton onRecorded={(file) => add([file], true)} />
          ) : null}
          <ActionIcon type="submit" size={36} variant="filled" color="chaski" aria-label={t('composer.send')}>
            <IconSend2 size={20} className={classes.flip ?? ''} />
          </ActionIcon>
          <Menu position="top-end" withinPortal>
            <Menu.Target>
              <ActionIcon size={24} aria-label={t('composer.sendMore')}>
                <IconChevronUp size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<IconArchive size={16} />}
                rightSection={<span className={classes.keys}>{sendAndCloseKeys}</span>}
                onClick={() => void submit({ do: 'close' })}
              >
                {t('composer.sendAndClose')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </form>
      <TemplatePicker
        numberId={conversation.numberId}
        opened={dialog === 'template'}
        onClose={() => setDialog(null)}
        onSend={(content) => say(id, content)}
      />
      <InteractiveBuilder
        opened={dialog === 'interactive'}
        onClose={() => setDialog(null)}
        onSend={(content) => say(id, content, quoted?.id ?? null)}
      />
    </div>
  );
}

function More({ onOpen }: { onOpen: (dialog: 'template' | 'interactive') => void }) {
  const { t } = useTranslation();
  return (
    <Menu position="top-start" withinPortal>
      <Menu.Target>
        <ActionIcon size={36} aria-label={t('composer.more')}>
          <IconListDetails size={20} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconTemplate size={16} />} onClick={() => onOpen('template')}>
          {t('composer.template.choose')}
        </Menu.Item>
        <Menu.Item leftSection={<IconListDetails size={16} />} onClick={() => onOpen('interactive')}>
          {t('composer.interactive.title')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Who answered since one began to write: a colleague, a program, a campaign. Warns once; the second wish to send is heard. */
function useNewer(
  conversationId: string,
  isBegun: boolean,
): { by: Message | null; begin: () => void; stop: () => boolean } {
  const { data: said } = useQuery(threadQuery(conversationId));
  const [by, setBy] = useState<Message | null>(null);
  const beganAfter = useRef<string | null>(null);
  const newest = said?.messages.findLast(
    (one) => one.direction === 'out' && !one.automated && one.type !== 'reaction' && !saidHere(one.dedupeKey),
  );
  /** null: nobody knows yet what was said. */
  const last = said ? (newest?.id ?? '') : null;
  // A draft taken up again, or words typed before the thread was there: what one sees first is what one answers.
  if (isBegun) beganAfter.current ??= last;
  return {
    by,
    begin() {
      beganAfter.current = last;
      setBy(null);
    },
    stop() {
      const isNewer = beganAfter.current !== null && last !== beganAfter.current;
      if (!isNewer || by || !newest) return false;
      setBy(newest);
      return true;
    },
  };
}
