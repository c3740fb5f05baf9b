/** Interactive messages that sell: products, catalogues, orders with their payment. */
import { z } from 'zod';
import { list, loose, text, userMap } from './content-fields.ts';
import {
  body,
  catalogId,
  footer,
  mediaHeader,
  productRetailerId,
  productSections,
  textHeader,
} from './content-interactive-parts.ts';

export const productInteractive = z.strictObject({
  type: z.literal('product'),
  body: body(1024).optional(),
  footer,
  action: z.strictObject({ catalogId, productRetailerId: productRetailerId('interactive.action') }),
});

export const productListInteractive = z.strictObject({
  type: z.literal('product_list'),
  header: textHeader,
  body: body(1024),
  footer,
  action: z.strictObject({ catalogId, sections: productSections('interactive.action') }),
});

export const catalogInteractive = z.strictObject({
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

/** Payments exist in India and Brazil with country-specific parts, which pass through as they are. */
const amount = (field: string) =>
  z.strictObject({
    value: z.number({ error: () => `${field}.value must be a whole number` }).int(),
    offset: z.number({ error: () => `${field}.offset must be a whole number` }).int(),
    description: loose(`${field}.description`, 60).optional(),
  });
export const orderDetailsInteractive = z.strictObject({
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
export const orderStatusInteractive = z.strictObject({
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
