/**
 * What a message can say.
 *
 * Words: *outbound content* is what we let somebody send, checked against WhatsApp's limits before it is queued;
 * *inbound content* is what people (or the business's own phone) sent, already read by a provider.
 * Both have the same frame: `type` first, then one object under that name: `{type: 'text', text: {body: 'hi'}}`.
 * Keys are the camelCase of WhatsApp's own; maps that belong to users (flow data, address values) keep their keys.
 *
 * Always true: a content that passes `outboundContent` can be stored (no NUL, no lone surrogates) and is
 * refused by WhatsApp only for reasons that cannot be seen in it. Limits: WhatsApp's message type reference,
 * state of 2026. Lengths count UTF-16 units, like WhatsApp's own editors do.
 */
import { z } from 'zod';

const number = (n: number): string => n.toLocaleString('en-US');
const storable = (s: string): boolean => !s.includes('\0') && s.isWellFormed();
const storableMessage = (field: string): string =>
  `${field} holds a NUL character or half of a character pair; remove it`;

/** A required text of 1 to `max` characters; `field` is how messages name it. */
function text(field: string, max: number) {
  return z
    .string({ error: () => `${field} must be a text` })
    .min(1, { error: () => `${field} is empty; write at least one character` })
    .max(max, {
      error: (issue) =>
        `${field} has ${number(String(issue.input).length)} characters; WhatsApp takes at most ${number(max)}`,
    })
    .refine(storable, { error: storableMessage(field) });
}

/** A text that may be empty. */
function loose(field: string, max: number) {
  return z
    .string({ error: () => `${field} must be a text` })
    .max(max, {
      error: (issue) =>
        `${field} has ${number(String(issue.input).length)} characters; WhatsApp takes at most ${number(max)}`,
    })
    .refine(storable, { error: storableMessage(field) });
}

function url(field: string) {
  return text(field, 2000).refine((s) => /^https?:\/\/[^\s/]+/i.test(s) && URL.canParse(s), {
    error: `${field} must be a web address that starts with https:// or http://`,
  });
}

function list<T extends z.ZodType>(field: string, item: T, min: number, max: number) {
  return z
    .array(item, { error: () => `${field} must be a list` })
    .min(min, { error: () => `${field} needs at least ${min} ${min === 1 ? 'entry' : 'entries'}` })
    .max(max, {
      error: (issue) =>
        `${field} has ${number((issue.input as unknown[]).length)} entries; WhatsApp takes at most ${max}`,
    });
}

/** A map whose keys belong to the user: taken as it is, only storable. */
function userMap(field: string) {
  return z
    .record(z.string(), z.json(), { error: () => `${field} must be a JSON object` })
    .refine((v) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(v)), { error: storableMessage(field) });
}

const uniqueBy = <T>(items: readonly T[], key: (item: T) => string): boolean =>
  new Set(items.map(key)).size === items.length;

// ── media ────────────────────────────────────────────────────────────────────────────────────────────────────

const mediaFields = (field: string) => ({
  mediaId: text(`${field}.mediaId`, 200)
    .optional()
    .describe('Id of a file uploaded to this installation (POST /v1/media).'),
  id: text(`${field}.id`, 200).optional().describe("WhatsApp's own media id, if the file is already there."),
  link: url(`${field}.link`)
    .optional()
    .describe('Public address WhatsApp fetches the file from and caches for ten minutes.'),
});

const oneSource = (m: { mediaId?: unknown; id?: unknown; link?: unknown }): boolean =>
  [m.mediaId, m.id, m.link].filter((x) => x !== undefined).length === 1;
const sourceMessage = (field: string): string => `${field} needs exactly one of mediaId, id or link`;

const caption = (field: string) => loose(`${field}.caption`, 1024).optional();

const imageMedia = (field: string) =>
  z.strictObject({ ...mediaFields(field) }).refine(oneSource, { error: sourceMessage(field) });
const documentMedia = (field: string) =>
  z
    .strictObject({ ...mediaFields(field), filename: loose(`${field}.filename`, 240).optional() })
    .refine(oneSource, { error: sourceMessage(field) });

const textContent = z.strictObject({
  type: z.literal('text'),
  text: z.strictObject({
    body: text('text.body', 4096)
      .describe('What is said.')
      .meta({ examples: ['Your order is on its way.'] }),
    previewUrl: z.boolean().optional().describe('Show a preview of the first link.'),
  }),
});

const imageContent = z.strictObject({
  type: z.literal('image'),
  image: z
    .strictObject({ ...mediaFields('image'), caption: caption('image') })
    .refine(oneSource, { error: sourceMessage('image') })
    .describe('JPEG or PNG up to 5 MB.'),
});
const videoContent = z.strictObject({
  type: z.literal('video'),
  video: z
    .strictObject({ ...mediaFields('video'), caption: caption('video') })
    .refine(oneSource, { error: sourceMessage('video') })
    .describe('MP4 or 3GP (H.264, AAC) up to 16 MB.'),
});
const audioContent = z.strictObject({
  type: z.literal('audio'),
  audio: z
    .strictObject({
      ...mediaFields('audio'),
      voice: z.boolean().optional().describe('Show as a voice note; OGG with OPUS, mono.'),
    })
    .refine(oneSource, { error: sourceMessage('audio') })
    .describe('AAC, AMR, MP3, M4A or OGG (OPUS, mono) up to 16 MB.'),
});
const documentContent = z.strictObject({
  type: z.literal('document'),
  document: z
    .strictObject({
      ...mediaFields('document'),
      caption: caption('document'),
      filename: loose('document.filename', 240).optional(),
    })
    .refine(oneSource, { error: sourceMessage('document') })
    .describe('Any file up to 100 MB.'),
});
const stickerContent = z.strictObject({
  type: z.literal('sticker'),
  sticker: z
    .strictObject({ ...mediaFields('sticker') })
    .refine(oneSource, { error: sourceMessage('sticker') })
    .describe('WebP, 100 KB (animated 500 KB).'),
});

// ── location, contacts, reaction ─────────────────────────────────────────────────────────────────────────────

const coordinate = (field: string, limit: number) =>
  z
    .number({ error: () => `${field} must be a number` })
    .min(-limit, { error: () => `${field} must lie between -${limit} and ${limit}` })
    .max(limit, { error: () => `${field} must lie between -${limit} and ${limit}` });

const locationFields = (field: string) => ({
  latitude: coordinate(`${field}.latitude`, 90),
  longitude: coordinate(`${field}.longitude`, 180),
  name: loose(`${field}.name`, 1000).optional(),
  address: loose(`${field}.address`, 1000).optional(),
});
const locationContent = z.strictObject({
  type: z.literal('location'),
  location: z.strictObject(locationFields('location')),
});

const short = (field: string) => loose(`contacts.${field}`, 1000).optional();
const contactCard = z.strictObject({
  name: z
    .strictObject({
      formattedName: text('contacts.name.formattedName', 1000),
      firstName: short('name.firstName'),
      lastName: short('name.lastName'),
      middleName: short('name.middleName'),
      prefix: short('name.prefix'),
      suffix: short('name.suffix'),
    })
    .refine((n) => Boolean(n.firstName ?? n.lastName ?? n.middleName ?? n.prefix ?? n.suffix), {
      error: 'contacts.name needs formattedName and at least one other part, for example firstName',
    }),
  phones: z
    .array(
      z.strictObject({
        phone: short('phones.phone'),
        type: short('phones.type'),
        waId: short('phones.waId'),
      }),
    )
    .optional(),
  emails: z.array(z.strictObject({ email: short('emails.email'), type: short('emails.type') })).optional(),
  addresses: z
    .array(
      z.strictObject({
        street: short('addresses.street'),
        city: short('addresses.city'),
        state: short('addresses.state'),
        zip: short('addresses.zip'),
        country: short('addresses.country'),
        countryCode: short('addresses.countryCode'),
        type: short('addresses.type'),
      }),
    )
    .optional(),
  org: z
    .strictObject({
      company: short('org.company'),
      department: short('org.department'),
      title: short('org.title'),
    })
    .optional(),
  urls: z.array(z.strictObject({ url: short('urls.url'), type: short('urls.type') })).optional(),
  birthday: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'contacts.birthday must look like 1999-01-23' })
    .optional(),
});
const contactsContent = z.strictObject({
  type: z.literal('contacts'),
  // WhatsApp documents a ceiling of 257 cards per message.
  contacts: list('contacts', contactCard, 1, 257),
});

const reactionContent = z.strictObject({
  type: z.literal('reaction'),
  reaction: z.strictObject({
    messageId: text('reaction.messageId', 512).describe('The message reacted to: ours or WhatsApp’s id.'),
    emoji: loose('reaction.emoji', 64)
      .refine((s) => [...new Intl.Segmenter().segment(s)].length <= 1, {
        error: 'reaction.emoji must be one emoji, or empty to take the reaction back',
      })
      .describe('One emoji; empty takes the reaction back.')
      .meta({ examples: ['👍'] }),
  }),
});

// ── interactive ──────────────────────────────────────────────────────────────────────────────────────────────

const body = (max: number) => z.strictObject({ text: text('interactive.body.text', max) });
const footer = z.strictObject({ text: text('interactive.footer.text', 60) }).optional();
const textHeader = z.strictObject({ type: z.literal('text'), text: text('interactive.header.text', 60) });
const mediaHeader = z.discriminatedUnion('type', [
  textHeader,
  z.strictObject({ type: z.literal('image'), image: imageMedia('interactive.header.image') }),
  z.strictObject({ type: z.literal('video'), video: imageMedia('interactive.header.video') }),
  z.strictObject({ type: z.literal('document'), document: documentMedia('interactive.header.document') }),
]);

const ctaAction = (field: string) =>
  z.strictObject({
    name: z.literal('cta_url'),
    parameters: z.strictObject({
      displayText: text(`${field}.action.parameters.displayText`, 20),
      url: url(`${field}.action.parameters.url`),
    }),
  });

const buttonInteractive = z.strictObject({
  type: z.literal('button'),
  header: mediaHeader.optional(),
  body: body(1024),
  footer,
  action: z.strictObject({
    buttons: list(
      'interactive.action.buttons',
      z.strictObject({
        type: z.literal('reply'),
        reply: z.strictObject({
          id: text('interactive.action.buttons.reply.id', 256),
          title: text('interactive.action.buttons.reply.title', 20),
        }),
      }),
      1,
      3,
    )
      .refine((b) => uniqueBy(b, (x) => x.reply.id), {
        error: 'interactive.action.buttons: two buttons have the same id; make them different',
      })
      .refine((b) => uniqueBy(b, (x) => x.reply.title), {
        error: 'interactive.action.buttons: two buttons have the same title; make them different',
      }),
  }),
});

const listInteractive = z.strictObject({
  type: z.literal('list'),
  header: textHeader.optional(),
  body: body(4096),
  footer,
  action: z.strictObject({
    button: text('interactive.action.button', 20),
    sections: list(
      'interactive.action.sections',
      z.strictObject({
        title: loose('interactive.action.sections.title', 24).optional(),
        rows: list(
          'interactive.action.sections.rows',
          z.strictObject({
            id: text('interactive.action.sections.rows.id', 200),
            title: text('interactive.action.sections.rows.title', 24),
            description: loose('interactive.action.sections.rows.description', 72).optional(),
          }),
          1,
          10,
        ),
      }),
      1,
      10,
    )
      .refine((s) => s.reduce((n, x) => n + x.rows.length, 0) <= 10, {
        error: (issue) =>
          `interactive.action.sections hold ${(issue.input as { rows: unknown[] }[]).reduce((n, x) => n + x.rows.length, 0)} rows; WhatsApp takes at most 10 in all sections together`,
      })
      .refine((s) => s.length === 1 || s.every((x) => x.title), {
        error: 'interactive.action.sections: with more than one section each needs a title',
      })
      .refine(
        (s) =>
          uniqueBy(
            s.flatMap((x) => x.rows),
            (r) => r.id,
          ),
        {
          error: 'interactive.action.sections: two rows have the same id; make them different',
        },
      ),
  }),
});

const ctaInteractive = z.strictObject({
  type: z.literal('cta_url'),
  header: mediaHeader.optional(),
  body: body(1024),
  footer,
  action: ctaAction('interactive'),
});

const flowInteractive = z.strictObject({
  type: z.literal('flow'),
  header: mediaHeader.optional(),
  body: body(1024),
  footer,
  action: z.strictObject({
    name: z.literal('flow'),
    parameters: z
      .strictObject({
        flowMessageVersion: z.literal('3').default('3'),
        flowId: text('interactive.action.parameters.flowId', 200).optional(),
        flowName: text('interactive.action.parameters.flowName', 200).optional(),
        flowCta: text('interactive.action.parameters.flowCta', 30),
        flowToken: text('interactive.action.parameters.flowToken', 1000).optional(),
        mode: z.enum(['published', 'draft']).optional(),
        flowAction: z.enum(['navigate', 'data_exchange']).optional(),
        flowActionPayload: z
          .strictObject({
            screen: text('interactive.action.parameters.flowActionPayload.screen', 200),
            data: userMap('interactive.action.parameters.flowActionPayload.data').optional(),
          })
          .optional(),
      })
      .refine((p) => (p.flowId === undefined) !== (p.flowName === undefined), {
        error: 'interactive.action.parameters needs exactly one of flowId or flowName',
      })
      .refine((p) => !(p.flowAction === 'data_exchange' && p.flowActionPayload !== undefined), {
        error:
          'interactive.action.parameters.flowActionPayload goes with flowAction navigate only; leave it out',
      }),
  }),
});

const productRetailerId = (field: string) => text(`${field}.productRetailerId`, 1000);
const catalogId = text('interactive.action.catalogId', 200);

const productInteractive = z.strictObject({
  type: z.literal('product'),
  body: body(1024).optional(),
  footer,
  action: z.strictObject({ catalogId, productRetailerId: productRetailerId('interactive.action') }),
});

const productSections = (field: string) =>
  list(
    `${field}.sections`,
    z.strictObject({
      title: loose(`${field}.sections.title`, 24).optional(),
      productItems: list(
        `${field}.sections.productItems`,
        z.strictObject({ productRetailerId: productRetailerId(`${field}.sections.productItems`) }),
        1,
        30,
      ),
    }),
    1,
    10,
  ).refine((s) => s.reduce((n, x) => n + x.productItems.length, 0) <= 30, {
    error: `${field}.sections hold more than 30 products; WhatsApp takes at most 30 in all sections together`,
  });

const productListInteractive = z.strictObject({
  type: z.literal('product_list'),
  header: textHeader,
  body: body(1024),
  footer,
  action: z.strictObject({ catalogId, sections: productSections('interactive.action') }),
});

const catalogInteractive = z.strictObject({
  type: z.literal('catalog_message'),
  body: body(1024),
  footer,
  action: z.strictObject({
    name: z.literal('catalog_message'),
    parameters: z
      .strictObject({
        thumbnailProductRetailerId: text(
          'interactive.action.parameters.thumbnailProductRetailerId',
          1000,
        ).optional(),
      })
      .optional(),
  }),
});

const locationRequestInteractive = z.strictObject({
  type: z.literal('location_request_message'),
  body: body(1024),
  action: z.strictObject({ name: z.literal('send_location') }),
});

const addressInteractive = z.strictObject({
  type: z.literal('address_message'),
  header: mediaHeader.optional(),
  body: body(1024),
  footer,
  action: z.strictObject({
    name: z.literal('address_message'),
    parameters: z.strictObject({
      country: text('interactive.action.parameters.country', 2).describe('IN, historically SG.'),
      values: userMap('interactive.action.parameters.values').optional(),
      savedAddresses: z
        .array(
          z.strictObject({
            id: text('interactive.action.parameters.savedAddresses.id', 200),
            value: userMap('interactive.action.parameters.savedAddresses.value'),
          }),
        )
        .optional(),
      validationErrors: userMap('interactive.action.parameters.validationErrors').optional(),
    }),
  }),
});

const cardBody = z.strictObject({ text: text('interactive.action.cards.body.text', 160) }).optional();
const cardIndex = z
  .number({ error: () => 'cardIndex must be a number' })
  .int()
  .min(0, { error: () => 'cardIndex starts at 0' })
  .max(9, { error: () => 'cardIndex ends at 9: a carousel has at most 10 cards' });
const cardHeader = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('image'), image: imageMedia('interactive.action.cards.header.image') }),
  z.strictObject({ type: z.literal('video'), video: imageMedia('interactive.action.cards.header.video') }),
]);
const carouselInteractive = z.strictObject({
  type: z.literal('carousel'),
  body: body(1024),
  action: z.strictObject({
    cards: list(
      'interactive.action.cards',
      z.discriminatedUnion('type', [
        z.strictObject({
          cardIndex,
          type: z.literal('cta_url'),
          header: cardHeader,
          body: cardBody,
          action: z.union([
            ctaAction('interactive.action.cards'),
            z.strictObject({
              buttons: list(
                'interactive.action.cards.action.buttons',
                z.strictObject({
                  type: z.literal('quick_reply'),
                  quickReply: z.strictObject({
                    id: text('interactive.action.cards.action.buttons.quickReply.id', 256),
                    title: text('interactive.action.cards.action.buttons.quickReply.title', 20),
                  }),
                }),
                1,
                3,
              ),
            }),
          ]),
        }),
        z.strictObject({
          cardIndex,
          type: z.literal('product'),
          action: z.strictObject({
            productRetailerId: productRetailerId('interactive.action.cards.action'),
            catalogId: text('interactive.action.cards.action.catalogId', 200),
          }),
        }),
      ]),
      2,
      10,
    )
      .refine((c) => uniqueBy(c, (x) => String(x.cardIndex)), {
        error: 'interactive.action.cards: two cards have the same cardIndex; number them 0, 1, 2 …',
      })
      .refine((c) => new Set(c.map((x) => x.type)).size <= 1, {
        error: 'interactive.action.cards: all cards of a carousel must be of one type',
      }),
  }),
});

const callPermissionInteractive = z.strictObject({
  type: z.literal('call_permission_request'),
  body: body(1024).optional(),
  action: z.strictObject({ name: z.literal('call_permission_request') }),
});

const voiceCallInteractive = z.strictObject({
  type: z.literal('voice_call'),
  body: body(1024),
  action: z.strictObject({
    name: z.literal('voice_call'),
    parameters: z
      .strictObject({
        displayText: text('interactive.action.parameters.displayText', 20).optional(),
        ttlMinutes: z
          .number({ error: () => 'interactive.action.parameters.ttlMinutes must be a number' })
          .int()
          .min(1, { error: () => 'interactive.action.parameters.ttlMinutes must be at least 1' })
          .max(43200, { error: () => 'interactive.action.parameters.ttlMinutes is at most 43,200 (30 days)' })
          .optional(),
        payload: text('interactive.action.parameters.payload', 512).optional(),
      })
      .optional(),
  }),
});

const contactInfoInteractive = z.strictObject({
  type: z.literal('request_contact_info'),
  body: body(1024),
  action: z.strictObject({ name: z.literal('request_contact_info') }),
});

/** Payments exist in India and Brazil with country-specific parts, which pass through as they are. */
const amount = (field: string) =>
  z.strictObject({
    value: z.number({ error: () => `${field}.value must be a whole number` }).int(),
    offset: z.number({ error: () => `${field}.offset must be a whole number` }).int(),
    description: loose(`${field}.description`, 60).optional(),
  });
const orderDetailsInteractive = z.strictObject({
  type: z.literal('order_details'),
  header: mediaHeader.optional(),
  body: body(1024),
  footer,
  action: z.strictObject({
    name: z.literal('review_and_pay'),
    parameters: z.strictObject({
      referenceId: text('interactive.action.parameters.referenceId', 60),
      type: z.enum(['digital-goods', 'physical-goods']),
      paymentSettings: z.array(userMap('interactive.action.parameters.paymentSettings')).optional(),
      paymentType: text('interactive.action.parameters.paymentType', 60).optional(),
      paymentConfiguration: text('interactive.action.parameters.paymentConfiguration', 200).optional(),
      currency: text('interactive.action.parameters.currency', 3),
      totalAmount: amount('interactive.action.parameters.totalAmount'),
      beneficiaries: z.array(userMap('interactive.action.parameters.beneficiaries')).optional(),
      order: z.strictObject({
        status: text('interactive.action.parameters.order.status', 30),
        catalogId: text('interactive.action.parameters.order.catalogId', 200).optional(),
        expiration: userMap('interactive.action.parameters.order.expiration').optional(),
        items: list(
          'interactive.action.parameters.order.items',
          z.strictObject({
            retailerId: text('interactive.action.parameters.order.items.retailerId', 1000).optional(),
            productId: text('interactive.action.parameters.order.items.productId', 200).optional(),
            name: text('interactive.action.parameters.order.items.name', 60),
            amount: amount('interactive.action.parameters.order.items.amount'),
            saleAmount: amount('interactive.action.parameters.order.items.saleAmount').optional(),
            quantity: z
              .number()
              .int()
              .min(1, { error: () => 'an item’s quantity is at least 1' }),
            countryOfOrigin: loose(
              'interactive.action.parameters.order.items.countryOfOrigin',
              100,
            ).optional(),
            importerName: loose('interactive.action.parameters.order.items.importerName', 200).optional(),
            importerAddress: userMap('interactive.action.parameters.order.items.importerAddress').optional(),
          }),
          1,
          999,
        ),
        subtotal: amount('interactive.action.parameters.order.subtotal'),
        tax: amount('interactive.action.parameters.order.tax').optional(),
        shipping: amount('interactive.action.parameters.order.shipping').optional(),
        discount: amount('interactive.action.parameters.order.discount').optional(),
      }),
    }),
  }),
});
const orderStatusInteractive = z.strictObject({
  type: z.literal('order_status'),
  body: body(1024),
  footer,
  action: z.strictObject({
    name: z.literal('review_order'),
    parameters: z.strictObject({
      referenceId: text('interactive.action.parameters.referenceId', 60),
      order: z.strictObject({
        status: z.enum([
          'pending',
          'processing',
          'partially_shipped',
          'partially-shipped',
          'shipped',
          'completed',
          'canceled',
        ]),
        description: loose('interactive.action.parameters.order.description', 120).optional(),
      }),
    }),
  }),
});

const interactiveContent = z.strictObject({
  type: z.literal('interactive'),
  interactive: z.discriminatedUnion(
    'type',
    [
      buttonInteractive,
      listInteractive,
      ctaInteractive,
      flowInteractive,
      productInteractive,
      productListInteractive,
      catalogInteractive,
      locationRequestInteractive,
      addressInteractive,
      carouselInteractive,
      callPermissionInteractive,
      voiceCallInteractive,
      contactInfoInteractive,
      orderDetailsInteractive,
      orderStatusInteractive,
    ],
    {
      error: (issue) =>
        issue.code === 'invalid_union'
          ? 'interactive.type must be one of button, list, cta_url, flow, product, product_list, catalog_message, location_request_message, address_message, carousel, call_permission_request, voice_call, request_contact_info, order_details, order_status'
          : undefined,
    },
  ),
});

// ── template ─────────────────────────────────────────────────────────────────────────────────────────────────

/** WhatsApp refuses a parameter with line breaks, tabs or more than four spaces in a row (132007). */
const parameterText = text('a template parameter’s text', 32768).refine((s) => !/[\n\r\t]| {5}/.test(s), {
  error: 'a template parameter’s text must not hold line breaks, tabs or more than four spaces in a row',
});
const parameterName = text('parameterName', 200)
  .optional()
  .describe('Only for templates with named parameters: the name between the braces.');

const valueParameters = [
  z.strictObject({ type: z.literal('text'), text: parameterText, parameterName }),
  z.strictObject({
    type: z.literal('currency'),
    currency: z.strictObject({
      fallbackValue: text('currency.fallbackValue', 1000),
      code: text('currency.code', 3),
      amount1000: z.number({ error: () => 'currency.amount1000 must be a whole number' }).int(),
    }),
    parameterName,
  }),
  z.strictObject({
    type: z.literal('date_time'),
    dateTime: z.strictObject({ fallbackValue: text('dateTime.fallbackValue', 1000) }),
    parameterName,
  }),
] as const;

const headerParameter = z.discriminatedUnion('type', [
  ...valueParameters,
  z.strictObject({ type: z.literal('image'), image: imageMedia('template header image') }),
  z.strictObject({ type: z.literal('video'), video: imageMedia('template header video') }),
  z.strictObject({ type: z.literal('document'), document: documentMedia('template header document') }),
  z.strictObject({
    type: z.literal('location'),
    location: z.strictObject(locationFields('template header location')),
  }),
  z.strictObject({
    type: z.literal('product'),
    product: z.strictObject({
      productRetailerId: productRetailerId('template header product'),
      catalogId: text('template header product.catalogId', 200),
    }),
  }),
]);

/** Positional or named, never both: WhatsApp counts one kind and answers 132000 for the other. */
const oneNaming = (p: readonly { parameterName?: string | undefined }[]): boolean => {
  const named = p.filter((x) => x.parameterName !== undefined);
  return named.length === 0 || (named.length === p.length && uniqueBy(named, (x) => x.parameterName ?? ''));
};
const namingMessage =
  'template body parameters must all have a parameterName (each once) or none: a template is named or positional';

const headerComponent = z.strictObject({
  type: z.literal('header'),
  parameters: list('template header parameters', headerParameter, 1, 1),
});
const bodyComponent = z.strictObject({
  type: z.literal('body'),
  parameters: list(
    'template body parameters',
    z.discriminatedUnion('type', [...valueParameters]),
    0,
    100,
  ).refine(oneNaming, { error: namingMessage }),
});

const indexMessage = 'a template button’s index is its place, 0 to 9';
const buttonIndex = z
  .union(
    [
      z.int({ error: indexMessage }).min(0, { error: indexMessage }).max(9, { error: indexMessage }),
      z.string().regex(/^[0-9]$/, { error: indexMessage }),
    ],
    { error: indexMessage },
  )
  .describe('Place of the button in the template, from 0.');

const actionParameter = <T extends z.ZodType>(action: T) =>
  list('template button parameters', z.strictObject({ type: z.literal('action'), action }), 1, 1);

const buttonComponent = z.discriminatedUnion('subType', [
  z.strictObject({
    type: z.literal('button'),
    subType: z.literal('quick_reply'),
    index: buttonIndex,
    parameters: list(
      'template button parameters',
      z.strictObject({ type: z.literal('payload'), payload: text('template button payload', 256) }),
      1,
      1,
    ),
  }),
  z.strictObject({
    type: z.literal('button'),
    subType: z.literal('url'),
    index: buttonIndex,
    parameters: list(
      'template button parameters',
      z.strictObject({ type: z.literal('text'), text: text('template button text', 2000) }),
      1,
      1,
    ),
  }),
  z.strictObject({
    type: z.literal('button'),
    subType: z.literal('copy_code'),
    index: buttonIndex,
    parameters: list(
      'template button parameters',
      z.strictObject({ type: z.literal('coupon_code'), couponCode: text('template button couponCode', 20) }),
      1,
      1,
    ),
  }),
  z.strictObject({
    type: z.literal('button'),
    subType: z.literal('flow'),
    index: buttonIndex,
    parameters: actionParameter(
      z.strictObject({
        flowToken: text('template button flowToken', 1000).optional(),
        flowActionData: userMap('template button flowActionData').optional(),
      }),
    ).optional(),
  }),
  z.strictObject({
    type: z.literal('button'),
    subType: z.literal('catalog'),
    index: buttonIndex,
    parameters: actionParameter(
      z.strictObject({ thumbnailProductRetailerId: text('thumbnailProductRetailerId', 1000).optional() }),
    ).optional(),
  }),
  z.strictObject({
    type: z.literal('button'),
    subType: z.literal('mpm'),
    index: buttonIndex,
    parameters: actionParameter(
      z.strictObject({
        thumbnailProductRetailerId: text('thumbnailProductRetailerId', 1000).optional(),
        sections: productSections('template button'),
      }),
    ),
  }),
  z.strictObject({
    type: z.literal('button'),
    subType: z.literal('voice_call'),
    index: buttonIndex,
    parameters: list(
      'template button parameters',
      z.strictObject({ type: z.literal('ttl_minutes'), ttlMinutes: z.number().int().min(1).max(43200) }),
      1,
      1,
    ).optional(),
  }),
]);

const limitedTimeOfferComponent = z.strictObject({
  type: z.literal('limited_time_offer'),
  parameters: list(
    'limited_time_offer parameters',
    z.strictObject({
      type: z.literal('limited_time_offer'),
      limitedTimeOffer: z.strictObject({
        expirationTimeMs: z
          .number({ error: () => 'limitedTimeOffer.expirationTimeMs must be milliseconds since 1970' })
          .int()
          .positive(),
      }),
    }),
    1,
    1,
  ),
});

const cardComponents = list(
  'template carousel card components',
  z.discriminatedUnion('type', [headerComponent, bodyComponent, buttonComponent]),
  0,
  10,
);
const carouselComponent = z.strictObject({
  type: z.literal('carousel'),
  cards: list(
    'template carousel cards',
    z.strictObject({ cardIndex, components: cardComponents }),
    1,
    10,
  ).refine((c) => uniqueBy(c, (x) => String(x.cardIndex)), {
    error: 'template carousel cards: two cards have the same cardIndex; number them 0, 1, 2 …',
  }),
});

const templateContent = z.strictObject({
  type: z.literal('template'),
  template: z.strictObject({
    name: text('template.name', 512)
      .regex(/^[a-z0-9_]+$/, { error: 'template.name has small letters, digits and _ only' })
      .meta({ examples: ['order_update'] }),
    language: z.strictObject({
      code: text('template.language.code', 20).meta({ examples: ['en_US'] }),
      policy: z.literal('deterministic').optional(),
    }),
    components: list(
      'template.components',
      z.discriminatedUnion('type', [
        headerComponent,
        bodyComponent,
        buttonComponent,
        limitedTimeOfferComponent,
        carouselComponent,
      ]),
      0,
      20,
    )
      .refine(
        (c) =>
          uniqueBy(
            c.filter((x) => x.type !== 'button'),
            (x) => x.type,
          ),
        {
          error:
            'template.components: header, body, limited_time_offer and carousel may each stand there once',
        },
      )
      .optional(),
  }),
});

/** All outbound contents, in the order in which documentation lists them. */
export const outboundContents = [
  textContent,
  imageContent,
  videoContent,
  audioContent,
  documentContent,
  stickerContent,
  locationContent,
  contactsContent,
  reactionContent,
  interactiveContent,
  templateContent,
] as const;

const typeMessage =
  'type must be one of text, image, video, audio, document, sticker, location, contacts, reaction, interactive, template';

/** What may be sent. */
export const outboundContent = z
  .discriminatedUnion('type', [...outboundContents], {
    error: (issue) => (issue.code === 'invalid_union' ? typeMessage : undefined),
  })
  .describe('A message’s content: `type` and one object of that name.')
  .meta({ examples: [{ type: 'text', text: { body: 'Your order is on its way.' } }] });

export type OutboundContent = z.infer<typeof outboundContent>;

/** For `send.ts`: the same message for a wrong `type`. */
export const outboundTypeMessage = typeMessage;

// ── inbound ──────────────────────────────────────────────────────────────────────────────────────────────────

/** A file somebody sent. `id` is WhatsApp's and lives 7 days; `mediaId` is ours, set once we know the file. */
export interface InboundMedia {
  id: string;
  mediaId?: string;
  mimeType?: string | null;
  /** Lower-case hex when WhatsApp's was a whole SHA-256 (webhooks carry base64), else as it came. */
  sha256?: string | null;
  /** WhatsApp's short-lived address; needs the bearer token; absent before 2026. */
  url?: string | null;
  caption?: string | null;
  filename?: string | null;
  /** Audio only: recorded in the chat. */
  voice?: boolean | null;
  /** Stickers only. */
  animated?: boolean | null;
}

export interface InboundContactCard {
  name?: {
    formattedName?: string | null;
    firstName?: string | null;
    lastName?: string | null;
    middleName?: string | null;
    prefix?: string | null;
    suffix?: string | null;
  } | null;
  phones?: { phone?: string | null; waId?: string | null; type?: string | null; userId?: string | null }[];
  emails?: { email?: string | null; type?: string | null }[];
  addresses?: Record<string, unknown>[];
  org?: Record<string, unknown> | null;
  urls?: Record<string, unknown>[];
  vcard?: string | null;
  /** `contact_request`: WhatsApp attests that it is the sender's own; anything else proves nothing. */
  origin?: string | null;
}

export type InboundInteractive =
  | { type: 'button_reply'; buttonReply: { id: string | null; title: string | null } }
  | {
      type: 'list_reply';
      listReply: { id: string | null; title: string | null; description?: string | null };
    }
  | {
      type: 'nfm_reply';
      nfmReply: {
        /** `flow`, `address_message`, … */
        name?: string | null;
        body?: string | null;
        /** The answer exactly as WhatsApp wrote it. */
        responseJson: string | null;
        /** The same, parsed; its keys are the form's own and stay untouched; null when it is not JSON. */
        response: unknown;
      };
    }
  | {
      type: 'call_permission_reply';
      callPermissionReply: {
        response: string | null;
        isPermanent?: boolean | null;
        expirationTimestamp?: number | null;
        responseSource?: string | null;
      };
    }
  /** WhatsApp could not say what was pressed (131000 in the item's errors). */
  | { type: null }
  | { type: string; [key: string]: unknown };

export interface InboundSystem {
  /** `user_changed_number`, `user_changed_user_id`, `customer_identity_changed`, … */
  type: string | null;
  /** For people only; never parse it. */
  body?: string | null;
  /** New phone, digits. */
  waId?: string | null;
  userId?: string | null;
  previousUserId?: string | null;
  parentUserId?: string | null;
  previousParentUserId?: string | null;
  identity?: { acknowledged?: boolean | null; createdTimestamp?: string | null; hash?: string | null } | null;
}

/** What a person, or the business's own phone, sent. New keys of WhatsApp may stand beside these, in camelCase. */
export type InboundContent =
  | { type: 'text'; text: { body: string } }
  | { type: 'image'; image: InboundMedia }
  | { type: 'video'; video: InboundMedia }
  | { type: 'audio'; audio: InboundMedia }
  | { type: 'document'; document: InboundMedia }
  | { type: 'sticker'; sticker: InboundMedia }
  | {
      type: 'location';
      location: {
        latitude: number;
        longitude: number;
        name?: string | null;
        address?: string | null;
        url?: string | null;
      };
    }
  | { type: 'contacts'; contacts: InboundContactCard[] }
  | { type: 'interactive'; interactive: InboundInteractive }
  /** Quick reply of a template. */
  | { type: 'button'; button: { payload: string | null; text: string | null } }
  | {
      type: 'order';
      order: {
        catalogId: string | null;
        text?: string | null;
        productItems: {
          productRetailerId: string | null;
          quantity: number | null;
          itemPrice: number | null;
          currency: string | null;
        }[];
      };
    }
  /** An empty emoji takes the reaction back. */
  | { type: 'reaction'; reaction: { messageId: string; emoji: string } }
  | { type: 'system'; system: InboundSystem }
  | { type: 'edit'; edit: { originalMessageId: string; content: InboundContent | null } }
  | { type: 'revoke'; revoke: { originalMessageId: string } }
  /**
   * WhatsApp could not pass it on (`unsupported.type` says what it was), or it is a type or shape we do not know:
   * then `value` holds it and `reason` says why.
   */
  | { type: 'unsupported'; unsupported: { type: string | null; reason?: string; value?: unknown } };

// ── reading contents ─────────────────────────────────────────────────────────────────────────────────────────

interface AnyContent {
  type: string;
  [key: string]: unknown;
}

const object = (v: unknown): Record<string, unknown> =>
  typeof v === 'object' && v !== null ? (v as Record<string, unknown>) : {};
const filled = (v: unknown): string | null => (typeof v === 'string' && v.trim() !== '' ? v : null);

/**
 * What was said in words: the text, a caption, the title of the pressed button or chosen row (its payload when it
 * has no title). Null when nothing was said in words.
 */
export function textOf(content: AnyContent): string | null {
  const inner = object(content[content.type]);
  switch (content.type) {
    case 'text':
      return filled(inner.body);
    case 'image':
    case 'video':
    case 'document':
      return filled(inner.caption);
    case 'button':
      return filled(inner.text) ?? filled(inner.payload);
    case 'order':
      return filled(inner.text);
    case 'edit':
      return inner.content ? textOf(inner.content as AnyContent) : null;
    case 'interactive': {
      const reply = object(inner.buttonReply ?? inner.listReply);
      return filled(reply.title) ?? filled(reply.id) ?? filled(object(inner.body).text);
    }
    default:
      return null;
  }
}

/** Everything a keyword may be compared with: the text and, for buttons and rows, title and payload. */
export function keywordsOf(content: AnyContent): string[] {
  const inner = object(content[content.type]);
  const reply = object(inner.buttonReply ?? inner.listReply);
  const found =
    content.type === 'button'
      ? [inner.text, inner.payload]
      : content.type === 'interactive'
        ? [reply.title, reply.id]
        : content.type === 'text'
          ? [inner.body]
          : [];
  return found.flatMap((v) => filled(v) ?? []);
}

const labels: Record<string, string> = {
  image: '📷 Photo',
  video: '🎬 Video',
  audio: '🎵 Audio',
  document: '📄 Document',
  sticker: 'Sticker',
  location: '📍 Location',
  contacts: '👤 Contact',
  order: '🛒 Order',
  unsupported: 'Message that WhatsApp does not pass on',
  revoke: 'Message deleted',
};

/** One line for lists of conversations: at most 120 characters, no line breaks. */
export function previewOf(content: AnyContent): string {
  return oneLine(describe(content));
}

function describe(content: AnyContent): string {
  const inner = object(content[content.type]);
  const words = textOf(content);
  const label = labels[content.type];
  switch (content.type) {
    case 'audio':
      return inner.voice === true ? '🎤 Voice message' : '🎵 Audio';
    case 'document':
      return `📄 ${words ?? filled(inner.filename) ?? 'Document'}`;
    case 'location':
      return `📍 ${filled(inner.name) ?? filled(inner.address) ?? 'Location'}`;
    case 'contacts': {
      const cards = Array.isArray(content.contacts) ? content.contacts : [];
      const name = filled(object(object(cards[0]).name).formattedName) ?? 'Contact';
      return cards.length > 1 ? `👤 ${name} and ${cards.length - 1} more` : `👤 ${name}`;
    }
    case 'reaction':
      return filled(inner.emoji) ? `Reacted ${String(inner.emoji)}` : 'Took a reaction back';
    case 'template':
      return `Template ${filled(inner.name) ?? ''}`;
    case 'system':
      return filled(inner.body) ?? 'Notice from WhatsApp';
    case 'edit':
      return `Edited: ${inner.content ? describe(inner.content as AnyContent) : ''}`;
    case 'interactive':
      return words ?? filled(object(inner.nfmReply).body) ?? callPermission(inner) ?? 'Interactive message';
    default:
      return words === null ? (label ?? content.type) : label ? `${label.split(' ')[0]} ${words}` : words;
  }
}

function callPermission(interactive: Record<string, unknown>): string | null {
  const response = object(interactive.callPermissionReply).response;
  return response === 'accept' ? 'Allowed calls' : response === 'reject' ? 'Declined calls' : null;
}

const collapse = (s: string) => s.replace(/\s+/g, ' ').trim();

function oneLine(s: string): string {
  // A long text is cut before it is split: a preview must not cost more than what it shows (a webhook may hold 1,000
  // texts, and 20 µs for each are felt by everybody). 121 characters are at most 242 units; blanks may need a longer look.
  let line = collapse(s.slice(0, 320));
  if (line.length < 242 && s.length > 320) line = collapse(s.slice(0, 1000));
  if (line.length <= 120) return line.toWellFormed();
  const points = [...line.slice(0, 242)];
  return points.length > 120 ? `${points.slice(0, 119).join('')}…`.toWellFormed() : line.toWellFormed();
}
