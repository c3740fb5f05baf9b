import { learn, speak, spokenLanguage, type Texts } from './words.ts';

export const languages = {
  en: 'English',
  ar: 'العربية',
  hi: 'हिन्दी',
  es: 'Español',
  pt: 'Português',
} as const;
export type Language = keyof typeof languages;

export const directionOf = (language: string): 'ltr' | 'rtl' => (language.startsWith('ar') ? 'rtl' : 'ltr');

const storageKey = 'chaski-language';

const isLanguage = (value: string | null | undefined): value is Language =>
  value !== null && value !== undefined && value in languages;

/** What was chosen here, else the first of the browser's languages that we have. */
function preferred(): Language {
  const chosen = localStorage.getItem(storageKey);
  if (isLanguage(chosen)) return chosen;
  for (const one of navigator.languages) {
    const plain = one.split('-')[0];
    if (isLanguage(plain)) return plain;
  }
  return 'en';
}

type Load = () => Promise<{ default: Texts }>;

/** Of each language what the frame and the inbox say, and what all other pages say (vite.config.ts parts them). */
const parts: Record<Language, readonly [first: Load, rest: Load]> = {
  en: [() => import('./locales/en.json?first'), () => import('./locales/en.json?rest')],
  ar: [() => import('./locales/ar.json?first'), () => import('./locales/ar.json?rest')],
  hi: [() => import('./locales/hi.json?first'), () => import('./locales/hi.json?rest')],
  es: [() => import('./locales/es.json?first'), () => import('./locales/es.json?rest')],
  pt: [() => import('./locales/pt.json?first'), () => import('./locales/pt.json?rest')],
};

/** What pages other than the inbox say. To be waited for before one of them is drawn. */
export async function allTexts(): Promise<void> {
  const language = spokenLanguage() as Language;
  learn(language, (await parts[language][1]()).default);
}

function begin(language: Language, texts: Texts): void {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  speak(language, texts);
}

/** One language is loaded, and nothing to fall back to: a test holds all of them complete. */
export async function startLanguage(): Promise<void> {
  const language = preferred();
  begin(language, (await parts[language][0]()).default);
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  const [first, rest] = await Promise.all(parts[language].map((load) => load()));
  begin(language, { ...first?.default, ...rest?.default });
}
