/**
 * What a send fills in: which variables a template has, how flat values become the components of a send, and which
 * are missing. A variable's *key* is how people and CSV columns name it:
 *
 *   header · body.1 · body.first_name · button.0 · code · offer · card.0.header · card.0.body.1 · card.1.button.1
 */
import {
  knownComponents,
  type TemplateButton,
  type TemplateComponent,
  type TemplateDefinition,
} from './template-definition.ts';
import { placeholderNames } from './template-text.ts';

export type TemplateVariableKind =
  | 'text'
  | 'image'
  | 'video'
  | 'document'
  | 'location'
  | 'product'
  /** The end of a button's address. */
  | 'url'
  /** A one-time password: body and button take the same. */
  | 'code'
  | 'coupon_code'
  /** Products in sections. */
  | 'products'
  /** When an offer ends: milliseconds since 1970. */
  | 'time';

export interface TemplateVariable {
  key: string;
  kind: TemplateVariableKind;
  part: 'header' | 'body' | 'button' | 'offer';
  /** Between the braces; null where there are none. */
  name: string | null;
  /** Place of the button in the template, or on its card. */
  button: number | null;
  card: number | null;
  /** What a sentence calls it: `{{2}} of the body`, `the image of the header`. */
  label: string;
  example: string | null;
}

type Parts = readonly TemplateComponent[];

/** In the order they stand; each must be filled before WhatsApp takes the template. */
export function templateVariables(definition: Pick<TemplateDefinition, 'components'>): TemplateVariable[] {
  return variablesOf(knownComponents(definition.components), null);
}

export function variablesOf(components: Parts, card: number | null): TemplateVariable[] {
  const prefix = card === null ? '' : `card.${card}.`;
  const where = card === null ? '' : ` of card ${card + 1}`;
  const made = (
    part: TemplateVariable['part'],
    kind: TemplateVariableKind,
    key: string,
    label: string,
    more: Partial<TemplateVariable> = {},
  ): TemplateVariable => ({
    key: `${prefix}${key}`,
    kind,
    part,
    name: null,
    button: null,
    card,
    label: `${label}${where}`,
    example: null,
    ...more,
  });
  return components.flatMap((one): TemplateVariable[] => {
    switch (one.type) {
      case 'HEADER': {
        if (one.format !== 'TEXT') {
          const kind = one.format === 'GIF' ? 'video' : (one.format.toLowerCase() as TemplateVariableKind);
          return [made('header', kind, 'header', `the ${kind} of the header`)];
        }
        return placeholderNames(one.text ?? '').map((name, i) =>
          made('header', 'text', 'header', `{{${name}}} of the header`, {
            name,
            example: exampleOf(one.example?.header_text, one.example?.header_text_named_params, name, i),
          }),
        );
      }
      case 'BODY':
        if (one.add_security_recommendation !== undefined)
          return [made('body', 'code', 'code', 'the code', { name: '1', example: '123456' })];
        return byNumber(placeholderNames(one.text ?? '')).map((name, i) =>
          made('body', 'text', `body.${name}`, `{{${name}}} of the body`, {
            name,
            example: exampleOf(one.example?.body_text?.[0], one.example?.body_text_named_params, name, i),
          }),
        );
      case 'BUTTONS':
        return one.buttons.flatMap((button, i) => {
          const kind = kindOf(button);
          if (kind === null) return [];
          const text = 'text' in button && button.text ? `“${button.text}”` : `${i + 1}`;
          return [
            made('button', kind, `button.${i}`, `${namesOfKinds[kind]} of button ${text}`, {
              button: i,
              example:
                button.type === 'URL' || button.type === 'COPY_CODE'
                  ? ([button.example].flat()[0] ?? null)
                  : null,
            }),
          ];
        });
      case 'LIMITED_TIME_OFFER':
        return one.limited_time_offer.has_expiration === true
          ? [made('offer', 'time', 'offer', 'the end of the offer')]
          : [];
      case 'CAROUSEL':
        return one.cards.flatMap(({ components }, i) => variablesOf(components, i));
      default:
        return [];
    }
  });
}

const namesOfKinds: Partial<Record<TemplateVariableKind, string>> = {
  url: 'the end of the address',
  coupon_code: 'the code',
  products: 'the products',
};

function kindOf(button: TemplateButton): TemplateVariableKind | null {
  switch (button.type) {
    case 'URL':
      return placeholderNames(button.url).length > 0 ? 'url' : null;
    case 'COPY_CODE':
      return 'coupon_code';
    case 'MPM':
      return 'products';
    // A one-time password's button takes what the body takes.
    default:
      return null;
  }
}

/** Positions count as numbers: `{{10}}` comes after `{{2}}`, wherever they stand. */
function byNumber(names: readonly string[]): string[] {
  return names.every((name) => /^\d+$/.test(name))
    ? [...names].sort((a, b) => Number(a) - Number(b))
    : [...names];
}

function exampleOf(
  values: readonly string[] | undefined,
  pairs: readonly { param_name: string; example: string }[] | undefined,
  name: string,
  at: number,
): string | null {
  return pairs?.find((pair) => pair.param_name === name)?.example ?? values?.[at] ?? null;
}

/** A text; for files their id or address; for locations, products and times what the send's schema says. */
export type TemplateValue = string | number | Readonly<Record<string, unknown>>;

type SendComponent = Record<string, unknown>;

/** The `template.components` of a send, from flat values by key. What has no value is left out. */
export function fillTemplate(
  definition: Pick<TemplateDefinition, 'components'>,
  values: Readonly<Record<string, TemplateValue>>,
): SendComponent[] {
  const components = knownComponents(definition.components);
  const sent = filledParts(
    variablesOf(components, null).filter(({ card }) => card === null),
    values,
  );
  const otp = components
    .flatMap((one) => (one.type === 'BUTTONS' ? one.buttons : []))
    .findIndex(({ type }) => type === 'OTP');
  if (otp >= 0 && values.code !== undefined)
    sent.push({
      type: 'button',
      subType: 'url',
      index: otp,
      parameters: [{ type: 'text', text: String(values.code) }],
    });
  const carousel = components.find((one) => one.type === 'CAROUSEL');
  if (carousel)
    sent.push({
      type: 'carousel',
      cards: carousel.cards.map((card, cardIndex) => ({
        cardIndex,
        components: filledParts(variablesOf(card.components, cardIndex), values),
      })),
    });
  return sent;
}

/** What a variable's place in a send is made of. `payload`: what a quick reply's tap says, which has no blank. */
export type TemplateSlot = Pick<TemplateVariable, 'key' | 'part' | 'name' | 'button'> & {
  kind: TemplateVariableKind | 'payload';
};

/** The components of a template, or of one of its cards. What has no value is left out. */
export function filledParts(
  slots: readonly TemplateSlot[],
  values: Readonly<Record<string, TemplateValue>>,
): SendComponent[] {
  const has = slots.filter(({ key }) => values[key] !== undefined && values[key] !== '');
  const of = (part: TemplateSlot['part']) => has.filter((one) => one.part === part);
  const text = ({ key, name }: TemplateSlot) => ({
    type: 'text',
    text: String(values[key]),
    ...(name !== null && !/^\d+$/.test(name) ? { parameterName: name } : {}),
  });
  const sent: SendComponent[] = [];
  for (const one of of('header'))
    sent.push({
      type: 'header',
      parameters: [
        one.kind === 'text'
          ? text(one)
          : { type: one.kind, [one.kind]: fileOf(values[one.key] as TemplateValue) },
      ],
    });
  const body = of('body');
  if (body.length > 0) sent.push({ type: 'body', parameters: body.map(text) });
  for (const one of of('offer'))
    sent.push({
      type: 'limited_time_offer',
      parameters: [
        { type: 'limited_time_offer', limitedTimeOffer: { expirationTimeMs: Number(values[one.key]) } },
      ],
    });
  for (const one of of('button'))
    sent.push({
      type: 'button',
      subType: subTypes[one.kind] ?? 'url',
      index: one.button,
      parameters: [buttonParameter(one.kind, values[one.key] as TemplateValue)],
    });
  return sent;
}

const subTypes: Partial<Record<TemplateSlot['kind'], string>> = {
  products: 'mpm',
  coupon_code: 'copy_code',
  payload: 'quick_reply',
};

function buttonParameter(kind: TemplateSlot['kind'], value: TemplateValue): SendComponent {
  switch (kind) {
    case 'products':
      return { type: 'action', action: value };
    case 'coupon_code':
      return { type: 'coupon_code', couponCode: String(value) };
    case 'payload':
      return { type: 'payload', payload: String(value) };
    default:
      return { type: 'text', text: String(value) };
  }
}

function fileOf(value: TemplateValue): unknown {
  if (typeof value === 'object') return value;
  return /^https?:\/\//i.test(String(value)) ? { link: String(value) } : { mediaId: String(value) };
}
