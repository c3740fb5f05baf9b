import { Mark } from '@mantine/core';

/** How much is shown before the first hit. */
const before = 40;

/** A text with its hits; a long one begins shortly before the first. */
export function Marked({ text, marks }: { text: string; marks: readonly { start: number; end: number }[] }) {
  const from = Math.max(0, (marks[0]?.start ?? 0) - before);
  const parts: React.ReactNode[] = from > 0 ? ['…'] : [];
  let at = from;
  for (const { start, end } of marks) {
    if (start < at) continue;
    parts.push(text.slice(at, start), <Mark key={start}>{text.slice(start, end)}</Mark>);
    at = end;
  }
  parts.push(text.slice(at, at + 160));
  return <bdi>{parts}</bdi>;
}
