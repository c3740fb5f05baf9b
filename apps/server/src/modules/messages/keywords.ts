/**
 * Words that opt a person out and in. A word counts only when it is all that was said: "stop" does, "don't stop" does
 * not. Compared after normalisation, so that "Stop!", "ＳＴＯＰ" and "STOP " are one word. The lists and their defaults
 * are settings of the workspace (`stopWords`, `startWords` in modules/workspaces/settings.ts).
 */

// Tashkeel and Quranic marks, superscript alef, tatweel: written or not, the word is the same.
const arabicMarks = /[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]/gu;
// What no screen shows rides along with copied text: zero-width characters, direction marks, how an emoji is drawn.
const invisible = /\p{Default_Ignorable_Code_Point}/gu;
const noise = /[\p{P}\p{S}\p{C}\s]+/gu;

/** One form for every way to write a word; '' when nothing is left. Idempotent. */
export function normalise(text: string): string {
  // Folding may undo composition (İ becomes i and a dot) and composition may follow folding: both until nothing moves.
  const once = (value: string) =>
    value
      .normalize('NFKC')
      .replace(invisible, '')
      .replace(arabicMarks, '')
      .toLowerCase()
      .replace(/ß/g, 'ss')
      .replace(/ς/g, 'σ')
      .normalize('NFKC')
      .replace(noise, ' ')
      .trim();
  let before = text;
  for (let round = 0; round < 4; round += 1) {
    const after = once(before);
    if (after === before) break;
    before = after;
  }
  return before;
}

export interface KeywordLists {
  stopWords: readonly string[];
  startWords: readonly string[];
}

export interface KeywordMatch {
  action: 'opt-out' | 'opt-in';
  /** The word of the list that was said. */
  keyword: string;
}

export interface KeywordMatcher {
  match(said: readonly string[]): KeywordMatch | null;
}

/** A matcher over a workspace's lists. Stopping wins over starting. */
export function keywordMatcher(lists: KeywordLists): KeywordMatcher {
  const index = (words: readonly string[]) => {
    const map = new Map<string, string>();
    for (const word of words) {
      const key = normalise(word);
      if (key !== '' && !map.has(key)) map.set(key, word);
    }
    return map;
  };
  const stop = index(lists.stopWords);
  const start = index(lists.startWords);
  return {
    match(said) {
      for (const text of said) {
        // A word of the lists has at most 60 characters: a page of text is no keyword and not worth normalising.
        if (text.length > 200) continue;
        const key = normalise(text);
        if (key === '') continue;
        const out = stop.get(key);
        if (out !== undefined) return { action: 'opt-out', keyword: out };
      }
      for (const text of said) {
        if (text.length > 200) continue;
        const into = start.get(normalise(text));
        if (into !== undefined) return { action: 'opt-in', keyword: into };
      }
      return null;
    },
  };
}
