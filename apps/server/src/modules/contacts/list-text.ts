/** Lists as people have them: from which program, in which encoding, with which separator nobody knows. Pure. */

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];
export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** By byte order mark, else by what the first bytes can be. Excel writes all four. */
export function encodingOf(head: Uint8Array): Encoding {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  // Text of two bytes a letter without a mark: the separators and digits have a zero beside them.
  const zeros = [0, 0];
  const looked = head.subarray(0, 2_000);
  looked.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2]! += 1;
  });
  if (zeros[1]! > looked.length / 8) return 'utf-16le';
  if (zeros[0]! > looked.length / 8) return 'utf-16be';
  try {
    // `stream`: the head may end inside a letter.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

/** The separator that cuts the first lines into equally many columns, outside quotes. */
export function delimiterOf(text: string): Delimiter {
  const lines = text
    .replace(/"(?:[^"]|"")*"/g, '""')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .slice(0, 10);
  let best: { delimiter: Delimiter; score: number } = { delimiter: ',', score: 0 };
  for (const delimiter of delimiters) {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const first = counts[0] ?? 0;
    if (first === 0) continue;
    // The header decides; lines that agree with it make it surer.
    const score = first + counts.filter((count) => count === first).length * 10;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** A text as its stream of bytes says it; a byte order mark is no letter of it. */
export async function* decoded(bytes: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const part of bytes) yield decoder.decode(part, { stream: true });
  yield decoder.decode();
}

/**
 * A cell that no spreadsheet runs: what begins like a formula gets an apostrophe in front. A phone number with its plus
 * stays as it is, since all it can compute is itself.
 */
export function safeCell(value: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(value) && !/^\+\d{7,15}$/.test(value) ? `'${value}` : value;
}

/** One line of a list, quoted where it must be. */
export function csvLine(cells: readonly string[]): string {
  return `${cells
    .map(safeCell)
    .map((cell) => (/[",\r\n;\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',')}\r\n`;
}
