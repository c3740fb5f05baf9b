/**
 * words — what the page says: a text by its key, with names put into it, in the form that a count has in the language.
 *
 * By hand, because of a library for it we used just this, while it was a twentieth of what the inbox loads and its hook
 * ran at length in each of a thousand components. docs/decisions/008.
 */
import { useSyncExternalStore } from 'react';

export interface Texts {
  [key: string]: string | Texts;
}

/** `count` chooses the form; `defaultValue` is said where there is no such text; everything else has a place in it. */
export type Say = (key: string, values?: Readonly<Record<string, unknown>>) => string;

/** Every text by its whole key: `thread.kind.image`. */
function flat(texts: Texts, path = '', known = new Map<string, string>()): Map<string, string> {
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') known.set(path + key, value);
    else flat(value, `${path}${key}.`, known);
  }
  return known;
}

/** A key without a text is shown as it is: better than nothing, and a test looks for them. */
export function sayIn(language: string, known: ReadonlyMap<string, string>): Say {
  const plural = new Intl.PluralRules(language);
  const form = (key: string, count: number): string | undefined =>
    // None has words of its own in every language that wants them.
    (count === 0 ? known.get(`${key}_zero`) : undefined) ??
    known.get(`${key}_${plural.select(count)}`) ??
    known.get(`${key}_other`);
  return (key, values = {}) => {
    const { count, defaultValue } = values;
    const text =
      (typeof count === 'number' ? form(key, count) : undefined) ??
      known.get(key) ??
      (typeof defaultValue === 'string' ? defaultValue : key);
    return text.includes('{{')
      ? text.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => String(values[name] ?? ''))
      : text;
  };
}

interface Words {
  t: Say;
  i18n: { language: string };
}

let words: Words = { t: (key) => key, i18n: { language: 'en' } };
let spoken = new Map<string, string>();
const listeners = new Set<() => void>();

/** From now on the page speaks this language. */
export function speak(language: string, texts: Texts): void {
  spoken = flat(texts);
  words = { t: sayIn(language, spoken), i18n: { language } };
  for (const listener of listeners) listener();
}

/** More of the language that is spoken. Nothing is drawn again: what needs these texts waits for them. */
export function learn(language: string, texts: Texts): void {
  if (language === words.i18n.language) flat(texts, '', spoken);
}

/** Outside of what React draws. */
export const say: Say = (key, values) => words.t(key, values);

export const spokenLanguage = (): string => words.i18n.language;

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** The same object until the language changes, however often and in however many places it is asked for. */
export const useTranslation = (): Words => useSyncExternalStore(subscribe, () => words);
