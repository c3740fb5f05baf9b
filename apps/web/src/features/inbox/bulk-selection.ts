import { useRef, useState } from 'react';

export interface Selection {
  ids: ReadonlySet<string>;
  /** `range`: with all rows between this one and the one before. */
  toggle(id: string, range: boolean): void;
  all(): void;
  clear(): void;
}

/** What the server takes at once. */
const most = 500;

/** Which rows are chosen for one thing to be done to all. What leaves the list is no longer chosen. */
export function useSelection(rows: readonly { id: string }[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string | null>(null);
  const present = new Set(rows.map(({ id }) => id));
  const ids = new Set([...chosen].filter((id) => present.has(id)));
  return {
    ids,
    toggle(id, range) {
      const next = new Set(ids);
      const from = rows.findIndex((row) => row.id === anchor.current);
      const to = rows.findIndex((row) => row.id === id);
      if (range && from >= 0) {
        for (const row of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(row.id);
      } else if (!next.delete(id)) next.add(id);
      anchor.current = id;
      setChosen(new Set([...next].slice(0, most)));
    },
    all: () => setChosen(new Set(rows.slice(0, most).map(({ id }) => id))),
    clear: () => setChosen(new Set()),
  };
}
