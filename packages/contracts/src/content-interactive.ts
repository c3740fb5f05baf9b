/** Interactive messages: what a person can press, choose or fill in. */
import { z } from 'zod';
import { carouselInteractive } from './content-carousel.ts';
import {
  catalogInteractive,
  orderDetailsInteractive,
  orderStatusInteractive,
  productInteractive,
  productListInteractive,
} from './content-commerce.ts';
import { list, loose, text, uniqueBy, userMap } from './content-fields.ts';
import { body, ctaAction, footer, mediaHeader, textHeader } from './content-interactive-parts.ts';

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

export const interactiveContent = z.strictObject({
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
