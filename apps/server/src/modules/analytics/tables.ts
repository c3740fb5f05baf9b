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

/** Columns of the tables that hold no figures of volume and waits. */
const plain = {
  hours: ['weekday', 'hour', 'received', 'sent'],
  sources: ['source', 'n'],
  failures: ['code', 'n'],
  pricing: ['category', 'type', 'n'],
} as const satisfies { [Table in keyof Report]?: readonly (keyof (Report[Table] & unknown[])[number])[] };

const isPlain = (table: (typeof tables)[number]): table is keyof typeof plain => table in plain;

/** Tables whose lines have an id for a key, and a name for people. */
export const isNamed = (table: (typeof tables)[number]): table is 'numbers' | 'members' | 'labels' =>
  table !== 'days' && !isPlain(table);

/** A table of the report as CSV, its first line the names of the columns. */
export function tableText(
  report: Report,
  table: (typeof tables)[number],
  names: ReadonlyMap<string, string>,
): string {
  const lines = isPlain(table) ? plainLines(report, table) : figureLines(report, table, names);
  return `\ufeff${lines.map((line) => csvLine(line)).join('')}`;
}

function plainLines(report: Report, table: keyof typeof plain): Cell[][] {
  const columns: readonly string[] = plain[table];
  const rows: readonly Record<string, Cell>[] = report[table];
  return [[...columns], ...rows.map((row) => columns.map((column) => row[column] ?? null))];
}

function figureLines(
  report: Report,
  table: 'days' | 'numbers' | 'members' | 'labels',
  names: ReadonlyMap<string, string>,
): Cell[][] {
  const head = kinds.flatMap((kind) => [`${kind} median s`, `${kind} 90% s`]);
  const figures = ({ volume, waits }: { volume: Volume; waits: Waits }): Cell[] => [
    ...measures.map((measure) => volume[measure]),
    ...kinds.flatMap((kind) => [waits[kind].median, waits[kind].p90]),
  ];
  if (table === 'days')
    return [['key', ...measures, ...head], ...report.days.map((row) => [row.date, ...figures(row)])];
  return [
    ['key', 'name', ...measures, ...head],
    ...report[table].map((row) => [row.id, names.get(row.id) ?? '', ...figures(row)]),
  ];
}
