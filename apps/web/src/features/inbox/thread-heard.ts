import type { ChaskiEvent } from '@chaski/contracts';
import type { Message } from '@chaski/sdk';
import { withMessages } from './thread-messages.ts';
import type { Said } from './thread-queries.ts';

/** Longer words are cut in the event. */
const whole = 4_096;

/**
 * The message that an event tells of, where the event holds all that a bubble shows: words that were received. Pure.
 * null: it has to be asked for first.
 */
export function messageHeard({ name, at, data }: ChaskiEvent): Message | null {
  const { messageId: id, conversationId, numberId, providerMessageId, text, at: shownAt } = data;
  if (name !== 'message.received' || data.type !== 'text') return null;
  if (typeof text !== 'string' || text.length >= whole || typeof shownAt !== 'string') return null;
  if (typeof id !== 'string' || typeof conversationId !== 'string' || typeof numberId !== 'string')
    return null;
  return {
    id,
    direction: 'in',
    type: 'text',
    content: { type: 'text', text: { body: text } },
    providerMessageId: typeof providerMessageId === 'string' ? providerMessageId : null,
    status: 'received',
    conversationId,
    contactId: typeof data.contactId === 'string' ? data.contactId : null,
    numberId,
    workflowId: null,
    source: 'whatsapp',
    sender: null,
    purpose: 'service',
    automated: false,
    dedupeKey: null,
    replyTo: typeof data.replyTo === 'string' ? data.replyTo : null,
    targetProviderId: null,
    context: null,
    referral: null,
    error: null,
    pricing: null,
    retryAt: null,
    shownAt,
    createdAt: at,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    failedAt: null,
    editedAt: null,
    revokedAt: null,
  };
}

/** What is still only heard of, now that these are loaded: an event knows nothing of edits and revocations. */
export function unheard(heard: readonly Message[], loaded: readonly Message[]): readonly Message[] {
  if (heard.length === 0) return heard;
  const ids = new Set(loaded.map(({ id }) => id));
  return heard.filter(({ id }) => !ids.has(id));
}

/** All that is known, by time; of a message that is loaded too, what was loaded. */
export const shownOf = ({ heard, messages }: Said): readonly Message[] =>
  heard.length > 0 ? withMessages(heard, messages) : messages;
