/** Variables of texts and their examples. Pure. */
import {
  fillTemplate,
  type TemplateComponent,
  type TemplateValue,
  templateVariables,
} from '@chaski/contracts';
import type { Definition, Part } from './definition.ts';

type Texted = Part<'HEADER'> | Part<'BODY'>;

export interface Blank {
  name: string;
  example: string;
}

/** Each once, numbers in their order. */
export const blanksOf = (part: Texted): Blank[] =>
  templateVariables({ components: [part] }).flatMap(({ kind, name, example }) =>
    kind === 'text' && name !== null ? [{ name, example: example ?? '' }] : [],
  );

/** The part with other words; variables that stay keep their examples, none is there for what is gone. */
export function withText<P extends Texted>(part: P, text: string, named: boolean): P {
  const known = new Map(blanksOf(part).map(({ name, example }) => [name, example]));
  const bare = { ...part, text };
  delete bare.example;
  return withExamples(
    bare,
    blanksOf(bare).map(({ name }) => ({ name, example: known.get(name) ?? '' })),
    named,
  );
}

export function withExamples<P extends Texted>(part: P, blanks: readonly Blank[], named: boolean): P {
  const next = { ...part };
  delete next.example;
  if (blanks.length === 0) return next;
  const key = part.type === 'HEADER' ? 'header_text' : 'body_text';
  const values = blanks.map(({ example }) => example);
  return {
    ...next,
    example: named
      ? { [`${key}_named_params`]: blanks.map(({ name, example }) => ({ param_name: name, example })) }
      : { [key]: part.type === 'HEADER' ? values : [values] },
  };
}

/** What the next variable of a text is called. */
export function nextBlank(part: Texted, named: boolean): string {
  const taken = new Set(blanksOf(part).map(({ name }) => name));
  for (let n = 1; ; n += 1) {
    const name = named ? `value_${n}` : String(n);
    if (!taken.has(name)) return name;
  }
}

const marks = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Numbers become names, or the other way round, in every text. */
export function toFormat(definition: Definition, parameterFormat: Definition['parameterFormat']): Definition {
  const named = parameterFormat === 'NAMED';
  const renamed = (part: Texted): Texted => {
    if (part.text === undefined) return part;
    const blanks = blanksOf(part).map(({ name, example }, i) => ({
      from: name,
      name: named ? (/^\d+$/.test(name) ? `value_${name}` : name) : String(i + 1),
      example,
    }));
    const text = part.text.replace(marks, (whole, name: string) => {
      const found = blanks.find(({ from }) => from === name);
      return found ? `{{${found.name}}}` : whole;
    });
    return withExamples({ ...part, text }, blanks, named);
  };
  const change = (part: TemplateComponent): TemplateComponent => {
    if (part.type === 'HEADER' || part.type === 'BODY') return renamed(part);
    if (part.type !== 'CAROUSEL') return part;
    return {
      ...part,
      cards: part.cards.map((card) => ({
        ...card,
        components: card.components.map((one) => (one.type === 'BUTTONS' ? one : renamed(one))),
      })),
    };
  };
  return { ...definition, parameterFormat, components: definition.components.map(change) };
}

/** Ids of files are ours; what WhatsApp lists are handles and addresses of its own. */
const ours = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A send with the examples for values, for the preview: what has none stays a placeholder. */
export function exampleSend(components: readonly TemplateComponent[]): unknown[] {
  const values: Record<string, TemplateValue> = {};
  for (const { key, example } of templateVariables({ components })) if (example) values[key] = example;
  const put = (parts: readonly TemplateComponent[], prefix: string) => {
    for (const part of parts) {
      const sample = part.type === 'HEADER' ? part.example?.header_handle?.[0] : undefined;
      if (sample !== undefined && ours.test(sample)) values[`${prefix}header`] = sample;
      if (part.type === 'CAROUSEL')
        for (const [i, card] of part.cards.entries()) put(card.components, `card.${i}.`);
    }
  };
  put(components, '');
  return fillTemplate({ components }, values);
}
