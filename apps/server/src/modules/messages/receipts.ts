/**
 * What STOP and START are answered with: in the language of the word that was said, and naming the word that takes it
 * back. A word of the workspace's own choice is in nobody knows which language: its answer is English.
 */
import { parseSettings } from '../workspaces/index.ts';
import { type KeywordMatch, normalise } from './keywords.ts';

type Language = 'en' | 'es' | 'pt' | 'fr' | 'ar' | 'hi';

/** The shipped words; `parar` and `iniciar` are both Spanish and Portuguese, and each understands the other's answer. */
const languages: Readonly<Record<Exclude<Language, 'en'>, readonly string[]>> = {
  es: ['baja', 'alto', 'detener', 'alta', 'iniciar', 'comenzar'],
  pt: ['parar', 'pare', 'sair', 'descadastrar', 'começar', 'comecar', 'voltar'],
  fr: ['arret', 'arrêt'],
  ar: ['إيقاف', 'ايقاف', 'توقف', 'قف', 'ابدأ', 'ابدا', 'اشتراك'],
  hi: ['रोकें', 'रोको', 'बंद करें', 'शुरू', 'शुरू करें'],
};
const languageOfWord = new Map(
  Object.entries(languages).flatMap(([language, words]) =>
    words.map((word) => [normalise(word), language as Language] as const),
  ),
);
const languageOf = (word: string): Language => languageOfWord.get(normalise(word)) ?? 'en';

interface Texts {
  stopped: string;
  stoppedMarketing: string;
  started: string;
  /** Said after `stopped`, where there is a word for it; the other one after `started`. */
  back: (word: string) => string;
  out: (word: string) => string;
}

const texts: Readonly<Record<Language, Texts>> = {
  en: {
    stopped: 'You will get no more messages from us.',
    stoppedMarketing: 'You will get no more offers from us.',
    started: 'You will get messages from us again.',
    back: (word) => `Write ${word} if you change your mind.`,
    out: (word) => `Write ${word} at any time to end them.`,
  },
  es: {
    stopped: 'No recibirás más mensajes nuestros.',
    stoppedMarketing: 'No recibirás más ofertas nuestras.',
    started: 'Volverás a recibir nuestros mensajes.',
    back: (word) => `Escribe ${word} si cambias de opinión.`,
    out: (word) => `Escribe ${word} cuando ya no los quieras.`,
  },
  pt: {
    stopped: 'Você não receberá mais mensagens nossas.',
    stoppedMarketing: 'Você não receberá mais ofertas nossas.',
    started: 'Você voltará a receber nossas mensagens.',
    back: (word) => `Escreva ${word} se mudar de ideia.`,
    out: (word) => `Escreva ${word} quando não as quiser mais.`,
  },
  fr: {
    stopped: 'Vous ne recevrez plus de messages de notre part.',
    stoppedMarketing: 'Vous ne recevrez plus d’offres de notre part.',
    started: 'Vous recevrez de nouveau nos messages.',
    back: (word) => `Écrivez ${word} si vous changez d’avis.`,
    out: (word) => `Écrivez ${word} quand vous n’en voudrez plus.`,
  },
  ar: {
    stopped: 'لن تصلك رسائل منا بعد الآن.',
    stoppedMarketing: 'لن تصلك عروض منا بعد الآن.',
    started: 'ستصلك رسائلنا من جديد.',
    back: (word) => `اكتب «${word}» إذا غيّرت رأيك.`,
    out: (word) => `اكتب «${word}» متى أردت إيقافها.`,
  },
  hi: {
    stopped: 'अब आपको हमारी ओर से कोई संदेश नहीं मिलेगा।',
    stoppedMarketing: 'अब आपको हमारी ओर से कोई ऑफ़र नहीं मिलेगा।',
    started: 'अब आपको हमारे संदेश फिर से मिलेंगे।',
    back: (word) => `मन बदले तो “${word}” लिखें।`,
    out: (word) => `इन्हें रोकने के लिए कभी भी “${word}” लिखें।`,
  },
};

/** The answer to a keyword that took effect. */
export function receiptOf({ action, keyword }: KeywordMatch, settings: unknown): string {
  const { consentScope, startWords, stopWords } = parseSettings(settings);
  const language = languageOf(keyword);
  const { stopped, stoppedMarketing, started, back, out } = texts[language];
  const [said, words, how] =
    action === 'opt-in'
      ? [started, stopWords, out]
      : [consentScope === 'marketing' ? stoppedMarketing : stopped, startWords, back];
  const word = words.find((one) => languageOf(one) === language) ?? words[0];
  return word === undefined ? said : `${said} ${how(loud(word))}`;
}

/** In capitals where they are heard as the same word: `ÇIK` is not `çık`. */
function loud(word: string): string {
  const capitals = word.toUpperCase();
  return normalise(capitals) === normalise(word) ? capitals : word;
}
