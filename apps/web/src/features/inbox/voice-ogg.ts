/** Puts Opus packets into Ogg, the one form in which WhatsApp shows a voice note (RFC 3533, RFC 7845). Pure. */
import type { OpusTrack } from './voice-webm.ts';

const firstPage = 0x02;
const lastPage = 0x04;
/** Opus counts in 48 kHz whatever was recorded; a second a page, as encoders do. */
const samplesAPage = 48_000;
const segmentsAPage = 255;

export function writeOgg({ head, packets }: OpusTrack, serial: number): Uint8Array<ArrayBuffer> {
  const pages = [page([head], { flags: firstPage, granule: 0, serial, number: 0 })];
  pages.push(page([tags()], { flags: 0, granule: 0, serial, number: 1 }));
  let waiting: Uint8Array[] = [];
  let segments = 0;
  let granule = 0;
  let onPage = 0;
  const flush = (flags: number) => {
    pages.push(page(waiting, { flags, granule, serial, number: pages.length }));
    waiting = [];
    segments = 0;
    onPage = 0;
  };
  for (const packet of packets) {
    const needed = Math.floor(packet.length / 255) + 1;
    if (waiting.length > 0 && (segments + needed > segmentsAPage || onPage >= samplesAPage)) flush(0);
    waiting.push(packet);
    segments += needed;
    const samples = samplesOf(packet);
    granule += samples;
    onPage += samples;
  }
  flush(lastPage);
  return joined(pages);
}

/** How long a packet sounds, by its first byte (RFC 6716, 3.1), at 48 kHz. */
export function samplesOf(packet: Uint8Array): number {
  const toc = packet[0] ?? 0;
  const config = toc >> 3;
  const frame =
    config < 12
      ? [480, 960, 1920, 2880][config & 3]!
      : config < 16
        ? [480, 960][config & 1]!
        : [120, 240, 480, 960][config & 3]!;
  const code = toc & 3;
  return frame * (code === 0 ? 1 : code === 3 ? (packet[1] ?? 0) & 0x3f : 2);
}

function tags(): Uint8Array {
  const words = new TextEncoder().encode('OpusTags____chaski____');
  const view = new DataView(words.buffer);
  view.setUint32(8, 6, true);
  view.setUint32(18, 0, true);
  return words;
}

function page(
  packets: readonly Uint8Array[],
  about: { flags: number; granule: number; serial: number; number: number },
): Uint8Array {
  // A packet's end is a segment shorter than 255, an empty one where its length is a multiple.
  const lacing = packets.flatMap((packet) => [
    ...new Array<number>(Math.floor(packet.length / 255)).fill(255),
    packet.length % 255,
  ]);
  const header = new Uint8Array(27 + lacing.length);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode('OggS'));
  header[5] = about.flags;
  view.setBigUint64(6, BigInt(about.granule), true);
  view.setUint32(14, about.serial, true);
  view.setUint32(18, about.number, true);
  header[26] = lacing.length;
  header.set(lacing, 27);
  const whole = joined([header, ...packets]);
  new DataView(whole.buffer).setUint32(22, crc(whole), true);
  return whole;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Ogg's own: polynomial 0x04c11db7, not mirrored, nothing added. */
const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

function crc(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = (value << 8) ^ table[(value >>> 24) ^ byte]!;
  return value >>> 0;
}
