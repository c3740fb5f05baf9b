/** What a campaign says to one person: the values of its variables, and the template filled with them. Pure. */
import type { CampaignMessage, CampaignVariable } from './campaign.ts';

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

/** The key of a variable: `body:1`, `header:image`, `button:0:url`. */
export function variableKey(variable: Pick<CampaignVariable, 'place' | 'index' | 'name'>): string {
  return variable.place === 'button'
    ? `button:${variable.index ?? 0}:${variable.name}`
    : `${variable.place}:${variable.name}`;
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

/** The values of all variables by key, or the first that has neither a value nor a fallback. */
export function fillVariables(
  variables: readonly CampaignVariable[],
  facts: RecipientFacts,
): { values: Record<string, string> } | { missing: string } {
  const values: Record<string, string> = {};
  for (const variable of variables) {
    const { source } = variable;
    const value = told(variable, facts) || ('fallback' in source ? oneLine(source.fallback ?? '') : '');
    const key = variableKey(variable);
    if (value === '') return { missing: key };
    values[key] = value.slice(0, 2_000);
  }
  return { values };
}

type Component = { type: string; [key: string]: unknown };

/** The template with these values: the content of a send. */
export function filledTemplate(
  message: CampaignMessage,
  values: Readonly<Record<string, string>>,
): { type: 'template'; template: Record<string, unknown> } {
  const components: Component[] = [];
  const header = message.variables.find((variable) => variable.place === 'header');
  if (header) components.push({ type: 'header', parameters: [headerParameter(header, values)] });
  const body = message.variables.filter((variable) => variable.place === 'body').sort(inOrder);
  if (body.length > 0)
    components.push({ type: 'body', parameters: body.map((variable) => textParameter(variable, values)) });
  for (const variable of message.variables) {
    if (variable.place !== 'button') continue;
    const value = values[variableKey(variable)] ?? '';
    components.push({
      type: 'button',
      subType: variable.name === 'payload' ? 'quick_reply' : variable.name,
      index: variable.index ?? 0,
      parameters: [
        variable.name === 'copy_code'
          ? { type: 'coupon_code', couponCode: value }
          : variable.name === 'payload'
            ? { type: 'payload', payload: value }
            : { type: 'text', text: value },
      ],
    });
  }
  const { name, language } = message.template;
  return {
    type: 'template',
    template: { name, language: { code: language }, ...(components.length > 0 ? { components } : {}) },
  };
}

/** Positional ones by their number; WhatsApp reads them in this order. */
function inOrder(a: CampaignVariable, b: CampaignVariable): number {
  return Number(a.name) - Number(b.name) || 0;
}

function textParameter(variable: CampaignVariable, values: Readonly<Record<string, string>>): Component {
  const named = !/^\d+$/.test(variable.name);
  return {
    type: 'text',
    text: values[variableKey(variable)] ?? '',
    ...(named ? { parameterName: variable.name } : {}),
  };
}

function headerParameter(variable: CampaignVariable, values: Readonly<Record<string, string>>): Component {
  const value = values[variableKey(variable)] ?? '';
  const { name } = variable;
  if (name !== 'image' && name !== 'video' && name !== 'document') return textParameter(variable, values);
  return { type: name, [name]: /^https?:\/\//.test(value) ? { link: value } : { mediaId: value } };
}
