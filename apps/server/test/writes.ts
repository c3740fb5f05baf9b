/** A person writes to the stage's number, as WhatsApp's webhook would say it, applied by the public verb. */
import { randomInt } from 'node:crypto';
import { createCloudProvider, type MessageItem } from '@chaski/providers';
import { bodyOf, change, said } from '../src/modules/inbound/testing.ts';
import { receiveMany } from '../src/modules/messages/index.ts';
import { routesFor } from '../src/modules/numbers/index.ts';
import type { Stage } from './samples/index.ts';

export interface Written {
  messageId: string;
  conversationId: string;
  contactId: string;
  /** Digits. */
  phone: string;
  /** Of what the message carried, if it was a file. */
  mediaId: string | null;
}

const { parse } = createCloudProvider();

export async function writes(
  { db, clock, seeded, workspaceId }: Stage,
  options: { text?: string; phone?: string; type?: string; content?: Record<string, unknown> } = {},
): Promise<Written> {
  const phone = options.phone ?? `1555${randomInt(1e6, 1e7)}`;
  const message = said(options.text ?? 'Hello', { from: phone, at: clock.now(), ...options });
  const items = parse(bodyOf([change(seeded.phoneNumberId, { messages: [message] })]));
  return db.withSystem('test: a person writes', async (tx) => {
    const routes = await routesFor(tx, [seeded.phoneNumberId]);
    await receiveMany(
      tx,
      items
        .filter((item): item is MessageItem => item.kind === 'message')
        .map((item) => ({
          route: routes.get(seeded.phoneNumberId)!,
          item,
          providerMessageId: item.providerMessageId!,
          at: item.at ?? clock.now(),
        })),
    );
    const [row] = await tx.query<Omit<Written, 'phone'>>(
      `select m.id as "messageId", m.conversation_id as "conversationId", m.contact_id as "contactId",
         (select f.id from media f where f.workspace_id = m.workspace_id and f.message_id = m.id) as "mediaId"
       from messages m where m.workspace_id = $1 and m.provider_message_id = $2`,
      [workspaceId, message.id],
    );
    return { ...row!, phone };
  });
}
