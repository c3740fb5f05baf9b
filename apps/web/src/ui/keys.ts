import { useEffect, useRef, useSyncExternalStore } from 'react';

/**
 * Single keys by their place on the keyboard (`KeyJ`), so that they work on Arabic and Hindi layouts. They can be
 * turned off (WCAG 2.1.4: whoever dictates types letters without meaning keys); the choice is this browser's.
 */

const storageKey = 'chaski-single-keys';
const changed = new Set<() => void>();

export const singleKeysOn = (): boolean => localStorage.getItem(storageKey) !== 'off';

export function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, 'off');
  for (const listener of changed) listener();
}

export const useSingleKeys = (): boolean =>
  useSyncExternalStore((listener) => {
    changed.add(listener);
    return () => void changed.delete(listener);
  }, singleKeysOn);

/** `KeyJ`, `Shift+Slash`, `Mod+KeyK` (⌘ or Ctrl). */
export type Keys = Record<string, ((event: KeyboardEvent) => void) | undefined>;

/** What stands on the keys: a Mac has no Ctrl for commands. */
export const keyName = (name: string): string => (name === 'Ctrl' && mac ? '⌘' : name);
const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Fields keep their lists in the page while they are shut: only what is seen is open. */
const isOpen = (popup: Element) => popup.checkVisibility({ visibilityProperty: true });

/** What is typed is no command; nor is a key while a dialog is open, whose keys are its own. */
function isBusy(target: EventTarget | null): boolean {
  const popups = document.querySelectorAll('[role="dialog"], [role="menu"], [role="listbox"]');
  if ([...popups].some(isOpen)) return true;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

const isBox = (target: EventTarget | null) =>
  target instanceof HTMLInputElement && target.type === 'checkbox';

/** Commands by key while the component is there. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const mod = event.ctrlKey || event.metaKey;
      const name = `${mod ? 'Mod+' : ''}${event.altKey ? 'Alt+' : ''}${event.shiftKey ? 'Shift+' : ''}${event.code}`;
      const action = latest.current[name];
      if (!action) return;
      if (!mod && (!singleKeysOn() || (isBusy(event.target) && !isBox(event.target)))) return;
      event.preventDefault();
      action(event);
    };
    window.addEventListener('keydown', hear);
    return () => window.removeEventListener('keydown', hear);
  }, []);
}
