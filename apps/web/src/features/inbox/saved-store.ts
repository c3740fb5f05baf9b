import { useMemo, useSyncExternalStore } from 'react';
import type { InboxSearch } from './filter.ts';

export interface Saved {
  name: string;
  search: InboxSearch;
}

const listeners = new Set<() => void>();

/**
 * Saved filters of a person in a workspace. Kept by this browser: the API has no place for a person's own settings yet.
 */
export function useSaved(place: string) {
  const key = `chaski-filters:${place}`;
  const text = useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
    () => localStorage.getItem(key) ?? '[]',
  );
  const saved = useMemo(() => read(text), [text]);
  const write = (next: Saved[]) => {
    localStorage.setItem(key, JSON.stringify(next));
    for (const listener of listeners) listener();
  };
  return {
    saved,
    /** One of the same name is replaced. */
    add: (one: Saved) => write([...saved.filter(({ name }) => name !== one.name), one]),
    remove: (name: string) => write(saved.filter((one) => one.name !== name)),
  };
}

function read(text: string): Saved[] {
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? (found as Saved[]) : [];
  } catch {
    return [];
  }
}
