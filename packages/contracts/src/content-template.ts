/** Templates: the values that fill what WhatsApp approved beforehand. */
import { z } from 'zod';
import { locationFields } from './content-cards.ts';
import { list, text, uniqueBy, userMap } from './content-fields.ts';
import { cardIndex, productRetailerId, productSections } from './content-interactive-parts.ts';
import { documentMedia, imageMedia } from './content-media.ts';

/** WhatsApp refuses a parameter with line breaks, tabs or more than four spaces in a row (132007). */
const parameterText = (field: string, max: number) =>
  text(field, max).refine((s) => !/[\n\r\t]| {5}/.test(s), {
    error: `${field} must not hold line breaks, tabs or more than four spaces in a row`,
  });
const parameterName = text('parameterName', 200)
  .optional()
  .describe('Only for templates with named parameters: the name between the braces.');

const valueParameters = [
  z.strictObject({
    type: z.literal('text'),
    text: parameterText('a template parameter’s text', 32768),
    parameterName,
  }),
  z.strictObject({
    type: z.literal('currency'),
    currency: z.strictObject({
      fallbackValue: parameterText('currency.fallbackValue', 1000),
      code: text('currency.code', 3),
      amount1000: z.number({ error: () => 'currency.amount1000 must be a whole number' }).int(),
    }),
    parameterName,
  }),
  z.strictObject({
    type: z.literal('date_time'),
    dateTime: z.strictObject({ fallbackValue: parameterText('dateTime.fallbackValue', 1000) }),
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
          .positive()
          // No date is later: the page could not show it.
          .max(8_640_000_000_000_000, {
            error: 'limitedTimeOffer.expirationTimeMs is later than any date; send milliseconds since 1970',
          }),
      }),
    }),
    1,
    1,
  ),
});

/** All but buttons. */
const onceEach = (components: readonly { type: string }[]): boolean =>
  uniqueBy(
    components.filter(({ type }) => type !== 'button'),
    ({ type }) => type,
  );

const cardComponents = list(
  'template carousel card components',
  z.discriminatedUnion('type', [headerComponent, bodyComponent, buttonComponent]),
  0,
  10,
).refine(onceEach, {
  error: 'template carousel card components: header and body may each stand there once',
});
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

export const templateContent = z.strictObject({
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
      .refine(onceEach, {
        error: 'template.components: header, body, limited_time_offer and carousel may each stand there once',
      })
      .optional(),
  }),
});
