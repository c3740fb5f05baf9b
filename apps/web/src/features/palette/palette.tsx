import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useEffect, useState } from 'react';
import { allTexts } from '../../i18n/index.ts';
import { useKeys } from '../../ui/keys.ts';
import { laterDialog } from '../../ui/later.tsx';

/** It names every page, and what these are called comes with them. */
const Find = laterDialog(async () => {
  const [find] = await Promise.all([import('./find.tsx'), allTexts()]);
  return find;
});
const KeySheet = laterDialog(() => import('./key-sheet.tsx'));

let lookFor: ((words: string) => void) | null = null;

/** Opens it with these words: what a list's own search does not find may have been said. */
export const searchFor = (words: string): void => lookFor?.(words);

/**
 * ⌘/Ctrl-K: go anywhere, find anybody and anything that was said. `?`: the keys. Mounted one time, by the frame;
 * `children`: what opens it there.
 */
export function Palette({ children }: { children: (open: () => void) => ReactNode }) {
  const [opened, { open, close, toggle }] = useDisclosure();
  const [words, setWords] = useState('');
  const [sheet, keys] = useDisclosure();
  const begin = (act: () => void) => () => {
    setWords('');
    act();
  };
  useEffect(() => {
    lookFor = (wanted) => {
      setWords(wanted);
      open();
    };
    return () => {
      lookFor = null;
    };
  }, [open]);
  useKeys({ 'Mod+KeyK': begin(toggle), 'Shift+Slash': keys.open });
  return (
    <>
      {children(begin(open))}
      <Find opened={opened} words={words} onClose={close} showKeys={keys.open} />
      <KeySheet opened={sheet} onClose={keys.close} />
    </>
  );
}
