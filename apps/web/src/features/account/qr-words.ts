/** The first half of a QR code (ISO/IEC 18004): from text to the words that are drawn, with their error correction. */

/** Level M by version: words of correction in a block, and blocks. Version 15 holds 412 bytes, an address of an authenticator has 200. */
const correction = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24];
const blockCount = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10];
const largest = 15;

/** How many patterns of alignment stand in a row; version 1 has none. */
export const alignments = (version: number): number => (version === 1 ? 0 : Math.floor(version / 7) + 2);

/** Words that fit beside everything that is not data. */
function capacity(version: number): number {
  let modules = (16 * version + 128) * version + 64;
  const across = alignments(version);
  if (across > 0) modules -= (25 * across - 10) * across - 55;
  if (version >= 7) modules -= 36;
  return Math.floor(modules / 8);
}

const room = (version: number): number => capacity(version) - correction[version]! * blockCount[version]!;

// Arithmetic of GF(256) over x⁸+x⁴+x³+x²+1: products by sums of logarithms.
const powers = new Uint8Array(512);
const logs = new Uint8Array(256);
for (let exponent = 0, value = 1; exponent < 255; exponent++) {
  powers[exponent] = value;
  powers[exponent + 255] = value;
  logs[value] = exponent;
  value = value < 128 ? value * 2 : (value * 2) ^ 0x11d;
}
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : powers[logs[a]! + logs[b]!]!);

/** The remainder of the data by the product of (x − 2ⁱ): Reed and Solomon's words of correction. */
function correctionOf(data: readonly number[], count: number): number[] {
  let divisor = [1];
  for (let root = 0; root < count; root++) {
    const next = [...divisor, 0];
    for (const [place, factor] of divisor.entries()) next[place + 1]! ^= times(factor, powers[root]!);
    divisor = next;
  }
  const rest = [...data, ...new Array<number>(count).fill(0)];
  for (let place = 0; place < data.length; place++) {
    const factor = rest[place]!;
    for (const [index, one] of divisor.entries()) rest[place + index]! ^= times(one, factor);
  }
  return rest.slice(data.length);
}

/** The words to draw, blocks interleaved, for the smallest version that holds the text. */
export function wordsOf(text: string): { version: number; words: number[] } {
  const bytes = new TextEncoder().encode(text);
  let version = 1;
  const lengthBits = () => (version < 10 ? 8 : 16);
  while (version <= largest && 4 + lengthBits() + bytes.length * 8 > room(version) * 8) version++;
  if (version > largest) throw new RangeError('Too long for a QR code of ours.');

  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  put(0b0100, 4); // bytes
  put(bytes.length, lengthBits());
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, room(version) * 8 - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const data: number[] = [];
  for (let at = 0; at < bits.length; at += 8)
    data.push(bits.slice(at, at + 8).reduce((word, bit) => word * 2 + bit, 0));
  for (let padding = 0xec; data.length < room(version); padding ^= 0xec ^ 0x11) data.push(padding);

  const blocks = blockCount[version]!;
  const short = Math.floor(room(version) / blocks);
  const long = room(version) % blocks;
  const parts: number[][] = [];
  for (let block = 0, at = 0; block < blocks; block++) {
    const length = short + (block >= blocks - long ? 1 : 0);
    parts.push(data.slice(at, at + length));
    at += length;
  }
  return {
    version,
    words: [
      ...interleaved(parts),
      ...interleaved(parts.map((part) => correctionOf(part, correction[version]!))),
    ],
  };
}

function interleaved(parts: readonly number[][]): number[] {
  const longest = Math.max(...parts.map((part) => part.length));
  return Array.from({ length: longest }, (_, place) =>
    parts.flatMap((part) => part.slice(place, place + 1)),
  ).flat();
}
