/** A template as the phone will show it: with a send's parameters, or with its own examples while it is written. */
import {
  componentOf,
  knownComponents,
  type TemplateButton,
  type TemplateComponent,
  type TemplateDefinition,
  type TemplateHeader,
} from './template-definition.ts';
import { parameterOf, parameterText } from './template-parameters.ts';
import { fillText } from './template-text.ts';
import { type TemplateVariable, variablesOf } from './template-variables.ts';

export interface PreviewHeader {
  kind: 'text' | 'image' | 'video' | 'gif' | 'document' | 'location' | 'product';
  /** Of a text header. */
  text: string | null;
  /** The parameter's own object: `{mediaId}`, `{link}`, `{latitude, …}`; null while there is none. */
  value: Readonly<Record<string, unknown>> | null;
}

export interface PreviewButton {
  type: TemplateButton['type'];
  text: string;
  /** Where it leads, filled in. */
  url: string | null;
  phone: string | null;
  /** What it copies. */
  code: string | null;
}

export interface PreviewCard {
  header: PreviewHeader | null;
  body: string | null;
  buttons: PreviewButton[];
}

export interface TemplatePreview extends PreviewCard {
  /** With WhatsApp's marks (`*bold*`). */
  body: string;
  footer: string | null;
  offer: { text: string; expiresAt: number | null } | null;
  cards: PreviewCard[];
}

const codeText = '*{{1}}* is your verification code.';
const codeWarning = ' For your security, do not share this code.';

/**
 * Pure and total. `parameters`: the `template.components` of a send; without them the template's examples stand in, and
 * what has neither stays a placeholder.
 */
export function templatePreview(
  definition: Pick<TemplateDefinition, 'components'>,
  parameters?: readonly unknown[],
): TemplatePreview {
  const components = knownComponents(definition.components);
  const footer = componentOf(components, 'FOOTER');
  const offer = componentOf(components, 'LIMITED_TIME_OFFER')?.limited_time_offer;
  const card = cardOf(components, null, parameters);
  return {
    ...card,
    body: card.body ?? '',
    footer:
      footer?.code_expiration_minutes === undefined
        ? (footer?.text ?? null)
        : `This code expires in ${footer.code_expiration_minutes} minutes.`,
    offer: offer ? { text: offer.text, expiresAt: expiryOf(components, parameters) } : null,
    cards: (componentOf(components, 'CAROUSEL')?.cards ?? []).map((one, i) =>
      cardOf(one.components, i, parameters),
    ),
  };
}

/** The body in one line of placeholders: for lists. */
export function templateText({ components }: Pick<TemplateDefinition, 'components'>): string {
  return bodyText(knownComponents(components)) ?? '';
}

function bodyText(components: readonly TemplateComponent[]): string | null {
  const body = componentOf(components, 'BODY');
  if (!body) return null;
  if (body.add_security_recommendation === undefined || body.text !== undefined) return body.text ?? '';
  return `${codeText}${body.add_security_recommendation ? codeWarning : ''}`;
}

function cardOf(
  components: readonly TemplateComponent[],
  card: number | null,
  parameters: readonly unknown[] | undefined,
): PreviewCard {
  const variables = variablesOf(components, card).filter((one) => one.card === card);
  const value = (part: TemplateVariable['part']) => (name: string) => {
    const variable = variables.find((one) => one.part === part && one.name === name);
    if (!variable) return undefined;
    return parameters === undefined
      ? (variable.example ?? undefined)
      : parameterText(parameterOf(parameters, variable));
  };
  const header = componentOf(components, 'HEADER');
  const body = bodyText(components);
  return {
    header: header ? headerOf(header, variables, value('header'), parameters) : null,
    body: body === null ? null : fillText(body, value('body')),
    buttons: (componentOf(components, 'BUTTONS')?.buttons ?? []).map((button, i) =>
      buttonOf(
        button,
        variables.find((one) => one.button === i),
        parameters,
      ),
    ),
  };
}

function headerOf(
  header: TemplateHeader,
  variables: readonly TemplateVariable[],
  value: (name: string) => string | undefined,
  parameters: readonly unknown[] | undefined,
): PreviewHeader {
  const kind = header.format.toLowerCase() as PreviewHeader['kind'];
  if (kind === 'text') return { kind, text: fillText(header.text ?? '', value), value: null };
  const variable = variables.find((one) => one.part === 'header');
  const parameter = parameters && variable ? parameterOf(parameters, variable) : undefined;
  const given = parameter?.[variable?.kind ?? kind];
  return {
    kind,
    text: null,
    value: typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : null,
  };
}

/** WhatsApp's own words where the template has none. */
const texts: Partial<Record<TemplateButton['type'], string>> = {
  COPY_CODE: 'Copy code',
  OTP: 'Copy code',
  REQUEST_CONTACT_INFO: 'Share phone number',
  APP: 'Open app',
};

function buttonOf(
  button: TemplateButton,
  variable: TemplateVariable | undefined,
  parameters: readonly unknown[] | undefined,
): PreviewButton {
  const given = parameters && variable ? parameterText(parameterOf(parameters, variable)) : undefined;
  const filled = given ?? (parameters === undefined ? (variable?.example ?? undefined) : undefined);
  const text = button.type === 'OTP' && button.otp_type === 'ONE_TAP' ? button.autofill_text : button.text;
  return {
    type: button.type,
    text: text || texts[button.type] || '',
    url: button.type === 'URL' ? addressOf(button.url, filled) : null,
    phone: button.type === 'PHONE_NUMBER' ? button.phone_number : null,
    code: button.type === 'COPY_CODE' ? (filled ?? null) : null,
  };
}

/** An example may be the whole address or only its end. */
function addressOf(url: string, end: string | undefined): string {
  if (end === undefined) return url;
  return /^https?:\/\//i.test(end) ? end : fillText(url, () => end);
}

function expiryOf(components: readonly TemplateComponent[], parameters: readonly unknown[] | undefined) {
  const variable = variablesOf(components, null).find((one) => one.part === 'offer');
  if (!variable || !parameters) return null;
  const offer = parameterOf(parameters, variable)?.limitedTimeOffer as
    | { expirationTimeMs?: unknown }
    | undefined;
  const at = Number(offer?.expirationTimeMs);
  return Number.isFinite(at) ? at : null;
}
