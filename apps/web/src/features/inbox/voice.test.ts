import fc from 'fast-check';
import { expect, test } from 'vitest';
import { samplesOf, writeOgg } from './voice-ogg.ts';
import { readWebm } from './voice-webm.ts';

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const head = [...ascii('OpusHead'), 1, 1, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0];

/** An element of EBML; `size` null: unknown, as while one records. */
const element = (
  id: number[],
  body: number[],
  size: number[] | null = [0x40 | (body.length >> 8), body.length & 0xff],
) => [...id, ...(size ?? [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), ...body];
const simple = (packet: number[]) => element([0xa3], [0x81, 0, 0, 0x80, ...packet]);

function webm(packets: number[][], codec = 'A_OPUS'): Uint8Array {
  const entry = element(
    [0xae],
    [...element([0xd7], [1]), ...element([0x86], ascii(codec)), ...element([0x63, 0xa2], head)],
  );
  const cluster = element(
    [0x1f, 0x43, 0xb6, 0x75],
    [...element([0xe7], [0]), ...packets.flatMap(simple)],
    null,
  );
  return Uint8Array.from([
    ...element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], ascii('webm'))),
    ...element([0x18, 0x53, 0x80, 0x67], [...element([0x16, 0x54, 0xae, 0x6b], entry), ...cluster], null),
  ]);
}

/** Bit by bit, as RFC 3533 says it. */
function slowCrc(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const top = ((value >>> 31) ^ (byte >> bit)) & 1;
      value = top ? (value << 1) ^ 0x04c11db7 : value << 1;
    }
  }
  return value >>> 0;
}

interface Page {
  flags: number;
  granule: number;
  serial: number;
  number: number;
  packets: number[][];
}

/** Reads Ogg strictly: every page whole, its sum right, nothing between. */
function pagesOf(ogg: Uint8Array): Page[] {
  const pages: Page[] = [];
  for (let at = 0; at < ogg.length; ) {
    const view = new DataView(ogg.buffer, ogg.byteOffset + at);
    expect([...ogg.subarray(at, at + 5)]).toEqual([...ascii('OggS'), 0]);
    const lacing = [...ogg.subarray(at + 27, at + 27 + ogg[at + 26]!)];
    const size = lacing.reduce((sum, one) => sum + one, 0);
    const whole = ogg.slice(at, at + 27 + lacing.length + size);
    expect(whole.length).toBe(27 + lacing.length + size);
    const sum = view.getUint32(22, true);
    whole.fill(0, 22, 26);
    expect(sum).toBe(slowCrc(whole));
    const packets: number[][] = [];
    let open: number[] = [];
    let place = at + 27 + lacing.length;
    for (const length of lacing) {
      open.push(...ogg.subarray(place, place + length));
      place += length;
      if (length < 255) {
        packets.push(open);
        open = [];
      }
    }
    expect(open).toEqual([]);
    pages.push({
      flags: ogg[at + 5]!,
      granule: Number(view.getBigUint64(6, true)),
      serial: view.getUint32(14, true),
      number: view.getUint32(18, true),
      packets,
    });
    at = place;
  }
  return pages;
}

test('a recording becomes an Ogg file, byte for byte', () => {
  // Two packets of 20 ms each, wide band.
  const ogg = writeOgg(
    readWebm(
      webm([
        [0x48, 1, 2],
        [0x48, 3],
      ]),
    )!,
    0x01020304,
  );
  const start = (flags: number, granule: number, number: number) => [
    ...ascii('OggS'),
    0,
    flags,
    granule & 0xff,
    granule >> 8,
    0,
    0,
    0,
    0,
    0,
    0,
    4,
    3,
    2,
    1,
    number,
    0,
    0,
    0,
  ];
  const sums = [ogg.slice(22, 26), ogg.slice(47 + 22, 47 + 26), ogg.slice(47 + 50 + 22, 47 + 50 + 26)];
  expect([...ogg]).toEqual([
    ...start(2, 0, 0),
    ...sums[0]!,
    1,
    19,
    ...head,
    ...start(0, 0, 1),
    ...sums[1]!,
    1,
    22,
    ...ascii('OpusTags'),
    6,
    0,
    0,
    0,
    ...ascii('chaski'),
    0,
    0,
    0,
    0,
    ...start(4, 1920, 2),
    ...sums[2]!,
    2,
    3,
    2,
    0x48,
    1,
    2,
    0x48,
    3,
  ]);
  expect(pagesOf(ogg)).toHaveLength(3);
});

test('lengths of packets by their first byte', () => {
  const cases: [number[], number][] = [
    [[0x08], 960],
    [[0x18], 2880],
    [[0x60], 480],
    [[0x78], 960],
    [[0x80], 120],
    [[0xf8], 960],
    [[0xf9], 1920],
    [[0xfb, 3], 2880],
  ];
  for (const [packet, samples] of cases)
    expect(samplesOf(Uint8Array.from(packet)), String(packet)).toBe(samples);
});

test('whatever is recorded comes out in order and whole, a second a page, each page with its sum', () => {
  const packet = fc
    .array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 800 })
    .map((bytes) => [0x78, ...bytes]);
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 130 }), fc.nat(0xffffffff), (packets, serial) => {
      const pages = pagesOf(writeOgg(readWebm(webm(packets))!, serial));
      expect(pages.map(({ number }) => number)).toEqual(pages.map((_, n) => n));
      expect(new Set(pages.map((one) => one.serial))).toEqual(new Set([serial]));
      expect(pages.map(({ flags }) => flags)).toEqual(
        pages.map((_, n) => (n === 0 ? 2 : n === pages.length - 1 ? 4 : 0)),
      );
      expect(pages.slice(2).flatMap((one) => one.packets)).toEqual(packets);
      let said = 0;
      for (const page of pages.slice(2)) {
        said += page.packets.length * 960;
        expect(page.granule).toBe(said);
        expect(page.packets.length).toBeLessThanOrEqual(50);
      }
    }),
    { numRuns: 30 },
  );
});

test('a recording that breaks off keeps what is whole; what is no Opus is refused', () => {
  const whole = webm([
    [0x48, 1, 2],
    [0x48, 3],
  ]);
  expect(readWebm(whole.subarray(0, whole.length - 1))?.packets).toHaveLength(1);
  expect(readWebm(webm([[1]], 'A_VORBIS'))).toBeNull();
  expect(readWebm(webm([]))).toBeNull();
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readWebm(bytes)));
});
