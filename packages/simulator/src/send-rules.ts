/**
 * What may be POSTed to `/{phone_number_id}/messages`: shape and limits only; nothing here looks at state except
 * the account's templates. Source: Meta "Messages" reference.
 */
import {
  checkPlace,
  eachObject,
  invalid,
  missing,
  needArray,
  needObject,
  needText,
  optionalObject,
  optionalObjects,
  optionalText,
} from './checks.ts';
import { checkDirect, type Direct } from './direct-send.ts';
import { GraphError } from './errors.ts';
import { checkInteractive } from './interactive-rules.ts';
import { asString, isObject, type Json, type JsonObject } from './json.ts';
import { checkMedia, isMediaKind, type MediaUse } from './media-rules.ts';
import { USER_ID, waId } from './people.ts';
import { checkTemplate, type Template } from './templates.ts';

/** To whom. `nowhere`: a BSUID in `to`, which Meta accepts with 200 and never delivers. */
export type Recipient =
  | { by: 'phone'; input: string; waId: string }
  | { by: 'user_id'; input: string }
  | { by: 'nowhere'; input: string };

/** A checked request. */
export type Order =
  | { kind: 'read'; messageId: string; typing: boolean }
  | {
      kind: 'send';
      recipient: Recipient;
      type: string;
      raw: JsonObject;
      contextId: string | null;
      opaque: string | null;
      direct: Direct | null;
      template: Template | null;
      uses: MediaUse[];
    };

const TYPES = [
  'audio',
  'contacts',
  'document',
  'image',
  'interactive',
  'location',
  'reaction',
  'sticker',
  'template',
  'text',
  'video',
];

/** Keys allowed at the top; Meta answers 100 `Unexpected key` to others. */
const TOP = new Set([
  ...TYPES,
  'messaging_product',
  'recipient_type',
  'to',
  'recipient',
  'type',
  'context',
  'biz_opaque_callback_data',
  'recipient_identity_key_hash',
  'messaging_account_id',
  'status',
  'message_id',
  'typing_indicator',
  'category',
  'direct_send_config',
  'preview_url',
  'ttl',
  'message_activity_sharing',
  'product_policy',
]);

/** Checks a body. @param from digits of the sending number */
export function checkSend(body: Json | undefined, from: string, templates: readonly Template[]): Order {
  if (!isObject(body)) throw new GraphError(100, 'The request body must be a JSON object.');
  if (body.messaging_product === undefined) throw required('messaging_product');
  if (body.messaging_product !== 'whatsapp')
    throw wrong(
      `Param messaging_product must be one of {whatsapp} - got "${String(body.messaging_product)}".`,
    );
  for (const key of Object.keys(body))
    if (!TOP.has(key)) throw wrong(`Unexpected key "${key}" on param "root".`);
  if (body.status !== undefined) return checkRead(body);

  const recipient = checkRecipient(body, from);
  const type = body.type === undefined ? 'text' : body.type;
  if (typeof type !== 'string' || !TYPES.includes(type))
    throw wrong(`Param type must be one of {${TYPES.join(', ').toUpperCase()}} - got "${String(type)}".`);
  const direct = checkDirect(body, type);

  const opaque = optionalText(body, 'biz_opaque_callback_data', 'biz_opaque_callback_data', 512) ?? null;
  let contextId: string | null = null;
  if (body.context !== undefined) {
    contextId = needText(needObject(body, 'context', 'context'), 'message_id', 'context.message_id', 512);
    if (type === 'reaction') throw invalid('context is not allowed with a reaction.');
  }

  let template: Template | null = null;
  let uses: MediaUse[] = [];
  if (isMediaKind(type)) uses = [checkMedia(body, type, type)];
  else if (type === 'interactive') uses = checkInteractive(needObject(body, type, type));
  else if (type === 'template') ({ template, uses } = checkTemplate(templates, needObject(body, type, type)));
  else if (type === 'contacts') checkContacts(body);
  else checkPlain(type, needObject(body, type, type));
  if (
    recipient.by === 'user_id' &&
    template !== null &&
    (template.category === 'AUTHENTICATION' || template.optimization !== null)
  )
    throw new GraphError(
      131062,
      'Business-scoped User ID (BSUID) recipients are not supported for this message.',
    );
  return { kind: 'send', recipient, type, raw: body, contextId, opaque, direct, template, uses };
}

function required(name: string): GraphError {
  return new GraphError(100, undefined, { title: `(#100) The parameter ${name} is required.` });
}

function wrong(title: string): GraphError {
  return new GraphError(100, undefined, { title: `(#100) ${title}` });
}

function checkRead(body: JsonObject): Order {
  if (body.status !== 'read')
    throw wrong(`Param status must be one of {read} - got "${String(body.status)}".`);
  const messageId = needText(body, 'message_id', 'message_id', 512);
  let typing = false;
  if (body.typing_indicator !== undefined) {
    if (needObject(body, 'typing_indicator', 'typing_indicator').type !== 'text')
      throw invalid('typing_indicator.type must be text.');
    typing = true;
  }
  return { kind: 'read', messageId, typing };
}

/**
 * `to` wins over `recipient`. `to` takes digits with `+ - ( ) space`; without `+` and too short to hold a country
 * code, Meta prefixes the business's own.
 */
function checkRecipient(body: JsonObject, from: string): Recipient {
  const type = body.recipient_type ?? 'individual';
  if (type !== 'individual' && type !== 'group')
    throw wrong(`Param recipient_type must be one of {individual, group} - got "${String(type)}".`);
  if (type === 'group') throw new GraphError(131041, 'The group does not exist.');
  const to = typeof body.to === 'number' ? String(body.to) : body.to;
  if (to !== undefined && to !== null && to !== '') {
    if (typeof to !== 'string') throw invalid('to must be a string.');
    if (USER_ID.test(to)) return { by: 'nowhere', input: to };
    let digits = to.replace(/[+\-() ]/g, '');
    if (!/^\d{5,15}$/.test(digits)) throw invalid('to is not a valid phone number.');
    if (!to.trim().startsWith('+') && digits.length <= 10 && from.length > 10)
      digits = from.slice(0, from.length - 10) + digits;
    const id = waId(digits);
    if (id === from)
      throw new GraphError(131021, 'Recipient phone number cannot be the same as the sender phone number.');
    return { by: 'phone', input: to, waId: id };
  }
  const recipient = asString(body.recipient ?? undefined);
  if (!recipient) throw required('to');
  if (!USER_ID.test(recipient)) throw invalid('recipient is not a valid business-scoped user ID.');
  return { by: 'user_id', input: recipient };
}

function checkPlain(type: string, content: JsonObject): void {
  if (type === 'text') {
    needText(content, 'body', 'text.body', 4096);
    if (content.preview_url !== undefined && typeof content.preview_url !== 'boolean')
      throw invalid('text.preview_url must be a boolean.');
  } else if (type === 'location') {
    checkPlace(content, 'location');
  } else if (type === 'reaction') {
    needText(content, 'message_id', 'reaction.message_id', 512);
    const emoji = content.emoji;
    if (emoji === undefined) throw missing('reaction.emoji');
    if (typeof emoji !== 'string') throw invalid('reaction.emoji must be a string.');
    if (
      emoji !== '' &&
      ([...new Intl.Segmenter().segment(emoji)].length !== 1 ||
        !/\p{Emoji}/u.test(emoji) ||
        /^[0-9#*]$/.test(emoji))
    )
      throw invalid('reaction.emoji must be one emoji or an empty string.');
  }
}

/** Texts of a card by where they stand. */
const CARD_LISTS = {
  phones: ['phone', 'type', 'wa_id'],
  emails: ['email', 'type'],
  addresses: ['street', 'city', 'state', 'zip', 'country', 'country_code', 'type'],
  urls: ['url', 'type'],
};
const NAME_PARTS = ['first_name', 'last_name', 'middle_name', 'suffix', 'prefix'];
const ORG = ['company', 'department', 'title'];

function checkContacts(body: JsonObject): void {
  const contacts = eachObject(needArray(body, 'contacts', 'contacts', 1, 257), 'contacts');
  const texts = (parent: JsonObject, keys: readonly string[], path: string) => {
    for (const key of keys) optionalText(parent, key, `${path}.${key}`, 1000);
  };
  contacts.forEach((contact, i) => {
    const at = `contacts[${i}]`;
    const name = needObject(contact, 'name', `${at}.name`);
    needText(name, 'formatted_name', `${at}.name.formatted_name`, 1000);
    texts(name, NAME_PARTS, `${at}.name`);
    if (!NAME_PARTS.some((part) => name[part]))
      throw invalid(`${at}.name needs at least one of ${NAME_PARTS.join(', ')} besides formatted_name.`);
    for (const [key, keys] of Object.entries(CARD_LISTS))
      for (const [j, entry] of optionalObjects(contact, key, `${at}.${key}`).entries())
        texts(entry, keys, `${at}.${key}[${j}]`);
    texts(optionalObject(contact, 'org', `${at}.org`) ?? {}, ORG, `${at}.org`);
    if (contact.birthday !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(String(contact.birthday)))
      throw invalid(`${at}.birthday must be YYYY-MM-DD.`);
  });
}
