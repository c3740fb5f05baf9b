import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';

/** Long enough that a word is asked for and not each of its letters. */
const pauseMs = 200;

/** Words that narrow a list. They stand in the address: what comes from there (back, a saved filter) is shown too. */
export function FindField(props: {
  label: string;
  clearLabel: string;
  words: string;
  put: (words: string | undefined) => void;
  /** What Enter does with words. */
  onEnter?: (words: string) => void;
  className?: string | undefined;
}) {
  const { label, words } = props;
  const [text, setText] = useState(words);
  const [seen, setSeen] = useState(words);
  // What was put there from here comes back late: by then more may have been typed.
  const [own, setOwn] = useState(words);
  if (words !== seen) {
    setSeen(words);
    if (words !== own) {
      setOwn(words);
      setText(words);
    }
  }
  const put = (now: string) => {
    setOwn(now);
    props.put(now === '' ? undefined : now);
  };
  // Only what still stands there: meanwhile other words may have come from the address.
  const later = useDebouncedCallback((now: string) => {
    if (now === text.trim()) put(now);
  }, pauseMs);
  const type = (now: string) => {
    setText(now);
    later(now.trim());
  };
  return (
    <TextInput
      {...(props.className ? { className: props.className } : {})}
      leftSection={<IconSearch size={16} />}
      placeholder={label}
      aria-label={label}
      value={text}
      rightSection={
        text === '' ? null : (
          <CloseButton
            size="sm"
            aria-label={props.clearLabel}
            onClick={() => {
              type('');
              put('');
            }}
          />
        )
      }
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={({ key, nativeEvent }) => {
        if (key === 'Enter' && !nativeEvent.isComposing && text.trim() !== '') props.onEnter?.(text.trim());
      }}
    />
  );
}
