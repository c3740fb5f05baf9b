/** What a campaign says to one person: the values of its variables, and the template filled with them. Pure. */
import type { CampaignMessage, CampaignVariable } from './campaign.ts';
import type { TemplateDefinition } from './template-definition.ts';
import { readTemplateValue } from './template-values.ts';
import {
  filledParts,
  type TemplateSlot,
  type TemplateValue,
  type TemplateVariable,
  templateVariables,
} from './template-variables.ts';

/** Where a campaign's variable stands that fills a blank of a template; null: one-time passwords go to nobody by list. */
export function campaignPlace({ kind, part, name, button, card }: TemplateVariable): Place | null {
  if (kind === 'code') return null;
  const called = kind === 'text' ? (name ?? '') : kind === 'coupon_code' ? 'copy_code' : kind;
  return {
    place: part,
    name: called,
    ...(button === null ? {} : { index: button }),
    ...(card === null ? {} : { card }),
  };
}

/** What is known of a recipient. */
export interface RecipientFacts {
  name?: string | null;
  phone?: string | null;
  email?: string | null;
  company?: string | null;
  language?: string | null;
  country?: string | null;
  attributes?: Readonly<Record<string, unknown>>;
  /** Cells of the list, by heading. */
  columns?: Readonly<Record<string, string>>;
}

/** Where a variable stands. */
export interface Place {
  place: CampaignVariable['place'];
  index?: number | undefined;
  card?: number | undefined;
  name: string;
}

/** The key of a variable: `body:1`, `header:image`, `button:0:url`, `card:2:body:1`, `offer:time`. */
export function variableKey({ place, index = 0, card, name }: Place): string {
  const key = place === 'button' ? `button:${index}:${name}` : `${place}:${name}`;
  return card === undefined ? key : `card:${card}:${key}`;
}

const wordless = new Set(['image', 'video', 'document', 'location', 'product']);

/** What a template's blanks take, by the keys of the variables that fill them. */
export type BlankKinds = ReadonlyMap<string, TemplateSlot['kind']>;

/** Of many people's fillings it is made once. Without a template nothing is known: `null` is none. */
export function blankKinds(definition: Pick<TemplateDefinition, 'components'> | null): BlankKinds {
  const blanks = definition === null ? [] : templateVariables(definition);
  return new Map(
    blanks.flatMap((blank) => {
      const place = campaignPlace(blank);
      return place === null ? [] : [[variableKey(place), blank.kind] as const];
    }),
  );
}

const noKinds: BlankKinds = new Map();

/** By place and name alone, where the template is not known: a header of words may call its blank `product`. */
function kindOf({ place, name }: Place): TemplateSlot['kind'] {
  if (place === 'offer') return 'time';
  if (place === 'header') return wordless.has(name) ? (name as TemplateSlot['kind']) : 'text';
  if (place === 'body') return 'text';
  if (name === 'copy_code') return 'coupon_code';
  return name === 'payload' || name === 'products' ? name : 'url';
}

/** WhatsApp refuses line breaks, tabs and runs of spaces in a parameter (132007). */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function told(variable: CampaignVariable, facts: RecipientFacts): string {
  const { source } = variable;
  const text = (value: unknown): string =>
    value === null || value === undefined || typeof value === 'object' ? '' : oneLine(String(value));
  switch (source.from) {
    case 'text':
      return oneLine(source.text);
    case 'column':
      return text(facts.columns?.[source.column]);
    case 'attribute':
      return text(facts.attributes?.[source.key]);
    case 'field':
      if (source.field === 'firstName') return text(facts.name).split(' ')[0] ?? '';
      if (source.field === 'phone') return facts.phone ? `+${facts.phone}` : '';
      return text(facts[source.field]);
  }
}

/** Why somebody gets nothing: `missing` nothing fills the variable, `wrong` what does is none of its kind. */
export interface FillProblem {
  problem: 'missing' | 'wrong';
  key: string;
}

/**
 * The values of all variables by key, or the first that has neither a value nor a fallback. What cannot be read as what
 * the place wants counts as nothing. `zone`: the recipient's, for times. `kinds`: of the template.
 */
export function fillVariables(
  variables: readonly CampaignVariable[],
  facts: RecipientFacts,
  zone = 'UTC',
  kinds = noKinds,
): { values: Record<string, string> } | FillProblem {
  const values: Record<string, string> = {};
  for (const variable of variables) {
    const { source } = variable;
    const key = variableKey(variable);
    const kind = kinds.get(key) ?? kindOf(variable);
    const said = [told(variable, facts), 'fallback' in source ? oneLine(source.fallback ?? '') : ''].filter(
      (text) => text !== '',
    );
    const text = said.find((one) => readTemplateValue(kind, one, zone) !== null);
    if (text === undefined) return { problem: said.length === 0 ? 'missing' : 'wrong', key };
    // A time is frozen as the moment it is for this person. Only words are cut, with no half of a character at their
    // end: a shorter address or list of products is another one.
    if (kind === 'time') values[key] = String(readTemplateValue(kind, text, zone));
    else values[key] = kind === 'text' ? text.slice(0, 2_000).replace(/[\uD800-\uDBFF]$/, '') : text;
  }
  return { values };
}

/** When the offer of these values ends, as milliseconds; null: it holds none. */
export function offerEnds(values: Readonly<Record<string, string>>): number | null {
  const at = values[variableKey({ place: 'offer', name: 'time' })];
  return at === undefined ? null : Number(at);
}

/** The template with these values: the content of a send. */
export function filledTemplate(
  message: CampaignMessage,
  values: Readonly<Record<string, string>>,
  kinds = noKinds,
): { type: 'template'; template: Record<string, unknown> } {
  const read: Record<string, TemplateValue> = {};
  const slots = [...message.variables]
    .sort((a, b) => position(a) - position(b))
    .map((variable): TemplateSlot => {
      const key = variableKey(variable);
      const kind = kinds.get(key) ?? kindOf(variable);
      const value = values[key];
      // What cannot be read is shown as it is: a preview holds placeholders.
      if (value !== undefined) read[key] = readTemplateValue(kind, value) ?? value;
      return {
        key,
        kind,
        part: variable.place,
        name: kind === 'text' ? variable.name : null,
        button: variable.place === 'button' ? (variable.index ?? 0) : null,
      };
    });
  const components: unknown[] = filledParts(
    slots.filter(({ key }) => !key.startsWith('card:')),
    read,
  );
  const cards = [...new Set(message.variables.flatMap(({ card }) => card ?? []))].sort((a, b) => a - b);
  if (cards.length > 0)
    components.push({
      type: 'carousel',
      cards: cards.map((cardIndex) => ({
        cardIndex,
        components: filledParts(
          slots.filter(({ key }) => key.startsWith(`card:${cardIndex}:`)),
          read,
        ),
      })),
    });
  const { name, language } = message.template;
  return {
    type: 'template',
    template: { name, language: { code: language }, ...(components.length > 0 ? { components } : {}) },
  };
}

/** Positional ones by their number; WhatsApp reads them in this order. */
const position = ({ place, name }: CampaignVariable): number =>
  place === 'body' && /^\d+$/.test(name) ? Number(name) : 0;
