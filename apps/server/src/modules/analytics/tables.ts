import { csvLine } from '../../platform/csv.ts';
import type { Report, Volume, Waits } from './report.ts';

/** The parts of a report that can be taken along. */
export const tables = [
  'days',
  'hours',
  'numbers',
  'members',
  'labels',
  'sources',
  'failures',
  'pricing',
] as const;

const measures = [
  'received',
  'sent',
  'delivered',
  'read',
  'failed',
  'unconfirmed',
  'opened',
  'closed',
] as const satisfies readonly (keyof Volume)[];
const kinds = ['first', 'answer', 'resolution'] as const satisfies readonly (keyof Waits)[];

type Cell = string | number | null;

/** A table of the report as CSV, its first line the names of the columns. */
export function tableText(report: Report, table: (typeof tables)[number]): string {
  const lines: Cell[][] =
    table === 'hours' || table === 'sources' || table === 'failures' || table === 'pricing'
      ? plain(report[table])
      : figures(report[table]);
  return `\ufeff${lines.map((line) => csvLine(line)).join('')}`;
}

function plain(rows: readonly Record<string, Cell>[]): Cell[][] {
  const names = Object.keys(rows[0] ?? {});
  return [names, ...rows.map((row) => names.map((name) => row[name] ?? null))];
}

function figures(rows: readonly ({ volume: Volume; waits: Waits } & Record<string, unknown>)[]): Cell[][] {
  const head = kinds.flatMap((kind) => [`${kind} median s`, `${kind} 90% s`]);
  return [
    ['key', ...measures, ...head],
    ...rows.map((row) => [
      String(row.date ?? row.id),
      ...measures.map((measure) => row.volume[measure]),
      ...kinds.flatMap((kind) => [row.waits[kind].median, row.waits[kind].p90]),
    ]),
  ];
}
