/** Reads the Opus packets out of a WebM recording. Pure. Browsers write sizes as unknown while they record. */

/** Elements that are entered; all others are read or passed over whole. */
const masters = new Set([
  0x18538067, // Segment
  0x1f43b675, // Cluster
  0x1654ae6b, // Tracks
  0xae, // TrackEntry
  0xa0, // BlockGroup
]);
const codecId = 0x86;
const codecPrivate = 0x63a2;
const simpleBlock = 0xa3;
const block = 0xa1;

export interface OpusTrack {
  /** The `OpusHead` of the recorder. */
  head: Uint8Array;
  packets: Uint8Array[];
}

/** null: not a WebM with Opus in it, or cut in a way that leaves nothing. */
export function readWebm(bytes: Uint8Array): OpusTrack | null {
  let head: Uint8Array | null = null;
  let isOpus = false;
  const packets: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const id = vint(bytes, at, true);
    const size = id && vint(bytes, at + id.length, false);
    if (!id || !size) break;
    const begin = at + id.length + size.length;
    // A master's body follows at once, whatever size it claims.
    if (masters.has(id.value)) {
      at = begin;
      continue;
    }
    const end = begin + size.value;
    // A recording may break off within its last element.
    if (end > bytes.length) break;
    const body = bytes.subarray(begin, end);
    if (id.value === codecId) isOpus = new TextDecoder().decode(body) === 'A_OPUS';
    else if (id.value === codecPrivate) head = body;
    else if (id.value === simpleBlock || id.value === block) {
      const packet = packetOf(body);
      if (packet === null) return null;
      if (packet.length > 0) packets.push(packet);
    }
    at = end;
  }
  return isOpus && head !== null && packets.length > 0 ? { head, packets } : null;
}

/** Track number, time, flags, then the packet. Several in one block (lacing) no recorder writes for Opus. */
function packetOf(body: Uint8Array): Uint8Array | null {
  const track = vint(body, 0, false);
  if (!track || body.length < track.length + 3) return null;
  const flags = body[track.length + 2]!;
  return (flags & 0x06) === 0 ? body.subarray(track.length + 3) : null;
}

/** A number of EBML; ids keep their marker bit. */
function vint(bytes: Uint8Array, at: number, marker: boolean): { value: number; length: number } | null {
  const first = bytes[at];
  if (first === undefined || first === 0) return null;
  const length = Math.clz32(first) - 23;
  if (at + length > bytes.length) return null;
  let value = marker ? first : first & ((1 << (8 - length)) - 1);
  for (let n = 1; n < length; n++) value = value * 256 + bytes[at + n]!;
  return { value, length };
}
