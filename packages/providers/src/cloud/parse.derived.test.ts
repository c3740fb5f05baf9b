/** Bodies that public fixtures do not have, written from the documentation (PROTOCOL §4 to §6) and reference documents. */
import { describe, expect, test } from 'vitest';
import { bytes } from '../../test/fixtures.ts';
import type { InboundItem } from '../contract.ts';
import { parse } from './parse.ts';

const metadata = { display_phone_number: '15550783881', phone_number_id: '106540352242922' };
const body = (value: object, field: string | null = 'messages', entry: object = {}) => ({
  object: 'whatsapp_business_account',
  entry: [{ id: '102', ...entry, changes: [{ value, ...(field === null ? {} : { field }) }] }],
});
const talk = (value: object, field = 'messages') =>
  parse(bytes(body({ messaging_product: 'whatsapp', metadata, ...value }, field)));
const text = (id: string, more: object = {}) => ({
  from: '16505551234',
  id,
  timestamp: '1749416383',
  type: 'text',
  text: { body: id },
  ...more,
});
const only = (items: InboundItem[]): InboundItem => {
  expect(items).toHaveLength(1);
  return items[0] as InboundItem;
};
const kinds = (items: InboundItem[]): string[] => items.map((i) => i.kind);

describe('senders', () => {
  test('a sender without a phone is a person with a user id', () => {
    const item = only(
      talk({
        contacts: [
          {
            profile: { name: 'Sheena Nelson', username: '@realsheenanelson' },
            user_id: 'US.13491208655302741918',
            parent_user_id: 'US.ENT.11815799212886844830',
          },
        ],
        messages: [
          {
            from_user_id: 'US.13491208655302741918',
            from_parent_user_id: 'US.ENT.11815799212886844830',
            id: 'wamid.a',
            timestamp: '1749416383',
            type: 'text',
            text: { body: 'hi' },
          },
        ],
      }),
    );
    expect(item).toMatchObject({
      kind: 'message',
      from: {
        phone: null,
        userId: 'US.13491208655302741918',
        parentUserId: 'US.ENT.11815799212886844830',
        username: 'realsheenanelson',
        profileName: 'Sheena Nelson',
      },
    });
  });

  test('a user id in from and wa_id is moved where it belongs and keeps its letters', () => {
    const item = only(
      talk({
        contacts: [{ wa_id: 'US.1349abC', profile: { name: 'A' } }],
        messages: [text('wamid.a', { from: 'US.1349abC' })],
      }),
    );
    expect(item).toMatchObject({ from: { phone: null, userId: 'US.1349abC', profileName: 'A' } });
  });

  test('several people in one value each get their own card', () => {
    const items = talk({
      contacts: [
        { wa_id: '5511912345678', profile: { name: 'Ana' }, user_id: 'BR.1' },
        { user_id: 'BR.2', profile: { name: 'Bia' } },
      ],
      messages: [
        text('wamid.1', { from: '551112345678' }),
        text('wamid.2', { from: undefined, from_user_id: 'BR.2' }),
        text('wamid.3', { from: '551188888888' }),
      ],
    });
    expect(
      items.map((i) => i.kind === 'message' && [i.from.phone, i.from.userId, i.from.profileName]),
    ).toEqual([
      // 12345678 is no mobile number: its card (with 9) is another person's.
      ['551112345678', null, null],
      [null, 'BR.2', 'Bia'],
      ['551188888888', null, null],
    ]);
  });

  test('the other spelling of a Brazilian number finds its card and is not rewritten', () => {
    const item = only(
      talk({
        contacts: [{ wa_id: '5511987654321', profile: { name: 'Ana' } }],
        messages: [text('wamid.1', { from: '551187654321' })],
      }),
    );
    expect(item).toMatchObject({ from: { phone: '551187654321', profileName: 'Ana' } });
  });

  test('a rotated user id is announced by the system', () => {
    const system = {
      type: 'user_changed_user_id',
      body: 'User changed',
      user_id: 'US.new',
      previous_user_id: 'US.old',
      parent_user_id: 'US.ENT.new',
      previous_parent_user_id: 'US.ENT.old',
    };
    expect(
      only(talk({ messages: [{ id: 'wamid.s', timestamp: '1750269342', type: 'system', system }] })),
    ).toMatchObject({
      from: { phone: null, userId: 'US.old', parentUserId: 'US.ENT.old' },
      content: {
        type: 'system',
        system: {
          type: 'user_changed_user_id',
          userId: 'US.new',
          previousUserId: 'US.old',
          parentUserId: 'US.ENT.new',
          previousParentUserId: 'US.ENT.old',
        },
      },
    });
  });

  test('an attested contact says so', () => {
    const contacts = [
      { phones: [{ phone: '+1 650', wa_id: '1650' }], origin: 'contact_request', vcard: 'BEGIN' },
    ];
    expect(only(talk({ messages: [text('wamid.c', { type: 'contacts', contacts })] }))).toMatchObject({
      content: {
        type: 'contacts',
        contacts: [
          { phones: [{ phone: '+1 650', waId: '1650' }], origin: 'contact_request', vcard: 'BEGIN' },
        ],
      },
    });
  });

  test.each([
    ['attested', { origin: 'contact_request', phones: [{ phone: '+1 650-555-1234' }] }, '16505551234'],
    [
      'as WhatsApp writes it',
      { origin: 'contact_request', phones: [{ phone: '+55 11 91234-5678', wa_id: '551112345678' }] },
      '551112345678',
    ],
    ['anybody’s', { origin: 'other', phones: [{ phone: '+1 650-555-1234' }] }, null],
    ['of nobody knows whom', { phones: [{ wa_id: '16505551234' }] }, null],
    [
      'one of two',
      { origin: 'contact_request', phones: [{ wa_id: '16505551234' }, { wa_id: '16505559999' }] },
      null,
    ],
  ])('a sender without a phone who shares a card, %s', (_what, card, phone) => {
    const sent = { from: undefined, from_user_id: 'US.1', type: 'contacts', contacts: [card] };
    expect(only(talk({ messages: [text('wamid.c', sent)] }))).toMatchObject({
      from: { phone, userId: 'US.1' },
    });
  });

  test('a card of somebody who shows a phone says nothing new about them', () => {
    const contacts = [{ origin: 'contact_request', phones: [{ wa_id: '1999' }] }];
    expect(only(talk({ messages: [text('wamid.c', { type: 'contacts', contacts })] }))).toMatchObject({
      from: { phone: '16505551234' },
    });
  });

  test('group messages carry their group', () => {
    expect(only(talk({ messages: [text('wamid.g', { group_id: 'HBgGroup' })] }))).toMatchObject({
      groupId: 'HBgGroup',
      from: { phone: '16505551234' },
    });
  });
});

describe('what reference documents send', () => {
  test("S4's body: no object, field, timestamp, contacts; a + before the number", () => {
    const s4 = {
      entry: [
        {
          changes: [
            {
              value: {
                metadata: { phone_number_id: '111111111111111' },
                messages: [{ from: '+919111111111', id: 'wamid.123', type: 'text', text: { body: 'hi' } }],
              },
            },
          ],
        },
      ],
    };
    expect(only(parse(bytes(s4)))).toMatchObject({
      kind: 'message',
      phoneNumberId: '111111111111111',
      providerMessageId: 'wamid.123',
      from: { phone: '919111111111' },
      content: { type: 'text', text: { body: 'hi' } },
      at: null,
    });
  });

  test("S2's STOP: no metadata, id, type", () => {
    const s2 = {
      object: 'whatsapp_business_account',
      entry: [{ changes: [{ value: { messages: [{ from: '919876543210', text: { body: 'STOP' } }] } }] }],
    };
    expect(only(parse(bytes(s2)))).toMatchObject({
      kind: 'message',
      phoneNumberId: null,
      providerMessageId: null,
      from: { phone: '919876543210' },
      content: { type: 'text', text: { body: 'STOP' } },
    });
  });

  test('field beside changes, and a change without envelope', () => {
    const misplaced = {
      entry: [{ id: '1', time: 1745337174, field: 'account_update', changes: [{ value: { event: 'X' } }] }],
    };
    expect(only(parse(bytes(misplaced)))).toMatchObject({
      kind: 'notice',
      field: 'account_update',
      about: 'account',
    });
    const flat = { entry: [{ id: '1', field: 'account_update', value: { event: 'X' } }] };
    expect(only(parse(bytes(flat)))).toMatchObject({ field: 'account_update', accountRef: '1' });
    const sample = { field: 'messages', value: { metadata, messages: [text('wamid.1')] } };
    expect(only(parse(bytes(sample)))).toMatchObject({ kind: 'message', providerMessageId: 'wamid.1' });
  });
});

describe('batches', () => {
  test('several entries, changes and messages each keep their own number and account, in order', () => {
    const change = (number: string, ...ids: string[]) => ({
      field: 'messages',
      value: {
        metadata: { phone_number_id: number, display_phone_number: `+1 ${number}` },
        messages: ids.map((i) => text(i)),
      },
    });
    const items = parse(
      bytes({
        entry: [
          { id: 'A', changes: [change('1', 'm1', 'm2'), change('2', 'm3')] },
          { id: 'B', changes: [change('3', 'm4')] },
          { id: 'C', time: 1743451903, changes: [{ field: 'account_update', value: { event: 'E' } }] },
        ],
      }),
    );
    expect(
      items.map((i) => [i.path, i.accountRef, i.phoneNumberId, i.kind === 'message' && i.providerMessageId]),
    ).toEqual([
      ['0/0/0', 'A', '1', 'm1'],
      ['0/0/1', 'A', '1', 'm2'],
      ['0/1/0', 'A', '2', 'm3'],
      ['1/0/0', 'B', '3', 'm4'],
      ['2/0/0', 'C', null, false],
    ]);
    expect(items[0]?.displayPhoneNumber).toBe('11');
  });

  test('1,000 updates in one body', () => {
    const items = talk({ messages: Array.from({ length: 1000 }, (_, i) => text(`wamid.${i}`)) });
    expect(items.map((i) => i.kind === 'message' && i.providerMessageId)).toEqual(
      Array.from({ length: 1000 }, (_, i) => `wamid.${i}`),
    );
  });

  test('one bad part costs only itself', () => {
    const items = talk({
      messages: [
        text('a'),
        null,
        7,
        {},
        text('b', { from: { x: 1 } }),
        text('c', { id: { x: 1 } }),
        text('d'),
      ],
      statuses: [{ id: 'wamid.s', status: 'warning' }, { status: 'sent' }, { id: 'wamid.s', status: 'sent' }],
    });
    expect(kinds(items)).toEqual([
      'message',
      'unreadable',
      'unreadable',
      'unreadable',
      'unreadable',
      'unreadable',
      'message',
      'unreadable',
      'unreadable',
      'status',
    ]);
  });
});

describe('statuses', () => {
  test('the price in force since October 2026, conversation left out', () => {
    const status = {
      id: 'wamid.p',
      status: 'delivered',
      timestamp: '1792000000',
      recipient_id: '16505551234',
      recipient_user_id: 'US.1',
      recipient_parent_user_id: 'US.ENT.1',
      biz_opaque_callback_data: 'attempt-1',
      pricing: { billable: true, pricing_model: 'PMP', type: 'free_customer_service', category: 'service' },
    };
    expect(only(talk({ statuses: [status] }))).toMatchObject({
      kind: 'status',
      recipient: { phone: '16505551234', userId: 'US.1', parentUserId: 'US.ENT.1' },
      callbackData: 'attempt-1',
      conversation: null,
      pricing: { billable: true, pricingModel: 'PMP', type: 'free_customer_service', category: 'service' },
    });
  });

  test('a recipient with a user id only', () => {
    expect(
      only(talk({ statuses: [{ id: 'w', status: 'read', timestamp: '1', recipient_user_id: 'US.9' }] })),
    ).toMatchObject({ recipient: { phone: null, userId: 'US.9' }, participant: '' });
  });

  test('a group webhook with several participants gives one status each, keyed by participant', () => {
    const one = (phone: string) => ({
      id: 'wamid.g',
      status: 'delivered',
      timestamp: '1750030073',
      recipient_id: 'group-1',
      recipient_type: 'group',
      recipient_participant_id: phone,
    });
    const items = talk({ statuses: [one('1650'), one('1651')] });
    expect(items.map((i) => i.kind === 'status' && [i.groupId, i.participant, i.recipient.phone])).toEqual([
      ['group-1', '1650', '1650'],
      ['group-1', '1651', '1651'],
    ]);
  });
});

describe('other fields', () => {
  test('standby says the same one level deeper, marked', () => {
    const items = talk(
      { standby: { messages: [text('wamid.sb')], statuses: [{ id: 'w', status: 'sent' }] } },
      'standby',
    );
    expect(items).toMatchObject([
      { kind: 'message', providerMessageId: 'wamid.sb', phoneNumberId: '106540352242922', standby: true },
      { kind: 'status', standby: true },
    ]);
    expect(only(talk({ messages: [text('wamid.normal')] }))).not.toHaveProperty('standby');
  });

  test('history stays a notice: old messages start nothing', () => {
    const history = [
      { metadata: { phase: 0, chunk_order: 1, progress: 55 }, threads: [{ id: '1', messages: [text('h')] }] },
    ];
    expect(only(talk({ history }, 'history'))).toMatchObject({
      kind: 'notice',
      about: 'history',
      phoneNumberId: '106540352242922',
      value: { history: [{ metadata: { phase: 0, chunkOrder: 1, progress: 55 } }] },
    });
  });

  test('message_echoes of another client, contact sync, groups, quality, capability', () => {
    expect(
      only(
        talk(
          { message_echoes: [text('e', { from: '1555', to: '1650', to_user_id: 'US.1' })] },
          'message_echoes',
        ),
      ),
    ).toMatchObject({ kind: 'echo', to: { phone: '1650', userId: 'US.1' } });
    expect(
      only(
        talk(
          { state_sync: [{ type: 'contact', metadata: { timestamp: '1739321024' } }] },
          'smb_app_state_sync',
        ),
      ),
    ).toMatchObject({ kind: 'notice', about: 'contact', at: new Date(1739321024000) });
    expect(
      only(talk({ groups: [{ group_id: 'g', type: 'group_create' }] }, 'group_lifecycle_update')),
    ).toMatchObject({
      about: 'group',
      value: { groups: [{ groupId: 'g', type: 'group_create' }] },
    });
    const quality = {
      display_phone_number: '+1 555-078-3881',
      event: 'THROUGHPUT_UPGRADE',
      current_limit: 'TIER_UNLIMITED',
    };
    expect(only(parse(bytes(body(quality, 'phone_number_quality_update', { time: 5 }))))).toMatchObject({
      about: 'number',
      displayPhoneNumber: '15550783881',
      at: new Date(5000),
      value: { currentLimit: 'TIER_UNLIMITED' },
    });
    const capability = { max_daily_conversations_per_business: 2000, max_phone_numbers_per_waba: 25 };
    expect(only(parse(bytes(body(capability, 'business_capability_update'))))).toMatchObject({
      about: 'account',
      value: { maxDailyConversationsPerBusiness: 2000, maxPhoneNumbersPerWaba: 25 },
    });
  });

  test('unknown fields are kept as notices about something else', () => {
    expect(only(parse(bytes(body({ new_thing: { deep_key: 1 } }, 'quantum_update'))))).toMatchObject({
      kind: 'notice',
      field: 'quantum_update',
      about: 'other',
      value: { newThing: { deepKey: 1 } },
    });
    expect(only(parse(bytes(body({ a: 1 }, 'constructor'))))).toMatchObject({ about: 'other' });
  });

  test('errors alone are a notice about the number', () => {
    expect(only(talk({ errors: [{ code: 130429, title: 'Rate limit hit' }] }))).toMatchObject({
      kind: 'notice',
      field: 'messages',
      about: 'number',
      value: { errors: [{ code: 130429 }] },
    });
  });

  test('errors beside readable messages are kept too, and so are parts we do not know', () => {
    expect(kinds(talk({ messages: [text('a')], errors: [{ code: 1 }] }))).toEqual(['message', 'notice']);
    const items = talk({ messages: [text('a')], user_actions: [{ action_type: 'marketing_link_click' }] });
    expect(items).toMatchObject([
      { kind: 'message' },
      { kind: 'notice', value: { userActions: [{ actionType: 'marketing_link_click' }] } },
    ]);
  });

  test('a new message type reaches the inbox as unsupported, with all it said', () => {
    expect(
      only(talk({ messages: [text('p', { type: 'hologram', hologram: { light_years: 3 } })] })),
    ).toMatchObject({
      kind: 'message',
      content: { type: 'unsupported', unsupported: { type: 'hologram', value: { lightYears: 3 } } },
    });
  });

  test('a flow answer keeps the form’s own keys; what is no JSON keeps its text', () => {
    const reply = (response_json: unknown) =>
      only(
        talk({
          messages: [
            text('f', {
              type: 'interactive',
              interactive: { type: 'nfm_reply', nfm_reply: { response_json } },
            }),
          ],
        }),
      );
    expect(reply('{"first_name":"A","nested_map":{"x_y":1}}')).toMatchObject({
      content: { interactive: { nfmReply: { response: { first_name: 'A', nested_map: { x_y: 1 } } } } },
    });
    expect(reply('no json')).toMatchObject({
      content: { interactive: { nfmReply: { responseJson: 'no json', response: null } } },
    });
    expect(reply({ a_b: 1 })).toMatchObject({
      content: { interactive: { nfmReply: { response: { a_b: 1 } } } },
    });
  });
});

describe('hostile bytes', () => {
  const unreadable = (raw: string | Uint8Array) => {
    const item = only(parse(typeof raw === 'string' ? Buffer.from(raw) : raw));
    expect(item.kind).toBe('unreadable');
    return item;
  };

  test('nothing, no JSON, other JSON', () => {
    for (const raw of ['', ' ', '{', 'null', '7', '"x"', '[]', '{}', '{"entry":7}', '\u0000'])
      unreadable(raw);
    expect(parse(Buffer.from('{"entry":[]}'))).toEqual([]);
  });

  test('a byte order mark does no harm', () => {
    expect(
      parse(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes(body({ messages: [text('a')] }))])),
    ).toHaveLength(1);
  });

  test('invalid UTF-8 costs its character, not its message', () => {
    const raw = Buffer.from(bytes(body({ messages: [text('wamid.a', { text: { body: 'a#b' } })] })));
    raw[raw.indexOf('#')] = 0xff;
    expect(only(parse(raw))).toMatchObject({ content: { text: { body: 'a\uFFFDb' } } });
  });

  test('nesting as deep as 4 MB allow', () => {
    unreadable('['.repeat(4_000_000));
    unreadable(`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`);
    unreadable(`${'{"entry":'.repeat(200_000)}1${'}'.repeat(200_000)}`);
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const items = parse(
      Buffer.from(
        `{"entry":[{"changes":[{"value":{"messages":[{"from":"1650","id":"a","type":"text","text":{"body":"x","more":${deep}}},{"from":"1650","id":"b","text":{"body":"y"}}]}}]}]}`,
      ),
    );
    expect(kinds(items)).toEqual(['message', 'message']);
    expect(() => JSON.stringify(items)).not.toThrow();
  });

  test('a million empty parts are counted, and the readable ones among them found', () => {
    const raw = `{"entry":[{"changes":[{"value":{"messages":[${'{},'.repeat(500_000)}{"from":"1650","id":"a","text":{"body":"y"}}]}}]}]}`;
    const items = parse(Buffer.from(raw));
    expect(items).toHaveLength(1002);
    expect(items.filter((i) => i.kind === 'message')).toHaveLength(1);
    expect(items.at(-1)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('499000 more'),
    });
  });

  test('NUL and lone surrogates become storable, pairs stay', () => {
    const item = only(talk({ messages: [text('a', { text: { body: 'x\u0000y\ud800z😮', 'k\u0000': 1 } })] }));
    expect(item).toMatchObject({ content: { text: { body: 'x\uFFFDy\uFFFDz😮', 'k\uFFFD': 1 } } });
  });

  test('__proto__ keys change nothing', () => {
    const raw = `{"entry":[{"changes":[{"value":{"__proto__":{"messages":[]},"messages":[{"__proto__":{"polluted":1},"from":"1650","id":"a","type":"location","location":{"__proto__":{"polluted":1},"latitude":1,"longitude":2}}]}}]}]}`;
    const item = only(parse(Buffer.from(raw))) as unknown as {
      content: { location: Record<string, unknown> };
    };
    expect(item.content.location.polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(item.content.location)).toEqual(['latitude', 'longitude']);
  });

  test('types that are names of object members are only types', () => {
    for (const type of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(only(talk({ messages: [text('a', { type })] }))).toMatchObject({
        content: { type: 'unsupported', unsupported: { type } },
      });
    }
  });

  test('integers beyond 2^53 keep their digits', () => {
    const raw =
      '{"entry":[{"id":12345678901234567890,"changes":[{"field":"flows","value":{"message_template_id":98765432109876543210,"small":5}}]}]}';
    expect(only(parse(Buffer.from(raw)))).toMatchObject({
      accountRef: '12345678901234567890',
      value: { messageTemplateId: '98765432109876543210', small: 5 },
    });
  });

  test('an id that fits no index parks alone', () => {
    expect(kinds(talk({ messages: [text('x'.repeat(600)), text('ok')] }))).toEqual(['unreadable', 'message']);
  });
});

describe('calls', () => {
  const ended = (over: object = {}) => ({
    id: 'wacid.1',
    from: '16505551234',
    to: '15550783881',
    event: 'terminate',
    direction: 'USER_INITIATED',
    status: 'FAILED',
    timestamp: '1749416383',
    ...over,
  });

  test('one that nobody answered is also a line of the person’s', () => {
    expect(talk({ calls: [ended()] }, 'calls')).toMatchObject([
      { kind: 'notice', field: 'calls', about: 'call' },
      {
        kind: 'message',
        providerMessageId: 'wacid.1',
        from: { phone: '16505551234' },
        content: { type: 'system', system: { type: 'missed_call' } },
      },
    ]);
  });

  test.each([
    { event: 'connect' },
    { direction: 'BUSINESS_INITIATED' },
    { status: 'COMPLETED' },
    { from: undefined },
    { id: undefined },
  ])('any other is kept as a notice alone: %j', (over) => {
    expect(talk({ calls: [ended(over)] }, 'calls').map((item) => item.kind)).toEqual(['notice']);
  });
});
