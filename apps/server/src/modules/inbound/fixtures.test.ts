/** What each of the 74 public webhook bodies becomes: posted to the door, worked, and looked at through the API. */
import { parse } from '@chaski/providers';
import { beforeAll, describe, expect, test } from 'vitest';
import { haveFixtures, loadFixtures } from '../../../../../packages/providers/test/fixtures.ts';
import { type TestApi, testApi } from '../../../test/api.ts';
import { testRing, until } from '../../../test/harness.ts';
import { signalsHere } from '../../../test/inbound-stage.ts';
import type { Stage } from '../../../test/samples/index.ts';
import { addApp } from '../numbers/index.ts';
import { listParked, startProcessor } from './index.ts';
import { bodyOf, change, said, sign } from './testing.ts';

type Json = Record<string, unknown>;

const tester = { from: '972987654321', userId: 'US.13491208655302741918' };
/** What the business's own phone said, as WhatsApp echoes it. */
const echo = (phoneNumberId: string, id: string, more: Json = {}) => ({
  field: 'smb_message_echoes',
  value: {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '972123456789', phone_number_id: phoneNumberId },
    message_echoes: [
      {
        from: '972123456789',
        to: tester.from,
        id,
        timestamp: '1689000000',
        type: 'text',
        text: { body: 'ours' },
        ...more,
      },
    ],
  },
});
/** What a body is about was said before it. */
const before: Record<string, (phoneNumberId: string) => unknown> = {
  'message/reaction': (to) => echo(to, 'wamid.yzxyzx='),
  'message/unreaction_empty': (to) => echo(to, 'wamid.yzxyzx='),
  'message/unreaction_no_emoji': (to) => echo(to, 'wamid.yzxyzx='),
  'deleted_message/revoke': (to) =>
    change(to, { messages: [said('theirs', { ...tester, id: '<ORIGINAL_WHATSAPP_MESSAGE_ID>' })] }),
  'edited_message/image': (to) =>
    change(to, {
      messages: [
        said('theirs', {
          from: '16505551234',
          id: 'wamid.HBgLMTQxMjU1NTA4MjkVAgASGBQzQUNCNjk5RDUwNUZGMUZEM0VBRAA=',
        }),
      ],
    }),
  'outgoing_message/delete': (to) => echo(to, 'wamid.zzzzzz', { to: '972123456789' }),
  'outgoing_message/edit': (to) => echo(to, 'wamid.zzzzzz', { to: '972123456789' }),
  'system/phone_number_change': (to) => change(to, { messages: [said('theirs', { from: tester.from })] }),
  'message_status/sent': (to) => echo(to, 'wamid.xyzxyz'),
  'message_status/delivered': (to) => echo(to, 'wamid.xyzxyz'),
  'message_status/read': (to) => echo(to, 'wamid.xyzxyz'),
  'message_status/played': (to) => echo(to, 'wamid.xyzxyz'),
  'message_status/failed': (to) => echo(to, 'wamid.xyzxyz'),
  'message_status/with_tracker': (to) => echo(to, 'wamid.xyzxyz'),
  'message_status/group': (to) =>
    echo(to, '<WHATSAPP_MESSAGE_ID>', { to: undefined, group_id: 'fowefinoewcnw', recipient_type: 'group' }),
};

const anId = expect.any(String);
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

interface Held {
  /** The line that the body adds; null: none. */
  line?: Json;
  /** What it does to the line before it. */
  about?: Json;
  /** Who it is about, once it is worked. */
  person?: Json | null;
  /** `[field, about, value]` in the list of what WhatsApp told. */
  notice?: [string, string, Json];
  /** What the number's own state says after it. */
  state?: Json;
}

const ana = {
  phone: '972987654321',
  profileName: 'Test Name',
  identities: [
    { kind: 'bsuid', value: 'US.13491208655302741918', scope: anId, supersededAt: null },
    { kind: 'parent_bsuid', value: 'US.ENT.11815799212886844830', scope: '', supersededAt: null },
    { kind: 'phone', value: '972987654321', scope: '', supersededAt: null },
  ],
};
const phoneAlone = (phone: string, more: Json = {}) => ({
  phone,
  profileName: null,
  identities: [{ kind: 'phone', value: phone, scope: '', supersededAt: null }],
  ...more,
});

/** A line that a person wrote. */
const wrote = (seconds: number, type: string, content: unknown, more: Json = {}): Held => ({
  line: {
    direction: 'in',
    source: 'whatsapp',
    status: 'received',
    providerMessageId: 'wamid.xyzxyz',
    type,
    content: { type, [type]: content },
    shownAt: iso(seconds),
    replyTo: null,
    context: null,
    referral: null,
    error: null,
    ...more,
  },
  person: ana,
});
const forwarded = (often = false) => ({
  context: {
    messageId: null,
    from: null,
    forwarded: true,
    frequentlyForwarded: often,
    referredProduct: null,
  },
});
const answers = (messageId: string, from = '972123456789') => ({
  replyTo: messageId,
  context: { messageId, from, forwarded: false, frequentlyForwarded: false, referredProduct: null },
});
/** A file is expected from the start: `mediaId` names ours. */
const file = (id: string, mimeType: string, sha256: string, more: Json = {}) => ({
  id,
  mimeType,
  sha256,
  mediaId: anId,
  ...more,
});
const reacted = (emoji: string): Held => ({
  ...wrote(
    1697044456,
    'reaction',
    { messageId: 'wamid.yzxyzx=', emoji },
    { targetProviderId: 'wamid.yzxyzx=' },
  ),
  about: { providerMessageId: 'wamid.yzxyzx=', status: 'sent', editedAt: null, revokedAt: null },
});
const notTaken = {
  error: { code: '131051', kind: 'unsupported-type', message: 'Message type is currently not supported.' },
};

const service = { billable: true, pricingModel: 'CBP', category: 'service' };
/** Our line before it, with what the status makes of it. */
const became = (status: string, seconds: number, more: Json = {}, told: Json = {}): Held => ({
  about: {
    providerMessageId: 'wamid.xyzxyz',
    direction: 'out',
    status: status === 'played' ? 'read' : status,
    pricing: service,
    error: null,
    statuses: [
      {
        status,
        participant: null,
        providerMessageId: 'wamid.xyzxyz',
        at: iso(seconds),
        receivedAt: anId,
        recipient: {
          phone: '972987654321',
          userId: 'US.13491208655302741918',
          parentUserId: 'US.ENT.11815799212886844830',
          username: null,
          profileName: 'Test Name',
        },
        conversation: { id: '7270432eae37498234f4444b35ffc5', origin: { type: 'service' } },
        pricing: service,
        errors: null,
        ...told,
      },
    ],
    ...more,
  },
  person: ana,
});
const untilThen = {
  conversation: {
    id: '7270432eae37498234f4444b35ffc5',
    origin: { type: 'service' },
    expirationTimestamp: '1698339900',
  },
};

const account = (value: Json, state: Json = {}): Held => ({
  notice: ['account_update', 'account', value],
  state,
});
const template = (field: string, value: Json): Held => ({ notice: [field, 'template', value] });
const called = (value: Json): Held => ({
  notice: ['calls', 'call', expect.objectContaining(value) as unknown as Json],
});
const experiment = "Failed to send message because this user's phone number is part of an experiment";

const meanings: Record<string, Held> = {
  // ── messages ──
  'message/text': wrote(1697043223, 'text', { body: 'Body Text' }),
  'message/image': wrote(1697043379, 'image', file('65463453', 'image/jpeg', '4654+8g=')),
  'message/media_with_url': wrote(
    1697043379,
    'image',
    file('65463453', 'image/jpeg', '4654+8g=', {
      url: 'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=65463453&source=webhook&ext=487r9re&hash=heiwchueowbcew-dnedcw',
    }),
  ),
  'message/video': wrote(
    1697044362,
    'video',
    file('765756756', 'video/mp4', 'Jh+2ij6PzUv/J2y+grrtegr/ZMzRxkEPwc24Oyib4s03w9Jc=', {
      caption: 'caption',
    }),
    forwarded(),
  ),
  'message/document': wrote(
    1697043666,
    'document',
    file('1234567890987654321', 'application/pdf', 'grwfwe/ZPx0wAbdfbdeFUNItPZ0RylL8gGUvdt3YFqc18SY=', {
      caption: 'caption',
      filename: 'filename.pdf',
    }),
    forwarded(),
  ),
  'message/audio': wrote(
    1697043509,
    'audio',
    file('1234567890987654321', 'audio/ogg; codecs=opus', 'E3dxS/PdYZE7ppA3pQ4mpCFaXBJ8pX4SRN/dsfvds/iPGA=', {
      voice: false,
    }),
    forwarded(),
  ),
  'message/voice': wrote(
    1697043473,
    'audio',
    file(
      '1234567890987654321',
      'audio/ogg; codecs=opus',
      '9b4e2915fd8445d6a8a53c859063c0d3e6d7de2f986367588151703a00cb4832',
      { voice: true },
    ),
  ),
  'message/static_sticker': wrote(
    1697043760,
    'sticker',
    file(
      '1234567890987654321',
      'image/webp',
      '3a64f89e18d48423083cd9a3ede78e65e0988d35e42f1a0ebfce4e3021704ae7',
      { animated: false },
    ),
  ),
  'message/animated_sticker': wrote(
    1697043785,
    'sticker',
    file('1234567890987654321', 'image/webp', 'HcwyCKrTKXHk0a00ms4HWIA76GY0Du6q4Z/iuwevw=', {
      animated: true,
    }),
  ),
  'message/reaction': reacted('😮'),
  'message/unreaction_empty': reacted(''),
  'message/unreaction_no_emoji': reacted(''),
  'message/current_location': wrote(
    1697044557,
    'location',
    { latitude: 12.25089, longitude: 43.90539 },
    forwarded(),
  ),
  'message/chosen_location': wrote(
    1697044557,
    'location',
    {
      latitude: 37.4611978,
      longitude: -122.2164385,
      name: 'Facebook HQ',
      address: '1 Hacker Way, Menlo Park, CA 94025',
      url: 'https://maps.google.com/?cid=2000000000000000000',
    },
    forwarded(),
  ),
  'message/contacts': wrote(1697044621, 'contacts', [
    {
      name: { firstName: 'Chandler', lastName: 'Bing', formattedName: 'Chandler Bing' },
      phones: [{ phone: '+1 555-555-5555', waId: '972987654321', type: 'CELL' }],
    },
    {
      name: { firstName: 'Monica', formattedName: 'Monica' },
      phones: [{ phone: '+1 666-666-6666', waId: '972987654321', type: 'HOME' }],
    },
    {
      name: { firstName: 'Rachel', lastName: 'Green', formattedName: 'Rachel Green' },
      phones: [{ phone: '+1 777-777-7777', waId: '972987654321', type: 'WORK' }],
    },
  ]),
  'message/order': wrote(1697044668, 'order', {
    catalogId: '354160437058781',
    text: '',
    productItems: [
      { productRetailerId: 'HAMBURGER', quantity: 3, itemPrice: 30, currency: 'ILS' },
      { productRetailerId: 'FRENCH_FRIES', quantity: 2, itemPrice: 35, currency: 'ILS' },
      { productRetailerId: 'SODA', quantity: 2, itemPrice: 10, currency: 'ILS' },
    ],
  }),
  'message/unsupported': wrote(1697044706, 'unsupported', { type: null }, notTaken),
  'message/unsupported_with_type': wrote(1697044706, 'unsupported', { type: 'pool' }, notTaken),
  'message/reply': wrote(1697044746, 'text', { body: 'replied text' }, answers('wamid.xyzxyz==')),
  'message/forwarded': wrote(1697044815, 'text', { body: 'forwarded text' }, forwarded()),
  'message/forwarded_many_times': wrote(
    1697044968,
    'text',
    { body: 'text forwarded many times' },
    forwarded(true),
  ),
  'message/interactive_message_with_err': wrote(
    1700505494,
    'interactive',
    { type: null },
    {
      providerMessageId: 'wamid.wegrchytvwcggt=',
      ...answers('wamid.gvwegfretge=='),
      error: { code: '131000', kind: 'provider', message: 'Unsupported webhook payload' },
    },
  ),
  'message/referral': wrote(
    1697045000,
    'text',
    { body: 'BODY' },
    {
      providerMessageId: 'wamid.ID',
      referral: {
        sourceUrl: 'AD_OR_POST_FB_URL',
        sourceId: 'ADID',
        sourceType: 'ad or post',
        headline: 'AD_TITLE',
        body: 'AD_DESCRIPTION',
        mediaType: 'image or video',
        imageUrl: 'RAW_IMAGE_URL',
        videoUrl: 'RAW_VIDEO_URL',
        thumbnailUrl: 'RAW_THUMBNAIL_URL',
        ctwaClid: 'CTWA_CLID',
      },
    },
  ),
  // ── presses ──
  'callback_button/button': wrote(
    1698266730,
    'interactive',
    { type: 'button_reply', buttonReply: { id: 'callback_data', title: 'title' } },
    answers('wamid.xyzxyz', '1122334455667'),
  ),
  'callback_button/quick_reply': wrote(
    1698269027,
    'button',
    { payload: 'callback_data', text: 'title' },
    { providerMessageId: 'wamid.xsidjw', ...answers('wamid.xyzxyz==') },
  ),
  'callback_button/quick_reply_without_context': wrote(
    1698269027,
    'button',
    { payload: 'callback_data', text: 'title' },
    { providerMessageId: 'wamid.xsidjx' },
  ),
  'callback_selection/callback': wrote(
    1698266905,
    'interactive',
    { type: 'list_reply', listReply: { id: 'callback_data', title: 'title' } },
    { providerMessageId: 'wamid.zyzxyz', ...answers('wamid.xyzxyz', '1122334455667') },
  ),
  'callback_selection/description': wrote(
    1698266905,
    'interactive',
    { type: 'list_reply', listReply: { id: 'callback_data', title: 'title', description: 'description' } },
    { providerMessageId: 'wamid.zyzxyz', ...answers('wamid.xyzxyz', '1122334455667') },
  ),
  'flow_completion/completion': completed({ flow_token: 'AQAAAAACS5FpgQ_cAAAAAD0QI3s.' }),
  'flow_completion/without_flow_token': completed({}),
  'call_permission_update/accept': permitted({ response: 'accept', expirationTimestamp: 1753186982 }),
  'call_permission_update/reject': permitted({ response: 'reject' }),
  // ── edits, deletions, system ──
  'deleted_message/revoke': {
    ...wrote(
      1697043223,
      'revoke',
      { originalMessageId: '<ORIGINAL_WHATSAPP_MESSAGE_ID>' },
      {
        providerMessageId: '<WHATSAPP_MESSAGE_ID>',
        targetProviderId: '<ORIGINAL_WHATSAPP_MESSAGE_ID>',
      },
    ),
    about: {
      providerMessageId: '<ORIGINAL_WHATSAPP_MESSAGE_ID>',
      content: { type: 'text', text: { body: 'theirs' } },
      revokedAt: iso(1697043223),
      editedAt: null,
    },
  },
  'edited_message/image': {
    ...wrote(
      1749854575,
      'edit',
      {
        originalMessageId: 'wamid.HBgLMTQxMjU1NTA4MjkVAgASGBQzQUNCNjk5RDUwNUZGMUZEM0VBRAA=',
        content: {
          type: 'image',
          image: {
            id: '1234567890',
            caption: 'Updated image caption',
            mimeType: 'image/jpeg',
            sha256: 'a1b2c3d4e5f6...',
            url: 'https://media.example.com/updated-image.jpg',
          },
        },
      },
      {
        providerMessageId: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=',
        targetProviderId: 'wamid.HBgLMTQxMjU1NTA4MjkVAgASGBQzQUNCNjk5RDUwNUZGMUZEM0VBRAA=',
      },
    ),
    about: { editedAt: iso(1749854575), revokedAt: null },
    // The card in this body is somebody else's.
    person: phoneAlone('16505551234'),
  },
  'system/phone_number_change': {
    ...wrote(
      1753851315,
      'system',
      {
        type: 'user_changed_number',
        body: 'User A changed from 972987654321 to 972912345678',
        waId: '972912345678',
      },
      { providerMessageId: 'wamid.xyzxyz==' },
    ),
    about: { content: { type: 'text', text: { body: 'theirs' } } },
    person: {
      phone: '972912345678',
      identities: [
        { kind: 'phone', value: '972912345678', scope: '', supersededAt: null },
        { kind: 'phone', value: '972987654321', scope: '', supersededAt: iso(1753851315) },
      ],
    },
  },
  'system/identity_change': {
    ...wrote(1697044706, 'system', {
      type: 'customer_identity_changed',
      body: 'User identity changed',
      identity: { acknowledged: true, createdTimestamp: '1697044706', hash: 'xyzxyz' },
    }),
    person: phoneAlone('972987654321', { profileName: 'User A' }),
  },
  // ── statuses ──
  'message_status/sent': became('sent', 1698266945, { sentAt: iso(1698266945) }, untilThen),
  'message_status/delivered': became('delivered', 1698266945, { deliveredAt: iso(1698266945), readAt: null }),
  'message_status/read': became('read', 1689380458, { readAt: iso(1689380458) }),
  'message_status/played': became('played', 1689380458, { readAt: iso(1689380458) }),
  'message_status/failed': became(
    'failed',
    1689380458,
    {
      failedAt: iso(1689380458),
      deliveredAt: null,
      pricing: null,
      error: { code: '130472', kind: 'experiment', message: experiment },
    },
    {
      conversation: null,
      pricing: null,
      errors: [
        {
          code: '130472',
          kind: 'experiment',
          title: "User's number is part of an experiment",
          message: experiment,
          details: experiment,
          href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
        },
      ],
    },
  ),
  // Another's tracker finds no attempt of ours; WhatsApp's id finds the line.
  'message_status/with_tracker': became('sent', 1698266945, { sentAt: iso(1698266945) }, untilThen),
  'message_status/group': {
    about: {
      providerMessageId: '<WHATSAPP_MESSAGE_ID>',
      contactId: null,
      status: 'read',
      readAt: iso(1698266945),
      statuses: [
        {
          status: 'read',
          participant: 'US.123456',
          providerMessageId: '<WHATSAPP_MESSAGE_ID>',
          at: iso(1698266945),
          receivedAt: anId,
          recipient: {
            phone: null,
            userId: 'US.123456',
            parentUserId: '<PARENT_BSUID>',
            username: '<USERNAME>',
            profileName: '<USER_DISPLAY_NAME>',
          },
          conversation: null,
          pricing: null,
          errors: null,
        },
      ],
    },
  },
  // ── the business's own phone ──
  'outgoing_message/text': {
    line: {
      direction: 'out',
      source: 'phone-app',
      status: 'sent',
      providerMessageId: '<WHATSAPP_MESSAGE_ID>',
      type: 'text',
      content: { type: 'text', text: { body: 'Test message' } },
      shownAt: iso(1697043223),
      sentAt: iso(1697043223),
    },
    // `to` is no number here: the person is known by their user ids.
    person: {
      phone: null,
      identities: [
        { kind: 'bsuid', value: '<BSUID>', scope: anId, supersededAt: null },
        { kind: 'parent_bsuid', value: '<PARENT_BSUID>', scope: '', supersededAt: null },
      ],
    },
  },
  'outgoing_message/delete': ourPhone(
    'revoke',
    { originalMessageId: 'wamid.zzzzzz' },
    { revokedAt: iso(1697044968), editedAt: null },
  ),
  'outgoing_message/edit': ourPhone(
    'edit',
    {
      originalMessageId: 'wamid.zzzzzz',
      content: { type: 'text', text: { body: 'Text was edited' } },
    },
    { editedAt: iso(1697044968), revokedAt: null },
  ),
  // ── preferences ──
  'user_marketing_preferences/resume': {
    person: phoneAlone('16505551234', {
      marketingStoppedAt: null,
      consents: [
        {
          action: 'opt-in',
          scope: 'marketing',
          source: 'whatsapp',
          keyword: null,
          proof: null,
          at: iso(1731705721),
        },
      ],
    }),
  },
  // It says neither yes nor no.
  'user_marketing_preferences/signup': { person: phoneAlone('16505551234', { consents: [] }) },
  // ── calls ──
  'call_connect/business_initiated': called({
    calls: [
      {
        id: 'wacid.xxxx=',
        to: '16315553601',
        from: '16315553602',
        event: 'connect',
        timestamp: '1752582933',
        direction: 'BUSINESS_INITIATED',
        session: { sdp: '<<RFC 8866 SDP>>', sdpType: 'answer' },
      },
    ],
  }),
  'call_connect/user_initiated': called({
    calls: [
      {
        id: 'wacid.xxxx=',
        from: '972987654321',
        to: '16315553601',
        event: 'connect',
        timestamp: '1752583107',
        direction: 'USER_INITIATED',
        session: { sdp: '<<RFC 8866 SDP>>', sdpType: 'offer' },
      },
    ],
  }),
  'call_status/call_status': called({
    statuses: [
      {
        id: 'wacid.ABGGFjFVU2AfAgo6V',
        timestamp: '1671644824',
        type: 'call',
        status: 'RINGING',
        recipientId: '163155536021',
        bizOpaqueCallbackData: 'random_string',
      },
    ],
  }),
  'call_terminate/call_terminate': called({
    calls: [
      {
        id: 'wacid.ABGGFjFVU2AfAgo6V-Hc5eCgK5Gh',
        to: '16315553601',
        from: '16315553602',
        event: 'terminate',
        direction: 'BUSINESS_INITIATED',
        bizOpaqueCallbackData: 'random_string',
        timestamp: '1671644824',
        status: 'COMPLETED',
        startTime: '1671644824',
        endTime: '1671644944',
        duration: 120,
      },
    ],
    errors: [
      {
        code: 12455,
        message: 'ERROR_TITLE',
        href: 'ERROR_HREF',
        errorData: { details: 'ERROR_DETAILS' },
      },
    ],
  }),
  // ── templates ──
  'template_category_update/marketing': template('template_category_update', {
    messageTemplateId: 12345678,
    messageTemplateName: 'my_message_template',
    messageTemplateLanguage: 'he',
    newCategory: 'MARKETING',
  }),
  'template_components_update/element': template('message_template_components_update', {
    messageTemplateId: 12345678,
    messageTemplateName: 'my_message_template',
    messageTemplateLanguage: 'he',
    messageTemplateElement: 'Hi {{1}}! Welcome to our service.',
  }),
  'template_quality_update/yellow': template('message_template_quality_update', {
    previousQualityScore: 'GREEN',
    newQualityScore: 'YELLOW',
    messageTemplateId: 806312974732579,
    messageTemplateName: 'welcome_template',
    messageTemplateLanguage: 'en_US',
  }),
  'template_status_update/approved': template('message_template_status_update', {
    event: 'APPROVED',
    messageTemplateId: 1689556908129832,
    messageTemplateName: 'order_confirmation',
    messageTemplateLanguage: 'en_US',
    reason: 'NONE',
    messageTemplateCategory: 'UTILITY',
  }),
  'template_status_update/rejected': template('message_template_status_update', {
    event: 'REJECTED',
    messageTemplateId: 1689556908129835,
    messageTemplateName: 'abandoned_cart',
    messageTemplateLanguage: 'en',
    reason: 'INVALID_FORMAT',
    messageTemplateCategory: 'MARKETING',
    rejectionInfo: {
      reason:
        'Your template has parameters placed next to each other (like {{1}}{{2}}) without text or punctuation between them.',
      recommendation:
        'Separate parameters with descriptive text and ensure each parameter is clearly contextualized.',
    },
  }),
  // ── account ──
  'account_update/account_deleted': account(
    { event: 'ACCOUNT_DELETED' },
    { ban: { banned: true, state: 'ACCOUNT_DELETED', at: iso(1743451903) } },
  ),
  'account_update/account_restriction': account(
    { event: 'ACCOUNT_RESTRICTION', restrictionInfo: restrictions() },
    { restriction: { restrictions: restrictions(), at: iso(1641330498) } },
  ),
  'account_update/account_violation': account(
    { event: 'ACCOUNT_VIOLATION', violationInfo: { violationType: 'ADULT' } },
    { violation: { violationType: 'ADULT', at: iso(1743451903) } },
  ),
  'account_update/ad_account_linked': account({
    event: 'AD_ACCOUNT_LINKED',
    wabaInfo: {
      ownerBusinessId: '2329417887457253',
      adAccountLinked: '980198427534243',
      wabaId: '980198427658004',
    },
  }),
  'account_update/authentication_international_eligibility': account({
    event: 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE',
    authInternationalRateEligibility: {
      exceptionCountries: [{ countryCode: 'ID', startTime: 1751347424 }],
      startTime: 1748780624,
    },
  }),
  'account_update/account_disabled': account(
    {
      event: 'DISABLED_UPDATE',
      banInfo: { wabaBanState: 'REINSTATE', wabaBanDate: 'April 17, 2025' },
    },
    { ban: { banned: false, state: 'REINSTATE', at: iso(1743451903) } },
  ),
  'account_update/mm_api_for_wa_terms_of_service': account(
    {
      event: 'MM_LITE_TERMS_SIGNED',
      wabaInfo: { ownerBusinessId: '2329417887457253', wabaId: '980198427658004' },
    },
    { marketingTerms: { signed: true, at: iso(1744823932) } },
  ),
  'account_update/partner_added': account(
    {
      event: 'PARTNER_ADDED',
      wabaInfo: {
        wabaId: '980198427658004',
        ownerBusinessId: '2329417887457253',
        solutionId: '1715120619246906',
        solutionPartnerBusinessIds: ['2949482758682047', '520744086200222'],
      },
    },
    connection(true, 'PARTNER_ADDED', 1744823932),
  ),
  'account_update/partner_app_installed': account({
    event: 'PARTNER_APP_INSTALLED',
    wabaInfo: {
      wabaId: '1191624265890717',
      ownerBusinessId: '2329417887457253',
      partnerAppId: '5731794616896507',
      solutionId: '1715120619246906',
      solutionPartnerBusinessIds: ['2949482758682047', '520744086200222'],
    },
  }),
  'account_update/partner_app_uninstalled': account({
    event: 'PARTNER_APP_UNINSTALLED',
    wabaInfo: {
      wabaId: '184943124712545',
      ownerBusinessId: '1284923862322270',
      partnerAppId: '869361281603019',
    },
  }),
  'account_update/partner_led_business_verification_status': account({
    event: 'PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE',
    partnerClientCertificationInfo: {
      clientBusinessId: '2729063490586005',
      status: 'APPROVED',
      rejectionReasons: ['NONE'],
    },
  }),
  'account_update/partner_removed': account(
    {
      event: 'PARTNER_REMOVED',
      wabaInfo: { wabaId: '980198427658004', ownerBusinessId: '2329417887457253' },
    },
    connection(false, 'PARTNER_REMOVED', 1748477359),
  ),
  'account_update/partner_removed_wa_app_disconnection': account(
    {
      event: 'PARTNER_REMOVED',
      wabaInfo: { wabaId: '980198427658004', ownerBusinessId: '2329417887457253' },
      disconnectionInfo: { reason: 'PRIMARY_INACTIVITY', initiatedBy: 'SYSTEM' },
    },
    connection(false, 'PRIMARY_INACTIVITY', 1748477359),
  ),
  'account_update/primary_business_location_set': account({
    event: 'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE',
    country: 'IN',
  }),
  'account_update/pricing_tiering_update': account({
    event: 'VOLUME_BASED_PRICING_TIER_UPDATE',
    volumeTierInfo: {
      tierUpdateTime: 1743451903,
      pricingCategory: 'UTILITY',
      tier: '25000001:50000000',
      effectiveMonth: '2025-11',
      region: 'India',
    },
  }),
  'account_update/account_offboarded': account(
    { event: 'ACCOUNT_OFFBOARDED' },
    connection(false, 'ACCOUNT_OFFBOARDED', 1743451903),
  ),
  'account_update/account_reconnected': account(
    { event: 'ACCOUNT_RECONNECTED' },
    connection(true, 'ACCOUNT_RECONNECTED', 1743451903),
  ),
};

function completed(token: Json): Held {
  const scores = { delivery_rating: '4', purchase_rating: '2', recommend_radio: '0', cs_rating: '0' };
  const { delivery_rating, ...rest } = scores;
  const response = { comment_text: 'Comment Text', delivery_rating, ...token, ...rest };
  return wrote(
    1702502473,
    'interactive',
    {
      type: 'nfm_reply',
      nfmReply: { name: 'flow', body: 'Sent', responseJson: JSON.stringify(response), response },
    },
    { providerMessageId: 'wamid.wegrchytvwcggt==', ...answers('wamid.gvwegfretge==') },
  );
}
function permitted(reply: Json): Held {
  return wrote(
    1752582182,
    'interactive',
    {
      type: 'call_permission_reply',
      callPermissionReply: { ...reply, responseSource: 'user_action' },
    },
    { providerMessageId: 'wamid.x', ...answers('wamid.y==', '1122334455667') },
  );
}
function ourPhone(type: string, content: Json, about: Json): Held {
  return {
    line: {
      direction: 'out',
      source: 'phone-app',
      providerMessageId: 'wamid.yyyyyy',
      targetProviderId: 'wamid.zzzzzz',
      type,
      content: { type, [type]: content },
      shownAt: iso(1697044968),
    },
    about: { providerMessageId: 'wamid.zzzzzz', content: { type: 'text', text: { body: 'ours' } }, ...about },
    person: phoneAlone('972123456789'),
  };
}
function restrictions(): Json[] {
  return ['RESTRICTED_BIZ_INITIATED_MESSAGING', 'RESTRICTED_ADD_PHONE_NUMBER_ACTION'].map(
    (restrictionType) => ({
      restrictionType,
      expiration: 1641330498,
    }),
  );
}
function connection(connected: boolean, reason: string, seconds: number): Json {
  return { connection: { connected, reason, at: iso(seconds) } };
}

/** The body with the number and the account of one workspace in it: so all 74 stand beside each other. */
function addressed(body: unknown, { seeded }: Stage): Buffer {
  const { object, entry } = body as { object: string; entry: { changes: { value: Json }[] }[] };
  const change = (what: { value: Json }) => {
    const metadata = what.value.metadata as Json | undefined;
    if (metadata === undefined) return what;
    return {
      ...what,
      value: { ...what.value, metadata: { ...metadata, phone_number_id: seeded.phoneNumberId } },
    };
  };
  return Buffer.from(
    JSON.stringify({
      object,
      entry: entry.map((one) => ({ ...one, id: seeded.accountRef, changes: one.changes.map(change) })),
    }),
  );
}

/** Of what is there, the fields that are expected. */
const like = (rows: Json[], expected: readonly (Json | null | undefined)[]) =>
  rows.map((row, at) => Object.fromEntries(Object.keys(expected[at] ?? {}).map((key) => [key, row[key]])));

describe.skipIf(!haveFixtures)(
  'the public webhook bodies (../shared/fixtures), as the product holds them',
  () => {
    const bodies = loadFixtures();
    const stages = new Map<string, Stage>();
    const secrets = { ours: 'the-secret-of-the-fixtures', anothers: 'the-secret-of-another-app' };
    let api: TestApi;

    beforeAll(async () => {
      api = await testApi();
      const [app] = await api.db.withSystem('test: two apps', (tx) =>
        Promise.all(
          Object.entries(secrets).map(([name, secret]) =>
            addApp(tx, { ring: testRing }, { name, secret, verifyToken: `verify ${name}`, isDefault: true }),
          ),
        ),
      );
      for (const name of bodies.keys()) stages.set(name, await api.stage(name, { appId: app!.id }));
      for (const [name, make] of Object.entries(before)) {
        const { seeded } = stages.get(name)!;
        await post(bodyOf([make(seeded.phoneNumberId)], seeded.accountRef));
      }
      await work();
      for (const [name, body] of bodies) await post(addressed(body, stages.get(name)!));
      await work();
    });

    async function post(body: Buffer, secret = secrets.ours): Promise<void> {
      const answer = await api.http.app.inject({
        method: 'POST',
        url: '/webhooks/cloud',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(body, secret) },
        payload: body,
      });
      expect(answer.statusCode).toBe(200);
    }
    async function work(): Promise<void> {
      const processor = startProcessor({ db: api.db, signals: signalsHere(), log: api.logger, parse });
      try {
        await until('all bodies are worked', async () => {
          const waiting = await api.db.withSystem('test', (tx) =>
            tx.query('select 1 from raw_events where processed_at is null limit 1'),
          );
          return waiting.length === 0;
        });
      } finally {
        await processor.stop();
      }
    }
    async function held(stage: Stage) {
      const list = async (path: string) =>
        ((await stage.send(`GET ${path}`, {})).body as { data: Json[] }).data;
      const one = async (path: string, { id }: Json) =>
        (await stage.send(`GET ${path}/:id`, { params: { id: String(id) } })).body as Json;
      const [lines, people, notices, [number], parked] = await Promise.all([
        list('/v1/messages'),
        list('/v1/contacts'),
        list('/v1/notices'),
        list('/v1/numbers'),
        list('/v1/parked'),
      ]);
      const isEarlier = ({ content }: Json) =>
        ['ours', 'theirs'].includes((content as { text?: { body: string } }).text?.body ?? '');
      return {
        fresh: lines.filter((line) => !isEarlier(line)),
        earlier: await Promise.all(lines.filter(isEarlier).map((line) => one('/v1/messages', line))),
        people: await Promise.all(people.map((person) => one('/v1/contacts', person))),
        rest: { notices, state: number!.providerState, parked },
      };
    }

    test('there are 74 and each has a meaning here', () => {
      expect(bodies.size).toBe(74);
      expect(Object.keys(meanings).sort()).toEqual([...bodies.keys()].sort());
    });

    test.each([...bodies.keys()])('%s', async (name) => {
      const { line, about, person, notice, state = {} } = meanings[name]!;
      const { fresh, earlier, people, rest } = await held(stages.get(name)!);
      expect(like(fresh, [line])).toEqual(line ? [line] : []);
      expect(like(earlier, [about])).toEqual(about ? [about] : []);
      expect(like(people, [person])).toEqual(person ? [person] : []);
      expect(rest).toEqual({
        notices: notice
          ? [expect.objectContaining({ field: notice[0], about: notice[1], value: notice[2] })]
          : [],
        state,
        parked: [],
      });
    });

    test('for a number that is not here, or signed by an app that it is not bound to, each is kept with that reason', async () => {
      const rows = () =>
        api.db.withSystem('test', (tx) =>
          tx.query(
            `select (select count(*) from messages) messages, (select count(*) from message_statuses) statuses,
             (select count(*) from contacts) contacts, (select count(*) from consents) consents,
             (select count(*) from notices) notices, (select count(*) from events) events`,
          ),
        );
      const shown = await rows();
      for (const body of bodies.values()) await post(Buffer.from(JSON.stringify(body)));
      for (const [name, body] of bodies) await post(addressed(body, stages.get(name)!), secrets.anothers);
      await work();
      const reasons = (await listParked(api.db, {}, { limit: 500, after: null })).map(({ reason }) => reason);
      expect(reasons.filter((reason) => reason === 'unknown-number')).toHaveLength(74);
      expect(reasons.filter((reason) => reason === 'wrong-app')).toHaveLength(74);
      expect(await rows()).toEqual(shown);
    });
  },
);
