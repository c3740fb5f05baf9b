/** Interactive messages of several cards beside each other. */
import { z } from 'zod';
import { list, text, uniqueBy } from './content-fields.ts';
import { body, cardIndex, ctaAction, productRetailerId } from './content-interactive-parts.ts';
import { imageMedia } from './content-media.ts';

const cardBody = z.strictObject({ text: text('interactive.action.cards.body.text', 160) }).optional();
const cardHeader = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('image'), image: imageMedia('interactive.action.cards.header.image') }),
  z.strictObject({ type: z.literal('video'), video: imageMedia('interactive.action.cards.header.video') }),
]);

const replies = list(
  'interactive.action.cards.action.buttons',
  z.strictObject({
    type: z.literal('quick_reply'),
    quickReply: z.strictObject({
      id: text('interactive.action.cards.action.buttons.quickReply.id', 256),
      title: text('interactive.action.cards.action.buttons.quickReply.title', 20),
    }),
  }),
  1,
  2,
)
  .refine((b) => uniqueBy(b, (x) => x.quickReply.id), {
    error:
      'interactive.action.cards.action.buttons: two buttons of a card have the same id; make them different',
  })
  .refine((b) => uniqueBy(b, (x) => x.quickReply.title), {
    error:
      'interactive.action.cards.action.buttons: two buttons of a card have the same title; make them different',
  });

const mediaCard = z.strictObject({
  cardIndex,
  type: z.literal('cta_url'),
  header: cardHeader,
  body: cardBody,
  action: z.union([ctaAction('interactive.action.cards'), z.strictObject({ buttons: replies })]),
});
const productCard = z.strictObject({
  cardIndex,
  type: z.literal('product'),
  action: z.strictObject({
    productRetailerId: productRetailerId('interactive.action.cards.action'),
    catalogId: text('interactive.action.cards.action.catalogId', 200),
  }),
});

/** What all cards of one message share: kind, kind of picture, how many replies (0 = a link). */
function likeness(card: z.infer<typeof mediaCard> | z.infer<typeof productCard>): string {
  if (card.type === 'product') return card.type;
  return `${card.type} ${card.header.type} ${'buttons' in card.action ? card.action.buttons.length : 0}`;
}

export const carouselInteractive = z.strictObject({
  type: z.literal('carousel'),
  body: body(1024),
  action: z.strictObject({
    cards: list('interactive.action.cards', z.discriminatedUnion('type', [mediaCard, productCard]), 2, 10)
      .refine((c) => uniqueBy(c, (x) => String(x.cardIndex)), {
        error: 'interactive.action.cards: two cards have the same cardIndex; number them 0, 1, 2 …',
      })
      .refine((c) => new Set(c.map(likeness)).size <= 1, {
        error:
          'interactive.action.cards: all cards of a carousel must be of one type, with the same kind of header and as many buttons',
      }),
  }),
});
