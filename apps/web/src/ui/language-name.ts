import { spokenLanguage } from '../i18n/words.ts';

/** A language as the reader calls it, by WhatsApp's code for it (`pt_BR`); the code where nobody knows it. */
export function languageName(code: string): string {
  return nameIn(spokenLanguage(), code);
}

/** As its speakers call it. Small where they write it small. */
export function ownLanguageName(code: string): string {
  return nameIn(tagOf(code), code);
}

/** A draft may be kept under any word: what is no tag of a language is shown as it is. */
function nameIn(language: string, code: string): string {
  try {
    return new Intl.DisplayNames(language, { type: 'language' }).of(tagOf(code)) ?? code;
  } catch {
    return code;
  }
}

const tagOf = (code: string) => code.replace('_', '-');
