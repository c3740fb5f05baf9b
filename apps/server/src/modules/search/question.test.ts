import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokens } from '../../platform/fold.ts';
import { highlights, readQuestion, wordsOf } from './question.ts';

describe('a question', () => {
  it('is taken apart into words, phrases, exclusions and operators', () => {
    const question = readQuestion(
      'from:Ana number:"+1 555" label:"Big deal" assignee:me after:2026-11-01 before:2026-11-21 has:media is:open "Exact Phrase" -spam Ação',
    );
    expect(question).toMatchObject({
      words: ['acao'],
      lastIsPrefix: true,
      phrases: [['exact', 'phrase']],
      without: [['spam']],
      from: ['Ana'],
      numbers: ['+1 555'],
      labels: ['Big deal'],
      assignee: 'me',
      after: '2026-11-01T00:00:00.000Z',
      before: '2026-11-21T00:00:00.000Z',
      has: ['media'],
      status: 'open',
    });
    expect(wordsOf(question)).toBe("'acao':* & ('exact' <-> 'phrase') & !('spam')");
  });

  it('is read as phones and Arabic keyboards type it: their quotes, and marks of direction that nobody sees', () => {
    expect(
      readQuestion('\u200ffrom:me \u201cbuenos d\u00edas\u201d \u2067\u00abصباح الخير\u00bb\u2069'),
    ).toMatchObject({
      words: [],
      from: ['me'],
      phrases: [
        ['buenos', 'dias'],
        ['صباح', 'الخير'],
      ],
    });
  });

  it.each(['is:late', 'has:music', 'before:yesterday', 'in:here', 'assignee:somebody', 'from:""'])(
    'is refused for %s',
    (text) => expect(() => readQuestion(text)).toThrow(/not valid/),
  );

  it('never fails for any other text, and makes only literals that PostgreSQL can read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const safe = text.replaceAll(':', ' ');
        const query = wordsOf(readQuestion(safe));
        expect(query.replaceAll(/'(?:[^']|'')*'(:\*)?/g, 'w')).toMatch(
          /^((!?\(w( <-> w)*\)|w)( & (!?\(w( <-> w)*\)|w))*)?$/,
        );
      }),
    );
  });

  it('takes the last word as a beginning until a space follows', () => {
    expect(readQuestion('good mor').lastIsPrefix).toBe(true);
    expect(readQuestion('good morning ').lastIsPrefix).toBe(false);
    expect(readQuestion('good "morning"').lastIsPrefix).toBe(false);
  });
});

describe('highlights', () => {
  const shown = (q: string, text: string) =>
    highlights(readQuestion(q), text).map(({ start, end }) => text.slice(start, end));

  it.each([
    ['ação', 'A AÇÃO começou', ['AÇÃO']],
    ['mor', 'Good morning, Morgan', ['morning', 'Morgan']],
    ['"good morning"', 'Oh good morning, good day', ['good morning']],
    ['محمد', 'مرحبا مُحَمَّد!', ['مُحَمَّد']],
    ['कलम', 'यह क़लम है', ['क़लम']],
    ['mañana', 'Hasta manana', ['manana']],
  ])('of %s in %s', (q, text, wanted) => {
    expect(shown(q, text)).toEqual(wanted);
  });

  it('lie in order, apart, and inside the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, q) => {
        let end = 0;
        for (const mark of highlights(readQuestion(`"${q.replaceAll(/[":]/g, ' ')}" a b`), text)) {
          expect(mark.start).toBeGreaterThanOrEqual(end);
          expect(mark.end).toBeGreaterThan(mark.start);
          end = mark.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
        expect(tokens(text).every((token) => token.end <= text.length)).toBe(true);
      }),
    );
  });
});
