/** What a schema says, as a list of fields that opens as deep as one wants. */
import { el, prose } from './element.js';

const reference = /^#\/components\/schemas\/(.+)$/;

/** The schema that a reference means, with its name; the schema itself if it is none. */
export function resolve(spec, schema) {
  const name = reference.exec(schema?.$ref ?? '')?.[1];
  return name === undefined
    ? { schema: schema ?? {}, name: null }
    : { schema: spec.components.schemas[name] ?? {}, name };
}

/** `text (uuid)`, `Contact[]`, `number | null` */
export function typeOf(spec, given) {
  const { schema, name } = resolve(spec, given);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const kinds = [...new Set(choices.map((choice) => typeOf(spec, choice)))];
    return kinds.length > 4 ? `${name ?? 'one of'} ${kinds.length} forms` : kinds.join(' | ');
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return name ?? 'one of';
  const types = [schema.type ?? []].flat();
  const plain = types.filter((type) => type !== 'null');
  const nullable = types.includes('null') ? ' | null' : '';
  if (plain[0] === 'array') return `${schema.items ? typeOf(spec, schema.items) : 'any'}[]${nullable}`;
  if (name !== null) return name + nullable;
  const format = schema.format ? ` (${schema.format})` : '';
  return `${plain.join(' | ') || 'any'}${format}${nullable}`;
}

/** Limits and choices, as a sentence a reader wants: patterns are for machines. */
function limitsOf(schema) {
  const said = [];
  if (schema.enum) said.push(schema.enum.map((value) => JSON.stringify(value)).join(', '));
  if (schema.minLength) said.push(`at least ${schema.minLength} characters`);
  if (schema.maxLength) said.push(`at most ${schema.maxLength} characters`);
  const [low, high] = [schema.minimum ?? schema.exclusiveMinimum, schema.maximum ?? schema.exclusiveMaximum];
  if (low !== undefined && low > Number.MIN_SAFE_INTEGER) said.push(`from ${low}`);
  if (high !== undefined && high < Number.MAX_SAFE_INTEGER) said.push(`up to ${high}`);
  if (schema.minItems) said.push(`at least ${schema.minItems}`);
  if (schema.maxItems) said.push(`at most ${schema.maxItems}`);
  if (schema.default !== undefined) said.push(`default ${JSON.stringify(schema.default)}`);
  return said.join(' · ');
}

/** One field: name, type, whether it must be there, what it means, and what is in it. */
export function field(spec, { name, schema: given, required, description, where }) {
  const { schema } = resolve(spec, given);
  const limits = limitsOf(schema.type === 'array' && schema.items ? { ...schema.items, ...schema } : schema);
  const text = description ?? given.description ?? schema.description;
  const inside = insideOf(spec, given);
  return el(
    'li',
    {},
    el('code', { class: 'name' }, name),
    ' ',
    el('span', { class: 'type' }, typeOf(spec, given)),
    where && el('span', { class: 'where' }, where),
    required && el('strong', { class: 'required' }, 'required'),
    text && el('p', {}, prose(text)),
    limits !== '' && el('p', { class: 'limits' }, limits),
    inside && opens(spec, inside, `Fields of ${name}`),
  );
}

/** Made when it is opened: schemas refer to each other, in circles too. */
function opens(spec, inside, label) {
  const details = el('details', {}, el('summary', {}, label));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(fields(spec, inside));
  });
  return details;
}

/** The part of a schema that has fields, through arrays; null if there is none. */
function insideOf(spec, given) {
  const { schema } = resolve(spec, given);
  if (schema.properties) return schema;
  if (schema.items) return insideOf(spec, schema.items);
  const choices = (schema.anyOf ?? schema.oneOf ?? schema.allOf ?? []).filter((one) => insideOf(spec, one));
  if (choices.length === 1) return insideOf(spec, choices[0]);
  return choices.length > 1 ? { forms: choices } : null;
}

/** All fields of a schema; several forms one after the other. */
export function fields(spec, given) {
  if (given.forms) {
    return el(
      'ul',
      { class: 'fields' },
      given.forms.map((form) => {
        const { name } = resolve(spec, form);
        return el('li', {}, opens(spec, insideOf(spec, form), name ?? titleOfForm(spec, form)));
      }),
    );
  }
  const inside = insideOf(spec, given);
  if (inside?.forms) return fields(spec, inside);
  if (!inside) return el('p', { class: 'type' }, typeOf(spec, given));
  const required = new Set(inside.required ?? []);
  return el(
    'ul',
    { class: 'fields' },
    Object.entries(inside.properties).map(([name, schema]) =>
      field(spec, { name, schema, required: required.has(name) }),
    ),
  );
}

/** A form goes by what tells it from the others: its constants, else the fields that must be there, else all of them. */
function titleOfForm(spec, form) {
  const { properties = {}, required = [] } = insideOf(spec, form) ?? {};
  const constants = Object.entries(properties).filter(([, schema]) => schema.const !== undefined);
  if (constants.length > 0) {
    return constants.map(([name, schema]) => `${name} ${JSON.stringify(schema.const)}`).join(', ');
  }
  const names = required.length > 0 ? required : Object.keys(properties);
  return `with ${names.slice(0, 4).join(', ')}${names.length > 4 ? ' …' : ''}`;
}
