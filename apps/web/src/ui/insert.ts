import { flushSync } from 'react-dom';

/** Puts words in place of what is chosen in a field, or at its caret; one types on behind them. */
export function insertInto(
  field: HTMLInputElement | HTMLTextAreaElement | null,
  text: string,
  words: string,
  change: (text: string) => void,
) {
  const from = field?.selectionStart ?? text.length;
  const to = field?.selectionEnd ?? from;
  // At once: a text that React puts in later moves the caret to its end, and a key pressed meanwhile would go astray.
  flushSync(() => change(text.slice(0, from) + words + text.slice(to)));
  field?.focus();
  field?.setSelectionRange(from + words.length, from + words.length);
}
