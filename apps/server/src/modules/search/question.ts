import { errors } from '../../platform/errors.ts';
import { phraseQuery, tokens } from '../../platform/fold.ts';

/** What somebody asks, taken apart: words and what operators say. Pure; nothing is looked up. */
export interface Question {
  /** Folded words that must be there, in any order; of the last one its beginning is enough. */
  words: string[];
  lastIsPrefix: boolean;
  phrases: string[][];
  without: string[][];
  from: string[];
  numbers: string[];
  labels: string[];
  assignee: string | null;
  /** ISO times: from (included) and to (not). */
  after: string | null;
  before: string | null;
  has: ('media' | 'link')[];
  status: 'open' | 'closed' | 'snoozed' | null;
  conversation: string | null;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const part = /(-?)(?:(from|number|label|assignee|before|after|has|is|in):)?(?:"([^"]*)"|(\S+))/giu;

/** What phones and Arabic keyboards write for a plain quote, and marks of direction that nobody sees. */
const quotes = /[\u201c\u201d\u201e\u201f\u00ab\u00bb]/g;
const directions = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Reads a question. An operator that says nothing we know is refused by name: silence would look like no hits. */
export function readQuestion(text: string): Question {
  const question: Question = {
    words: [],
    lastIsPrefix: false,
    phrases: [],
    without: [],
    from: [],
    numbers: [],
    labels: [],
    assignee: null,
    after: null,
    before: null,
    has: [],
    status: null,
    conversation: null,
  };
  const typed = text.replace(directions, '').replace(quotes, '"');
  for (const [, minus, operator, quoted, plain] of typed.matchAll(part)) {
    const value = quoted ?? plain ?? '';
    if (operator === undefined) {
      const words = tokens(value, 20).map((token) => token.word);
      if (words.length === 0) continue;
      question.lastIsPrefix = minus === '' && quoted === undefined;
      if (minus === '-') question.without.push(words);
      else if (quoted !== undefined) question.phrases.push(words);
      else question.words.push(...words);
      continue;
    }
    operate(question, operator.toLowerCase(), value.trim());
  }
  // A space behind the last word says that it is complete.
  if (/\s$/u.test(text)) question.lastIsPrefix = false;
  return question;
}

function operate(question: Question, operator: string, value: string): void {
  const refuse = (wanted: string) =>
    errors.invalidRequest([{ path: 'query.q', message: `${operator}: takes ${wanted}.` }]);
  if (value === '') throw refuse('a value right behind the colon');
  switch (operator) {
    case 'from':
      question.from.push(value);
      return;
    case 'number':
      question.numbers.push(value);
      return;
    case 'label':
      question.labels.push(value);
      return;
    case 'assignee':
      if (!uuid.test(value) && !['me', 'none'].includes(value))
        throw refuse('me, none or the id of a member');
      question.assignee = value.toLowerCase();
      return;
    case 'before':
    case 'after':
      question[operator] = timeOf(value) ?? raise(refuse('a day such as 2026-11-21, or an ISO time'));
      return;
    case 'has':
      if (value !== 'media' && value !== 'link') throw refuse('media or link');
      question.has.push(value);
      return;
    case 'is':
      if (value !== 'open' && value !== 'closed' && value !== 'snoozed')
        throw refuse('open, closed or snoozed');
      question.status = value;
      return;
    case 'in':
      if (!uuid.test(value)) throw refuse('the id of a conversation');
      question.conversation = value.toLowerCase();
  }
}

function raise(error: Error): never {
  throw error;
}

function timeOf(value: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/.test(value)) return null;
  const at = new Date(/T.*[^Z]$/.test(value) && !/[+-]\d{2}:\d{2}$/.test(value) ? `${value}Z` : value);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** The tsquery of its words; empty when there are none. */
export function wordsOf(question: Question): string {
  const { words, phrases, without, lastIsPrefix } = question;
  return [
    ...words.map((word, index) => phraseQuery([word], lastIsPrefix && index === words.length - 1)),
    ...phrases.map((phrase) => `(${phraseQuery(phrase)})`),
    ...without.map((phrase) => `!(${phraseQuery(phrase)})`),
  ].join(' & ');
}

/** Where the words of the question stand in a text: for the eye. UTF-16 offsets, in order, none inside another. */
export function highlights(question: Question, text: string): { start: number; end: number }[] {
  const found = tokens(text);
  const marks: { start: number; end: number }[] = [];
  const last = question.words.length - 1;
  found.forEach((token, index) => {
    const isWord = question.words.some((word, at) =>
      question.lastIsPrefix && at === last ? token.word.startsWith(word) : token.word === word,
    );
    if (isWord) marks.push({ start: token.start, end: token.end });
    for (const phrase of question.phrases) {
      if (phrase.every((word, step) => found[index + step]?.word === word)) {
        marks.push({ start: token.start, end: found[index + phrase.length - 1]!.end });
      }
    }
  });
  const merged: { start: number; end: number }[] = [];
  for (const mark of marks.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const before = merged.at(-1);
    if (before && mark.start < before.end) before.end = Math.max(before.end, mark.end);
    else merged.push({ ...mark });
  }
  return merged;
}
