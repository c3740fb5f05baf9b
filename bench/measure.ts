/**
 * What every row has in common: how it is repeated, summed up, judged and printed.
 *
 * Words: a *row* is one line of the table; a *ratio* compares two things measured in turns in this run; an *absolute*
 * row is judged only where the machine's own yardsticks hold (machine.ts), else it is n/a; *info* is never judged.
 */
export interface Row {
  /** What was measured, in the words of the goal. */
  name: string;
  goal: string;
  /** The median, as it is printed. */
  value: string;
  /** Smallest and largest of the repeats. */
  spread: string;
  verdict: 'met' | 'missed' | 'n/a' | 'info';
  /** The figures behind it. */
  detail: string;
}

export interface Context {
  cluster: import('./cluster.ts').Cluster;
  quick: boolean;
  repeats: number;
  /** Empty, or why absolute figures of this machine say nothing (now). */
  weakness(): Promise<string>;
  progress(line: string): void;
}

export type Family = (context: Context) => Promise<Row[]>;

export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]!;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const round = (value: number): string =>
  Number.isNaN(value)
    ? '–'
    : Math.abs(value) >= 100
      ? Math.round(value).toLocaleString('en-US')
      : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);

const between = (values: readonly number[]) => `${round(Math.min(...values))}–${round(Math.max(...values))}`;

/** Ours over the yardstick, turn by turn: what disturbs the machine disturbs both of a turn. */
export function ratioRow(
  name: string,
  ours: readonly number[],
  yardstick: readonly number[],
  goal: { min: number } | { max: number },
  unit = '/s',
): Row {
  const ratios = ours.map((value, turn) => value / yardstick[turn]!);
  const middle = median(ratios);
  const met = 'min' in goal ? middle >= goal.min : middle <= goal.max;
  return {
    name,
    goal: 'min' in goal ? `≥ ${goal.min.toFixed(2)}` : `≤ ${goal.max}`,
    value: middle.toFixed(2),
    spread: between(ratios),
    verdict: met ? 'met' : 'missed',
    detail: `${round(median(ours))} / ${round(median(yardstick))} ${unit}`,
  };
}

/** Milliseconds, p50 and p99 of each repeat. `weakness` of the machine makes a missed goal n/a, never a met one. */
export function latencyRow(
  name: string,
  repeats: readonly (readonly number[])[],
  goal: { p50?: number; p99: number },
  weakness: string,
  failure = '',
): Row {
  const p50 = repeats.map((values) => quantile(values, 0.5));
  const p99 = repeats.map((values) => quantile(values, 0.99));
  const met = (goal.p50 === undefined || median(p50) <= goal.p50) && median(p99) <= goal.p99;
  return {
    name,
    goal: goal.p50 === undefined ? `p99 ≤ ${goal.p99} ms` : `p50 ≤ ${goal.p50}, p99 ≤ ${goal.p99} ms`,
    value: `${round(median(p50))}, ${round(median(p99))} ms`,
    spread: `${between(p50)}, ${between(p99)}`,
    verdict: failure !== '' ? 'missed' : met ? 'met' : weakness === '' ? 'missed' : 'n/a',
    detail: [failure, `${repeats.reduce((sum, values) => sum + values.length, 0)} samples`, !met && weakness]
      .filter(Boolean)
      .join('; '),
  };
}

/** A figure of this machine against a limit. */
export function absoluteRow(
  name: string,
  values: readonly number[],
  goal: { min: number } | { max: number },
  unit: string,
  weakness: string,
  detail = '',
  failure = '',
): Row {
  const middle = median(values);
  const met = 'min' in goal ? middle >= goal.min : middle <= goal.max;
  return {
    name,
    goal: 'min' in goal ? `≥ ${goal.min.toLocaleString('en-US')} ${unit}` : `≤ ${goal.max} ${unit}`,
    value: `${round(middle)} ${unit}`,
    spread: between(values),
    verdict: failure !== '' ? 'missed' : met ? 'met' : weakness === '' ? 'missed' : 'n/a',
    detail: [failure, detail, !met && weakness].filter(Boolean).join('; '),
  };
}

export function infoRow(name: string, values: readonly number[], unit: string, detail = ''): Row {
  return {
    name,
    goal: '',
    value: `${round(median(values))} ${unit}`,
    spread: between(values),
    verdict: 'info',
    detail,
  };
}

export function table(rows: readonly Row[]): string {
  const heads = ['row', 'goal', 'median', 'spread', '', 'figures'];
  const lines = rows.map((row) => [row.name, row.goal, row.value, row.spread, row.verdict, row.detail]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...lines.map((line) => line[column]!.length)),
  );
  const show = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [
    show(heads),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...lines.map(show),
  ].join('\n');
}

/** What has to be equal for a comparison to mean anything. */
export function expectEqual(what: string, found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(
      `${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}; the figures would compare unequal work`,
    );
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks every few milliseconds until it is so. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  limitMs = 30_000,
  everyMs = 10,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`this did not happen within ${limitMs} ms: ${what}`);
    await pause(everyMs);
  }
}
