import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { z } from 'zod';
import type { Blobs } from '../../platform/blobs/index.ts';
import type { Actor, Database, TenantTx } from '../../platform/db/index.ts';
import { AppError, errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId, type WorkspaceId } from '../../platform/ids.ts';
import { defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { limitsFor } from '../workspaces/index.ts';
import { type AttributeRow, listAttributes } from './attributes.ts';
import { applyRows, type NumberedRow } from './import-rows.ts';
import { type Column, guessColumns, isCountry, type RowProblem, readRow } from './list-columns.ts';
import { decoded, delimiterOf, delimiters, encodingOf, encodings } from './list-text.ts';
import { finishImport, type ImportRow, insertImport, selectImport } from './queries-import.ts';

/** What must be known of a list to read it; what is left out is guessed. */
export const importOptions = z.strictObject({
  encoding: z.enum(encodings).optional(),
  delimiter: z.enum(delimiters).optional(),
  country: z
    .string()
    .refine(isCountry, { message: 'Use two letters, such as BR.' })
    .optional()
    .describe('Of phone numbers without a country code.'),
  mapping: z
    .record(
      z.string(),
      z.union([
        z.enum([
          'phone',
          'name',
          'email',
          'company',
          'language',
          'labels',
          'optOut',
          'optIn',
          'proof',
          'note',
          'ignore',
        ]),
        z.string().regex(/^attribute:[a-z][a-z0-9_]*$/, 'Use attribute:<key>, such as attribute:city.'),
      ]),
    )
    .optional()
    .describe('By heading; a heading that is not named is guessed.'),
  proof: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .optional()
    .describe('What shows that the people of this list opted in, where no column says it for each.'),
});
export type ImportOptions = z.infer<typeof importOptions>;

/** 100,000 rows have some 10 MB. */
export const maxListBytes = 32 * 1024 * 1024;
const headBytes = 64 * 1024;
const batchRows = 500;

/** Reads a list from a file. A killed one goes on behind the last row whose effect is committed. */
export const importJob = defineJob({ name: 'contacts.import', schema: z.object({ importId: z.uuid() }) });

export interface List {
  encoding: (typeof encodings)[number];
  delimiter: (typeof delimiters)[number];
  headers: string[];
  columns: Column[];
  /** Cells with the number of their row, the heading being row 1. */
  rows: AsyncIterable<{ row: number; cells: string[] }>;
}

/** Opens a list: what it is written in, what its columns are, and its rows as a stream. */
export async function openList(
  definitions: readonly AttributeRow[],
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<List> {
  const source = bytes[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let size = 0;
  for (let next = await source.next(); ; next = await source.next()) {
    if (next.done) break;
    head.push(next.value);
    size += next.value.length;
    if (size >= headBytes) break;
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* head;
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
  }
  const first = Buffer.concat(head);
  const encoding = options.encoding ?? encodingOf(first);
  const delimiter = options.delimiter ?? delimiterOf(new TextDecoder(encoding).decode(first));
  const parser = parse({
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // A quote that nobody closed must not swallow the file.
    max_record_size: 100_000,
  });
  // Not pipe(): it hears no error of its source, and a file that breaks off, or is closed while more of it is being
  // read, would end the process (ERR_STREAM_PREMATURE_CLOSE). Whoever reads the rows hears it from the parser.
  pipeline(Readable.from(decoded(whole(), encoding)), parser, () => {});
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<string[]>;
  let heading = await records.next();
  // Excel's own word on the separator, before everything else.
  if (!heading.done && /^sep=.?$/i.test(heading.value[0]?.trim() ?? '')) heading = await records.next();
  if (heading.done) throw errors.unprocessable('empty_list', 'The list is empty.');
  const headers = heading.value.map((cell) => cell.trim());
  const guessed = guessColumns(headers, definitions);
  const columns = headers.map((header, index) => (options.mapping?.[header] ?? guessed[index]) as Column);
  checkColumns(columns, headers, options, new Set(definitions.map((one) => one.key)));
  async function* numbered() {
    for (let row = 2; ; row += 1) {
      const next = await records.next();
      if (next.done) return;
      yield { row, cells: next.value };
    }
  }
  return { encoding, delimiter, headers, columns, rows: numbered() };
}

function checkColumns(
  columns: readonly Column[],
  headers: readonly string[],
  options: ImportOptions,
  known: ReadonlySet<string>,
): void {
  const problems: { path: string; message: string }[] = [];
  for (const header of Object.keys(options.mapping ?? {})) {
    if (!headers.includes(header))
      problems.push({ path: 'query.mapping', message: `The list has no column "${header}".` });
  }
  for (const column of new Set(columns)) {
    if (column !== 'ignore' && columns.filter((one) => one === column).length > 1)
      problems.push({ path: 'query.mapping', message: `Two columns are ${column}.` });
    if (column.startsWith('attribute:') && !known.has(column.slice(10)))
      problems.push({ path: 'query.mapping', message: `There is no ${column}.` });
  }
  if (problems.length > 0) throw errors.invalidRequest(problems);
}

export interface Preview extends Omit<List, 'rows'> {
  sample: { row: number; cells: string[] }[];
  problems: (RowProblem & { row: number })[];
  /** Rows with one number, such as 3 and 7: what the last says counts. */
  twice: number[][];
  rowsChecked: number;
  /** Null: more than are counted. */
  rowsTotal: number | null;
  isComplete: boolean;
}

const previewRows = 1_000;
/** A page asks again at every change of the mapping: 32 MB are not read each time to say how many there are. */
const countedRows = 10_000;

const isUnreadable = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^(CSV_|empty_list|invalid_request)/.test(String(error.code));
const reasonOf = (error: Error): string => `The list cannot be read: ${error.message.slice(0, 200)}`;

/** What an import would make of a list: nothing is kept and nobody is changed. */
export async function previewList(
  attributes: readonly AttributeRow[],
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<Preview> {
  try {
    return await lookThrough(attributes, bytes, options);
  } catch (error) {
    // A list that cannot be read is no fault of ours.
    if (error instanceof AppError || !isUnreadable(error)) throw error;
    throw errors.invalidRequest([{ path: 'body', message: reasonOf(error) }]);
  }
}

async function lookThrough(
  attributes: readonly AttributeRow[],
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<Preview> {
  const { rows, ...list } = await openList(attributes, bytes, options);
  const definitions = new Map(attributes.map((one) => [one.key, one]));
  const sample: Preview['sample'] = [];
  const problems: Preview['problems'] = [];
  const rowsOf = new Map<string, number[]>();
  let rowsChecked = 0;
  let rowsTotal: number | null = 0;
  for await (const { row, cells } of rows) {
    if (rowsTotal === countedRows) {
      rowsTotal = null;
      break;
    }
    rowsTotal += 1;
    if (rowsChecked >= previewRows) continue;
    rowsChecked += 1;
    if (sample.length < 10) sample.push({ row, cells });
    const read = readRow(cells, list.columns, definitions, options.country ?? null);
    if (problems.length < 100) problems.push(...read.problems.map((problem) => ({ ...problem, row })));
    if (read.row) rowsOf.set(read.row.phone, [...(rowsOf.get(read.row.phone) ?? []), row]);
  }
  const twice = [...rowsOf.values()].filter((rows) => rows.length > 1).slice(0, 100);
  return { ...list, sample, problems, twice, rowsChecked, rowsTotal, isComplete: rowsChecked === rowsTotal };
}

/** The file lies in `blobKey` already. */
export async function startImport(tx: TenantTx, blobKey: string, options: ImportOptions): Promise<ImportRow> {
  const row = await insertImport(tx, { id: newId(), options, blobKey });
  await enqueue(tx, importJob, [{ workspaceId: tx.workspaceId, payload: { importId: row.id }, key: row.id }]);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'contact_import.started',
      data: { importId: row.id },
      audit: { target: { kind: 'contact_import', id: row.id }, after: { ...options } },
    },
  ]);
  return row;
}

/** What `contacts.import` runs. */
export function importHandler({ db, blobs }: { db: Database; blobs: Blobs }): Handler {
  return handle(importJob, async ({ importId }, { workspaceId, signal }) => {
    if (workspaceId === null) return;
    await runImport({ db, blobs }, workspaceId as WorkspaceId, importId, signal);
  });
}

async function runImport(
  { db, blobs }: { db: Database; blobs: Blobs },
  workspaceId: WorkspaceId,
  importId: string,
  signal: AbortSignal,
): Promise<void> {
  const before = await db.withTenant(workspaceId, importer(null), (tx) => selectImport(tx, importId));
  if (!before || before.blobKey === null || before.state === 'done' || before.state === 'failed') return;
  const blobKey = before.blobKey;
  const actor = importer(before);
  const as = <T>(fn: (tx: TenantTx) => Promise<T>) => db.withTenant(workspaceId, actor, fn);
  const end = async (state: 'done' | 'failed', reason: string | null) => {
    await as(async (tx) => {
      await finishImport(tx, importId, state, reason);
      await emit(tx, [{ workspaceId, name: 'contact_import.finished', data: { importId, state } }]);
    });
    await blobs.delete(blobKey);
  };

  const blob = await blobs.get(blobKey);
  if (!blob) return end('failed', 'The file is gone.');
  const options = importOptions.parse(before.options);
  const { contacts: limit } = await limitsFor(db, workspaceId);
  try {
    const attributes = await as(listAttributes);
    const list = await openList(attributes, blob.stream, options);
    const definitions = new Map(attributes.map((one) => [one.key, one]));
    let batch: NumberedRow[] = [];
    const flush = async () => {
      signal.throwIfAborted();
      const rows = batch;
      batch = [];
      if (rows.length > 0) await as((tx) => applyRows(tx, importId, rows, limit, options.proof ?? null));
    };
    for await (const { row, cells } of list.rows) {
      // Row 1 is the heading; `rows` counts what is behind it.
      if (row - 1 <= before.rows) continue;
      batch.push({ number: row, ...readRow(cells, list.columns, definitions, options.country ?? null) });
      if (batch.length >= batchRows) await flush();
    }
    await flush();
  } catch (error) {
    // What the reader cannot read it cannot read tomorrow either; what it read so far counts.
    if (isUnreadable(error)) return end('failed', reasonOf(error));
    throw error;
  } finally {
    blob.stream.destroy();
  }
  await end('done', null);
}

/** Whoever started it: what it changes is theirs. */
function importer(row: ImportRow | null): Actor {
  return { kind: (row?.actorKind ?? 'system') as Actor['kind'], id: row?.actorId ?? null, role: 'system' };
}
