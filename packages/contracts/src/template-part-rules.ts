/** Rules of header, body and footer, which templates and the cards of a carousel share. */

import { codes, type Say } from './template-codes.ts';
import type { TemplateComponent, TemplateHeader } from './template-definition.ts';
import { placeholderNames, placeholders, withoutPlaceholders, wordsIn } from './template-text.ts';

const filled = (value: string | undefined): value is string => value !== undefined && value.trim() !== '';

const tooLong = (path: string, text: string, max: number, say: Say): void => {
  if (text.length > max)
    say(path, codes.length, `${path} has ${text.length} characters; WhatsApp takes at most ${max}`);
};

/** Numbers from 1 without a gap, or names in small letters: never both, and as the template says. */
function nameProblems(path: string, text: string, named: boolean, code: number, say: Say): void {
  const names = placeholderNames(text);
  if (named) {
    const wrong = names.find((name) => !/^[a-z][a-z0-9_]*$/.test(name));
    if (wrong !== undefined)
      say(
        path,
        code,
        `${path}: {{${wrong}}} is no name; names begin with a small letter and go on with a-z, 0-9, _`,
      );
    return;
  }
  const wrong = names.find((name) => !/^[1-9]\d{0,2}$/.test(name));
  if (wrong !== undefined) {
    say(path, code, `${path}: {{${wrong}}} is no number; set parameterFormat to NAMED for names`);
    return;
  }
  const missing = names.map((_, i) => String(i + 1)).find((name) => !names.includes(name));
  if (missing !== undefined)
    say(path, code, `${path}: variables count from 1 without a gap; {{${missing}}} is missing`);
}

function exampleProblems(
  path: string,
  names: readonly string[],
  named: boolean,
  values: readonly string[] | undefined,
  pairs: readonly { param_name: string; example: string }[] | undefined,
  key: string,
  say: Say,
): void {
  const at = `${path}.example.${named ? `${key}_named_params` : key}`;
  const missing = named
    ? names.find((name) => !filled(pairs?.find((pair) => pair.param_name === name)?.example))
    : names.find((_, i) => !filled(values?.[i]));
  if (missing !== undefined) {
    say(at, codes.missing, `${at} needs an example for {{${missing}}}`);
    return;
  }
  const given = named ? pairs?.length : values?.length;
  if ((given ?? 0) > names.length)
    say(at, codes.missing, `${at} has ${given} examples for ${names.length} variables`);
}

const emoji = /\p{Emoji_Presentation}|\uFE0F/u;

export function headerProblems(
  header: TemplateHeader,
  { path, category, named, card }: { path: string; category: string; named: boolean; card: boolean },
  say: Say,
): void {
  const { format } = header;
  if (card && !['IMAGE', 'VIDEO', 'PRODUCT'].includes(format)) {
    say(`${path}.format`, codes.header, `${path}.format: a card has an IMAGE, a VIDEO or a PRODUCT`);
    return;
  }
  if (format === 'GIF' && category !== 'MARKETING')
    say(`${path}.format`, codes.header, `${path}.format: GIF is for marketing templates`);
  if (format === 'LOCATION' || format === 'PRODUCT') return;
  if (format !== 'TEXT') {
    if (!filled(header.example?.header_handle?.[0]))
      say(
        `${path}.example.header_handle`,
        codes.missing,
        `${path}.example.header_handle needs a sample of the ${format.toLowerCase()}`,
      );
    return;
  }
  const at = `${path}.text`;
  if (!filled(header.text)) {
    say(at, codes.header, `${at} is empty`);
    return;
  }
  tooLong(at, header.text, 60, say);
  const around = withoutPlaceholders(header.text);
  if (/[\n\r\t]/.test(around) || around.includes('*') || around.includes('```') || emoji.test(around))
    say(at, codes.header, `${at} must not hold line breaks, formatting or emojis`);
  const names = placeholderNames(header.text);
  if (names.length > 1) {
    say(at, codes.header, `${at} has ${names.length} variables; a header takes one`);
    return;
  }
  nameProblems(at, header.text, named, codes.header, say);
  if (names.length === 1)
    exampleProblems(
      path,
      names,
      named,
      header.example?.header_text,
      header.example?.header_text_named_params,
      'header_text',
      say,
    );
}

export function bodyProblems(
  body: Extract<TemplateComponent, { type: 'BODY' }>,
  { path, named, max }: { path: string; named: boolean; max: number },
  say: Say,
): void {
  const at = `${path}.text`;
  if (body.add_security_recommendation !== undefined)
    say(path, codes.parameter, `${path}.add_security_recommendation is for authentication templates`);
  const { text } = body;
  if (!filled(text)) {
    say(at, codes.body, `${at} is empty`);
    return;
  }
  tooLong(at, text, max, say);
  if (/\t| {5}|\n{3}/.test(text))
    say(
      at,
      codes.body,
      `${at} must not hold tabs, more than four spaces or more than two line breaks in a row`,
    );
  if (/\}\}\s*\{\{/.test(text)) say(at, codes.body, `${at}: two variables must not stand side by side`);
  nameProblems(at, text, named, codes.body, say);
  const names = placeholderNames(text);
  if (names.length === 0) return;
  const trimmed = text.trim();
  if (trimmed.startsWith('{{') || trimmed.endsWith('}}'))
    say(at, codes.edge, `${at} must not begin or end with a variable`);
  // Meta names no figure; what BSPs observed and tell their customers is 2 words for each variable and one more,
  // variables counted as words. The looser reading: refusing what WhatsApp takes would be worse than the reverse.
  const count = placeholders(text).length;
  if (wordsIn(withoutPlaceholders(text)) + count < 2 * count + 1)
    say(
      at,
      codes.ratio,
      `${at} has ${count} variables for too few words; write more text or use fewer variables`,
    );
  exampleProblems(
    path,
    names,
    named,
    body.example?.body_text?.[0],
    body.example?.body_text_named_params,
    'body_text',
    say,
  );
}

export function footerProblems(
  footer: Extract<TemplateComponent, { type: 'FOOTER' }>,
  path: string,
  say: Say,
): void {
  const at = `${path}.text`;
  if (footer.code_expiration_minutes !== undefined)
    say(path, codes.footer, `${path}.code_expiration_minutes is for authentication templates`);
  if (!filled(footer.text)) {
    say(at, codes.footer, `${at} is empty`);
    return;
  }
  tooLong(at, footer.text, 60, say);
  if (placeholders(footer.text).length > 0) say(at, codes.footer, `${at} takes no variables`);
  if (/[\n\r]/.test(footer.text)) say(at, codes.footer, `${at} is one line`);
}
