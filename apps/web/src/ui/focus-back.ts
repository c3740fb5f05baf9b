import { useEffect, useRef } from 'react';

/** Where one was: of a menu's item, which goes with its menu, what opened the menu. */
function standing(): Element | null {
  const menu = document.activeElement?.closest('[role=menu]');
  return menu ? document.querySelector(`[aria-controls="${CSS.escape(menu.id)}"]`) : document.activeElement;
}

const isLost = (): boolean =>
  document.activeElement === null ||
  document.activeElement === document.body ||
  document.activeElement.closest('[role=dialog]') !== null;

/**
 * The focus goes back to where it was when a dialog opened. Mantine does so only for dialogs that stood in the page shut
 * before, and most of ours are made when they are wanted.
 */
export function useFocusBack(opened: boolean): void {
  const from = useRef<Element | null>(null);
  // While drawing: a moment later the dialog has taken the focus.
  if (opened) from.current ??= standing();
  useEffect(() => {
    if (!opened) return;
    return () => {
      const place = from.current;
      from.current = null;
      if (place instanceof HTMLElement && place.isConnected && isLost()) place.focus({ preventScroll: true });
    };
  }, [opened]);
}
