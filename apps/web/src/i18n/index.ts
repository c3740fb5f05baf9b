import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

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

type Texts = () => Promise<{ default: object }>;

/** Of each language what the frame and the inbox say, and what all other pages say (vite.config.ts parts them). */
const parts: Record<Language, readonly [first: Texts, rest: Texts]> = {
  en: [() => import('./locales/en.json?first'), () => import('./locales/en.json?rest')],
  ar: [() => import('./locales/ar.json?first'), () => import('./locales/ar.json?rest')],
  hi: [() => import('./locales/hi.json?first'), () => import('./locales/hi.json?rest')],
  es: [() => import('./locales/es.json?first'), () => import('./locales/es.json?rest')],
  pt: [() => import('./locales/pt.json?first'), () => import('./locales/pt.json?rest')],
};

async function load(language: Language, part: Texts): Promise<void> {
  i18next.addResourceBundle(language, 'translation', (await part()).default, true, true);
}

let rest: { language: Language; loading: Promise<void> } | null = null;

/** What pages other than the inbox say. To be waited for before one of them is drawn. */
export function allTexts(): Promise<void> {
  const language = i18next.language as Language;
  if (rest?.language !== language) {
    const loading = load(language, parts[language][1]);
    rest = { language, loading };
    loading.catch(() => {
      rest = null;
    });
  }
  return rest.loading;
}

function apply(language: Language): void {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

/** One language is loaded, and nothing to fall back to: a test holds all of them complete. */
export async function startLanguage(): Promise<void> {
  const language = preferred();
  apply(language);
  const first = parts[language][0]();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: (await first).default } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await Promise.all(parts[language].map((part) => load(language, part)));
  apply(language);
  await i18next.changeLanguage(language);
}
