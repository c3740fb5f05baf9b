/** What several kinds of interactive messages and templates share: headers, bodies, products, the place of a card. */
import { z } from 'zod';
import { list, loose, text, url } from './content-fields.ts';
import { documentMedia, imageMedia } from './content-media.ts';

export const body = (max: number) => z.strictObject({ text: text('interactive.body.text', max) });
export const footer = z.strictObject({ text: text('interactive.footer.text', 60) }).optional();
export const textHeader = z.strictObject({
  type: z.literal('text'),
  text: text('interactive.header.text', 60),
});
export const mediaHeader = z.discriminatedUnion('type', [
  textHeader,
  z.strictObject({ type: z.literal('image'), image: imageMedia('interactive.header.image') }),
  z.strictObject({ type: z.literal('video'), video: imageMedia('interactive.header.video') }),
  z.strictObject({ type: z.literal('document'), document: documentMedia('interactive.header.document') }),
]);

export const ctaAction = (field: string) =>
  z.strictObject({
    name: z.literal('cta_url'),
    parameters: z.strictObject({
      displayText: text(`${field}.action.parameters.displayText`, 20),
      url: url(`${field}.action.parameters.url`),
    }),
  });

export const cardIndex = z
  .number({ error: () => 'cardIndex must be a number' })
  .int()
  .min(0, { error: () => 'cardIndex starts at 0' })
  .max(9, { error: () => 'cardIndex ends at 9: a carousel has at most 10 cards' });

export const productRetailerId = (field: string) => text(`${field}.productRetailerId`, 1000);
export const catalogId = text('interactive.action.catalogId', 200);

export const productSections = (field: string) =>
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
  )
    .refine((s) => s.reduce((n, x) => n + x.productItems.length, 0) <= 30, {
      error: `${field}.sections hold more than 30 products; WhatsApp takes at most 30 in all sections together`,
    })
    .refine((s) => s.length === 1 || s.every((x) => x.title), {
      error: `${field}.sections: with more than one section each needs a title`,
    });
