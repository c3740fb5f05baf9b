/**
 * Templates: the list an account holds, the checks of a send against it, and the text with its parameters filled in.
 * Source: Meta "Templates", "Send a template" and the error codes 132000–132018.
 */
import { missing, needObject, needText } from './checks.ts';
import { GraphError } from './errors.ts';
import { asArray, asObject, asString, isObject, type Json, type JsonObject } from './json.ts';
import { checkMedia, type MediaUse } from './media-rules.ts';
import { checkParameters } from './template-parameter-rules.ts';

export type TemplateStatus =
  | 'APPROVED'
  | 'PENDING'
  | 'REJECTED'
  | 'PAUSED'
  | 'DISABLED'
  | 'IN_APPEAL'
  | 'FLAGGED'
  | 'REINSTATED'
  | 'PENDING_DELETION'
  | 'ARCHIVED'
  | 'UNARCHIVED';
export type TemplateQuality = 'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN';
export type TemplateCategory = 'MARKETING' | 'UTILITY' | 'AUTHENTICATION';

export interface Template {
  id: string;
  name: string;
  language: string;
  category: TemplateCategory;
  status: TemplateStatus;
  parameterFormat: 'POSITIONAL' | 'NAMED';
  components: JsonObject[];
  /** ms; under review until then */
  approvesAt?: number;
  /** The reason with which that review will end; null = it will be approved. */
  rejects: string | null;
  rejectedReason: string;
  quality: TemplateQuality;
  previousCategory: TemplateCategory | null;
  ttlSeconds: number | null;
  /** Pauses so far: 3 h, 6 h, disabled. */
  pauses: number;
  /** ms */
  pausedUntil: number | null;
  /** ms; of the last 30 days. */
  edits: number[];
  /** The most that one delivered message may cost (`optimization_spec`): such marketing has an address of its own. */
  optimization: JsonObject | null;
  /** Made by WhatsApp of a Direct Send. */
  source?: 'AUTO_GENERATED';
}

/** What a caller gives; the rest has defaults. */
export type AddTemplate = Pick<Template, 'name' | 'components'> &
  Partial<Omit<Template, 'name' | 'components'>>;

/** What every new account starts with. */
export const SAMPLE_TEMPLATES: AddTemplate[] = [
  {
    name: 'hello_world',
    category: 'UTILITY',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Hello World' },
      { type: 'BODY', text: 'Welcome and congratulations!! This message shows that you can send templates.' },
      { type: 'FOOTER', text: 'WhatsApp Business Platform sample message' },
    ],
  },
  {
    name: 'order_update',
    category: 'UTILITY',
    components: [
      {
        type: 'BODY',
        text: 'Hi {{1}}, your order {{2}} is on its way.',
        example: { body_text: [['Ana', 'A-1042']] },
      },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'QUICK_REPLY', text: 'Thanks' },
          { type: 'QUICK_REPLY', text: 'Where is it?' },
        ],
      },
    ],
  },
  {
    name: 'seasonal_offer',
    category: 'MARKETING',
    components: [
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::aW1hZ2U'] } },
      {
        type: 'BODY',
        text: 'Hi {{1}}, everything in the shop is {{2}} off this week.',
        example: { body_text: [['Ana', '20%']] },
      },
      {
        type: 'BUTTONS',
        buttons: [
          {
            type: 'URL',
            text: 'Shop now',
            url: 'https://shop.example/{{1}}',
            example: ['https://shop.example/spring'],
          },
          { type: 'QUICK_REPLY', text: 'Stop promotions' },
        ],
      },
    ],
  },
];

export function makeTemplate(id: string, template: AddTemplate): Template {
  return {
    id: template.id ?? id,
    name: template.name,
    language: template.language ?? 'en_US',
    category: template.category ?? 'UTILITY',
    status: template.status ?? 'APPROVED',
    parameterFormat: template.parameterFormat ?? 'POSITIONAL',
    components: template.components,
    rejects: template.rejects ?? null,
    rejectedReason: template.rejectedReason ?? 'NONE',
    quality: template.quality ?? 'UNKNOWN',
    previousCategory: template.previousCategory ?? null,
    ttlSeconds: template.ttlSeconds ?? null,
    pauses: template.pauses ?? 0,
    pausedUntil: template.pausedUntil ?? null,
    edits: template.edits ?? [],
    optimization: template.optimization ?? null,
    ...(template.approvesAt === undefined ? {} : { approvesAt: template.approvesAt }),
    ...(template.source === undefined ? {} : { source: template.source }),
  };
}

export function presentTemplate(template: Template): JsonObject {
  return {
    name: template.name,
    parameter_format: template.parameterFormat,
    components: template.components,
    language: template.language,
    status: template.status,
    category: template.category,
    quality_score: { score: template.quality, date: 0 },
    rejected_reason: template.rejectedReason,
    ...(template.previousCategory === null ? {} : { previous_category: template.previousCategory }),
    ...(template.ttlSeconds === null ? {} : { message_send_ttl_seconds: template.ttlSeconds }),
    ...(template.optimization === null ? {} : { optimization_spec: template.optimization }),
    ...(template.source === undefined ? {} : { source: template.source }),
    id: template.id,
  };
}

/** Distinct `{{…}}` in order of appearance. */
export function variables(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g)].map((match) => match[1]!))];
}

/** A flagged one is watched, not stopped. */
const SENDABLE: ReadonlySet<TemplateStatus> = new Set(['APPROVED', 'FLAGGED', 'REINSTATED', 'UNARCHIVED']);

/** Finds the template, checks the parameters against it, and tells which media it uses. */
export function checkTemplate(
  templates: readonly Template[],
  raw: JsonObject,
): { template: Template; uses: MediaUse[] } {
  const name = needText(raw, 'name', 'template.name', 512);
  const language = needText(
    needObject(raw, 'language', 'template.language'),
    'code',
    'template.language.code',
    20,
  );
  const named = templates.filter((template) => template.name === name);
  const template = named.find((candidate) => candidate.language === language);
  if (!template) {
    const why =
      named.length > 0
        ? `template name (${name}) does not exist in ${language}`
        : `template name (${name}) does not exist`;
    throw new GraphError(132001, why);
  }
  if (template.status === 'PAUSED')
    throw new GraphError(
      132015,
      'Template is paused due to low quality so it cannot be sent in a template message.',
    );
  if (template.status === 'DISABLED')
    throw new GraphError(
      132016,
      'Template has been paused too many times due to low quality and is now permanently disabled.',
    );
  if (!SENDABLE.has(template.status))
    throw new GraphError(132001, `template name (${name}) is not approved in ${language}`);
  checkParameters(raw, 'template.components');
  return {
    template,
    uses: checkComponents(template.components, asArray(raw.components), 'template.components'),
  };
}

function checkComponents(defined: readonly Json[], given: readonly Json[], path: string): MediaUse[] {
  const uses: MediaUse[] = [];
  for (const item of defined) {
    const component = asObject(item);
    const type = (asString(component.type) ?? '').toUpperCase();
    if (type === 'HEADER') uses.push(...checkHeader(component, find(given, 'header'), path));
    if (type === 'BODY') checkText(component, asString(component.text) ?? '', find(given, 'body'), 'body');
    if (
      type === 'LIMITED_TIME_OFFER' &&
      asObject(component.limited_time_offer).has_expiration === true &&
      asArray(find(given, 'limited_time_offer')?.parameters).length === 0
    )
      throw new GraphError(132012, 'limited_time_offer: the end of the offer is missing');
    if (type === 'CAROUSEL')
      uses.push(...checkCards(asArray(component.cards), find(given, 'carousel'), path));
  }
  checkButtons(asArray(find(defined, 'buttons')?.buttons), given);
  for (const item of given) {
    const type = lower(asObject(item).type);
    if (type === 'button') continue;
    const known = defined.some((candidate) => lower(asObject(candidate).type) === type);
    if (!known)
      throw new GraphError(
        132000,
        `${type}: number of localizable_params does not match: the template has no such component`,
      );
  }
  return uses;
}

function checkCards(cards: readonly Json[], given: JsonObject | undefined, path: string): MediaUse[] {
  const sent = asArray(given?.cards)
    .map(asObject)
    .sort((a, b) => Number(a.card_index) - Number(b.card_index));
  if (sent.length !== cards.length)
    throw new GraphError(
      132000,
      `carousel: number of cards (${sent.length}) does not match the expected number of cards (${cards.length})`,
    );
  return cards.flatMap((card, i) =>
    checkComponents(
      asArray(asObject(card).components),
      asArray(sent[i]?.components),
      `${path}.carousel.cards[${i}]`,
    ),
  );
}

function lower(value: Json | undefined): string {
  return (asString(value) ?? '').toLowerCase();
}

function find(given: readonly Json[], type: string): JsonObject | undefined {
  return given.filter(isObject).find((component) => lower(component.type) === type);
}

function checkHeader(component: JsonObject, given: JsonObject | undefined, path: string): MediaUse[] {
  const format = (asString(component.format) ?? 'TEXT').toUpperCase();
  if (format === 'TEXT') {
    checkText(component, asString(component.text) ?? '', given, 'header');
    return [];
  }
  const parameter = asObject(asArray(given?.parameters)[0]);
  const expected = format.toLowerCase();
  if (lower(parameter.type) !== expected)
    throw new GraphError(
      132012,
      `header: Format mismatch, expected ${format}, received ${(lower(parameter.type) || 'UNKNOWN').toUpperCase()}`,
    );
  if (expected === 'location' || expected === 'product') return [];
  if (expected === 'gif') return [checkMedia({ video: parameter.gif }, 'video', `${path}.header.gif`)];
  return [checkMedia(parameter, expected, `${path}.header.${expected}`)];
}

function checkText(component: JsonObject, text: string, given: JsonObject | undefined, where: string): void {
  // authentication bodies are fixed by Meta and take the code
  const expected = component.add_security_recommendation !== undefined ? ['1'] : variables(text);
  const parameters = asArray(given?.parameters);
  if (parameters.length !== expected.length)
    throw new GraphError(
      132000,
      `${where}: number of localizable_params (${parameters.length}) does not match the expected number of params (${expected.length})`,
    );
  parameters.forEach((item, i) => {
    const parameter = asObject(item);
    const value = parameterText(parameter);
    if (!value) throw missing(`template.components.${where}.parameters[${i}].text`);
    if (/[\n\r\t]| {5,}/.test(value))
      throw new GraphError(
        132007,
        `${where}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces`,
      );
  });
  const given1 = parameters.map((item) => asString(asObject(item).parameter_name));
  if (expected.some((name) => !/^\d+$/.test(name)))
    for (const name of expected)
      if (!given1.includes(name)) throw new GraphError(132000, `${where}: parameter ${name} is missing`);
}

function checkButtons(buttons: readonly Json[], given: readonly Json[]): void {
  const sent = given.filter(isObject).filter((component) => lower(component.type) === 'button');
  buttons.forEach((item, i) => {
    const button = asObject(item);
    const type = lower(button.type);
    const parameters = asArray(sent.find((component) => Number(component.index) === i)?.parameters);
    const needs =
      type === 'otp' ||
      type === 'copy_code' ||
      type === 'mpm' ||
      (type === 'url' && variables(asString(button.url) ?? '').length > 0);
    if (needs && parameters.length === 0)
      throw new GraphError(
        131008,
        `buttons: Button at index ${i} of type ${type === 'otp' ? 'Url' : type} requires a parameter`,
      );
  });
  for (const component of sent) {
    const button = asObject(buttons[Number(component.index)]);
    const type = lower(button.type);
    if (!type)
      throw new GraphError(132000, `buttons: there is no button at index ${String(component.index)}`);
    const subType = lower(component.sub_type);
    const fits = subType === type || (type === 'otp' && subType === 'url');
    if (!fits)
      throw new GraphError(
        132012,
        `buttons: Button at index ${String(component.index)} is ${type}, received ${subType}`,
      );
  }
}

function parameterText(parameter: JsonObject): string | undefined {
  return (
    asString(parameter.text) ??
    asString(asObject(parameter.currency).fallback_value) ??
    asString(asObject(parameter.date_time).fallback_value)
  );
}

/** The text with its parameters. Named by `parameter_name`, else by position. */
export function fill(text: string, given: JsonObject | undefined): string {
  const parameters = asArray(given?.parameters).map(asObject);
  return text.replace(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g, (whole, name: string) => {
    const parameter =
      parameters.find((candidate) => candidate.parameter_name === name) ?? parameters[Number(name) - 1];
    return (parameter && parameterText(parameter)) ?? whole;
  });
}

export function component(given: Json | undefined, type: string, index?: number): JsonObject | undefined {
  return asArray(given)
    .filter(isObject)
    .find((item) => lower(item.type) === type && (index === undefined || Number(item.index) === index));
}
