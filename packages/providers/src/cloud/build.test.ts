/** Every outbound content in WhatsApp's own shape, as documented in PROTOCOL §3. */
import { outboundContent } from '@chaski/contracts';
import { describe, expect, test } from 'vitest';
import type { Content } from '../contract.ts';
import { buildMessage, mediaIdsOf, replaceMediaIds } from './build.ts';

const built = (content: unknown): unknown => {
  const checked = outboundContent.parse(content) as Content;
  return buildMessage({
    to: { kind: 'phone', value: '1650' },
    content: checked,
    replyTo: null,
    callbackData: '',
  })[checked.type];
};

describe('build', () => {
  test.each<[string, unknown, unknown]>([
    ['text', { type: 'text', text: { body: 'a', previewUrl: true } }, { body: 'a', preview_url: true }],
    ['image by id', { type: 'image', image: { id: '7', caption: 'c' } }, { id: '7', caption: 'c' }],
    ['video by link', { type: 'video', video: { link: 'https://a.b/c' } }, { link: 'https://a.b/c' }],
    ['voice note', { type: 'audio', audio: { mediaId: '8', voice: true } }, { id: '8', voice: true }],
    [
      'document',
      { type: 'document', document: { id: '9', filename: 'a.pdf' } },
      { id: '9', filename: 'a.pdf' },
    ],
    ['sticker', { type: 'sticker', sticker: { id: '9' } }, { id: '9' }],
    [
      'location',
      { type: 'location', location: { latitude: 1, longitude: 2, name: 'n' } },
      { latitude: 1, longitude: 2, name: 'n' },
    ],
    [
      'contacts',
      {
        type: 'contacts',
        contacts: [
          {
            name: { formattedName: 'B J', firstName: 'B' },
            phones: [{ phone: '+1', waId: '1', type: 'Mobile' }],
            addresses: [{ countryCode: 'us' }],
          },
        ],
      },
      [
        {
          name: { formatted_name: 'B J', first_name: 'B' },
          phones: [{ phone: '+1', wa_id: '1', type: 'Mobile' }],
          addresses: [{ country_code: 'us' }],
        },
      ],
    ],
    [
      'reaction',
      { type: 'reaction', reaction: { messageId: 'wamid.1', emoji: '👍' } },
      { message_id: 'wamid.1', emoji: '👍' },
    ],
    [
      'buttons under an image',
      {
        type: 'interactive',
        interactive: {
          type: 'button',
          header: { type: 'image', image: { mediaId: '5' } },
          body: { text: 'b' },
          action: { buttons: [{ type: 'reply', reply: { id: 'a', title: 'Yes' } }] },
        },
      },
      {
        type: 'button',
        header: { type: 'image', image: { id: '5' } },
        body: { text: 'b' },
        action: { buttons: [{ type: 'reply', reply: { id: 'a', title: 'Yes' } }] },
      },
    ],
    [
      'link button',
      {
        type: 'interactive',
        interactive: {
          type: 'cta_url',
          body: { text: 'b' },
          action: { name: 'cta_url', parameters: { displayText: 'Open', url: 'https://a.b' } },
        },
      },
      {
        type: 'cta_url',
        body: { text: 'b' },
        action: { name: 'cta_url', parameters: { display_text: 'Open', url: 'https://a.b' } },
      },
    ],
    [
      'flow: data keeps its keys',
      {
        type: 'interactive',
        interactive: {
          type: 'flow',
          body: { text: 'b' },
          action: {
            name: 'flow',
            parameters: {
              flowId: '1',
              flowCta: 'Book',
              flowToken: 't',
              mode: 'published',
              flowAction: 'navigate',
              flowActionPayload: { screen: 'A', data: { firstName: 1, b_c: { dE: 2 } } },
            },
          },
        },
      },
      {
        type: 'flow',
        body: { text: 'b' },
        action: {
          name: 'flow',
          parameters: {
            flow_message_version: '3',
            flow_id: '1',
            flow_cta: 'Book',
            flow_token: 't',
            mode: 'published',
            flow_action: 'navigate',
            flow_action_payload: { screen: 'A', data: { firstName: 1, b_c: { dE: 2 } } },
          },
        },
      },
    ],
    [
      'address: values keep their keys',
      {
        type: 'interactive',
        interactive: {
          type: 'address_message',
          body: { text: 'b' },
          action: {
            name: 'address_message',
            parameters: {
              country: 'IN',
              values: { in_pin_code: '1', tOwn: 'x' },
              savedAddresses: [{ id: 'a', value: { aB: 1 } }],
            },
          },
        },
      },
      {
        type: 'address_message',
        body: { text: 'b' },
        action: {
          name: 'address_message',
          parameters: {
            country: 'IN',
            values: { in_pin_code: '1', tOwn: 'x' },
            saved_addresses: [{ id: 'a', value: { aB: 1 } }],
          },
        },
      },
    ],
    [
      'order details: amounts are numbers',
      {
        type: 'interactive',
        interactive: {
          type: 'order_details',
          body: { text: 'b' },
          action: {
            name: 'review_and_pay',
            parameters: {
              referenceId: 'r',
              type: 'digital-goods',
              paymentSettings: [{ type: 'payment_gateway', someKey: 1 }],
              currency: 'INR',
              totalAmount: { value: 100, offset: 100 },
              order: {
                status: 'pending',
                items: [{ retailerId: 'x', name: 'n', amount: { value: 100, offset: 100 }, quantity: 1 }],
                subtotal: { value: 100, offset: 100 },
              },
            },
          },
        },
      },
      {
        type: 'order_details',
        body: { text: 'b' },
        action: {
          name: 'review_and_pay',
          parameters: {
            reference_id: 'r',
            type: 'digital-goods',
            payment_settings: [{ type: 'payment_gateway', someKey: 1 }],
            currency: 'INR',
            total_amount: { value: 100, offset: 100 },
            order: {
              status: 'pending',
              items: [{ retailer_id: 'x', name: 'n', amount: { value: 100, offset: 100 }, quantity: 1 }],
              subtotal: { value: 100, offset: 100 },
            },
          },
        },
      },
    ],
    [
      'carousel',
      {
        type: 'interactive',
        interactive: {
          type: 'carousel',
          body: { text: 'b' },
          action: {
            cards: [0, 1].map((cardIndex) => ({
              cardIndex,
              type: 'cta_url',
              header: { type: 'image', image: { link: 'https://a.b/c' } },
              body: { text: 'x' },
              action: { buttons: [{ type: 'quick_reply', quickReply: { id: 'i', title: 't' } }] },
            })),
          },
        },
      },
      {
        type: 'carousel',
        body: { text: 'b' },
        action: {
          cards: [0, 1].map((card_index) => ({
            card_index,
            type: 'cta_url',
            header: { type: 'image', image: { link: 'https://a.b/c' } },
            body: { text: 'x' },
            action: { buttons: [{ type: 'quick_reply', quick_reply: { id: 'i', title: 't' } }] },
          })),
        },
      },
    ],
    [
      'template',
      {
        type: 'template',
        template: {
          name: 'order_update',
          language: { code: 'en_US' },
          components: [
            { type: 'header', parameters: [{ type: 'image', image: { mediaId: 'm' } }] },
            {
              type: 'body',
              parameters: [
                { type: 'text', parameterName: 'first_name', text: 'Ana' },
                {
                  type: 'currency',
                  parameterName: 'total',
                  currency: { fallbackValue: '$1', code: 'USD', amount1000: 1000 },
                },
                { type: 'date_time', parameterName: 'day', dateTime: { fallbackValue: 'Jan 1' } },
              ],
            },
            {
              type: 'button',
              subType: 'copy_code',
              index: 2,
              parameters: [{ type: 'coupon_code', couponCode: '25OFF' }],
            },
            {
              type: 'button',
              subType: 'flow',
              index: 0,
              parameters: [{ type: 'action', action: { flowToken: 't', flowActionData: { aB: 1 } } }],
            },
            {
              type: 'limited_time_offer',
              parameters: [
                { type: 'limited_time_offer', limitedTimeOffer: { expirationTimeMs: 1767225600000 } },
              ],
            },
            {
              type: 'carousel',
              cards: [
                {
                  cardIndex: 0,
                  components: [
                    { type: 'header', parameters: [{ type: 'image', image: { id: 'i' } }] },
                    {
                      type: 'button',
                      subType: 'quick_reply',
                      index: 0,
                      parameters: [{ type: 'payload', payload: 'p' }],
                    },
                  ],
                },
              ],
            },
          ],
        },
      },
      {
        name: 'order_update',
        language: { code: 'en_US' },
        components: [
          { type: 'header', parameters: [{ type: 'image', image: { id: 'm' } }] },
          {
            type: 'body',
            parameters: [
              { type: 'text', parameter_name: 'first_name', text: 'Ana' },
              {
                type: 'currency',
                parameter_name: 'total',
                currency: { fallback_value: '$1', code: 'USD', amount_1000: 1000 },
              },
              { type: 'date_time', parameter_name: 'day', date_time: { fallback_value: 'Jan 1' } },
            ],
          },
          {
            type: 'button',
            sub_type: 'copy_code',
            index: 2,
            parameters: [{ type: 'coupon_code', coupon_code: '25OFF' }],
          },
          {
            type: 'button',
            sub_type: 'flow',
            index: 0,
            parameters: [{ type: 'action', action: { flow_token: 't', flow_action_data: { aB: 1 } } }],
          },
          {
            type: 'limited_time_offer',
            parameters: [
              { type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: 1767225600000 } },
            ],
          },
          {
            type: 'carousel',
            cards: [
              {
                card_index: 0,
                components: [
                  { type: 'header', parameters: [{ type: 'image', image: { id: 'i' } }] },
                  {
                    type: 'button',
                    sub_type: 'quick_reply',
                    index: 0,
                    parameters: [{ type: 'payload', payload: 'p' }],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  ])('%s', (_name, content, expected) => {
    expect(built(content)).toEqual(expected);
  });

  test('the address by its kind; a reaction never quotes', () => {
    const call = { content: { type: 'text', text: { body: 'a' } }, replyTo: null, callbackData: 'c' };
    expect(buildMessage({ ...call, to: { kind: 'phone', value: '+1650' } })).toMatchObject({ to: '+1650' });
    const user = buildMessage({ ...call, to: { kind: 'user', value: 'US.1' } });
    expect(user).toMatchObject({ recipient: 'US.1' });
    expect(user).not.toHaveProperty('to');
    const reaction = { type: 'reaction', reaction: { messageId: 'w', emoji: '' } };
    expect(
      buildMessage({ ...call, to: { kind: 'phone', value: '1' }, content: reaction, replyTo: 'w' }),
    ).not.toHaveProperty('context');
  });

  test('media ids are found and translated wherever they stand, and the original stays', () => {
    const content: Content = {
      type: 'template',
      template: {
        components: [
          { parameters: [{ type: 'image', image: { mediaId: 'a' } }] },
          { cards: [{ components: [{ parameters: [{ video: { mediaId: 'b' } }] }] }] },
        ],
      },
    };
    expect(mediaIdsOf(content)).toEqual(['a', 'b']);
    const translated = replaceMediaIds(
      content,
      new Map([
        ['a', 'WA1'],
        ['b', 'WA2'],
      ]),
    );
    expect(mediaIdsOf(translated)).toEqual([]);
    expect(mediaIdsOf(content)).toEqual(['a', 'b']);
    expect(
      JSON.stringify(
        buildMessage({
          to: { kind: 'phone', value: '1' },
          content: translated,
          replyTo: null,
          callbackData: '',
        }),
      ),
    ).toContain('{"image":{"id":"WA1"}'.slice(1));
    expect(mediaIdsOf({ type: 'image', image: { mediaId: 'c' } })).toEqual(['c']);
  });
});
