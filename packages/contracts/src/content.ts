/**
 * What a message can say.
 *
 * Words: *outbound content* is what we let somebody send, checked against WhatsApp's limits before it is queued;
 * *inbound content* is what people (or the business's own phone) sent, already read by a provider.
 * Both have the same frame: `type` first, then one object under that name: `{type: 'text', text: {body: 'hi'}}`.
 * Keys are the camelCase of WhatsApp's own; maps that belong to users (flow data, address values) keep their keys.
 *
 * Always true: a content that passes `outboundContent` can be stored (no NUL, no lone surrogates) and is
 * refused by WhatsApp only for reasons that cannot be seen in it. Limits: WhatsApp's message type reference,
 * state of 2026. Lengths count code points, as JSON Schema does.
 */
import { z } from 'zod';
import { contactsContent, locationContent } from './content-cards.ts';
import { loose, text } from './content-fields.ts';
import { interactiveContent } from './content-interactive.ts';
import {
  audioContent,
  documentContent,
  imageContent,
  stickerContent,
  videoContent,
} from './content-media.ts';
import { templateContent } from './content-template.ts';

const textContent = z.strictObject({
  type: z.literal('text'),
  text: z.strictObject({
    body: text('text.body', 4096)
      .describe('What is said.')
      .meta({ examples: ['Your order is on its way.'] }),
    previewUrl: z.boolean().optional().describe('Show a preview of the first link.'),
  }),
});

/** One sign on the screen, and a picture: digits and # count as emoji in Unicode, but WhatsApp takes their keycaps only. */
const isEmoji = (s: string): boolean =>
  [...new Intl.Segmenter().segment(s)].length === 1 && /\p{Emoji}/u.test(s) && !/^[\d#*]$/.test(s);

const reactionContent = z.strictObject({
  type: z.literal('reaction'),
  reaction: z.strictObject({
    messageId: text('reaction.messageId', 512).describe('The message reacted to: ours or WhatsApp’s id.'),
    emoji: loose('reaction.emoji', 64)
      .refine((s) => s === '' || isEmoji(s), {
        error: 'reaction.emoji must be one emoji, or empty to take the reaction back',
      })
      .describe('One emoji; empty takes the reaction back.')
      .meta({ examples: ['👍'] }),
  }),
});

/** All outbound contents, in the order in which documentation lists them. */
export const outboundContents = [
  textContent,
  imageContent,
  videoContent,
  audioContent,
  documentContent,
  stickerContent,
  locationContent,
  contactsContent,
  reactionContent,
  interactiveContent,
  templateContent,
] as const;

const typeMessage =
  'type must be one of text, image, video, audio, document, sticker, location, contacts, reaction, interactive, template';

/** What may be sent. */
export const outboundContent = z
  .discriminatedUnion('type', [...outboundContents], {
    error: (issue) => (issue.code === 'invalid_union' ? typeMessage : undefined),
  })
  .describe('A message’s content: `type` and one object of that name.')
  .meta({ examples: [{ type: 'text', text: { body: 'Your order is on its way.' } }] });

export type OutboundContent = z.infer<typeof outboundContent>;

/** For `send.ts`: the same message for a wrong `type`. */
export const outboundTypeMessage = typeMessage;
