import { spokenLanguage } from '../i18n/words.ts';

/** A language as the reader calls it, by WhatsApp's code for it (`pt_BR`); the code where nobody knows it. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(spokenLanguage(), { type: 'language' }).of(code.replace('_', '-')) ?? code;
  } catch {
    return code;
  }
}
