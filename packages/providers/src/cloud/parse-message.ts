/**
 * One message of `messages[]`, `message_echoes[]`: its content, context, referral and errors.
 * Shapes: Meta's webhook reference for `messages` (2026), see `@chaski/contracts` InboundContent.
 */
import type { Content, EchoItem, ItemBase, MessageContext, MessageItem, PersonRef } from '../contract.ts';
import { camel, camelRec, fix, plain, type Rec, rec, recs, ref, type Spec, str, time } from './json.ts';
import { readErrors } from './parse-errors.ts';
import { complete, isSomebody, person, phoneOf } from './person.ts';
import { isUserId } from './phone.ts';

const media: Spec = {
  id: 's',
  mimeType: 's',
  sha256: 's',
  url: 's',
  caption: 's',
  filename: 's',
  voice: 'b',
  animated: 'b',
};

/** Readers by type. null = the shape is not the documented one. */
const readers: Record<string, (message: Rec) => unknown> = {
  text: (m) => {
    const text = rec(m.text);
    return text && typeof text.body === 'string' ? camelRec(text) : null;
  },
  image: (m) => readMedia(m.image),
  video: (m) => readMedia(m.video),
  audio: (m) => readMedia(m.audio),
  document: (m) => readMedia(m.document),
  sticker: (m) => readMedia(m.sticker),
  location: (m) => {
    const found = rec(m.location);
    if (!found) return null;
    const read = fix(camelRec(found), { latitude: 'n', longitude: 'n', name: 's', address: 's', url: 's' });
    return typeof read.latitude === 'number' && typeof read.longitude === 'number' ? read : null;
  },
  contacts: (m) => {
    const cards = recs(m.contacts);
    return cards.length > 0 ? cards.map(readCard) : null;
  },
  interactive: (m) => (m.interactive === undefined ? { type: null } : readInteractive(rec(m.interactive))),
  button: (m) => {
    const button = rec(m.button);
    if (!button) return null;
    const read = fix({ payload: null, text: null, ...camelRec(button) }, { payload: 's', text: 's' });
    return read.payload === null && read.text === null ? null : read;
  },
  order: (m) => {
    const order = rec(m.order);
    if (!order) return null;
    const read = fix(
      { catalogId: null, productItems: [], ...camelRec(order) },
      {
        catalogId: 's',
        text: 's',
        productItems: 'a',
      },
    );
    read.productItems = recs(read.productItems).map((one) =>
      fix(
        { productRetailerId: null, quantity: null, itemPrice: null, currency: null, ...one },
        { productRetailerId: 's', quantity: 'n', itemPrice: 'n', currency: 's' },
      ),
    );
    return read;
  },
  reaction: (m) => {
    const reaction = rec(m.reaction);
    const messageId = ref(reaction?.message_id, 512);
    // A reaction taken back comes with an empty emoji or with none.
    return messageId === null ? null : { messageId, emoji: str(reaction?.emoji) ?? '' };
  },
  system: (m) => {
    const system = rec(m.system);
    if (!system) return null;
    const read = fix(camelRec(system), {
      type: 's',
      body: 's',
      userId: 's',
      previousUserId: 's',
      parentUserId: 's',
      previousParentUserId: 's',
    });
    if (read.type === undefined) read.type = null;
    // Older versions called it new_wa_id.
    const moved = person(system.wa_id ?? system.new_wa_id, system.user_id, system.parent_user_id);
    delete read.newWaId;
    if (read.waId !== undefined || moved.phone !== null) read.waId = moved.phone;
    if (moved.userId !== null) read.userId = moved.userId;
    if (moved.parentUserId !== null) read.parentUserId = moved.parentUserId;
    const identity = rec(m.identity);
    if (identity) {
      read.identity = fix(camelRec(identity), { acknowledged: 'b', createdTimestamp: 's', hash: 's' });
    }
    return read;
  },
  edit: (m) => {
    const edit = rec(m.edit);
    const originalMessageId = ref(edit?.original_message_id, 512);
    if (originalMessageId === null) return null;
    const inner = rec(edit?.message);
    // An edit inside an edit does not exist; reading it would let a body recurse as deep as it likes.
    const nested = inner && inner.type !== 'edit' ? readContent(inner) : null;
    return { originalMessageId, content: nested };
  },
  revoke: (m) => {
    const originalMessageId = ref(rec(m.revoke)?.original_message_id, 512);
    return originalMessageId === null ? null : { originalMessageId };
  },
  unsupported: (m) => ({ type: str(rec(m.unsupported)?.type) }),
};

function readMedia(value: unknown): Rec | null {
  const found = rec(value);
  const id = ref(found?.id);
  if (!found || id === null) return null;
  const read = fix(camelRec(found), media);
  read.id = id;
  if (typeof read.sha256 === 'string') read.sha256 = hexDigest(read.sha256);
  return read;
}

/** SHA-256 is base64 in webhooks and hex in `GET /{media}` (PROTOCOL §8). One spelling: lower-case hex. */
export function hexDigest(digest: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(digest)) return digest.toLowerCase();
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(digest)) return Buffer.from(digest, 'base64').toString('hex');
  return digest;
}

function readCard(card: Rec): Rec {
  const read = fix(camelRec(card), {
    name: 'o',
    phones: 'a',
    emails: 'a',
    addresses: 'a',
    urls: 'a',
    org: 'o',
    vcard: 's',
    origin: 's',
    birthday: 's',
  });
  const name = rec(read.name);
  if (name) {
    fix(name, {
      formattedName: 's',
      firstName: 's',
      lastName: 's',
      middleName: 's',
      prefix: 's',
      suffix: 's',
    });
  }
  for (const key of ['phones', 'emails', 'addresses', 'urls']) {
    const list = read[key];
    if (Array.isArray(list)) read[key] = recs(list);
  }
  for (const phone of (read.phones as Rec[] | undefined) ?? []) {
    fix(phone, { phone: 's', waId: 's', type: 's', userId: 's' });
  }
  for (const email of (read.emails as Rec[] | undefined) ?? []) fix(email, { email: 's', type: 's' });
  return read;
}

function readInteractive(found: Rec | null): Rec | null {
  if (!found) return null;
  const type =
    str(found.type) ?? inferred(found, ['button_reply', 'list_reply', 'nfm_reply', 'call_permission_reply']);
  const inner = type === null ? null : rec(found[type]);
  switch (type) {
    case 'button_reply':
      if (!inner) return null;
      return {
        type,
        buttonReply: fix({ id: null, title: null, ...camelRec(inner) }, { id: 's', title: 's' }),
      };
    case 'list_reply':
      if (!inner) return null;
      return {
        type,
        listReply: fix(
          { id: null, title: null, ...camelRec(inner) },
          { id: 's', title: 's', description: 's' },
        ),
      };
    case 'nfm_reply':
      return inner ? { type, nfmReply: readFormReply(inner) } : null;
    case 'call_permission_reply':
      if (!inner) return null;
      return {
        type,
        callPermissionReply: fix(
          { response: null, ...camelRec(inner) },
          {
            response: 's',
            isPermanent: 'b',
            expirationTimestamp: 'n',
            responseSource: 's',
          },
        ),
      };
    case null:
      return null;
    default:
      return { ...camelRec(found), type };
  }
}

/** A flow's answer: its keys are the form author's, so they stay as they are. */
function readFormReply(inner: Rec): Rec {
  const { response_json: json, ...rest } = inner;
  const read: Rec = fix(camelRec(rest), { name: 's', body: 's' });
  if (typeof json === 'string') {
    read.responseJson = json;
    try {
      read.response = plain(JSON.parse(json));
    } catch {
      read.response = null;
    }
  } else {
    read.response = json === undefined ? null : plain(json);
    read.responseJson = json === undefined ? null : JSON.stringify(read.response);
  }
  return read;
}

function inferred(message: Rec, types: readonly string[]): string | null {
  for (const type of types) if (Object.hasOwn(message, type) && message[type] !== null) return type;
  return null;
}

const knownTypes = Object.keys(readers);

/** The content of a message. Total: what has no known shape is `unsupported` and carries its value. */
export function readContent(message: Rec): Content {
  // S2's STOP body has no type; the part that is there says it.
  const type = str(message.type) ?? inferred(message, knownTypes);
  if (type === null) {
    return {
      type: 'unsupported',
      unsupported: { type: null, reason: 'the message has no type', value: camel(message) },
    };
  }
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  const read = reader?.(message) ?? null;
  if (read !== null) return { type, [type]: read };
  const reason = reader
    ? `the ${type} part has not the documented shape`
    : 'a type that this version does not know';
  return {
    type: 'unsupported',
    unsupported: { type, reason, value: Object.hasOwn(message, type) ? camel(message[type]) : null },
  };
}

function readContext(value: unknown): MessageContext | null {
  const context = rec(value);
  if (!context) return null;
  const product = rec(context.referred_product);
  const catalogId = ref(product?.catalog_id);
  const productRetailerId = ref(product?.product_retailer_id, 1000);
  const from = ref(context.from);
  return {
    messageId: ref(context.id, 512),
    from: phoneOf(from) ?? (from !== null && isUserId(from) ? from : null),
    forwarded: context.forwarded === true || context.frequently_forwarded === true,
    frequentlyForwarded: context.frequently_forwarded === true,
    referredProduct:
      catalogId !== null && productRetailerId !== null ? { catalogId, productRetailerId } : null,
  };
}

/** A message id that does not fit an index is no id WhatsApp made; without one there is nothing to hold on to. */
const badId = (message: Rec): boolean =>
  message.id !== undefined && message.id !== null && ref(message.id, 512) === null;

/**
 * The number that a person without one gave when asked (`request_contact_info`): WhatsApp vouches that it is the
 * sender's own. Any other card may be anybody's.
 */
function attestedPhone({ contacts }: Content): string | null {
  const own = recs(contacts).filter(({ origin }) => origin === 'contact_request');
  const given = new Set(
    own.flatMap((card) => recs(card.phones).map((one) => phoneOf(one.waId ?? one.phone))),
  );
  const [phone = null] = given;
  return given.size === 1 ? phone : null;
}

export function readMessage(
  message: Rec,
  base: ItemBase,
  cards: readonly PersonRef[],
): MessageItem | { unreadable: string } {
  if (badId(message)) return { unreadable: 'the message’s id is not a text of 1 to 512 characters' };
  const content = readContent(message);
  let from = complete(person(message.from, message.from_user_id, message.from_parent_user_id), cards);
  if (!isSomebody(from) && content.type === 'system') {
    // A rotated user id is announced without a sender: the person is the one with the previous id.
    const system = content.system as Rec;
    from = { ...from, userId: ref(system.previousUserId), parentUserId: ref(system.previousParentUserId) };
  }
  if (!isSomebody(from)) return { unreadable: 'the message names no sender' };
  if (from.phone === null && content.type === 'contacts') from = { ...from, phone: attestedPhone(content) };
  const referral = rec(message.referral);
  return {
    ...base,
    kind: 'message',
    at: time(message.timestamp),
    providerMessageId: ref(message.id, 512),
    from,
    groupId: ref(message.group_id),
    content,
    context: readContext(message.context),
    referral: referral ? camelRec(referral) : null,
    errors: readErrors(message.errors),
  };
}

export function readEcho(
  message: Rec,
  base: ItemBase,
  cards: readonly PersonRef[],
): EchoItem | { unreadable: string } {
  if (badId(message)) return { unreadable: 'the echo’s id is not a text of 1 to 512 characters' };
  const groupId = ref(message.group_id);
  const to = complete(person(message.to, message.to_user_id, message.to_parent_user_id), cards);
  if (!isSomebody(to) && groupId === null) return { unreadable: 'the echo names nobody it went to' };
  return {
    ...base,
    kind: 'echo',
    at: time(message.timestamp),
    providerMessageId: ref(message.id, 512),
    to,
    groupId,
    content: readContent(message),
    context: readContext(message.context),
  };
}
