import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import { AppError, errors } from '../../platform/errors.ts';
import { type HttpApp, idempotent, principalOf } from '../../platform/http/index.ts';
import { isId } from '../../platform/ids.ts';
import { contactForAddress, getContact } from '../contacts/index.ts';
import { messageBody, presentMessage, type SendCommand, send } from '../messages/index.ts';
import { hidden } from './hidden.ts';
import { latestThread } from './latest-thread.ts';
import type { CompatDeps } from './routes.ts';

const text = z.string().min(1).max(4096);
const toChat = z.strictObject({ to: z.string().min(1).max(100), message: text });
const toContact = z.strictObject({ contactId: z.string().min(1).max(100), body: text });

const answer = z.object({
  success: z.literal(true),
  messageId: z.string(),
  status: z.string(),
  message: messageBody,
});

/** `1234567890@c.us`, `+1234567890` or digits, as a phone number. */
export function phoneOf(to: string): string {
  if (/@g\.us$/i.test(to)) {
    throw new AppError(
      'groups_not_supported',
      422,
      'Messages to groups (…@g.us) are not sent. Send to a person: 1234567890@c.us or +1234567890.',
    );
  }
  const phone = to.replace(/@(c\.us|s\.whatsapp\.net)$/i, '').replace(/[\s().-]/g, '');
  if (!/^\+?\d{5,15}$/.test(phone)) {
    throw errors.invalidRequest([
      {
        path: 'to',
        message: 'A phone number with its country code: 1234567890@c.us, +1234567890 or digits.',
      },
    ]);
  }
  return phone;
}

async function say(
  tx: TenantTx,
  place: Pick<SendCommand, 'conversationId' | 'contactId'>,
  body: string,
  only: readonly string[] | null,
) {
  const row = await send(tx, { ...place, content: { type: 'text', text: { body } }, source: 'api' }, only);
  const message = presentMessage(row);
  return {
    status: 201,
    body: { success: true, messageId: message.id, status: message.status, message },
  };
}

/** S3's and S2's sending of text. */
export function sendRoutes(app: HttpApp, { db, gate }: CompatDeps): void {
  app.post(
    '/api/whatsapp/send',
    {
      onRequest: gate('messages:write'),
      config: { limits: ['messages', 'points'] },
      schema: hidden({ body: toChat, response: { 201: answer } }),
    },
    idempotent(db, async (tx, request) => {
      const { to, message } = request.body as z.infer<typeof toChat>;
      const { numberIds } = principalOf(request);
      const contact = await contactForAddress(tx, { phone: phoneOf(to).replace('+', '') });
      return say(tx, await latestThread(tx, contact.id, numberIds), message, numberIds);
    }),
  );

  app.post(
    '/api/v1/messages/send',
    {
      onRequest: gate('messages:write'),
      config: { limits: ['points'] },
      schema: hidden({ body: toContact, response: { 201: answer } }),
    },
    idempotent(db, async (tx, request) => {
      const { contactId, body } = request.body as z.infer<typeof toContact>;
      const { numberIds } = principalOf(request);
      const contact = isId(contactId) ? await getContact(tx, tx.workspaceId, contactId) : null;
      if (!contact) throw errors.notFound('contact', { contactId });
      return say(tx, await latestThread(tx, contact.id, numberIds), body, numberIds);
    }),
  );
}
