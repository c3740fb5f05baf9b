/** Bodies as WhatsApp writes them, for the tests of this module and its neighbours. */
import { createHmac } from 'node:crypto';
import { newId } from '../../platform/ids.ts';

let counter = 0;

export interface SaidOptions {
  id?: string;
  from?: string | null;
  userId?: string | null;
  name?: string;
  at?: Date;
  type?: string;
  content?: Record<string, unknown>;
  groupId?: string;
}

/** A message object of the wire. */
export function said(text: string, options: SaidOptions = {}): Record<string, unknown> {
  counter += 1;
  const type = options.type ?? 'text';
  const at = options.at ?? new Date('2026-11-20T11:59:00Z');
  return {
    ...(options.from === null ? {} : { from: options.from ?? '16505551234' }),
    ...(options.userId ? { from_user_id: options.userId } : {}),
    ...(options.groupId ? { group_id: options.groupId } : {}),
    id: options.id ?? `wamid.${counter}.${newId()}`,
    timestamp: String(Math.floor(at.getTime() / 1000)),
    type,
    ...(options.content ?? { text: { body: text } }),
  };
}

export interface ToldOptions {
  at?: Date;
  recipient?: string;
  userId?: string;
  callbackData?: string;
  participant?: string;
  errors?: unknown[];
  pricing?: Record<string, unknown>;
}

/** A status object of the wire. */
export function told(id: string, status: string, options: ToldOptions = {}): Record<string, unknown> {
  const at = options.at ?? new Date('2026-11-20T11:59:30Z');
  return {
    id,
    status,
    timestamp: String(Math.floor(at.getTime() / 1000)),
    recipient_id: options.recipient ?? '16505551234',
    ...(options.userId ? { recipient_user_id: options.userId } : {}),
    ...(options.callbackData ? { biz_opaque_callback_data: options.callbackData } : {}),
    ...(options.participant
      ? { recipient_type: 'group', recipient_participant_id: options.participant }
      : {}),
    ...(options.errors ? { errors: options.errors } : {}),
    ...(options.pricing ? { pricing: options.pricing } : {}),
  };
}

/** One change of field `messages`. */
export function change(
  phoneNumberId: string,
  value: { messages?: unknown[]; statuses?: unknown[]; contacts?: unknown[] },
): Record<string, unknown> {
  return {
    field: 'messages',
    value: {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '15550783881', phone_number_id: phoneNumberId },
      ...value,
    },
  };
}

/** A body of these changes. */
export function bodyOf(changes: readonly unknown[], accountRef = '102290129340398'): Buffer {
  return Buffer.from(
    JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: accountRef, changes }] }),
  );
}

/** The signature header that WhatsApp sends with this body. */
export function sign(body: Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
