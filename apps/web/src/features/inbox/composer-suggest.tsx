import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useState } from 'react';
import classes from './composer.module.css';

export interface Suggestion {
  id: string;
  label: ReactNode;
  more?: ReactNode;
}

/** What stands between the trigger and the caret: `/gre` → `gre`; null: nothing is asked for. */
export function askedFor(text: string, caret: number, trigger: '/' | '@'): string | null {
  const before = text.slice(0, caret);
  const found = /(?:^|\s)([/@])(\S*)$/u.exec(before);
  return found && found[1] === trigger ? (found[2] ?? '') : null;
}

/** The text with what was asked for replaced, and where the caret stands then. */
export function complete(text: string, caret: number, words: string): { text: string; caret: number } {
  const before = text.slice(0, caret).replace(/[/@]\S*$/u, words);
  return { text: before + text.slice(caret), caret: before.length };
}

/** Keys of a list over a field: arrows choose, Enter and Tab take, Escape closes. */
export function useSuggest(suggestions: readonly Suggestion[], onTake: (id: string) => void) {
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState(false);
  const count = suggestions.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useEffect(() => {
    setAt(0);
    setClosed(false);
  }, [suggestions[0]?.id, count]);
  const open = count > 0 && !closed;
  const onKey = (event: KeyboardEvent): boolean => {
    if (!open) return false;
    if (event.key === 'ArrowDown') setAt((at + 1) % count);
    else if (event.key === 'ArrowUp') setAt((at + count - 1) % count);
    else if (event.key === 'Escape') setClosed(true);
    else if (event.key === 'Enter' || event.key === 'Tab') {
      const taken = suggestions[at];
      if (taken) onTake(taken.id);
    } else return false;
    event.preventDefault();
    return true;
  };
  return { open, at: Math.min(at, count - 1), onKey };
}

export function SuggestList({
  id,
  label,
  suggestions,
  at,
  onTake,
  field,
}: {
  id: string;
  label: string;
  suggestions: readonly Suggestion[];
  at: number;
  onTake: (id: string) => void;
  field: RefObject<HTMLTextAreaElement | null>;
}) {
  return (
    <div className={classes.suggest} role="listbox" id={id} aria-label={label}>
      {suggestions.map((one, index) => (
        // The keyboard stays in the field, which names the chosen one (aria-activedescendant).
        // biome-ignore lint/a11y/useFocusableInteractive: see above
        // biome-ignore lint/a11y/useKeyWithClickEvents: see above
        <div
          key={one.id}
          id={`${id}-${one.id}`}
          role="option"
          aria-selected={index === at}
          className={classes.option}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => {
            onTake(one.id);
            field.current?.focus();
          }}
        >
          <bdi className={classes.optionLabel}>{one.label}</bdi>
          {one.more ? <bdi className={classes.optionMore}>{one.more}</bdi> : null}
        </div>
      ))}
    </div>
  );
}
