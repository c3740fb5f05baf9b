import { z } from 'zod';
import { delimiters, encodings } from './list-text.ts';
import type { ImportRow, ProblemRow } from './queries-import.ts';

const problem = z.object({
  row: z.number().int().describe('As a spreadsheet counts them: the heading is row 1.'),
  field: z.string(),
  reason: z.string(),
  skipped: z.boolean().describe('The row was left out, and not the field alone.'),
});

export const previewBody = z
  .object({
    encoding: z.enum(encodings),
    delimiter: z.enum(delimiters),
    headers: z.array(z.string()),
    columns: z.array(z.string()).describe('What each heading is taken for; change it by `mapping`.'),
    sample: z.array(z.object({ row: z.number().int(), cells: z.array(z.string()) })),
    problems: z.array(problem),
    twice: z
      .array(z.array(z.number().int()))
      .describe('Rows with one number, such as 3 and 7: what the last says counts. The first 100.'),
    rowsChecked: z.number().int().describe('From the first on.'),
    rowsTotal: z
      .number()
      .int()
      .nullable()
      .describe('How many the list has, without the heading; null: more than 10,000.'),
    isComplete: z.boolean().describe('Every row was checked.'),
  })
  .meta({ id: 'ImportPreview' });

export const importBody = z
  .object({
    id: z.uuid(),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    reason: z.string().nullable(),
    rows: z.number().int().describe('Read so far, without the heading.'),
    created: z.number().int(),
    updated: z.number().int(),
    unchanged: z.number().int(),
    skipped: z.number().int(),
    problems: z.array(problem).describe('The first 100; all of them in /report.'),
    createdAt: z.string(),
    finishedAt: z.string().nullable(),
  })
  .meta({ id: 'ContactImport' });

export function presentImport(row: ImportRow, problems: ProblemRow[]): z.infer<typeof importBody> {
  return {
    id: row.id,
    state: row.state,
    reason: row.reason,
    rows: row.rows,
    created: row.created,
    updated: row.updated,
    unchanged: row.unchanged,
    skipped: row.skipped,
    problems,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
