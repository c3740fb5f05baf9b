/**
 * What a template is made of: the shape of every component and button.
 *
 * Components keep WhatsApp's own words (`example.header_handle`, `otp_type`), because they travel unchanged between
 * WhatsApp, the table and the screen; the envelope around them is ours. WhatsApp writes kinds in capitals and its own
 * examples do not, so both are read and capitals are kept.
 *
 * Always true: what these shapes refuse has a wrong type or no kind; limits are `template-problems.ts`, with
 * WhatsApp's codes. Keys that nobody knows are kept: WhatsApp adds some every month.
 * Source: Meta, "Templates", "Components" and the pages of each kind, 2026.
 */
import { z } from 'zod';

const word = z.string();
const words = z.array(word);

const example = z
  .looseObject({
    header_text: words.optional(),
    header_text_named_params: z.array(z.looseObject({ param_name: word, example: word })).optional(),
    header_handle: words.optional(),
    body_text: z.array(words).optional(),
    body_text_named_params: z.array(z.looseObject({ param_name: word, example: word })).optional(),
  })
  .optional();

const app = z.looseObject({ package_name: word, signature_hash: word });

/** Of `URL` and `COPY_CODE` both writings stand in Meta's own pages. */
const wordOrWords = z.union([word, words]);

const button = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('QUICK_REPLY'), text: word }),
  z.looseObject({ type: z.literal('URL'), text: word, url: word, example: wordOrWords.optional() }),
  z.looseObject({ type: z.literal('PHONE_NUMBER'), text: word, phone_number: word }),
  z.looseObject({ type: z.literal('COPY_CODE'), text: word.optional(), example: wordOrWords.optional() }),
  z.looseObject({
    type: z.literal('FLOW'),
    text: word,
    flow_id: z.union([word, z.number()]).optional(),
    flow_name: word.optional(),
    flow_json: word.optional(),
    flow_action: word.optional(),
    navigate_screen: word.optional(),
  }),
  z.looseObject({ type: z.literal('CATALOG'), text: word }),
  z.looseObject({ type: z.literal('MPM'), text: word }),
  z.looseObject({ type: z.literal('SPM'), text: word }),
  z.looseObject({ type: z.literal('VOICE_CALL'), text: word, ttl_minutes: z.number().optional() }),
  z.looseObject({
    type: z.literal('OTP'),
    otp_type: z.enum(['COPY_CODE', 'ONE_TAP', 'ZERO_TAP']),
    text: word.optional(),
    autofill_text: word.optional(),
    zero_tap_terms_accepted: z.boolean().optional(),
    supported_apps: z.array(app).optional(),
    // The writing before 2024, which Meta still takes: one app, beside the button's own keys.
    package_name: word.optional(),
    signature_hash: word.optional(),
  }),
  z.looseObject({ type: z.literal('REQUEST_CONTACT_INFO'), text: word.optional() }),
  z.looseObject({ type: z.literal('APP'), text: word.optional() }),
]);

const header = z.looseObject({
  type: z.literal('HEADER'),
  format: z.enum(['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'GIF', 'LOCATION', 'PRODUCT']),
  text: word.optional(),
  example,
});
const body = z.looseObject({
  type: z.literal('BODY'),
  text: word.optional(),
  add_security_recommendation: z.boolean().optional(),
  example,
});
const buttons = z.looseObject({ type: z.literal('BUTTONS'), buttons: z.array(button) });

const card = z.looseObject({
  components: z.array(z.discriminatedUnion('type', [header, body, buttons])),
});

const component = z.discriminatedUnion('type', [
  header,
  body,
  z.looseObject({
    type: z.literal('FOOTER'),
    text: word.optional(),
    code_expiration_minutes: z.number().optional(),
  }),
  buttons,
  z.looseObject({ type: z.literal('CAROUSEL'), cards: z.array(card) }),
  z.looseObject({
    type: z.literal('LIMITED_TIME_OFFER'),
    limited_time_offer: z.looseObject({ text: word, has_expiration: z.boolean().optional() }),
  }),
  z.looseObject({ type: z.literal('CALL_PERMISSION_REQUEST') }),
]);

export const templateCategories = ['MARKETING', 'UTILITY', 'AUTHENTICATION'] as const;
export type TemplateCategory = (typeof templateCategories)[number];

export type TemplateComponent = z.infer<typeof component>;
export type TemplateCard = z.infer<typeof card>;
export type TemplateButton = z.infer<typeof button>;
export type TemplateHeader = z.infer<typeof header>;

/** A template as somebody writes it, before and after WhatsApp has seen it. */
export interface TemplateDefinition {
  name: string;
  language: string;
  category: string;
  parameterFormat?: 'POSITIONAL' | 'NAMED' | undefined;
  messageSendTtlSeconds?: number | null | undefined;
  components: readonly unknown[];
}

const kinds = new Set(['type', 'format', 'otp_type']);

/** Kinds in capitals, however they were written; everything else as it was. */
function capitals(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => capitals(item));
  if (typeof value === 'string') return kinds.has(key) ? value.toUpperCase() : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    // A button's example and whatever else belongs to the user is reached too, but holds no such keys.
    Object.entries(value).map(([name, item]) => [name, capitals(item, name)]),
  );
}

export interface ShapeProblem {
  path: string;
  message: string;
}

/** Dots for keys, brackets for places: `components[1].buttons[0].text`. */
export function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${String(step)}`))
    .join('');
}

/** The components in our reading, or what is wrong with their shape. Never throws. */
export function readComponents(
  components: unknown,
): { ok: true; components: TemplateComponent[] } | { ok: false; problems: ShapeProblem[] } {
  const read = z.array(component).safeParse(capitals(components));
  if (read.success) return { ok: true, components: read.data };
  return {
    ok: false,
    problems: read.error.issues.map((issue) => ({
      path: pathOf(['components', ...issue.path]),
      message:
        issue.code === 'invalid_union'
          ? `${pathOf(['components', ...issue.path])} is no kind that WhatsApp knows`
          : issue.message,
    })),
  };
}

/** The components that can be read; others are left out. For what WhatsApp lists, which may be newer than we are. */
export function knownComponents(components: readonly unknown[]): TemplateComponent[] {
  return components.flatMap((one) => {
    const read = component.safeParse(capitals(one));
    return read.success ? [read.data] : [];
  });
}

export function componentOf<Type extends TemplateComponent['type']>(
  components: readonly TemplateComponent[],
  type: Type,
): Extract<TemplateComponent, { type: Type }> | undefined {
  return components.find((one): one is Extract<TemplateComponent, { type: Type }> => one.type === type);
}

const storable = (value: unknown) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value));

/** What the API takes: shape only, so that limits come with WhatsApp's codes and all at once. */
export const templateDefinition = z.strictObject({
  name: word
    .min(1)
    .max(600)
    .describe('Small letters, digits and _; unique with the language.')
    .meta({ examples: ['order_update'] }),
  language: word
    .min(1)
    .max(20)
    .meta({ examples: ['en_US'] }),
  category: z
    .enum(templateCategories)
    .describe('WhatsApp may decide otherwise; read what comes back.')
    .meta({ examples: ['UTILITY'] }),
  parameterFormat: z
    .enum(['POSITIONAL', 'NAMED'])
    .optional()
    .describe('`{{1}}` or `{{first_name}}`; positional when left out.'),
  messageSendTtlSeconds: z
    .int()
    .nullish()
    .describe(
      'How long WhatsApp tries to deliver: authentication 30–900, utility 30–43200, marketing 43200–2592000.',
    )
    .meta({ examples: [43_200] }),
  components: z
    .array(z.record(z.string(), z.json()))
    .min(1)
    .max(20)
    .refine(storable, { error: 'components hold a NUL character or half of a character pair; remove it' })
    .describe(
      'As WhatsApp writes them: HEADER, BODY, FOOTER, BUTTONS, CAROUSEL, LIMITED_TIME_OFFER, CALL_PERMISSION_REQUEST. ' +
        'A sample in `example.header_handle` may be the id of a file of this API: it is handed to WhatsApp when the template is submitted.',
    )
    .meta({
      examples: [
        [
          {
            type: 'BODY',
            text: 'Hi {{1}}, your order {{2}} is on its way.',
            example: { body_text: [['Ana', 'A-1042']] },
          },
        ],
      ],
    }),
});
