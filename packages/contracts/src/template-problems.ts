/**
 * What WhatsApp would refuse in a template, known before it is asked: its limits, its codes, and the field.
 *
 * On the wire the codes from 2388000 come as `error_subcode` of a code 100; here they stand alone, because they are
 * what says something. 100 itself is a wrong parameter that has no code of its own.
 *
 * Always true: pure and total, any JSON gets an answer; an empty answer means that WhatsApp refuses the template only
 * for what cannot be seen in it (its meaning, a sample's content, what else the account holds).
 */
import { buttonProblems } from './template-button-rules.ts';
import { codes, type Say, type TemplateProblem } from './template-codes.ts';
import {
  componentOf,
  readComponents,
  type TemplateComponent,
  type TemplateDefinition,
  templateCategories,
} from './template-definition.ts';
import { authenticationProblems, carouselProblems, offerProblems } from './template-kind-rules.ts';
import { bodyProblems, footerProblems, headerProblems } from './template-part-rules.ts';

/** Seconds, by category; -1 is WhatsApp's writing for its longest. */
const ttl: Readonly<Record<string, readonly [number, number]>> = {
  AUTHENTICATION: [30, 900],
  UTILITY: [30, 43_200],
  MARKETING: [43_200, 2_592_000],
};

/** Everything that is wrong, in the order of the fields; empty when WhatsApp would take it for review. */
export function templateProblems(definition: unknown): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const say: Say = (path, code, message) => void problems.push({ path, code, message });
  const given = (typeof definition === 'object' && definition !== null ? definition : {}) as Partial<
    Record<keyof TemplateDefinition, unknown>
  >;
  envelopeProblems(given, say);
  const read = readComponents(given.components);
  if (!read.ok) {
    for (const { path, message } of read.problems) say(path, codes.parameter, message);
    return problems;
  }
  const category = String(given.category).toUpperCase();
  const named = String(given.parameterFormat).toUpperCase() === 'NAMED';
  componentProblems(read.components, category, named, say);
  return problems;
}

function envelopeProblems(given: Partial<Record<keyof TemplateDefinition, unknown>>, say: Say): void {
  const { name, language, category, parameterFormat, messageSendTtlSeconds } = given;
  if (typeof name !== 'string' || !/^[a-z0-9_]+$/.test(name))
    say('name', codes.name, 'name has small letters, digits and _ only');
  else if (name.length > 512)
    say('name', codes.length, `name has ${name.length} characters; WhatsApp takes 512`);
  if (typeof language !== 'string' || !/^[a-z]{2,3}(_[A-Z]{2,3})?$/.test(language))
    say('language', codes.parameter, 'language is a code such as en_US, pt_BR or es');
  const known = templateCategories.find((one) => one === String(category).toUpperCase());
  if (known === undefined)
    say('category', codes.parameter, 'category must be one of MARKETING, UTILITY, AUTHENTICATION');
  if (
    parameterFormat !== undefined &&
    parameterFormat !== null &&
    !['POSITIONAL', 'NAMED'].includes(String(parameterFormat).toUpperCase())
  )
    say('parameterFormat', codes.parameter, 'parameterFormat must be POSITIONAL or NAMED');
  if (messageSendTtlSeconds === undefined || messageSendTtlSeconds === null || known === undefined) return;
  const [least, most] = ttl[known] ?? [0, 0];
  const seconds = Number(messageSendTtlSeconds);
  if (!Number.isInteger(seconds) || (seconds !== -1 && (seconds < least || seconds > most)))
    say(
      'messageSendTtlSeconds',
      codes.parameter,
      `messageSendTtlSeconds of a ${known.toLowerCase()} template is ${least} to ${most}`,
    );
}

function componentProblems(
  components: readonly TemplateComponent[],
  category: string,
  named: boolean,
  say: Say,
): void {
  const seen = new Set<string>();
  for (const [i, { type }] of components.entries()) {
    if (seen.has(type)) say(`components[${i}]`, codes.parameter, `there is more than one ${type}`);
    seen.add(type);
  }
  if (!seen.has('BODY')) say('components', codes.parameter, 'components need a BODY');
  if (category === 'AUTHENTICATION') {
    authenticationProblems(components, say);
    return;
  }

  const offer = seen.has('LIMITED_TIME_OFFER');
  const carousel = seen.has('CAROUSEL');
  for (const [i, one] of components.entries()) {
    const path = `components[${i}]`;
    switch (one.type) {
      case 'HEADER':
        headerProblems(one, { path, category, named, card: false }, say);
        break;
      case 'BODY':
        bodyProblems(one, { path, named, max: offer ? 600 : 1024 }, say);
        break;
      case 'FOOTER':
        footerProblems(one, path, say);
        break;
      case 'BUTTONS':
        buttonProblems(one.buttons, { path: `${path}.buttons`, category }, say);
        break;
      case 'LIMITED_TIME_OFFER':
        offerProblems(one, components, { path, category }, say);
        break;
      case 'CAROUSEL':
        carouselProblems(one.cards, { path: `${path}.cards`, category, named }, say);
        break;
      case 'CALL_PERMISSION_REQUEST':
        break;
    }
  }
  if (carousel)
    for (const type of ['HEADER', 'FOOTER', 'BUTTONS'] as const)
      if (seen.has(type))
        say('components', codes.parameter, `a carousel has its ${type} on its cards, not beside them`);
  const format = componentOf(components, 'HEADER')?.format;
  const sells = componentOf(components, 'BUTTONS')?.buttons.some(({ type }) => type === 'SPM') ?? false;
  if ((format === 'PRODUCT') !== sells)
    say('components', codes.parameter, 'a PRODUCT header and an SPM button come together');
}
