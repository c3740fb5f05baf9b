/** What came over the wire, whichever of the three ways it was written. */
export interface Frame {
  shape: Shape;
  joinRef: Ref;
  ref: Ref;
  topic: string;
  event: string;
  payload: Record<string, unknown>;
}

/** `[join_ref, ref, topic, event, payload]` or `{topic, event, payload, ref, join_ref}`. */
export type Shape = 'array' | 'object';

/** Chosen by the client, told back as it is. */
export type Ref = string | number | null;

const longest = 255;

/** A text or binary message as a frame; null for what is none. Never throws. */
export function parseFrame(data: Buffer, isBinary: boolean): Frame | null {
  if (isBinary) return parseBroadcast(data);
  let read: unknown;
  try {
    read = JSON.parse(data.toString('utf8'));
  } catch {
    return null;
  }
  if (Array.isArray(read)) {
    return read.length === 5 ? frameOf('array', read[0], read[1], read[2], read[3], read[4]) : null;
  }
  if (!isRecord(read)) return null;
  return frameOf('object', read.join_ref, read.ref, read.topic, read.event, read.payload);
}

function frameOf(
  shape: Shape,
  joinRef: unknown,
  ref: unknown,
  topic: unknown,
  event: unknown,
  payload: unknown,
): Frame | null {
  if (typeof topic !== 'string' || topic === '' || topic.length > longest) return null;
  if (typeof event !== 'string' || event === '' || event.length > longest) return null;
  return {
    shape,
    joinRef: refOf(joinRef),
    ref: refOf(ref),
    topic,
    event,
    payload: isRecord(payload) ? payload : {},
  };
}

function refOf(value: unknown): Ref {
  return typeof value === 'number' || (typeof value === 'string' && value.length <= longest) ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const userBroadcastPush = 3;
const jsonEncoding = 1;

/**
 * Kind 3, what realtime-js 2 sends for `channel.send({type: 'broadcast'})`: six lengths and an encoding, then join ref,
 * ref, topic, event, metadata and payload. Only JSON payloads are taken.
 */
function parseBroadcast(data: Buffer): Frame | null {
  if (data.length < 7 || data[0] !== userBroadcastPush || data[6] !== jsonEncoding) return null;
  let at = 7;
  const parts: string[] = [];
  for (let i = 1; i <= 5; i++) {
    const end = at + data[i]!;
    if (end > data.length) return null;
    parts.push(data.toString('utf8', at, end));
    at = end;
  }
  const [joinRef = '', ref = '', topic = '', event = ''] = parts;
  try {
    const payload: unknown = JSON.parse(data.toString('utf8', at));
    return frameOf('array', joinRef || null, ref || null, topic, 'broadcast', {
      type: 'broadcast',
      event,
      payload,
    });
  } catch {
    return null;
  }
}

/** A frame as text. The payload is JSON already: one event goes to thousands. */
export function writeFrame(
  shape: Shape,
  joinRef: Ref,
  ref: Ref,
  topic: string,
  event: string,
  payload: string,
): string {
  const [j, r, t, e] = [joinRef, ref, topic, event].map((part) => JSON.stringify(part));
  return shape === 'array'
    ? `[${j},${r},${t},${e},${payload}]`
    : `{"topic":${t},"event":${e},"payload":${payload},"ref":${r},"join_ref":${j}}`;
}
