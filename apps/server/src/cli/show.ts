/** Rows for a person, or one JSON object a line for a script. */
export function show(rows: readonly object[], json: boolean | undefined): void {
  const lines = json
    ? rows.map((row) => JSON.stringify(row))
    : // Into a pipe a line is as wide as it is: whoever filters lines wants a row in each.
      tabulate(rows, process.stdout.columns ?? Number.POSITIVE_INFINITY);
  for (const line of lines) console.log(line);
}

/** Aligned columns; where those are wider than the terminal, each row as a block of lines without what is empty. */
export function tabulate(rows: readonly object[], width: number): string[] {
  if (rows.length === 0) return ['(nothing)'];
  const names = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => {
    const values = new Map<string, unknown>(Object.entries(row));
    return names.map((name) => text(values.get(name)));
  });
  const widths = names.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const table = [names, ...cells].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  if (table.every((line) => line.length <= width)) return table;
  const longest = Math.max(...names.map((name) => name.length));
  return cells.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...row.flatMap((cell, column) =>
      cell === '' ? [] : `${(names[column] ?? '').padEnd(longest)}  ${cell}`,
    ),
  ]);
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
