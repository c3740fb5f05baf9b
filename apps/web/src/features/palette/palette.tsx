import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { allTexts } from '../../i18n/index.ts';
import { useKeys } from '../../ui/keys.ts';
import { laterDialog } from '../../ui/later.tsx';

/** It names every page, and what these are called comes with them. */
const Find = laterDialog(async () => {
  const [find] = await Promise.all([import('./find.tsx'), allTexts()]);
  return find;
});
const KeySheet = laterDialog(() => import('./key-sheet.tsx'));

/**
 * ⌘/Ctrl-K: go anywhere, find anybody and anything that was said. `?`: the keys. Mounted one time, by the frame;
 * `children`: what opens it there.
 */
export function Palette({ children }: { children: (open: () => void) => ReactNode }) {
  const [opened, { open, close, toggle }] = useDisclosure();
  const [sheet, keys] = useDisclosure();
  useKeys({ 'Mod+KeyK': toggle, 'Shift+Slash': keys.open });
  return (
    <>
      {children(open)}
      <Find opened={opened} onClose={close} showKeys={keys.open} />
      <KeySheet opened={sheet} onClose={keys.close} />
    </>
  );
}
