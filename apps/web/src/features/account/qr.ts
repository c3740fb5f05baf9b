/** The second half of a QR code: words on their squares. Drawn here, because what is in it is a secret. */
import { alignments, wordsOf } from './qr-words.ts';

type Grid = boolean[][];

const masks: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

const blank = (size: number): Grid =>
  Array.from({ length: size }, () => new Array<boolean>(size).fill(false));

/** Dark squares, row by row. */
export function qrCode(text: string): Grid {
  const { version, words } = wordsOf(text);
  const size = 17 + 4 * version;
  const dark = blank(size);
  const taken = blank(size);
  const set = (x: number, y: number, on: boolean) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    dark[y]![x] = on;
    taken[y]![x] = true;
  };
  drawPatterns(version, size, set);
  drawFormat(size, 0, set); // keeps its squares free
  drawWords(words, size, dark, taken);
  return masks
    .map((mask, number) => {
      const masked = dark.map((row, y) => row.map((on, x) => (taken[y]![x] ? on : on !== mask(x, y))));
      drawFormat(size, number, (x, y, on) => {
        masked[y]![x] = on;
      });
      return masked;
    })
    .reduce((best, one) => (unrest(one) < unrest(best) ? one : best));
}

type Put = (x: number, y: number, on: boolean) => void;

function drawPatterns(version: number, size: number, set: Put): void {
  for (let place = 0; place < size; place++) {
    set(6, place, place % 2 === 0);
    set(place, 6, place % 2 === 0);
  }
  for (const [left, top] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const) {
    for (let y = -4; y <= 4; y++)
      for (let x = -4; x <= 4; x++) {
        const ring = Math.max(Math.abs(x), Math.abs(y));
        set(left + x, top + y, ring !== 2 && ring !== 4);
      }
  }
  const places = alignmentPlaces(version, size);
  for (const top of places)
    for (const left of places) {
      // Those would stand on the finders.
      if (Math.min(left, top) === 6 && [left, top].every((one) => one === 6 || one === size - 7)) continue;
      for (let y = -2; y <= 2; y++)
        for (let x = -2; x <= 2; x++) set(left + x, top + y, Math.max(Math.abs(x), Math.abs(y)) !== 1);
    }
  if (version >= 7) {
    const bits = (version << 12) | remainder(version, 0x1f25, 12);
    for (let bit = 0; bit < 18; bit++) {
      const far = size - 11 + (bit % 3);
      const near = Math.floor(bit / 3);
      set(far, near, ((bits >> bit) & 1) === 1);
      set(near, far, ((bits >> bit) & 1) === 1);
    }
  }
}

function alignmentPlaces(version: number, size: number): number[] {
  const count = alignments(version);
  if (count === 0) return [];
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, index) => size - 7 - index * step).reverse()];
}

/** Of a division of polynomials over GF(2), as both check codes use it. */
function remainder(value: number, divisor: number, bits: number): number {
  let rest = value << bits;
  for (let bit = 31 - Math.clz32(rest); rest >= 1 << bits; bit = 31 - Math.clz32(rest))
    rest ^= divisor << (bit - bits);
  return rest;
}

/** Level M (00) and the mask, twice. */
function drawFormat(size: number, mask: number, set: Put): void {
  const bits = ((mask << 10) | remainder(mask, 0x537, 10)) ^ 0x5412;
  const on = (bit: number) => ((bits >> bit) & 1) === 1;
  for (let bit = 0; bit < 15; bit++) {
    if (bit < 6) set(8, bit, on(bit));
    else if (bit < 8) set(8, bit + 1, on(bit));
    else if (bit === 8) set(7, 8, on(bit));
    else set(14 - bit, 8, on(bit));
    if (bit < 8) set(size - 1 - bit, 8, on(bit));
    else set(8, size - 15 + bit, on(bit));
  }
  set(8, size - 8, true);
}

/** Two columns at a time from the right, up and down in turn, around what is taken. */
function drawWords(words: readonly number[], size: number, dark: Grid, taken: Grid): void {
  let bit = 0;
  let up = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (taken[y]![x]) continue;
        dark[y]![x] = (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
        bit++;
      }
    }
    up = !up;
  }
}

/** How hard a grid is to read: long runs and large blocks of one colour. The standard's two rules that count most. */
function unrest(grid: Grid): number {
  let points = 0;
  const at = (x: number, y: number) => grid[y]![x];
  for (let a = 0; a < grid.length; a++) {
    let row = 1;
    let column = 1;
    for (let b = 1; b < grid.length; b++) {
      row = at(b, a) === at(b - 1, a) ? row + 1 : 1;
      column = at(a, b) === at(a, b - 1) ? column + 1 : 1;
      for (const run of [row, column]) if (run >= 5) points += run === 5 ? 3 : 1;
      if (a > 0 && at(b, a) === at(b - 1, a) && at(b, a) === at(b, a - 1) && at(b, a) === at(b - 1, a - 1))
        points += 3;
    }
  }
  return points;
}
