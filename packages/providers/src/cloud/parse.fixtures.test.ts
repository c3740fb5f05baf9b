/** Each of the 74 public webhook bodies has the meaning that its documentation gives it. */
import { describe, expect, test } from 'vitest';
import { bytes, haveFixtures, loadFixtures } from '../../test/fixtures.ts';
import { parse } from './parse.ts';

const tester = {
  phone: '972987654321',
  userId: 'US.13491208655302741918',
  parentUserId: 'US.ENT.11815799212886844830',
  username: null,
  profileName: 'Test Name',
};
const at = (seconds: number): Date => new Date(seconds * 1000);

const base = (account: string | null, number: string | null, display: string | null, path = '0/0/0') => ({
  path,
  accountRef: account,
  phoneNumberId: number,
  displayPhoneNumber: display,
});
const home = base('1234567890987654321', '1122334455667', '972123456789');
const other = base('5467539754836534', '1122334455667', '972123456789');
const lucky = base('102290129340398', '106540352242922', '15550783881');

const message = (seconds: number, content: unknown, more: object = {}) => ({
  ...home,
  at: at(seconds),
  kind: 'message',
  providerMessageId: 'wamid.xyzxyz',
  from: tester,
  groupId: null,
  content,
  context: null,
  referral: null,
  errors: [],
  ...more,
});
const context = (more: object) => ({
  messageId: null,
  from: null,
  forwarded: false,
  frequentlyForwarded: false,
  referredProduct: null,
  ...more,
});
const forwarded = { context: context({ forwarded: true }) };

const service = { id: '7270432eae37498234f4444b35ffc5', origin: { type: 'service' } };
const status = (name: string, seconds: number, more: object = {}) => ({
  ...other,
  at: at(seconds),
  kind: 'status',
  providerMessageId: 'wamid.xyzxyz',
  status: name,
  recipient: tester,
  groupId: null,
  participant: '',
  callbackData: null,
  conversation: service,
  pricing: { billable: true, pricingModel: 'CBP', category: 'service' },
  errors: [],
  ...more,
});
const notice = (account: string, seconds: number, field: string, about: string, value: unknown) => ({
  ...base(account, null, null),
  at: at(seconds),
  kind: 'notice',
  field,
  about,
  value,
});
const account = (id: string, seconds: number, value: unknown) =>
  notice(id, seconds, 'account_update', 'account', value);
const call = (id: string, number: string, display: string, seconds: number, value: object) => ({
  ...base(id, number, display),
  at: at(seconds),
  kind: 'notice',
  field: 'calls',
  about: 'call',
  value: {
    messagingProduct: 'whatsapp',
    metadata: { displayPhoneNumber: display, phoneNumberId: number },
    contacts: [
      {
        profile: { name: 'Test Name' },
        waId: tester.phone,
        userId: tester.userId,
        parentUserId: tester.parentUserId,
      },
    ],
    ...value,
  },
});
const unknownType = [
  {
    code: 131051,
    title: 'Message type unknown',
    message: 'Message type unknown',
    details: 'Message type is currently not supported.',
    href: null,
  },
];
const cs = (id: string) => ({ context: context({ messageId: id, from: '1122334455667' }) });
const flow = (answers: Record<string, string>, json: string) =>
  message(
    1702502473,
    {
      type: 'interactive',
      interactive: {
        type: 'nfm_reply',
        nfmReply: { name: 'flow', body: 'Sent', responseJson: json, response: answers },
      },
    },
    {
      providerMessageId: 'wamid.wegrchytvwcggt==',
      context: context({ messageId: 'wamid.gvwegfretge==', from: '972123456789' }),
    },
  );

const meanings: Record<string, unknown[]> = {
  // ── messages ──
  'message/text': [message(1697043223, { type: 'text', text: { body: 'Body Text' } })],
  'message/image': [
    message(1697043379, {
      type: 'image',
      image: { id: '65463453', mimeType: 'image/jpeg', sha256: '4654+8g=' },
    }),
  ],
  'message/media_with_url': [
    message(1697043379, {
      type: 'image',
      image: {
        id: '65463453',
        mimeType: 'image/jpeg',
        sha256: '4654+8g=',
        url: 'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=65463453&source=webhook&ext=487r9re&hash=heiwchueowbcew-dnedcw',
      },
    }),
  ],
  'message/video': [
    message(
      1697044362,
      {
        type: 'video',
        video: {
          id: '765756756',
          mimeType: 'video/mp4',
          caption: 'caption',
          sha256: 'Jh+2ij6PzUv/J2y+grrtegr/ZMzRxkEPwc24Oyib4s03w9Jc=',
        },
      },
      forwarded,
    ),
  ],
  'message/document': [
    message(
      1697043666,
      {
        type: 'document',
        document: {
          id: '1234567890987654321',
          mimeType: 'application/pdf',
          caption: 'caption',
          filename: 'filename.pdf',
          sha256: 'grwfwe/ZPx0wAbdfbdeFUNItPZ0RylL8gGUvdt3YFqc18SY=',
        },
      },
      forwarded,
    ),
  ],
  'message/audio': [
    message(
      1697043509,
      {
        type: 'audio',
        audio: {
          id: '1234567890987654321',
          mimeType: 'audio/ogg; codecs=opus',
          sha256: 'E3dxS/PdYZE7ppA3pQ4mpCFaXBJ8pX4SRN/dsfvds/iPGA=',
          voice: false,
        },
      },
      forwarded,
    ),
  ],
  'message/voice': [
    message(1697043473, {
      type: 'audio',
      audio: {
        id: '1234567890987654321',
        mimeType: 'audio/ogg; codecs=opus',
        // Whole SHA-256 digests are base64 in webhooks and hex here; the shortened ones stay as they are.
        sha256: Buffer.from('m04pFf2ERdaopTyFkGPA0+bX3i+YY2dYgVFwOgDLSDI=', 'base64').toString('hex'),
        voice: true,
      },
    }),
  ],
  'message/static_sticker': [
    message(1697043760, {
      type: 'sticker',
      sticker: {
        id: '1234567890987654321',
        mimeType: 'image/webp',
        sha256: Buffer.from('OmT4nhjUhCMIPNmj7eeOZeCYjTXkLxoOv85OMCFwSuc=', 'base64').toString('hex'),
        animated: false,
      },
    }),
  ],
  'message/animated_sticker': [
    message(1697043785, {
      type: 'sticker',
      sticker: {
        id: '1234567890987654321',
        mimeType: 'image/webp',
        sha256: 'HcwyCKrTKXHk0a00ms4HWIA76GY0Du6q4Z/iuwevw=',
        animated: true,
      },
    }),
  ],
  'message/reaction': [
    message(1697044456, { type: 'reaction', reaction: { messageId: 'wamid.yzxyzx=', emoji: '😮' } }),
  ],
  'message/unreaction_empty': [
    message(1697044456, { type: 'reaction', reaction: { messageId: 'wamid.yzxyzx=', emoji: '' } }),
  ],
  'message/unreaction_no_emoji': [
    message(1697044456, { type: 'reaction', reaction: { messageId: 'wamid.yzxyzx=', emoji: '' } }),
  ],
  'message/current_location': [
    message(
      1697044557,
      { type: 'location', location: { latitude: 12.25089, longitude: 43.90539 } },
      forwarded,
    ),
  ],
  'message/chosen_location': [
    message(
      1697044557,
      {
        type: 'location',
        location: {
          latitude: 37.4611978,
          longitude: -122.2164385,
          name: 'Facebook HQ',
          address: '1 Hacker Way, Menlo Park, CA 94025',
          url: 'https://maps.google.com/?cid=2000000000000000000',
        },
      },
      forwarded,
    ),
  ],
  'message/contacts': [
    message(1697044621, {
      type: 'contacts',
      contacts: [
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
      ],
    }),
  ],
  'message/order': [
    message(1697044668, {
      type: 'order',
      order: {
        catalogId: '354160437058781',
        text: '',
        productItems: [
          { productRetailerId: 'HAMBURGER', quantity: 3, itemPrice: 30, currency: 'ILS' },
          { productRetailerId: 'FRENCH_FRIES', quantity: 2, itemPrice: 35, currency: 'ILS' },
          { productRetailerId: 'SODA', quantity: 2, itemPrice: 10, currency: 'ILS' },
        ],
      },
    }),
  ],
  'message/unsupported': [
    message(1697044706, { type: 'unsupported', unsupported: { type: null } }, { errors: unknownType }),
  ],
  'message/unsupported_with_type': [
    message(1697044706, { type: 'unsupported', unsupported: { type: 'pool' } }, { errors: unknownType }),
  ],
  'message/reply': [
    message(
      1697044746,
      { type: 'text', text: { body: 'replied text' } },
      { context: context({ messageId: 'wamid.xyzxyz==', from: '972123456789' }) },
    ),
  ],
  'message/forwarded': [message(1697044815, { type: 'text', text: { body: 'forwarded text' } }, forwarded)],
  'message/forwarded_many_times': [
    message(
      1697044968,
      { type: 'text', text: { body: 'text forwarded many times' } },
      { context: context({ forwarded: true, frequentlyForwarded: true }) },
    ),
  ],
  'message/interactive_message_with_err': [
    message(
      1700505494,
      { type: 'interactive', interactive: { type: null } },
      {
        providerMessageId: 'wamid.wegrchytvwcggt=',
        context: context({ messageId: 'wamid.gvwegfretge==', from: '972123456789' }),
        errors: [
          {
            code: 131000,
            title: 'Something went wrong',
            message: 'Something went wrong',
            details: 'Unsupported webhook payload',
            href: null,
          },
        ],
      },
    ),
  ],
  'message/referral': [
    message(
      1697045000,
      { type: 'text', text: { body: 'BODY' } },
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
  ],
  // ── presses ──
  'callback_button/button': [
    message(
      1698266730,
      {
        type: 'interactive',
        interactive: { type: 'button_reply', buttonReply: { id: 'callback_data', title: 'title' } },
      },
      { ...other, ...cs('wamid.xyzxyz') },
    ),
  ],
  'callback_button/quick_reply': [
    message(
      1698269027,
      { type: 'button', button: { payload: 'callback_data', text: 'title' } },
      {
        ...other,
        providerMessageId: 'wamid.xsidjw',
        context: context({ messageId: 'wamid.xyzxyz==', from: '972123456789' }),
      },
    ),
  ],
  'callback_button/quick_reply_without_context': [
    message(
      1698269027,
      { type: 'button', button: { payload: 'callback_data', text: 'title' } },
      { ...other, providerMessageId: 'wamid.xsidjx' },
    ),
  ],
  'callback_selection/callback': [
    message(
      1698266905,
      {
        type: 'interactive',
        interactive: { type: 'list_reply', listReply: { id: 'callback_data', title: 'title' } },
      },
      { providerMessageId: 'wamid.zyzxyz', ...cs('wamid.xyzxyz') },
    ),
  ],
  'callback_selection/description': [
    message(
      1698266905,
      {
        type: 'interactive',
        interactive: {
          type: 'list_reply',
          listReply: { id: 'callback_data', title: 'title', description: 'description' },
        },
      },
      { providerMessageId: 'wamid.zyzxyz', ...cs('wamid.xyzxyz') },
    ),
  ],
  'flow_completion/completion': [
    flow(
      {
        comment_text: 'Comment Text',
        delivery_rating: '4',
        flow_token: 'AQAAAAACS5FpgQ_cAAAAAD0QI3s.',
        purchase_rating: '2',
        recommend_radio: '0',
        cs_rating: '0',
      },
      '{"comment_text":"Comment Text","delivery_rating":"4","flow_token":"AQAAAAACS5FpgQ_cAAAAAD0QI3s.","purchase_rating":"2","recommend_radio":"0","cs_rating":"0"}',
    ),
  ],
  'flow_completion/without_flow_token': [
    flow(
      {
        comment_text: 'Comment Text',
        delivery_rating: '4',
        purchase_rating: '2',
        recommend_radio: '0',
        cs_rating: '0',
      },
      '{"comment_text":"Comment Text","delivery_rating":"4","purchase_rating":"2","recommend_radio":"0","cs_rating":"0"}',
    ),
  ],
  'call_permission_update/accept': [
    message(
      1752582182,
      {
        type: 'interactive',
        interactive: {
          type: 'call_permission_reply',
          callPermissionReply: {
            response: 'accept',
            expirationTimestamp: 1753186982,
            responseSource: 'user_action',
          },
        },
      },
      { providerMessageId: 'wamid.x', ...cs('wamid.y==') },
    ),
  ],
  'call_permission_update/reject': [
    message(
      1752582182,
      {
        type: 'interactive',
        interactive: {
          type: 'call_permission_reply',
          callPermissionReply: { response: 'reject', responseSource: 'user_action' },
        },
      },
      { providerMessageId: 'wamid.x', ...cs('wamid.y==') },
    ),
  ],
  // ── edits, deletions, system ──
  'deleted_message/revoke': [
    message(
      1697043223,
      { type: 'revoke', revoke: { originalMessageId: '<ORIGINAL_WHATSAPP_MESSAGE_ID>' } },
      {
        ...base('<WHATSAPP_BUSINESS_ACCOUNT_ID>', '<BUSINESS_PHONE_NUMBER_ID>', null),
        providerMessageId: '<WHATSAPP_MESSAGE_ID>',
      },
    ),
  ],
  'edited_message/image': [
    message(
      1749854575,
      {
        type: 'edit',
        edit: {
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
      },
      {
        ...lucky,
        providerMessageId: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=',
        // The card in this body is somebody else's: it must not be merged into the sender.
        from: { phone: '16505551234', userId: null, parentUserId: null, username: null, profileName: null },
      },
    ),
  ],
  'system/phone_number_change': [
    message(
      1753851315,
      {
        type: 'system',
        system: {
          type: 'user_changed_number',
          body: 'User A changed from 972987654321 to 972912345678',
          waId: '972912345678',
        },
      },
      {
        providerMessageId: 'wamid.xyzxyz==',
        from: { phone: '972987654321', userId: null, parentUserId: null, username: null, profileName: null },
      },
    ),
  ],
  'system/identity_change': [
    message(
      1697044706,
      {
        type: 'system',
        system: {
          type: 'customer_identity_changed',
          body: 'User identity changed',
          identity: { acknowledged: true, createdTimestamp: '1697044706', hash: 'xyzxyz' },
        },
      },
      {
        from: {
          phone: '972987654321',
          userId: null,
          parentUserId: null,
          username: null,
          profileName: 'User A',
        },
      },
    ),
  ],
  // ── statuses ──
  'message_status/sent': [
    status('sent', 1698266945, { conversation: { ...service, expirationTimestamp: '1698339900' } }),
  ],
  'message_status/delivered': [status('delivered', 1698266945)],
  'message_status/read': [status('read', 1689380458)],
  'message_status/played': [status('played', 1689380458)],
  'message_status/failed': [
    status('failed', 1689380458, {
      conversation: null,
      pricing: null,
      errors: [
        {
          code: 130472,
          title: "User's number is part of an experiment",
          message: "User's number is part of an experiment",
          details: "Failed to send message because this user's phone number is part of an experiment",
          href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
        },
      ],
    }),
  ],
  'message_status/with_tracker': [
    status('sent', 1698266945, {
      callbackData: 'some data',
      conversation: { ...service, expirationTimestamp: '1698339900' },
    }),
  ],
  'message_status/group': [
    status('read', 1698266945, {
      ...base('<WHATSAPP_BUSINESS_ACCOUNT_ID>', '<BUSINESS_PHONE_NUMBER_ID>', null),
      providerMessageId: '<WHATSAPP_MESSAGE_ID>',
      recipient: {
        phone: null,
        userId: 'US.123456',
        parentUserId: '<PARENT_BSUID>',
        username: '<USERNAME>',
        profileName: '<USER_DISPLAY_NAME>',
      },
      groupId: 'fowefinoewcnw',
      participant: 'US.123456',
      conversation: null,
      pricing: null,
    }),
  ],
  // ── the business's own phone ──
  'outgoing_message/text': [
    {
      ...base('<WHATSAPP_BUSINESS_ACCOUNT_ID>', '1122334455667', '972123456789'),
      at: at(1697043223),
      kind: 'echo',
      providerMessageId: '<WHATSAPP_MESSAGE_ID>',
      to: {
        phone: null,
        userId: '<BSUID>',
        parentUserId: '<PARENT_BSUID>',
        username: null,
        profileName: null,
      },
      groupId: null,
      content: { type: 'text', text: { body: 'Test message' } },
      context: null,
    },
  ],
  'outgoing_message/delete': [
    {
      ...home,
      at: at(1697044968),
      kind: 'echo',
      providerMessageId: 'wamid.yyyyyy',
      to: { phone: '972123456789', userId: null, parentUserId: null, username: null, profileName: null },
      groupId: null,
      content: { type: 'revoke', revoke: { originalMessageId: 'wamid.zzzzzz' } },
      context: null,
    },
  ],
  'outgoing_message/edit': [
    {
      ...home,
      at: at(1697044968),
      kind: 'echo',
      providerMessageId: 'wamid.yyyyyy',
      to: { phone: '972123456789', userId: null, parentUserId: null, username: null, profileName: null },
      groupId: null,
      content: {
        type: 'edit',
        edit: {
          originalMessageId: 'wamid.zzzzzz',
          content: { type: 'text', text: { body: 'Text was edited' } },
        },
      },
      context: null,
    },
  ],
  // ── preferences ──
  'user_marketing_preferences/resume': [
    {
      ...lucky,
      at: at(1731705721),
      kind: 'preference',
      person: { phone: '16505551234', userId: null, parentUserId: null, username: null, profileName: null },
      category: 'marketing_messages',
      value: 'resume',
    },
  ],
  'user_marketing_preferences/signup': [
    {
      ...lucky,
      at: at(1731705721),
      kind: 'preference',
      person: { phone: '16505551234', userId: null, parentUserId: null, username: null, profileName: null },
      category: 'marketing_messages',
      value: 'signup',
    },
  ],
  // ── calls ──
  'call_connect/business_initiated': [
    call('837432645395', '743897493242', '16315553601', 1752582933, {
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
  ],
  'call_connect/user_initiated': [
    call('100293269804676', '743897493242', '16315553601', 1752583107, {
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
  ],
  'call_status/call_status': [
    call('487439753', '5483758353', '16315553601', 1671644824, {
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
  ],
  'call_terminate/call_terminate': [
    call('47389759353', '37489742', '16315553602', 1671644824, {
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
        { code: 12455, message: 'ERROR_TITLE', href: 'ERROR_HREF', errorData: { details: 'ERROR_DETAILS' } },
      ],
    }),
  ],
  // ── templates ──
  'template_category_update/marketing': [
    notice('57438975935', 1750344882, 'template_category_update', 'template', {
      messageTemplateId: 12345678,
      messageTemplateName: 'my_message_template',
      messageTemplateLanguage: 'he',
      newCategory: 'MARKETING',
    }),
  ],
  'template_components_update/element': [
    notice('57438975935', 1751483772, 'message_template_components_update', 'template', {
      messageTemplateId: 12345678,
      messageTemplateName: 'my_message_template',
      messageTemplateLanguage: 'he',
      messageTemplateElement: 'Hi {{1}}! Welcome to our service.',
    }),
  ],
  'template_quality_update/yellow': [
    notice('102290129340398', 1674864290, 'message_template_quality_update', 'template', {
      previousQualityScore: 'GREEN',
      newQualityScore: 'YELLOW',
      messageTemplateId: 806312974732579,
      messageTemplateName: 'welcome_template',
      messageTemplateLanguage: 'en_US',
    }),
  ],
  'template_status_update/approved': [
    notice('102290129340398', 1751247548, 'message_template_status_update', 'template', {
      event: 'APPROVED',
      messageTemplateId: 1689556908129832,
      messageTemplateName: 'order_confirmation',
      messageTemplateLanguage: 'en_US',
      reason: 'NONE',
      messageTemplateCategory: 'UTILITY',
    }),
  ],
  'template_status_update/rejected': [
    notice('102290129340398', 1751247548, 'message_template_status_update', 'template', {
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
  ],
  // ── account ──
  'account_update/account_deleted': [account('102290129340398', 1743451903, { event: 'ACCOUNT_DELETED' })],
  'account_update/account_restriction': [
    account('102290129340398', 1641330498, {
      event: 'ACCOUNT_RESTRICTION',
      restrictionInfo: [
        { restrictionType: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration: 1641330498 },
        { restrictionType: 'RESTRICTED_ADD_PHONE_NUMBER_ACTION', expiration: 1641330498 },
      ],
    }),
  ],
  'account_update/account_violation': [
    account('102290129340398', 1743451903, {
      event: 'ACCOUNT_VIOLATION',
      violationInfo: { violationType: 'ADULT' },
    }),
  ],
  'account_update/ad_account_linked': [
    account('2949482758682047', 1744823932, {
      event: 'AD_ACCOUNT_LINKED',
      wabaInfo: {
        ownerBusinessId: '2329417887457253',
        adAccountLinked: '980198427534243',
        wabaId: '980198427658004',
      },
    }),
  ],
  'account_update/authentication_international_eligibility': [
    account('102290129340398', 1743451903, {
      event: 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE',
      authInternationalRateEligibility: {
        exceptionCountries: [{ countryCode: 'ID', startTime: 1751347424 }],
        startTime: 1748780624,
      },
    }),
  ],
  'account_update/account_disabled': [
    account('102290129340398', 1743451903, {
      event: 'DISABLED_UPDATE',
      banInfo: { wabaBanState: 'REINSTATE', wabaBanDate: 'April 17, 2025' },
    }),
  ],
  'account_update/mm_api_for_wa_terms_of_service': [
    account('2949482758682047', 1744823932, {
      event: 'MM_LITE_TERMS_SIGNED',
      wabaInfo: { ownerBusinessId: '2329417887457253', wabaId: '980198427658004' },
    }),
  ],
  'account_update/partner_added': [
    account('2949482758682047', 1744823932, {
      event: 'PARTNER_ADDED',
      wabaInfo: {
        wabaId: '980198427658004',
        ownerBusinessId: '2329417887457253',
        solutionId: '1715120619246906',
        solutionPartnerBusinessIds: ['2949482758682047', '520744086200222'],
      },
    }),
  ],
  'account_update/partner_app_installed': [
    account('2949482758682047', 1745337174, {
      event: 'PARTNER_APP_INSTALLED',
      wabaInfo: {
        wabaId: '1191624265890717',
        ownerBusinessId: '2329417887457253',
        partnerAppId: '5731794616896507',
        solutionId: '1715120619246906',
        solutionPartnerBusinessIds: ['2949482758682047', '520744086200222'],
      },
    }),
  ],
  'account_update/partner_app_uninstalled': [
    account('2949482758682047', 1748477359, {
      event: 'PARTNER_APP_UNINSTALLED',
      wabaInfo: {
        wabaId: '184943124712545',
        ownerBusinessId: '1284923862322270',
        partnerAppId: '869361281603019',
      },
    }),
  ],
  'account_update/partner_led_business_verification_status': [
    account('102290129340398', 1743138982, {
      event: 'PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE',
      partnerClientCertificationInfo: {
        clientBusinessId: '2729063490586005',
        status: 'APPROVED',
        rejectionReasons: ['NONE'],
      },
    }),
  ],
  'account_update/partner_removed': [
    account('2949482758682047', 1748477359, {
      event: 'PARTNER_REMOVED',
      wabaInfo: { wabaId: '980198427658004', ownerBusinessId: '2329417887457253' },
    }),
  ],
  'account_update/partner_removed_wa_app_disconnection': [
    account('2949482758682047', 1748477359, {
      event: 'PARTNER_REMOVED',
      wabaInfo: { wabaId: '980198427658004', ownerBusinessId: '2329417887457253' },
      disconnectionInfo: { reason: 'PRIMARY_INACTIVITY', initiatedBy: 'SYSTEM' },
    }),
  ],
  'account_update/primary_business_location_set': [
    account('102290129340398', 1743138982, {
      event: 'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE',
      country: 'IN',
    }),
  ],
  'account_update/pricing_tiering_update': [
    account('102290129340398', 1743451903, {
      event: 'VOLUME_BASED_PRICING_TIER_UPDATE',
      volumeTierInfo: {
        tierUpdateTime: 1743451903,
        pricingCategory: 'UTILITY',
        tier: '25000001:50000000',
        effectiveMonth: '2025-11',
        region: 'India',
      },
    }),
  ],
  'account_update/account_offboarded': [
    account('102290129340398', 1743451903, { event: 'ACCOUNT_OFFBOARDED' }),
  ],
  'account_update/account_reconnected': [
    account('102290129340398', 1743451903, { event: 'ACCOUNT_RECONNECTED' }),
  ],
};

describe.skipIf(!haveFixtures)('the public webhook bodies (../shared/fixtures)', () => {
  const bodies = loadFixtures();

  test('there are 74 and each has a meaning here', () => {
    expect(bodies.size).toBe(74);
    expect(Object.keys(meanings).sort()).toEqual([...bodies.keys()].sort());
  });

  test.each([...bodies.keys()])('%s', (name) => {
    expect(parse(bytes(bodies.get(name)))).toEqual(meanings[name]);
  });

  test.each([...bodies.keys()])('%s: escaped as WhatsApp does, the same', (name) => {
    const escaped = JSON.stringify(bodies.get(name))
      .replaceAll('/', '\\/')
      .replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
    expect(parse(Buffer.from(escaped))).toEqual(meanings[name]);
  });
});
