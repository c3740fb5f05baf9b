/**
 * The command behind `POST /v1/messages`: to whom, what, and under which key.
 *
 * Always true: exactly one of `to`, `contactId`, `conversationId` and `recipient` says to whom. A business-scoped
 * user id goes into `recipient`, never into `to`: WhatsApp answers 200 to the latter and delivers nothing.
 */
import { z } from 'zod';
import { outboundContents, outboundTypeMessage } from './content.ts';

/** `US.1349…` or, for a parent, `US.ENT.118…` (WhatsApp's BSUID documentation, 2026). */
export const businessScopedUserId = /^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/;

const uuid = (field: string) => z.uuid({ error: () => `${field} must be an id of this API (a UUID)` });

/** `consent-receipt` also exists, but only the product itself may send one: it passes an opt-out. */
export const sendPurposes = ['service', 'marketing', 'utility', 'authentication'] as const;
export type SendPurpose = (typeof sendPurposes)[number] | 'consent-receipt';

/** How a person is named who may be no contact yet; the same for a send and for asking beforehand. */
export const sendTarget = {
  to: z
    .string()
    .regex(/^\+?[\d\s().-]{6,30}(@c\.us|@s\.whatsapp\.net)?$/, {
      error:
        'to must be a phone number with country code, for example +16505551234; a user id such as US.1349… goes into recipient',
    })
    .refine((to) => /^(00)?\d{7,15}$/.test(to.replace(/@.*$/, '').replace(/\D/g, '')), {
      error: 'to must hold 7 to 15 digits, country code first, for example +16505551234',
    })
    .optional()
    .describe('Phone number with country code.')
    .meta({ examples: ['+16505551234'] }),
  recipient: z
    .string()
    .regex(businessScopedUserId, {
      error: 'recipient must be a business-scoped user id, for example US.13491208655302741918',
    })
    .optional()
    .describe('Business-scoped user id, for people whose phone number WhatsApp does not show.'),
};

const envelope = {
  ...sendTarget,
  contactId: uuid('contactId').optional().describe('A contact of this workspace.'),
  conversationId: uuid('conversationId')
    .optional()
    .describe('An existing conversation; it fixes the number too.'),
  numberId: uuid('numberId')
    .optional()
    .describe('Number to send from; without it the workspace’s default number.'),
  replyTo: z.string().min(1).max(512).optional().describe('Message that is answered: our id or WhatsApp’s.'),
  dedupeKey: z
    .string()
    .min(1, { error: 'dedupeKey is empty; leave it out instead' })
    .max(200, { error: 'dedupeKey has more than 200 characters; use a shorter one' })
    .refine((s) => !s.includes('\0') && s.isWellFormed(), {
      error: 'dedupeKey holds characters that cannot be stored',
    })
    .optional()
    .describe('Unique in the workspace as long as the message exists: the same key never sends twice.'),
  purpose: z
    .enum(sendPurposes)
    .optional()
    .describe(
      'Why it is sent; decides which opt-outs apply. Without it: service, or the template’s category.',
    ),
  workflowId: uuid('workflowId').optional().describe('Workflow that the message counts for.'),
};

const addresses = ['to', 'contactId', 'conversationId', 'recipient'] as const;

const [text, image, video, audio, document, sticker, location, contacts, reaction, interactive, template] =
  outboundContents;

/** `POST /v1/messages`. The content stands at the top level: `{to, type: 'text', text: {body}}`. */
export const sendCommand = z
  .discriminatedUnion(
    'type',
    [
      text.extend(envelope),
      image.extend(envelope),
      video.extend(envelope),
      audio.extend(envelope),
      document.extend(envelope),
      sticker.extend(envelope),
      location.extend(envelope),
      contacts.extend(envelope),
      reaction.extend(envelope),
      interactive.extend(envelope),
      template.extend(envelope),
    ],
    { error: (issue) => (issue.code === 'invalid_union' ? outboundTypeMessage : undefined) },
  )
  .refine((c) => addresses.filter((a) => c[a] !== undefined).length === 1, {
    error: 'say to whom exactly once: to, contactId, conversationId or recipient',
  })
  .refine((c) => !(c.type === 'reaction' && c.replyTo !== undefined), {
    error: 'replyTo cannot go with a reaction: reaction.messageId already says which message it belongs to',
  })
  .meta({ examples: [{ to: '+16505551234', type: 'text', text: { body: 'Your order is on its way.' } }] });

export type SendCommand = z.infer<typeof sendCommand>;

/** The content of a command without its envelope: what is stored and sent. */
export function contentOf(command: SendCommand): { type: string; [key: string]: unknown } {
  return { type: command.type, [command.type]: (command as Record<string, unknown>)[command.type] };
}
