import type { Message } from '@chaski/sdk';
import type { Say } from '../../i18n/words.ts';

type Sender = NonNullable<Message['sender']>;

/** Who of us said it, in a word; null: pictures say it (a robot, a phone). */
export function senderName(sender: Sender | null, me: string, t: Say): string | null {
  switch (sender?.kind) {
    case 'member':
      return sender.id === me ? t('thread.sender.you') : (sender.name ?? t('thread.sender.former'));
    case 'key':
      return sender.name ?? t('thread.sender.program');
    case 'campaign':
      return sender.name ?? t('thread.sender.campaign');
    default:
      return null;
  }
}

/** The same within a sentence: what is no person says what it is before its own name. */
export function answererName({ sender, source }: Message, t: Say): string {
  if (sender?.kind === 'member') return sender.name ?? t('thread.sender.former');
  const kind = sender?.kind === 'key' ? 'program' : sender?.kind === 'campaign' ? 'campaign' : null;
  if (kind === null) return t(source === 'phone-app' ? 'thread.sender.phone' : 'thread.sender.colleague');
  return sender?.name ? `${t(`thread.sender.${kind}`)} (${sender.name})` : t(`thread.sender.${kind}`);
}

/** Two bubbles with the same one stand together. */
export const speakerOf = (direction: string, sender: Sender | null): string =>
  `${direction}:${sender?.kind ?? ''}:${sender?.id ?? ''}`;
