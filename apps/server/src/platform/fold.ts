/**
 * fold — words as they are compared: for search, in any language, the same when writing and when asking.
 *
 * Words: a *token* is a run of letters, marks and digits of a text with its place; a *fold* is its form for comparing:
 * no case, no accents, no Arabic vowel marks or tatweel, one alef, one ya, one ta marbuta, no Devanagari nukta, ASCII
 * digits. Done here and not by PostgreSQL's dictionaries: those differ between versions and need extensions.
 *
 * Always true: folding a fold changes nothing; a token's offsets are those of the original text (UTF-16 units).
 */

export interface Token {
  /** Folded; never empty. */
  word: string;
  start: number;
  end: number;
}

// Tatweel is a letter to Unicode, the joiners are format characters inside words.
const run = /[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}]|\u00ad|\u200c|\u200d)*/gu;

// Not \p{M}: the vowel signs of Devanagari and its neighbours are marks too, and without them words are others.
const dropped =
  /[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c]|\u00ad|\u200c|\u200d|\ufeff/g;

const single: Record<string, string> = {
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ة: 'ه',
  ک: 'ك',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
};
const singles = new RegExp(`[${Object.keys(single).join('')}]`, 'g');
const digits = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g;

/** A word of a text in the form that is compared. */
export function fold(text: string): string {
  // Most words of most people; the long way takes ten times as long.
  if (/^[\x20-\x7e]*$/.test(text)) return text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(dropped, '')
    .replace(singles, (letter) => single[letter]!)
    // All three blocks begin at a multiple of 16 plus 0 or 6: the last hex digit minus that of their zero.
    .replace(digits, (digit) => {
      const code = digit.charCodeAt(0);
      return String(code - (code >= 0x0966 ? 0x0966 : code >= 0x06f0 ? 0x06f0 : 0x0660));
    });
  // What NFKD made of one letter may be no letter (½ is 1⁄2).
  return plain.replace(/[^\p{L}\p{M}\p{N}]/gu, '');
}

/** The words of a text with their places, at most `limit`. */
export function tokens(text: string, limit = 2_000): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(run)) {
    // Longer words than 100 letters are tokens of machines; PostgreSQL takes 2,046 bytes.
    const word = fold(match[0]).slice(0, 100).toWellFormed();
    if (word !== '') found.push({ word, start: match.index, end: match.index + match[0].length });
    if (found.length >= limit) break;
  }
  return found;
}

const quote = (word: string): string => `'${word.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;

/** A tsvector literal: words with positions, and marks (`w:…`) that no text can contain. */
export function document(words: readonly string[], marks: readonly string[]): string {
  const places = new Map<string, number[]>();
  words.forEach((word, index) => {
    const list = places.get(word) ?? [];
    // PostgreSQL keeps 255 positions of a word, below 16,384.
    if (list.length < 255 && index < 16_000) list.push(index + 1);
    places.set(word, list);
  });
  return [
    ...[...places].map(([word, at]) => (at.length > 0 ? `${quote(word)}:${at.join(',')}` : quote(word))),
    ...[...new Set(marks)].map(quote),
  ].join(' ');
}

/** A tsquery of one mark. */
export const markQuery = (mark: string): string => quote(mark);

/** A tsquery of words one after the other; `prefix`: the last one may go on. */
export function phraseQuery(words: readonly string[], prefix = false): string {
  return words
    .map((word, index) => `${quote(word)}${prefix && index === words.length - 1 ? ':*' : ''}`)
    .join(' <-> ');
}
