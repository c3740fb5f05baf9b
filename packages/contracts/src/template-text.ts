/** Placeholders in a template's texts: `{{1}}`, `{{first_name}}`. */

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Every placeholder in the order it stands, repeated ones too. */
export function placeholders(text: string): string[] {
  return Array.from(text.matchAll(placeholder), ([, name]) => name ?? '');
}

/** Each once, in order of appearance. */
export function placeholderNames(text: string): string[] {
  return [...new Set(placeholders(text))];
}

/** The text with its values; what has none stays a placeholder. */
export function fillText(text: string, value: (name: string) => string | undefined): string {
  return text.replace(placeholder, (whole, name: string) => value(name) ?? whole);
}

/** The text around the placeholders. */
export function withoutPlaceholders(text: string): string {
  return text.replace(placeholder, ' ');
}

export const wordsIn = (text: string): number =>
  text.split(/\s+/).filter((one) => /[\p{L}\p{N}]/u.test(one)).length;
