import { expect, test } from 'vitest';
import { defaultStartWords, defaultStopWords } from '../workspaces/settings.ts';
import { keywordMatcher } from './keywords.ts';
import { receiptOf } from './receipts.ts';

const english = /^You will/;

test.each([
  ['stop', 'You will get no more messages from us. Write START if you change your mind.'],
  ['baja', 'No recibirás más mensajes nuestros. Escribe ALTA si cambias de opinión.'],
  ['sair', 'Você não receberá mais mensagens nossas. Escreva COMEÇAR se mudar de ideia.'],
  ['arrêt', 'Vous ne recevrez plus de messages de notre part. Écrivez START si vous changez d’avis.'],
  ['توقف', 'لن تصلك رسائل منا بعد الآن. اكتب «ابدأ» إذا غيّرت رأيك.'],
  ['बंद करें', 'अब आपको हमारी ओर से कोई संदेश नहीं मिलेगा। मन बदले तो “शुरू” लिखें।'],
])('%s is answered in its own language, with the word that takes it back', (keyword, receipt) => {
  expect(receiptOf({ action: 'opt-out', keyword }, {})).toBe(receipt);
});

test('the word that a receipt names does what it says, for every word that is shipped', () => {
  const { match } = keywordMatcher({ stopWords: defaultStopWords, startWords: defaultStartWords });
  for (const [words, action, other] of [
    [defaultStopWords, 'opt-out', 'opt-in'],
    [defaultStartWords, 'opt-in', 'opt-out'],
  ] as const) {
    for (const keyword of words) {
      const receipt = receiptOf({ action, keyword }, {});
      expect(english.test(receipt), keyword).toBe(/^[a-z ]+$/.test(keyword) && isEnglish(keyword));
      const named = receipt.split(/[\s«»“”]+/).map((word) => match([word])?.action);
      expect(named, receipt).toContain(other);
    }
  }
});

const isEnglish = (word: string) => /stop|subscribe|opt|start/.test(word);

test('a workspace’s own words are answered in English, with its first word back; without one nothing is promised', () => {
  const own = { stopWords: ['basta'], startWords: ['vuelvo'] };
  expect(receiptOf({ action: 'opt-out', keyword: 'basta' }, own)).toContain('Write VUELVO');
  expect(receiptOf({ action: 'opt-out', keyword: 'baja' }, { startWords: [] })).toBe(
    'No recibirás más mensajes nuestros.',
  );
});
