import type { Message } from '@chaski/sdk';
import type { Say } from '../../i18n/words.ts';
import { isolated } from '../../ui/isolated.ts';

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

/** That it has answered meanwhile. What is no person says what it is before its own name. */
export function answeredWords(message: Message, me: string, t: Say): string {
  const { sender } = message;
  return sender?.kind === 'member' && sender.id === me
    ? t('composer.newerOwn')
    : t('composer.newer', { name: isolated(answererName(message, t)) });
}

function answererName({ sender, source }: Message, t: Say): string {
  if (sender?.kind === 'member') return sender.name ?? t('thread.sender.former');
  const kind = sender?.kind === 'key' ? 'program' : sender?.kind === 'campaign' ? 'campaign' : null;
  if (kind === null) return t(source === 'phone-app' ? 'thread.sender.phone' : 'thread.sender.colleague');
  return sender?.name ? `${t(`thread.sender.${kind}`)} (${sender.name})` : t(`thread.sender.${kind}`);
}

/** Two bubbles with the same one stand together. */
export const speakerOf = (direction: string, sender: Sender | null): string =>
  `${direction}:${sender?.kind ?? ''}:${sender?.id ?? ''}`;
