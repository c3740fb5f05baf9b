/** Each limit of WhatsApp: taken at the limit, refused one past it, with a sentence that names field and fix. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { outboundContent } from './content.ts';
import { contentOf, sendCommand } from './send.ts';

const s = (n: number): string => 'x'.repeat(n);
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const ok = (content: unknown): void => {
  const result = outboundContent.safeParse(content);
  if (!result.success) expect.fail(z.prettifyError(result.error));
};
const messages = (content: unknown): string[] =>
  outboundContent.safeParse(content).error?.issues.flatMap(deep) ?? [];
/** Issues of unions hide those of their members. */
function deep(issue: z.core.$ZodIssue): string[] {
  return [issue.message, ...(issue.code === 'invalid_union' ? issue.errors.flat().flatMap(deep) : [])];
}

const interactive = (interactive: object) => ({ type: 'interactive', interactive });
const button = (id: string, title: string) => ({ type: 'reply', reply: { id, title } });
const buttons = (n: number, id = 5, title = 5, body = 5, footer = 5) =>
  interactive({
    type: 'button',
    header: { type: 'text', text: 'h' },
    body: { text: s(body) },
    footer: { text: s(footer) },
    action: { buttons: times(n, (i) => button(`${i}${s(id - 1)}`, `${i}${s(title - 1)}`)) },
  });
const list = (o: {
  sections?: number;
  rows?: number;
  button?: number;
  title?: number;
  row?: number;
  desc?: number;
  id?: number;
  body?: number;
  header?: number;
}) => {
  const { sections = 1, rows = 1 } = o;
  return interactive({
    type: 'list',
    header: { type: 'text', text: s(o.header ?? 1) },
    body: { text: s(o.body ?? 1) },
    action: {
      button: s(o.button ?? 1),
      sections: times(sections, (i) => ({
        title: s(o.title ?? 1),
        rows: times(rows, (j) => ({
          id: `${i}-${j}`.padEnd(o.id ?? 3, 'x'),
          title: s(o.row ?? 1),
          description: s(o.desc ?? 1),
        })),
      })),
    },
  });
};
const cta = (text: number) =>
  interactive({
    type: 'cta_url',
    body: { text: 'b' },
    action: { name: 'cta_url', parameters: { displayText: s(text), url: 'https://a.b' } },
  });
const flow = (ctaLength: number, more: object = {}) =>
  interactive({
    type: 'flow',
    body: { text: 'b' },
    action: { name: 'flow', parameters: { flowId: '1', flowCta: s(ctaLength), ...more } },
  });
const products = (sections: number, items: number) =>
  interactive({
    type: 'product_list',
    header: { type: 'text', text: 'h' },
    body: { text: 'b' },
    action: {
      catalogId: 'c',
      sections: times(sections, () => ({
        title: 't',
        productItems: times(items, (i) => ({ productRetailerId: `p${i}` })),
      })),
    },
  });
const carousel = (cards: number, body = 5) =>
  interactive({
    type: 'carousel',
    body: { text: 'b' },
    action: {
      cards: times(cards, (cardIndex) => ({
        cardIndex,
        type: 'cta_url',
        header: { type: 'image', image: { link: 'https://a.b/c' } },
        body: { text: s(body) },
        action: { name: 'cta_url', parameters: { displayText: 'Buy', url: 'https://a.b' } },
      })),
    },
  });
const call = (display: number, ttlMinutes: number) =>
  interactive({
    type: 'voice_call',
    body: { text: 'b' },
    action: { name: 'voice_call', parameters: { displayText: s(display), ttlMinutes } },
  });
const template = (components: unknown[], name = 'order_update') => ({
  type: 'template',
  template: { name, language: { code: 'en_US' }, components },
});
const bodyText = (text: string, parameterName?: string) => ({
  type: 'text',
  text,
  ...(parameterName ? { parameterName } : {}),
});
const plainAction = (type: string, name: string, body: number) =>
  interactive({ type, body: { text: s(body) }, action: { name } });

const limits: [string, unknown, unknown, RegExp][] = [
  [
    'text.body',
    { type: 'text', text: { body: s(4096) } },
    { type: 'text', text: { body: s(4097) } },
    /text\.body has 4,097 characters; WhatsApp takes at most 4,096/,
  ],
  [
    'text.body empty',
    { type: 'text', text: { body: 'x' } },
    { type: 'text', text: { body: '' } },
    /text\.body is empty/,
  ],
  ...(['image', 'video', 'document'] as const).map((type): [string, unknown, unknown, RegExp] => [
    `${type}.caption`,
    { type, [type]: { mediaId: 'm', caption: s(1024) } },
    { type, [type]: { mediaId: 'm', caption: s(1025) } },
    /caption has 1,025 characters; WhatsApp takes at most 1,024/,
  ]),
  ...(['image', 'video', 'audio', 'document', 'sticker'] as const).map(
    (type): [string, unknown, unknown, RegExp] => [
      `${type}: one source`,
      { type, [type]: { link: 'https://a.b/c' } },
      { type, [type]: { link: 'https://a.b/c', mediaId: 'm' } },
      new RegExp(`${type} needs exactly one of mediaId, id or link`),
    ],
  ),
  [
    'link',
    { type: 'image', image: { link: 'http://a.b' } },
    { type: 'image', image: { link: 'ftp://a.b' } },
    /image\.link must be a web address/,
  ],
  [
    'audio has no caption',
    { type: 'audio', audio: { id: '1', voice: true } },
    { type: 'audio', audio: { id: '1', caption: 'c' } },
    /caption/,
  ],
  [
    'document.filename',
    { type: 'document', document: { id: '1', filename: s(240) } },
    { type: 'document', document: { id: '1', filename: s(241) } },
    /document\.filename has 241/,
  ],
  [
    'location.latitude',
    { type: 'location', location: { latitude: 90, longitude: -180 } },
    { type: 'location', location: { latitude: 90.1, longitude: 0 } },
    /location\.latitude must lie between -90 and 90/,
  ],
  [
    'location.longitude',
    { type: 'location', location: { latitude: 0, longitude: 180 } },
    { type: 'location', location: { latitude: 0, longitude: 181 } },
    /longitude/,
  ],
  [
    'contacts',
    { type: 'contacts', contacts: times(257, () => ({ name: { formattedName: 'a', firstName: 'a' } })) },
    { type: 'contacts', contacts: times(258, () => ({ name: { formattedName: 'a', firstName: 'a' } })) },
    /contacts has 258 entries; WhatsApp takes at most 257/,
  ],
  [
    'contact name',
    { type: 'contacts', contacts: [{ name: { formattedName: 'a', lastName: 'b' } }] },
    { type: 'contacts', contacts: [{ name: { formattedName: 'a' } }] },
    /at least one other part/,
  ],
  [
    'reaction',
    { type: 'reaction', reaction: { messageId: 'w', emoji: '👩‍👩‍👧‍👦' } },
    { type: 'reaction', reaction: { messageId: 'w', emoji: '👍👍' } },
    /must be one emoji/,
  ],
  [
    'reaction taken back',
    { type: 'reaction', reaction: { messageId: 'w', emoji: '' } },
    { type: 'reaction', reaction: { emoji: '' } },
    /reaction\.messageId must be a text/,
  ],
  ['buttons', buttons(3), buttons(4), /buttons has 4 entries; WhatsApp takes at most 3/],
  [
    'button title',
    buttons(1, 5, 20),
    buttons(1, 5, 21),
    /title has 21 characters; WhatsApp takes at most 20/,
  ],
  ['button id', buttons(1, 256), buttons(1, 257), /id has 257 characters; WhatsApp takes at most 256/],
  ['button body', buttons(1, 5, 5, 1024), buttons(1, 5, 5, 1025), /interactive\.body\.text has 1,025/],
  [
    'footer',
    buttons(1, 5, 5, 5, 60),
    buttons(1, 5, 5, 5, 61),
    /interactive\.footer\.text has 61 characters; WhatsApp takes at most 60/,
  ],
  [
    'button ids differ',
    buttons(2),
    interactive({
      type: 'button',
      body: { text: 'b' },
      action: { buttons: [button('a', 'A'), button('a', 'B')] },
    }),
    /two buttons have the same id/,
  ],
  [
    'sections',
    list({ sections: 10 }),
    list({ sections: 11 }),
    /sections has 11 entries; WhatsApp takes at most 10/,
  ],
  [
    'rows together',
    list({ sections: 2, rows: 5 }),
    list({ sections: 2, rows: 6 }),
    /hold 12 rows; WhatsApp takes at most 10/,
  ],
  ['list button', list({ button: 20 }), list({ button: 21 }), /action\.button has 21/],
  ['section title', list({ title: 24 }), list({ title: 25 }), /sections\.title has 25/],
  ['row title', list({ row: 24 }), list({ row: 25 }), /rows\.title has 25/],
  ['row description', list({ desc: 72 }), list({ desc: 73 }), /rows\.description has 73/],
  ['row id', list({ id: 200 }), list({ id: 201 }), /rows\.id has 201/],
  ['list body', list({ body: 4096 }), list({ body: 4097 }), /body\.text has 4,097/],
  ['list header', list({ header: 60 }), list({ header: 61 }), /header\.text has 61/],
  [
    'list header is text',
    list({}),
    interactive({
      type: 'list',
      header: { type: 'image', image: { id: '1' } },
      body: { text: 'b' },
      action: { button: 'b', sections: [{ rows: [{ id: '1', title: 't' }] }] },
    }),
    /./,
  ],
  ['link button text', cta(20), cta(21), /displayText has 21/],
  ['flow cta', flow(30), flow(31), /flowCta has 31/],
  ['flow id or name', flow(5), flow(5, { flowName: 'n' }), /exactly one of flowId or flowName/],
  [
    'flow data_exchange',
    flow(5, { flowAction: 'navigate', flowActionPayload: { screen: 'A' } }),
    flow(5, { flowAction: 'data_exchange', flowActionPayload: { screen: 'A' } }),
    /goes with flowAction navigate only/,
  ],
  [
    'product',
    interactive({ type: 'product', action: { catalogId: 'c', productRetailerId: 'p' } }),
    interactive({ type: 'product', action: { catalogId: 'c' } }),
    /productRetailerId must be a text/,
  ],
  ['products together', products(2, 15), products(2, 16), /more than 30 products/],
  ['product sections', products(10, 1), products(11, 1), /sections has 11/],
  [
    'catalog_message',
    plainAction('catalog_message', 'catalog_message', 1024),
    plainAction('catalog_message', 'catalog_message', 1025),
    /1,025/,
  ],
  [
    'location request',
    plainAction('location_request_message', 'send_location', 1024),
    plainAction('location_request_message', 'send_location', 1025),
    /1,025/,
  ],
  [
    'contact info',
    plainAction('request_contact_info', 'request_contact_info', 1024),
    interactive({ type: 'request_contact_info', action: { name: 'request_contact_info' } }),
    /./,
  ],
  [
    'call permission',
    plainAction('call_permission_request', 'call_permission_request', 1024),
    plainAction('call_permission_request', 'wrong', 5),
    /./,
  ],
  [
    'address',
    interactive({
      type: 'address_message',
      body: { text: 'b' },
      action: { name: 'address_message', parameters: { country: 'IN' } },
    }),
    interactive({
      type: 'address_message',
      body: { text: 'b' },
      action: { name: 'address_message', parameters: { country: 'IND' } },
    }),
    /country has 3/,
  ],
  ['cards at most', carousel(10), carousel(11), /cards has 11 entries|cardIndex ends at 9/],
  ['cards at least', carousel(2), carousel(1), /cards needs at least 2 entries/],
  ['card body', carousel(2, 160), carousel(2, 161), /body\.text has 161/],
  ['call text', call(20, 1), call(21, 1), /displayText has 21/],
  ['call time', call(5, 43200), call(5, 43201), /at most 43,200/],
  [
    'order status',
    interactive({
      type: 'order_status',
      body: { text: 'b' },
      action: {
        name: 'review_order',
        parameters: { referenceId: 'r', order: { status: 'shipped', description: s(120) } },
      },
    }),
    interactive({
      type: 'order_status',
      body: { text: 'b' },
      action: {
        name: 'review_order',
        parameters: { referenceId: 'r', order: { status: 'shipped', description: s(121) } },
      },
    }),
    /description has 121/,
  ],
  ['template name', template([], s(512)), template([], s(513)), /template\.name has 513/],
  ['template name letters', template([], 'a_1'), template([], 'A-1'), /small letters, digits and _ only/],
  [
    'template text',
    template([{ type: 'body', parameters: [bodyText('a    b')] }]),
    template([{ type: 'body', parameters: [bodyText('a\nb')] }]),
    /line breaks, tabs or more than four spaces/,
  ],
  [
    'template naming',
    template([{ type: 'body', parameters: [bodyText('a', 'x'), bodyText('b', 'y')] }]),
    template([{ type: 'body', parameters: [bodyText('a', 'x'), bodyText('b')] }]),
    /named or positional/,
  ],
  [
    'template coupon',
    template([
      {
        type: 'button',
        subType: 'copy_code',
        index: 0,
        parameters: [{ type: 'coupon_code', couponCode: s(20) }],
      },
    ]),
    template([
      {
        type: 'button',
        subType: 'copy_code',
        index: 0,
        parameters: [{ type: 'coupon_code', couponCode: s(21) }],
      },
    ]),
    /couponCode has 21/,
  ],
  [
    'template button index',
    template([{ type: 'button', subType: 'url', index: '9', parameters: [{ type: 'text', text: 'a' }] }]),
    template([{ type: 'button', subType: 'url', index: 10, parameters: [{ type: 'text', text: 'a' }] }]),
    /0 to 9/,
  ],
  [
    'template once',
    template([{ type: 'body', parameters: [] }]),
    template([
      { type: 'body', parameters: [] },
      { type: 'body', parameters: [] },
    ]),
    /may each stand there once/,
  ],
  [
    'template cards',
    template([{ type: 'carousel', cards: times(10, (cardIndex) => ({ cardIndex, components: [] })) }]),
    template([{ type: 'carousel', cards: times(11, (i) => ({ cardIndex: i % 10, components: [] })) }]),
    /template carousel cards has 11/,
  ],
  [
    'template offer',
    template([
      {
        type: 'limited_time_offer',
        parameters: [{ type: 'limited_time_offer', limitedTimeOffer: { expirationTimeMs: 1 } }],
      },
    ]),
    template([
      {
        type: 'limited_time_offer',
        parameters: [{ type: 'limited_time_offer', limitedTimeOffer: { expirationTimeMs: 'x' } }],
      },
    ]),
    /milliseconds since 1970/,
  ],
  [
    'template offer, at a moment that a date can be',
    template([
      {
        type: 'limited_time_offer',
        parameters: [
          { type: 'limited_time_offer', limitedTimeOffer: { expirationTimeMs: 8_640_000_000_000_000 } },
        ],
      },
    ]),
    template([
      {
        type: 'limited_time_offer',
        parameters: [
          { type: 'limited_time_offer', limitedTimeOffer: { expirationTimeMs: 8_640_000_000_000_001 } },
        ],
      },
    ]),
    /^limitedTimeOffer.expirationTimeMs is later than any date; send milliseconds since 1970$/,
  ],
];

describe('limits', () => {
  test.each(limits)('%s', (_name, atLimit, past, message) => {
    ok(atLimit);
    const found = messages(past);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).toMatch(message);
  });

  test('unknown types and unknown keys', () => {
    expect(messages({ type: 'fax', fax: {} })[0]).toMatch(/type must be one of text, image/);
    expect(messages(interactive({ type: 'zz' })).join()).toMatch(
      /interactive\.type must be one of button, list/,
    );
    expect(messages({ type: 'text', text: { body: 'a', preview_url: true } }).join()).toMatch(/preview_url/);
    expect(messages(null)).not.toEqual([]);
  });

  test('what PostgreSQL cannot store is refused', () => {
    for (const bad of ['a\u0000', '\ud800']) {
      expect(messages({ type: 'text', text: { body: bad } }).join()).toMatch(
        /text\.body holds a NUL character/,
      );
      expect(messages(flow(5, { flowActionPayload: { screen: 'A', data: { k: bad } } })).join()).toMatch(
        /NUL/,
      );
      expect(messages(flow(5, { flowActionPayload: { screen: 'A', data: { [bad]: 1 } } })).join()).toMatch(
        /NUL/,
      );
    }
    ok({ type: 'text', text: { body: '😮 ok' } });
  });
});

describe('sendCommand', () => {
  const id = '01932d4e-7a5b-7c3d-8e9f-0a1b2c3d4e5f';
  const text = { type: 'text', text: { body: 'hi' } };
  const errors = (command: unknown): string =>
    sendCommand.safeParse(command).error?.issues.flatMap(deep).join('\n') ?? '';

  test.each([
    { to: '+16505551234' },
    { to: '16505551234' },
    { to: '+1 (650) 555-1234' },
    { to: '1234567890@c.us' },
    { contactId: id },
    { conversationId: id },
    { recipient: 'US.13491208655302741918' },
    {
      recipient: 'US.ENT.11815799212886844830',
      numberId: id,
      replyTo: 'wamid.x',
      dedupeKey: 'k',
      purpose: 'marketing',
      workflowId: id,
    },
  ])('takes %j', (address) => {
    expect(errors({ ...text, ...address })).toBe('');
  });

  test('whom: exactly one; a user id never in to', () => {
    expect(errors(text)).toMatch(/say to whom exactly once/);
    expect(errors({ ...text, to: '+16505551234', contactId: id })).toMatch(/say to whom exactly once/);
    expect(errors({ ...text, to: 'US.13491208655302741918' })).toMatch(/goes into recipient/);
    expect(errors({ ...text, recipient: '16505551234' })).toMatch(
      /recipient must be a business-scoped user id/,
    );
  });

  test('the product’s own purpose cannot be claimed, dedupe keys are bounded, reactions do not quote', () => {
    expect(errors({ ...text, to: '+16505551234', purpose: 'consent-receipt' })).not.toBe('');
    expect(errors({ ...text, to: '+16505551234', dedupeKey: s(200) })).toBe('');
    expect(errors({ ...text, to: '+16505551234', dedupeKey: s(201) })).toMatch(/more than 200/);
    const reaction = { type: 'reaction', reaction: { messageId: 'w', emoji: '👍' }, to: '+16505551234' };
    expect(errors(reaction)).toBe('');
    expect(errors({ ...reaction, replyTo: 'w' })).toMatch(/replyTo cannot go with a reaction/);
    expect(errors({ ...text, to: '+16505551234', surprise: 1 })).toMatch(/surprise/);
  });

  test('content without envelope, and a JSON schema for OpenAPI', () => {
    const command = sendCommand.parse({ ...text, to: '+16505551234', dedupeKey: 'k' });
    expect(contentOf(command)).toEqual(text);
    expect(JSON.stringify(z.toJSONSchema(sendCommand, { io: 'input' }))).toContain('4096');
  });
});
