/**
 * What we let somebody send is what WhatsApp takes: every documented message, broken in every place, is given to the
 * schema of `POST /v1/messages` and, as the bytes we would send, to WhatsApp's rules. Both must say the same.
 */
import { outboundContent, parameterProblems } from '@chaski/contracts';
import { buildMessage } from '@chaski/providers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GraphError } from './errors.ts';
import { asObject, type Json, type JsonObject } from './json.ts';
import { checkSend } from './send-rules.ts';
import { type AddTemplate, makeTemplate, SAMPLE_TEMPLATES } from './templates.ts';

const templates = [
  ...SAMPLE_TEMPLATES,
  {
    name: 'named',
    parameterFormat: 'NAMED',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'For {{shop}}' },
      { type: 'BODY', text: 'Hi {{first_name}}, {{place}}' },
    ],
  } satisfies AddTemplate,
  {
    name: 'login',
    category: 'AUTHENTICATION',
    components: [
      { type: 'BODY', add_security_recommendation: true },
      { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', text: 'Copy' }] },
    ],
  } satisfies AddTemplate,
  {
    name: 'coupon',
    category: 'MARKETING',
    components: [
      { type: 'HEADER', format: 'LOCATION' },
      { type: 'BODY', text: 'Take this' },
      { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Soon over', has_expiration: true } },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'COPY_CODE', example: '25OFF' },
          { type: 'QUICK_REPLY', text: 'Thanks' },
          { type: 'FLOW', text: 'Book', flow_id: '1' },
        ],
      },
    ],
  } satisfies AddTemplate,
  {
    name: 'shelf',
    category: 'MARKETING',
    components: [
      { type: 'HEADER', format: 'PRODUCT' },
      { type: 'BODY', text: 'Look, {{1}}' },
      {
        type: 'BUTTONS',
        buttons: [{ type: 'MPM', text: 'See' }],
      },
    ],
  } satisfies AddTemplate,
  {
    name: 'slides',
    category: 'MARKETING',
    components: [
      { type: 'BODY', text: 'For {{1}}' },
      {
        type: 'CAROUSEL',
        cards: [0, 1].map((i) => ({
          components: [
            { type: 'HEADER', format: 'IMAGE' },
            { type: 'BODY', text: `Card ${i} {{1}}` },
            {
              type: 'BUTTONS',
              buttons: [
                { type: 'QUICK_REPLY', text: 'More' },
                { type: 'URL', text: 'Shop', url: 'https://shop.example/{{1}}' },
              ],
            },
          ],
        })),
      },
    ],
  } satisfies AddTemplate,
].map((template, i) => makeTemplate(String(i), template));

const body = { text: 'Choose' };
const footer = { text: 'Small' };
const head = { type: 'text', text: 'Big' };
const picture = { type: 'image', image: { link: 'https://shop.example/a.jpg' } };
const interactive = (content: JsonObject): JsonObject => ({ type: 'interactive', interactive: content });
const template = (name: string, components: Json[]): JsonObject => ({
  type: 'template',
  template: { name, language: { code: 'en_US' }, components },
});
const text = (value: string, more: JsonObject = {}) => ({ type: 'text', text: value, ...more });
const amount = { value: 100, offset: 100 };

/** One of each, with all their parts: PROTOCOL of `/messages`, as the API spells it. */
const MESSAGES: Record<string, JsonObject> = {
  text: { type: 'text', text: { body: 'hi', previewUrl: true } },
  image: { type: 'image', image: { id: '1', caption: 'c' } },
  video: { type: 'video', video: { link: 'https://shop.example/a.mp4', caption: 'c' } },
  audio: { type: 'audio', audio: { id: '1', voice: true } },
  document: { type: 'document', document: { id: '1', caption: 'c', filename: 'a.pdf' } },
  sticker: { type: 'sticker', sticker: { id: '1' } },
  location: { type: 'location', location: { latitude: 1, longitude: 2, name: 'n', address: 'a' } },
  contacts: {
    type: 'contacts',
    contacts: [
      {
        name: { formattedName: 'A B', firstName: 'A', lastName: 'B' },
        phones: [{ phone: '+1650', type: 'Mobile', waId: '1650' }],
        emails: [{ email: 'a@b.example', type: 'Work' }],
        addresses: [{ street: 's', city: 'c', countryCode: 'us', type: 'Home' }],
        org: { company: 'c', department: 'd', title: 't' },
        urls: [{ url: 'https://a.example', type: 'Work' }],
        birthday: '1999-01-23',
      },
    ],
  },
  reaction: { type: 'reaction', reaction: { messageId: 'wamid.x', emoji: '👍' } },
  buttons: interactive({
    type: 'button',
    header: head,
    body,
    footer,
    action: {
      buttons: ['a', 'b'].map((id) => ({ type: 'reply', reply: { id, title: id.toUpperCase() } })),
    },
  }),
  list: interactive({
    type: 'list',
    header: head,
    body,
    footer,
    action: {
      button: 'Open',
      sections: [
        { title: 'S', rows: [{ id: 'r1', title: 'T', description: 'D' }] },
        { title: 'U', rows: [{ id: 'r2', title: 'T' }] },
      ],
    },
  }),
  link: interactive({
    type: 'cta_url',
    header: picture,
    body,
    footer,
    action: { name: 'cta_url', parameters: { displayText: 'Open', url: 'https://a.example' } },
  }),
  flow: interactive({
    type: 'flow',
    header: { type: 'document', document: { id: '1', filename: 'a.pdf' } },
    body,
    footer,
    action: {
      name: 'flow',
      parameters: {
        flowMessageVersion: '3',
        flowId: '1',
        flowCta: 'Book',
        flowToken: 't',
        mode: 'published',
        flowAction: 'navigate',
        flowActionPayload: { screen: 'A', data: { a: 1 } },
      },
    },
  }),
  product: interactive({
    type: 'product',
    body,
    footer,
    action: { catalogId: 'c', productRetailerId: 'p' },
  }),
  products: interactive({
    type: 'product_list',
    header: head,
    body,
    footer,
    action: {
      catalogId: 'c',
      sections: [
        { title: 'S', productItems: [{ productRetailerId: 'a' }] },
        { title: 'T', productItems: [{ productRetailerId: 'b' }] },
      ],
    },
  }),
  catalog: interactive({
    type: 'catalog_message',
    body,
    footer,
    action: { name: 'catalog_message', parameters: { thumbnailProductRetailerId: 'x' } },
  }),
  'location request': interactive({
    type: 'location_request_message',
    body,
    action: { name: 'send_location' },
  }),
  address: interactive({
    type: 'address_message',
    header: head,
    body,
    footer,
    action: {
      name: 'address_message',
      parameters: {
        country: 'IN',
        values: { name: 'Ana' },
        savedAddresses: [{ id: '1', value: { name: 'Ana' } }],
        validationErrors: { in_pin_code: 'no' },
      },
    },
  }),
  carousel: interactive({
    type: 'carousel',
    body,
    action: {
      cards: [0, 1].map((cardIndex) => ({
        cardIndex,
        type: 'cta_url',
        header: picture,
        body,
        action: { name: 'cta_url', parameters: { displayText: 'Buy', url: 'https://a.example' } },
      })),
    },
  }),
  'carousel of replies': interactive({
    type: 'carousel',
    body,
    action: {
      cards: [0, 1].map((cardIndex) => ({
        cardIndex,
        type: 'cta_url',
        header: { type: 'video', video: { id: '1' } },
        body,
        action: {
          buttons: ['a', 'b'].map((id) => ({ type: 'quick_reply', quickReply: { id, title: id } })),
        },
      })),
    },
  }),
  'carousel of products': interactive({
    type: 'carousel',
    body,
    action: {
      cards: [0, 1].map((cardIndex) => ({
        cardIndex,
        type: 'product',
        action: { catalogId: 'c', productRetailerId: `p${cardIndex}` },
      })),
    },
  }),
  'call permission': interactive({
    type: 'call_permission_request',
    body,
    action: { name: 'call_permission_request' },
  }),
  call: interactive({
    type: 'voice_call',
    body,
    action: { name: 'voice_call', parameters: { displayText: 'Call', ttlMinutes: 10, payload: 'p' } },
  }),
  'contact request': interactive({
    type: 'request_contact_info',
    body,
    action: { name: 'request_contact_info' },
  }),
  'order details': interactive({
    type: 'order_details',
    header: picture,
    body,
    footer,
    action: {
      name: 'review_and_pay',
      parameters: {
        referenceId: 'r',
        type: 'digital-goods',
        paymentType: 'upi',
        currency: 'INR',
        totalAmount: amount,
        order: {
          status: 'pending',
          items: [{ retailerId: 'i', name: 'n', amount, quantity: 1 }],
          subtotal: amount,
        },
      },
    },
  }),
  'order status': interactive({
    type: 'order_status',
    body,
    footer,
    action: {
      name: 'review_order',
      parameters: { referenceId: 'r', order: { status: 'shipped', description: 'd' } },
    },
  }),
  'template without parameters': template('hello_world', []),
  'template with places': template('order_update', [
    {
      type: 'body',
      parameters: [
        text('Ana'),
        { type: 'currency', currency: { fallbackValue: '$1', code: 'USD', amount1000: 1000 } },
      ],
    },
    { type: 'button', subType: 'quick_reply', index: '0', parameters: [{ type: 'payload', payload: 'p' }] },
  ]),
  'template with names': template('named', [
    { type: 'header', parameters: [text('us', { parameterName: 'shop' })] },
    {
      type: 'body',
      parameters: [
        text('Ana', { parameterName: 'first_name' }),
        { type: 'date_time', dateTime: { fallbackValue: 'Jan 1' }, parameterName: 'place' },
      ],
    },
  ]),
  'template with a picture': template('seasonal_offer', [
    { type: 'header', parameters: [picture] },
    { type: 'body', parameters: [text('Ana'), text('20%')] },
    { type: 'button', subType: 'url', index: 0, parameters: [text('spring')] },
  ]),
  'template with a code': template('login', [
    { type: 'body', parameters: [text('123456')] },
    { type: 'button', subType: 'url', index: 0, parameters: [text('123456')] },
  ]),
  'template with an offer': template('coupon', [
    {
      type: 'header',
      parameters: [{ type: 'location', location: { latitude: 1, longitude: 2, name: 'n' } }],
    },
    {
      type: 'limited_time_offer',
      parameters: [{ type: 'limited_time_offer', limitedTimeOffer: { expirationTimeMs: 1767225600000 } }],
    },
    {
      type: 'button',
      subType: 'copy_code',
      index: 0,
      parameters: [{ type: 'coupon_code', couponCode: '25OFF' }],
    },
    {
      type: 'button',
      subType: 'flow',
      index: 2,
      parameters: [{ type: 'action', action: { flowToken: 't', flowActionData: { a: 1 } } }],
    },
  ]),
  'template with products': template('shelf', [
    {
      type: 'header',
      parameters: [{ type: 'product', product: { productRetailerId: 'p', catalogId: 'c' } }],
    },
    { type: 'body', parameters: [text('Ana')] },
    {
      type: 'button',
      subType: 'mpm',
      index: 0,
      parameters: [
        {
          type: 'action',
          action: {
            thumbnailProductRetailerId: 'x',
            sections: [{ title: 'S', productItems: [{ productRetailerId: 'x' }] }],
          },
        },
      ],
    },
  ]),
  'template with cards': template('slides', [
    { type: 'body', parameters: [text('Ana')] },
    {
      type: 'carousel',
      cards: [0, 1].map((cardIndex) => ({
        cardIndex,
        components: [
          { type: 'header', parameters: [picture] },
          { type: 'body', parameters: [text('x')] },
          {
            type: 'button',
            subType: 'quick_reply',
            index: 0,
            parameters: [{ type: 'payload', payload: 'p' }],
          },
          { type: 'button', subType: 'url', index: 1, parameters: [text('spring')] },
        ],
      })),
    },
  ]),
};

type Path = readonly (string | number)[];

function* places(value: Json | undefined, path: Path = []): Generator<[Path, Json]> {
  if (value === undefined) return;
  yield [path, value];
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* places(item, [...path, i]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) yield* places(item, [...path, key]);
}

/** The same with one place changed; `undefined` takes it out. */
function changed(content: JsonObject, path: Path, value: Json | undefined): JsonObject {
  const copy = structuredClone(content) as Record<string | number, unknown>;
  let at = copy;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  if (value !== undefined) at[last] = value;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
  return copy as JsonObject;
}

/** Every limit of the reference, at it and one past it. */
const LENGTHS = [20, 24, 30, 60, 72, 160, 200, 240, 256, 1000, 1024, 2000, 4096].flatMap((n) => [n, n + 1]);

/** What no template here has. */
const EXTRA: Json[] = [
  { type: 'button', subType: 'url', index: 7, parameters: [text('x')] },
  {
    type: 'carousel',
    cards: [0, 1].map((cardIndex) => ({
      cardIndex,
      components: [{ type: 'body', parameters: [text('x')] }],
    })),
  },
];

function* broken(value: Json): Generator<Json | undefined> {
  yield undefined;
  if (typeof value === 'string') {
    yield '';
    yield 'other';
    yield 7;
    yield {};
    yield true;
    for (const length of LENGTHS) yield 'x'.repeat(length);
    yield 'a\nb';
    yield '😀'.repeat(13);
  } else if (typeof value === 'number') {
    for (const other of [-1, 0, 1, 9, 10, 11, 91, 181, 43200, 43201, 0.5]) yield other;
    yield 'x';
    yield [];
  } else if (typeof value === 'boolean') yield 'yes';
  else if (Array.isArray(value)) {
    yield [];
    yield 'x';
    yield {};
    yield [...value].reverse();
    if (Object.hasOwn(asObject(value[0]), 'parameters')) for (const extra of EXTRA) yield [...value, extra];
    yield value.slice(0, 1);
    for (const n of value.length === 0 ? [] : [2, 3, 4, 10, 11, 30, 31]) {
      yield Array.from({ length: n }, () => value[0]!);
      yield Array.from({ length: n }, (_, i) => renamed(value[0]!, i));
    }
  } else {
    yield 'x';
    yield [];
    yield {};
  }
}

/** The same with other ids and titles. */
function renamed(value: Json, i: number): Json {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    ['id', 'title', 'productRetailerId'].includes(key) ? `n${i}` : key === 'cardIndex' ? i : inner,
  ) as Json;
}

const wire = (content: { type: string }) =>
  buildMessage({
    to: { kind: 'phone', value: '16505551234' },
    content,
    replyTo: null,
    callbackData: '',
  }) as JsonObject;

function ours(content: JsonObject): string | null {
  const parsed = outboundContent.safeParse(content);
  if (!parsed.success)
    return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  if (parsed.data.type !== 'template') return null;
  const { name, language, components } = parsed.data.template;
  const defined = templates.find((one) => one.name === name && one.language === language.code);
  if (!defined) return 'no such template';
  return parameterProblems(defined as never, components)[0]?.message ?? null;
}

function theirs(content: JsonObject): string | null {
  try {
    const parsed = outboundContent.safeParse(content);
    checkSend(wire((parsed.data ?? content) as never), '15550783881', templates);
    return null;
  } catch (error) {
    if (error instanceof GraphError) return `${error.code} ${error.details ?? error.message}`;
    throw error;
  }
}

/** Where the two disagree, as a reader wants to see it. */
function quarrel(content: JsonObject): string | null {
  const [we, they] = [ours(content), theirs(content)];
  if ((we === null) === (they === null)) return null;
  return we === null ? `we take what WhatsApp refuses: ${they}` : `we refuse what WhatsApp takes: ${we}`;
}

test.each(Object.entries(MESSAGES))(
  '%s: taken by both, and whatever is broken is refused by both',
  (_name, message) => {
    expect(ours(message)).toBeNull();
    expect(theirs(message)).toBeNull();
    const quarrels: string[] = [];
    for (const [path, value] of places(message)) {
      if (path.length < 2) continue;
      for (const other of broken(value)) {
        const why = quarrel(changed(message, path, other));
        if (why) quarrels.push(`${path.join('.')} = ${JSON.stringify(other)?.slice(0, 60)}: ${why}`);
      }
    }
    expect(quarrels).toEqual([]);
  },
);

test('parts of one message in another: what we take, WhatsApp takes', () => {
  const spots = Object.values(MESSAGES).flatMap((message) =>
    [...places(message)]
      .filter(([path]) => path.length > 1)
      .map(([path, value]) => ({ message, path, value })),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...spots),
      fc.oneof(fc.constantFrom(...spots.map(({ value }) => value)), fc.jsonValue() as fc.Arbitrary<Json>),
      ({ message, path }, other) => {
        const content = changed(message, path, other);
        if (ours(content) === null) expect(theirs(content)).toBeNull();
      },
    ),
    { numRuns: 1_500 },
  );
});
