/**
 * A line of CSV (RFC 4180, CRLF). What a spreadsheet would take for a formula gets an apostrophe in front: a contact
 * called `=HYPERLINK(…)` must stay a name. A plain number may begin with + or -.
 */
export function csvLine(fields: readonly (string | number | boolean | null)[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

function csvField(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  const safe =
    /^[\s]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text)
      ? `'${text}`
      : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
