import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GraphError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import { checkSend } from './send-rules.ts';
import { type AddTemplate, makeTemplate, SAMPLE_TEMPLATES } from './templates.ts';

const templates = [
  ...SAMPLE_TEMPLATES,
  { name: 'paused', status: 'PAUSED', components: [{ type: 'BODY', text: 'x' }] } satisfies AddTemplate,
  { name: 'disabled', status: 'DISABLED', components: [{ type: 'BODY', text: 'x' }] } satisfies AddTemplate,
  { name: 'pending', status: 'PENDING', components: [{ type: 'BODY', text: 'x' }] } satisfies AddTemplate,
  {
    name: 'named',
    parameterFormat: 'NAMED',
    components: [{ type: 'BODY', text: 'Hi {{first_name}}' }],
  } satisfies AddTemplate,
  {
    name: 'login',
    category: 'AUTHENTICATION',
    components: [
      { type: 'BODY', add_security_recommendation: true },
      { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', text: 'Copy' }] },
    ],
  } satisfies AddTemplate,
].map((template, i) => makeTemplate(String(i), template));

const FROM = '15550783881';

/** Meta's code, or 200. */
function outcome(body: Json): number {
  try {
    checkSend(body, FROM, templates);
    return 200;
  } catch (error) {
    if (error instanceof GraphError) return error.code;
    throw error;
  }
}

const to = { messaging_product: 'whatsapp', to: '+16505551234' };
const interactive = (content: JsonObject): JsonObject => ({
  ...to,
  type: 'interactive',
  interactive: content,
});
const body = { text: 'Choose' };
const reply = (id: string, title = id) => ({ type: 'reply', reply: { id, title } });
const buttons = (...list: Json[]) => interactive({ type: 'button', body, action: { buttons: list } });
const list = (rows: number, title = 'T') =>
  interactive({
    type: 'list',
    body,
    action: {
      button: 'Open',
      sections: [{ title: 'S', rows: Array.from({ length: rows }, (_, i) => ({ id: `r${i}`, title })) }],
    },
  });
const template = (name: string, parameters: Json[] = [], more: Json[] = [], code = 'en_US'): JsonObject => ({
  ...to,
  type: 'template',
  template: {
    name,
    language: { code },
    components: [...(parameters.length > 0 ? [{ type: 'body', parameters }] : []), ...more],
  },
});
const p = (value: string) => ({ type: 'text', text: value });
const card = (i: number) => ({
  card_index: i,
  type: 'cta_url',
  header: { type: 'image', image: { link: 'https://shop.example/a.jpg' } },
  action: { name: 'cta_url', parameters: { display_text: 'Buy', url: 'https://shop.example' } },
});
const flow = (parameters: JsonObject) =>
  interactive({
    type: 'flow',
    body,
    action: {
      name: 'flow',
      parameters: { flow_message_version: '3', flow_id: '1', flow_cta: 'Book', ...parameters },
    },
  });

const CASES: [string, number, Json][] = [
  ['a text', 200, { ...to, type: 'text', text: { body: 'hi' } }],
  ['4096 characters', 200, { ...to, type: 'text', text: { body: 'é'.repeat(4096) } }],
  ['4097 characters', 131009, { ...to, type: 'text', text: { body: 'x'.repeat(4097) } }],
  ['no body', 131008, { ...to, type: 'text', text: {} }],
  ['no text object', 131008, { ...to, type: 'text' }],
  ['no messaging_product', 100, { to: '+16505551234', type: 'text', text: { body: 'hi' } }],
  ['no recipient', 100, { messaging_product: 'whatsapp', type: 'text', text: { body: 'hi' } }],
  ['not an object', 100, []],
  ['an unknown key', 100, { ...to, type: 'text', text: { body: 'hi' }, colour: 'red' }],
  ['an unknown type', 100, { ...to, type: 'poll' }],
  [
    'recipient_type business_scoped_user_id',
    100,
    { ...to, recipient_type: 'business_scoped_user_id', text: { body: 'hi' } },
  ],
  ['a number with decoration', 200, { ...to, to: '+1 (650) 555-1234', text: { body: 'hi' } }],
  ['a number with letters', 131009, { ...to, to: 'call me', text: { body: 'hi' } }],
  ['oneself', 131021, { ...to, to: `+${FROM}`, text: { body: 'hi' } }],
  [
    'a BSUID in recipient',
    200,
    { messaging_product: 'whatsapp', recipient: 'US.13491208655302741918', text: { body: 'hi' } },
  ],
  [
    'a BSUID in to (accepted, never delivered)',
    200,
    { ...to, to: 'US.13491208655302741918', text: { body: 'hi' } },
  ],
  [
    'a bad BSUID',
    131009,
    { messaging_product: 'whatsapp', recipient: '13491208655302741918', text: { body: 'hi' } },
  ],
  ['512 opaque characters', 200, { ...to, text: { body: 'hi' }, biz_opaque_callback_data: 'x'.repeat(512) }],
  [
    '513 opaque characters',
    131009,
    { ...to, text: { body: 'hi' }, biz_opaque_callback_data: 'x'.repeat(513) },
  ],
  ['Direct Send of no category', 131009, { ...to, text: { body: 'hi' }, category: 'marketing' }],
  ['an image by id', 200, { ...to, type: 'image', image: { id: '1', caption: 'c' } }],
  ['an image by link', 200, { ...to, type: 'image', image: { link: 'https://shop.example/a.jpg' } }],
  [
    'an image by both',
    131009,
    { ...to, type: 'image', image: { id: '1', link: 'https://shop.example/a.jpg' } },
  ],
  ['an image by neither', 131008, { ...to, type: 'image', image: {} }],
  ['a long caption', 131009, { ...to, type: 'image', image: { id: '1', caption: 'x'.repeat(1025) } }],
  ['a caption on audio', 131009, { ...to, type: 'audio', audio: { id: '1', caption: 'c' } }],
  ['a place', 200, { ...to, type: 'location', location: { latitude: 1, longitude: 2 } }],
  ['a place off the globe', 131009, { ...to, type: 'location', location: { latitude: 91, longitude: 2 } }],
  ['half a place', 131008, { ...to, type: 'location', location: { latitude: 1 } }],
  [
    'a card',
    200,
    { ...to, type: 'contacts', contacts: [{ name: { formatted_name: 'A B', first_name: 'A' } }] },
  ],
  [
    'a card with only a formatted name',
    131009,
    { ...to, type: 'contacts', contacts: [{ name: { formatted_name: 'A B' } }] },
  ],
  ['a reaction', 200, { ...to, type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👩‍🚀' } }],
  ['a reaction taken away', 200, { ...to, type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '' } }],
  [
    'a reaction of two',
    131009,
    { ...to, type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👍👍' } },
  ],
  [
    'a reaction with context',
    131009,
    {
      ...to,
      type: 'reaction',
      reaction: { message_id: 'wamid.x', emoji: '👍' },
      context: { message_id: 'wamid.y' },
    },
  ],
  ['three buttons', 200, buttons(reply('a'), reply('b'), reply('c'))],
  ['four buttons', 131009, buttons(reply('a'), reply('b'), reply('c'), reply('d'))],
  ['no button', 131009, buttons()],
  ['a title of 21', 131009, buttons(reply('a', 'x'.repeat(21)))],
  ['an id of 257', 131009, buttons(reply('x'.repeat(257), 'a'))],
  ['the same id twice', 131009, buttons(reply('a', 'A'), reply('a', 'B'))],
  ['buttons without body', 131008, interactive({ type: 'button', action: { buttons: [reply('a')] } })],
  [
    'a footer of 61',
    131009,
    interactive({
      type: 'button',
      body,
      footer: { text: 'x'.repeat(61) },
      action: { buttons: [reply('a')] },
    }),
  ],
  ['ten rows', 200, list(10)],
  ['eleven rows', 131009, list(11)],
  ['a row title of 25', 131009, list(1, 'x'.repeat(25))],
  [
    'an image over a list',
    131009,
    interactive({
      type: 'list',
      header: { type: 'image', image: { id: '1' } },
      body,
      action: { button: 'O', sections: [] },
    }),
  ],
  [
    'a link button',
    200,
    interactive({
      type: 'cta_url',
      body,
      action: { name: 'cta_url', parameters: { display_text: 'Open', url: 'https://a.example' } },
    }),
  ],
  [
    'a link that is none',
    131009,
    interactive({
      type: 'cta_url',
      body,
      action: { name: 'cta_url', parameters: { display_text: 'Open', url: 'a.example' } },
    }),
  ],
  ['a flow', 200, flow({ flow_token: 't' })],
  ['a flow by id and name', 131009, flow({ flow_name: 'x' })],
  [
    'a data_exchange flow with payload',
    131009,
    flow({ flow_action: 'data_exchange', flow_action_payload: {} }),
  ],
  [
    'a location request',
    200,
    interactive({ type: 'location_request_message', body, action: { name: 'send_location' } }),
  ],
  [
    'a contact request',
    200,
    interactive({ type: 'request_contact_info', body, action: { name: 'request_contact_info' } }),
  ],
  [
    'a contact request without body',
    131008,
    interactive({ type: 'request_contact_info', action: { name: 'request_contact_info' } }),
  ],
  ['two cards', 200, interactive({ type: 'carousel', body, action: { cards: [card(0), card(1)] } })],
  ['one card', 131009, interactive({ type: 'carousel', body, action: { cards: [card(0)] } })],
  [
    'the same card twice',
    131009,
    interactive({ type: 'carousel', body, action: { cards: [card(1), card(1)] } }),
  ],
  ['a product', 200, interactive({ type: 'product', action: { catalog_id: 'c', product_retailer_id: 'p' } })],
  [
    'products without header',
    131008,
    interactive({
      type: 'product_list',
      body,
      action: { catalog_id: 'c', sections: [{ product_items: [{ product_retailer_id: 'p' }] }] },
    }),
  ],
  [
    'a call for a week and more',
    131009,
    interactive({
      type: 'voice_call',
      body,
      action: { name: 'voice_call', parameters: { ttl_minutes: 43201 } },
    }),
  ],
  ['an unknown interactive', 131009, interactive({ type: 'quiz', body, action: {} })],
  ['a template', 200, template('hello_world')],
  ['a template with parameters', 200, template('order_update', [p('Ana'), p('A-1')])],
  ['a template with too few', 132000, template('order_update', [p('Ana')])],
  ['a template with none', 132000, template('order_update')],
  ['a template with too many', 132000, template('hello_world', [p('Ana')])],
  ['a line break in a parameter', 132007, template('order_update', [p('Ana\nB'), p('A-1')])],
  ['no such template', 132001, template('nope')],
  ['no such language', 132001, template('hello_world', [], [], 'de')],
  ['a paused template', 132015, template('paused')],
  ['a disabled template', 132016, template('disabled')],
  ['a pending template', 132001, template('pending')],
  ['a named parameter', 200, template('named', [{ ...p('Ana'), parameter_name: 'first_name' }])],
  ['a wrong name', 132000, template('named', [{ ...p('Ana'), parameter_name: 'last_name' }])],
  [
    'header, body and link',
    200,
    template(
      'seasonal_offer',
      [p('Ana'), p('20%')],
      [
        { type: 'HEADER', parameters: [{ type: 'image', image: { link: 'https://shop.example/a.jpg' } }] },
        { type: 'button', sub_type: 'URL', index: 0, parameters: [p('spring')] },
      ],
    ),
  ],
  ['a missing header', 132012, template('seasonal_offer', [p('Ana'), p('20%')])],
  [
    'a missing link suffix',
    131008,
    template(
      'seasonal_offer',
      [p('Ana'), p('20%')],
      [{ type: 'header', parameters: [{ type: 'image', image: { link: 'https://shop.example/a.jpg' } }] }],
    ),
  ],
  [
    'a code',
    200,
    template(
      'login',
      [p('123456')],
      [{ type: 'button', sub_type: 'url', index: '0', parameters: [p('123456')] }],
    ),
  ],
  [
    'a code to a BSUID',
    131062,
    {
      ...template(
        'login',
        [p('123456')],
        [{ type: 'button', sub_type: 'url', index: '0', parameters: [p('123456')] }],
      ),
      to: '',
      recipient: 'US.13491208655302741918',
    },
  ],
  ['a read receipt', 200, { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.x' }],
  ['a delivered receipt', 100, { messaging_product: 'whatsapp', status: 'delivered', message_id: 'wamid.x' }],
];

test.each(CASES)('%s → %i', (_name, expected, given) => {
  expect(outcome(given)).toBe(expected);
});

test('whatever is POSTed is answered with a code of Meta, never with a crash', () => {
  const types = ['text', 'image', 'interactive', 'template', 'contacts', 'location', 'reaction', 'audio'];
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.jsonValue(), fc.jsonValue(), (type, content, other) => {
      outcome(content as Json);
      outcome({ ...to, type, [type]: content as Json });
      outcome({
        ...to,
        type,
        [type]: {
          type: 'list',
          body,
          action: content as Json,
          name: 'order_update',
          language: other as Json,
        },
      });
      return true;
    }),
  );
});

test('both given: to wins', () => {
  const order = checkSend({ ...to, recipient: 'US.1', text: { body: 'hi' } }, FROM, []);
  expect(order).toMatchObject({ recipient: { by: 'phone', waId: '16505551234' } });
});

test('without + a short number gets the business’s own country code', () => {
  const order = checkSend({ ...to, to: '6505551234', text: { body: 'hi' } }, FROM, []);
  expect(order).toMatchObject({ recipient: { waId: '16505551234' } });
});
