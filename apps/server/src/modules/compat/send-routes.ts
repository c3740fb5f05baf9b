import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type HttpApp, idempotent, principalOf } from '../../platform/http/index.ts';
import { isId } from '../../platform/ids.ts';
import { contactForAddress, getContact } from '../contacts/index.ts';
import { messageBody, presentMessage, type SendCommand, send } from '../messages/index.ts';
import { hidden } from './hidden.ts';
import { latestThread } from './latest-thread.ts';
import type { CompatDeps } from './routes.ts';
import { phoneOf } from './rules.ts';

const text = z.string().min(1).max(4096);
const toChat = z.strictObject({ to: z.string().min(1).max(100), message: text });
const toContact = z.strictObject({ contactId: z.string().min(1).max(100), body: text });

const answer = z.object({
  success: z.literal(true),
  messageId: z.string(),
  status: z.string(),
  message: messageBody,
});

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
      const contact = await contactForAddress(tx, { phone: phoneOf(to) });
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
