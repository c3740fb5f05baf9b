import type { Message } from '@chaski/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '../../i18n/words.ts';
import classes from './bubble.module.css';
import { plainText } from './content-format.ts';
import { type Content, partOf } from './content-part.ts';
import { useThread } from './thread-context.ts';
import { messageQuery, quotedQuery, type Said, threadQuery } from './thread-queries.ts';

const isOurs = (reference: string) => /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(reference);

/** A loaded message by our id or WhatsApp's. */
export function findMessage(said: Said | undefined, reference: string): Message | null {
  return (
    said?.messages.findLast(
      ({ id, providerMessageId }) => id === reference || providerMessageId === reference,
    ) ?? null
  );
}

/** What a reply answers; a press goes there. */
export function Quote({ conversationId, reference }: { conversationId: string; reference: string }) {
  const { t } = useTranslation();
  const { jumpTo } = useThread();
  const queries = useQueryClient();
  const loaded = findMessage(queries.getQueryData(threadQuery(conversationId).queryKey), reference);
  const ours = isOurs(reference);
  const byId = useQuery({ ...messageQuery(reference, conversationId), enabled: ours && !loaded });
  const byName = useQuery({ ...quotedQuery(conversationId, reference), enabled: !ours && !loaded });
  const quoted = loaded ?? byId.data ?? byName.data ?? null;
  return (
    <button type="button" className={classes.quote} disabled={!quoted} onClick={() => jumpTo(reference)}>
      <span className="visually-hidden">{t('thread.quoted')} </span>
      <QuotedWords quoted={quoted} />
    </button>
  );
}

/** Who said it and the first words. */
export function QuotedWords({ quoted }: { quoted: Message | null }) {
  const { t } = useTranslation();
  if (!quoted) return <span>{t('thread.quotedGone')}</span>;
  return (
    <>
      <span className={classes.who}>
        {quoted.direction === 'out' ? t('thread.byUs') : t('thread.byThem')}
      </span>
      <span>
        {quoted.revokedAt ? t('thread.deletedByThem') : wordsOf(quoted.content) || t(kindOf(quoted.content))}
      </span>
    </>
  );
}

/** What was said in words, on one line. */
export function wordsOf(content: Content): string {
  const part = partOf<{
    body: string | { text?: string };
    caption: string;
    text: string;
    filename: string;
    name: string;
  }>(content);
  const body = typeof part.body === 'object' ? part.body.text : part.body;
  const reply = partOf<{ buttonReply: { title?: string }; listReply: { title?: string } }>(content);
  const words =
    body ??
    part.caption ??
    reply.buttonReply?.title ??
    reply.listReply?.title ??
    part.text ??
    part.filename ??
    part.name;
  return typeof words === 'string' ? plainText(words.slice(0, 300)) : '';
}

const kinds = new Set([
  'image',
  'video',
  'audio',
  'document',
  'sticker',
  'location',
  'contacts',
  'template',
  'order',
]);

/** Name of what has no words. */
export function kindOf(content: Content): string {
  const type = String(content.type);
  return kinds.has(type) ? `thread.kind.${type}` : 'thread.kind.message';
}
