/** What the editor holds: WhatsApp's own components, in the order in which the phone shows them. Pure. */
import {
  knownComponents,
  type TemplateButton,
  type TemplateCategory,
  type TemplateComponent,
  templateCategories,
} from '@chaski/contracts';
import type { Template } from '@chaski/sdk';

export type Part<Type extends TemplateComponent['type']> = Extract<TemplateComponent, { type: Type }>;
export type Card = Part<'CAROUSEL'>['cards'][number];
export type Kind = 'plain' | 'carousel' | 'offer';
type Format = Template['parameterFormat'];

export interface Definition {
  name: string;
  language: string;
  category: TemplateCategory;
  parameterFormat: Format;
  messageSendTtlSeconds: number | null;
  components: TemplateComponent[];
}

const order = [
  'HEADER',
  'BODY',
  'LIMITED_TIME_OFFER',
  'FOOTER',
  'CAROUSEL',
  'BUTTONS',
  'CALL_PERMISSION_REQUEST',
] as const;

export function partOf<Type extends TemplateComponent['type']>(
  components: readonly TemplateComponent[],
  type: Type,
): { part: Part<Type> | null; path: string } {
  const at = components.findIndex((one) => one.type === type);
  return { part: (components[at] as Part<Type> | undefined) ?? null, path: `components[${at}]` };
}

/** The components with this part, or without any of its type. */
export function withPart(
  components: readonly TemplateComponent[],
  type: TemplateComponent['type'],
  part: TemplateComponent | null,
): TemplateComponent[] {
  const others = components.filter((one) => one.type !== type);
  return [...others, ...(part ? [part] : [])].sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
}

export const blank: Definition = {
  name: '',
  language: 'en_US',
  category: 'UTILITY',
  parameterFormat: 'POSITIONAL',
  messageSendTtlSeconds: null,
  components: [{ type: 'BODY', text: '' }],
};

/** What somebody goes on writing at: the change that waits, else what WhatsApp has. null: parts that we do not know. */
export function definitionOf(template: Template): Definition | null {
  const base = template.draft ?? template;
  const components = knownComponents(base.components);
  if (components.length !== base.components.length) return null;
  return {
    name: template.name,
    language: template.language,
    category: templateCategories.find((one) => one === base.category) ?? 'UTILITY',
    parameterFormat: base.parameterFormat,
    messageSendTtlSeconds: base.messageSendTtlSeconds,
    components: order.flatMap((type) => components.filter((one) => one.type === type)),
  };
}

export function kindOf(components: readonly TemplateComponent[]): Kind {
  if (components.some(({ type }) => type === 'CAROUSEL')) return 'carousel';
  return components.some(({ type }) => type === 'LIMITED_TIME_OFFER') ? 'offer' : 'plain';
}

export const newCard = (like?: Card): Card => ({
  components: (like?.components ?? firstCard).map((one) => {
    if (one.type === 'HEADER') return { type: 'HEADER' as const, format: one.format };
    if (one.type === 'BODY') return { type: 'BODY' as const, text: '' };
    return { type: 'BUTTONS' as const, buttons: one.buttons.map(({ type }) => newButton(type)) };
  }),
});
const firstCard: Card['components'] = [
  { type: 'HEADER', format: 'IMAGE' },
  { type: 'BODY', text: '' },
  { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: '' }] },
];

/** What fits the other kind stays. */
export function toKind(components: readonly TemplateComponent[], kind: Kind): TemplateComponent[] {
  const keep = new Set<string>(
    kind === 'carousel'
      ? ['BODY']
      : kind === 'offer'
        ? ['HEADER', 'BODY', 'BUTTONS']
        : ['HEADER', 'BODY', 'FOOTER', 'BUTTONS', 'CALL_PERMISSION_REQUEST'],
  );
  const kept = components.filter(
    (one) =>
      keep.has(one.type) &&
      !(kind === 'offer' && one.type === 'HEADER' && one.format !== 'IMAGE' && one.format !== 'VIDEO'),
  );
  if (kind === 'carousel')
    return withPart(kept, 'CAROUSEL', { type: 'CAROUSEL', cards: [newCard(), newCard()] });
  if (kind === 'offer')
    return withPart(kept, 'LIMITED_TIME_OFFER', {
      type: 'LIMITED_TIME_OFFER',
      limited_time_offer: { text: '', has_expiration: true },
    });
  return kept;
}

/** Authentication has words of WhatsApp's own; to and from it nothing but the name goes along. */
export function toCategory(definition: Definition, category: TemplateCategory): Definition {
  const { components } = definition;
  const changed = { ...definition, category, messageSendTtlSeconds: null };
  if (category === 'AUTHENTICATION')
    return {
      ...changed,
      components: [
        { type: 'BODY', add_security_recommendation: true },
        { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] },
      ],
    };
  if (definition.category === 'AUTHENTICATION') return { ...changed, components: blank.components };
  return {
    ...changed,
    components: category === 'UTILITY' ? toKind(components, kindOfUtility(components)) : components,
  };
}
const kindOfUtility = (components: readonly TemplateComponent[]): Kind =>
  kindOf(components) === 'carousel' ? 'carousel' : 'plain';

export function newButton(type: TemplateButton['type']): TemplateButton {
  switch (type) {
    case 'URL':
      return { type, text: '', url: 'https://' };
    case 'PHONE_NUMBER':
      return { type, text: '', phone_number: '' };
    case 'COPY_CODE':
      return { type, example: '' };
    case 'FLOW':
      return { type, text: '', flow_id: '', flow_action: 'navigate' };
    case 'CATALOG':
      return { type, text: 'View catalog' };
    case 'MPM':
      return { type, text: 'View items' };
    case 'SPM':
      return { type, text: 'View' };
    case 'VOICE_CALL':
      return { type, text: '' };
    case 'OTP':
      return { type, otp_type: 'COPY_CODE' };
    case 'QUICK_REPLY':
      return { type, text: '' };
    default:
      return { type };
  }
}
