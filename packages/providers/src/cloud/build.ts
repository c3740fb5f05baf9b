/**
 * Our content → the JSON of `POST /{phone number id}/messages` (Meta, "Send messages").
 *
 * Always true: a phone gets its `+` (without it Meta may put the business's own country code in front), a user id
 * goes into `recipient` (in `to` it is answered with 200 and never delivered), a group sets `recipient_type`.
 * Keys become snake_case, except inside maps that belong to users.
 */
import type { Address, Content } from '../contract.ts';
import { type Rec, rec } from './json.ts';

/** Their keys are the user's: flow screens and tokens, address values, payment settings. */
const userMaps = new Set([
  'flowActionData',
  'values',
  'value',
  'validationErrors',
  'paymentSettings',
  'beneficiaries',
  'expiration',
  'importerAddress',
]);

const snakeKeys = new Map<string, string>([['amount1000', 'amount_1000']]);

function snakeKey(key: string): string {
  const known = snakeKeys.get(key);
  if (known !== undefined) return known;
  const made = key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  if (snakeKeys.size < 2000 && key.length <= 64) snakeKeys.set(key, made);
  return made;
}

function snake(value: unknown, key = ''): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((v) => snake(v, key));
  const record = value as Rec;
  // `mediaId` is ours; whoever calls has put WhatsApp's own id beside it as `id` (see replaceMediaIds).
  if (mediaKeys.has(key) && ('mediaId' in record || 'link' in record || 'id' in record))
    return mediaOf(record);
  const out: Rec = {};
  for (const k of Object.keys(record)) {
    const v = record[k];
    if (v === undefined || k === '__proto__') continue;
    // `data` is a user's map below flowActionPayload; `value` is one in saved addresses, a number in amounts.
    const opaque =
      (userMaps.has(k) && typeof v === 'object') || (k === 'data' && key === 'flowActionPayload');
    out[snakeKey(k)] = opaque ? v : snake(v, k);
  }
  return out;
}

const mediaKeys = new Set(['image', 'video', 'audio', 'document', 'sticker']);

function mediaOf(media: Rec): Rec {
  const out: Rec = {};
  const id = media.id ?? media.mediaId;
  if (id !== undefined) out.id = id;
  else out.link = media.link;
  for (const key of ['caption', 'filename', 'voice']) if (media[key] !== undefined) out[key] = media[key];
  return out;
}

export function buildMessage(call: {
  to: Address;
  content: Content;
  replyTo: string | null;
  callbackData: string;
}): Rec {
  const { content } = call;
  const inner = content[content.type];
  return {
    messaging_product: 'whatsapp',
    recipient_type: call.to.kind === 'group' ? 'group' : 'individual',
    ...addressOf(call.to),
    type: content.type,
    [content.type]: snake(inner, content.type),
    // A reaction cannot quote: it already names its message.
    ...(call.replyTo !== null && content.type !== 'reaction'
      ? { context: { message_id: call.replyTo } }
      : {}),
    ...(call.callbackData === '' ? {} : { biz_opaque_callback_data: call.callbackData }),
  };
}

function addressOf(to: Address): Rec {
  switch (to.kind) {
    case 'phone':
      return { to: `+${to.value.replace(/^\+/, '')}` };
    case 'user':
      return { recipient: to.value };
    case 'group':
      return { to: to.value };
  }
}

/** Ids of our files that a content refers to, wherever they stand: body, headers, cards, template parameters. */
export function mediaIdsOf(content: Content): string[] {
  const found = new Set<string>();
  walkMedia(content, (media) => {
    if (typeof media.mediaId === 'string' && media.id === undefined) found.add(media.mediaId);
  });
  return [...found];
}

/** The content with WhatsApp's ids beside ours. An id without a translation stays and is sent as it is. */
export function replaceMediaIds(content: Content, whatsappIds: ReadonlyMap<string, string>): Content {
  const copy = structuredClone(content);
  walkMedia(copy, (media) => {
    const id = typeof media.mediaId === 'string' ? whatsappIds.get(media.mediaId) : undefined;
    if (id !== undefined) media.id = id;
  });
  return copy;
}

function walkMedia(value: unknown, visit: (media: Rec) => void): void {
  if (Array.isArray(value)) {
    for (const v of value) walkMedia(v, visit);
    return;
  }
  const record = rec(value);
  if (!record) return;
  for (const key of Object.keys(record)) {
    const inner = rec(record[key]);
    if (mediaKeys.has(key) && inner) visit(inner);
    else if (!(userMaps.has(key) || key === 'data')) walkMedia(record[key], visit);
  }
}
