/**
 * One event of YCloud → its items, with the meaning that Meta's own webhooks have (YCloud, "Webhook examples").
 *
 * An event carries one object, under a key of its own (`whatsappInboundMessage`), in camelCase; what is inside a
 * message's own type is Meta's, unchanged. Messages and statuses go through the readers of `cloud`, so that the same
 * thing said is the same thing stored.
 */
import { decode, plain, type Rec, rec, ref, str } from '../cloud/json.ts';
import { readEcho, readMessage } from '../cloud/parse-message.ts';
import { readPreference } from '../cloud/parse-notice.ts';
import type { InboundItem, ItemBase, MessageItem } from '../contract.ts';
import { readCall } from './parse-calls.ts';
import { readNotice } from './parse-notice.ts';
import { readStatus } from './parse-status.ts';
import { about, named, timeOf } from './read.ts';

const nowhere: ItemBase = {
  path: '0',
  accountRef: null,
  phoneNumberId: null,
  displayPhoneNumber: null,
  at: null,
};

/** Never throws, for any bytes. */
export function parse(raw: Uint8Array): InboundItem[] {
  const decoded = decode(raw);
  if (!decoded.ok) return [unreadable(nowhere, decoded.reason, null)];
  const event = rec(decoded.value);
  if (!event) return [unreadable(nowhere, 'the body is not an object', decoded.value)];
  const type = ref(event.type, 200);
  if (type === null) return [unreadable(nowhere, 'the event has no type', decoded.value)];
  return readCall(type, event) ?? [readEvent(type, event)];
}

function readEvent(type: string, event: Rec): InboundItem {
  switch (type) {
    case 'whatsapp.inbound_message.received':
      return readInbound(event);
    case 'whatsapp.message.updated':
      return readUpdate(event);
    case 'whatsapp.smb.message.created':
    case 'whatsapp.smb.message.echoes':
    case 'whatsapp.message.echoes':
      return readOwn(event);
    case 'whatsapp.user.preferences':
      return readChoice(event);
    default:
      return readNotice(type, event);
  }
}

function unreadable(base: ItemBase, reason: string, value: unknown): InboundItem {
  return { ...base, kind: 'unreadable', reason, value: plain(value) };
}

function readInbound(event: Rec): InboundItem {
  const said = rec(event.whatsappInboundMessage);
  if (!said) return unreadable(nowhere, 'the event has no whatsappInboundMessage', event);
  const base = about(event, said, said.to, '0');
  const card = named(said.from, said.fromUserId, said.fromParentUserId, rec(said.customerProfile));
  const made = readMessage(
    {
      ...asMeta(said),
      from: said.from,
      from_user_id: said.fromUserId,
      from_parent_user_id: said.fromParentUserId,
    },
    base,
    [card],
  );
  if ('unreadable' in made) return unreadable(base, made.unreadable, said);
  return { ...made, at: timeOf(said.sendTime) ?? base.at, ...quotedBy(said, made) };
}

/** YCloud names the quoted message by wamid, as `id` or, in older events, as `message_id`. */
function quotedBy(said: Rec, made: MessageItem): Partial<MessageItem> {
  const older = ref(rec(said.context)?.message_id, 512);
  return made.context && made.context.messageId === null && older !== null
    ? { context: { ...made.context, messageId: older } }
    : {};
}

function readUpdate(event: Rec): InboundItem {
  const message = rec(event.whatsappMessage);
  if (!message) {
    // Statuses of groups come without a message of their own.
    return rec(event.whatsappGroup)
      ? readNotice('whatsapp.message.updated', event)
      : unreadable(nowhere, 'the event has no whatsappMessage', event);
  }
  const base = about(event, message, message.from, '0');
  // It is on its way: nothing that the answer of the send did not say.
  if (str(message.status) === 'accepted') return readNotice('whatsapp.message.updated', event);
  const made = readStatus(message, base);
  return 'unreadable' in made ? unreadable(base, made.unreadable, message) : made;
}

/** Said by the business in WhatsApp's own app. */
function readOwn(event: Rec): InboundItem {
  const message = rec(event.whatsappMessage);
  if (!message) return unreadable(nowhere, 'the event has no whatsappMessage', event);
  const base = about(event, message, message.from, '0');
  const made = readEcho(
    {
      ...asMeta(message),
      to: message.to,
      to_user_id: message.recipientUserId ?? message.toUserId,
      to_parent_user_id: message.parentRecipientUserId ?? message.parentToUserId,
    },
    base,
    [],
  );
  if ('unreadable' in made) return unreadable(base, made.unreadable, message);
  return { ...made, at: timeOf(message.sendTime) ?? timeOf(message.createTime) ?? base.at };
}

function readChoice(event: Rec): InboundItem {
  const choice = rec(event.whatsappUserPreference) ?? rec(event.whatsappUserPreferences);
  if (!choice) return unreadable(nowhere, 'the event has no whatsappUserPreference', event);
  const base = about(event, choice, choice.businessPhoneNumber, '0');
  const made = readPreference(
    {
      wa_id: choice.contactPhoneNumber,
      user_id: choice.userId,
      parent_user_id: choice.parentUserId,
      category: choice.category,
      value: choice.value,
    },
    base,
    [],
  );
  if ('unreadable' in made) return unreadable(base, made.unreadable, choice);
  return {
    ...made,
    at: timeOf(choice.timestamp) ?? base.at,
    person: { ...made.person, profileName: str(choice.contactName) },
  };
}

const fileTypes = ['image', 'video', 'audio', 'document', 'sticker'];

/** The message as Meta would have written it. Its id is WhatsApp's own: replies, reactions and receipts name that one. */
function asMeta(message: Rec): Rec {
  const { wamid, id, ...rest } = message;
  const out: Rec = { ...rest, id: ref(wamid, 512) ?? ref(id, 512) };
  for (const type of fileTypes) {
    const file = rec(message[type]);
    if (!file) continue;
    // A file may come with its address alone.
    const address = file.link ?? file.url;
    out[type] = { ...file, id: file.id ?? address, url: address, link: undefined };
  }
  return out;
}
