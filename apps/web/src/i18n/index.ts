import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './locales/en.json';

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

const loaders: Record<Exclude<Language, 'en'>, () => Promise<{ default: object }>> = {
  ar: () => import('./locales/ar.json'),
  hi: () => import('./locales/hi.json'),
  es: () => import('./locales/es.json'),
  pt: () => import('./locales/pt.json'),
};

async function load(language: Language): Promise<void> {
  if (language === 'en' || i18next.hasResourceBundle(language, 'translation')) return;
  i18next.addResourceBundle(language, 'translation', (await loaders[language]()).default);
}

function apply(language: Language): void {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

/** English is in the first bundle, the others come when they are wanted. */
export async function startLanguage(): Promise<void> {
  const language = preferred();
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await load(language);
  await i18next.changeLanguage(language);
  apply(language);
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await load(language);
  apply(language);
  await i18next.changeLanguage(language);
}
