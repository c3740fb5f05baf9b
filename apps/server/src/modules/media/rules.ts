/** Which bytes are allowed where. Pure. */

export const mediaKinds = ['image', 'video', 'audio', 'document', 'sticker'] as const;
/** `deleted`: the row stays, since messages name it; the bytes are gone. */
export const mediaStates = ['waiting', 'stored', 'failed', 'refused', 'deleted'] as const;
export type MediaKind = (typeof mediaKinds)[number];

export const isMediaKind = (type: string): type is MediaKind =>
  (mediaKinds as readonly string[]).includes(type);

const megabyte = 1024 * 1024;

/** What WhatsApp takes from us, in bytes (PROTOCOL §8). */
export const mediaLimits: Readonly<Record<MediaKind, number>> = {
  image: 5 * megabyte,
  video: 16 * megabyte,
  audio: 16 * megabyte,
  document: 100 * megabyte,
  // An animated one; a still one may have 100 KB.
  sticker: 500 * 1024,
};

/** What people may send to us, whatever its kind. */
export const inboundLimit = 100 * megabyte;

const outboundTypes: Readonly<Record<Exclude<MediaKind, 'document'>, readonly string[]>> = {
  image: ['image/jpeg', 'image/png'],
  video: ['video/mp4', 'video/3gpp'],
  audio: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'],
  sticker: ['image/webp'],
};

/** Programs. They come as documents now and then, and nobody answering customers should have them. */
const programs = new Set([
  'application/x-msdownload',
  'application/x-elf',
  'application/x-mach-binary',
  'application/x-msi',
  'application/vnd.microsoft.portable-executable',
  'application/vnd.android.package-archive',
  'application/java-vm',
  'application/x-ms-shortcut',
  'application/x-apple-alias',
]);

const synonyms: Readonly<Record<string, string>> = {
  'audio/x-m4a': 'audio/mp4',
  'video/x-m4v': 'video/mp4',
  // The two boxes of an .mpg, which is what people call both.
  'video/mp1s': 'video/mpeg',
  'video/mp2p': 'video/mpeg',
  'audio/vnd.wave': 'audio/wav',
  'audio/opus': 'audio/ogg',
  'application/x-cfb': 'application/x-ole-storage',
  'image/apng': 'image/png',
};

/** Lower case, without parameters, one name per format. */
export function plainType(type: string | null | undefined): string | null {
  const bare = type?.split(';')[0]?.trim().toLowerCase();
  if (!bare || !/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/.test(bare)) return null;
  return synonyms[bare] ?? bare;
}

export type Verdict = { ok: true } | { ok: false; reason: string };
export interface Refusal {
  ok: false;
  problem: 'empty' | 'too-large' | 'type';
  reason: string;
}

/** May a file that somebody sent us be kept? Documents may be anything but programs, the rest must be what it says. */
export function mayKeep(kind: MediaKind, type: string | null, size: number): Verdict {
  if (size > inboundLimit) return { ok: false, reason: `${size} bytes are more than ${inboundLimit}.` };
  if (size === 0) return { ok: false, reason: 'The file is empty.' };
  if (type !== null && programs.has(type)) return { ok: false, reason: `Programs are not kept (${type}).` };
  if (kind === 'document') return { ok: true };
  const family = kind === 'sticker' ? 'image' : kind;
  if (type === null || !(type.startsWith(`${family}/`) || (family === 'audio' && type === 'video/mp4'))) {
    // Voice in an MP4 box has no other mark than its declared type: containers tell video only.
    return { ok: false, reason: `It came as ${kind}, but its bytes are ${type ?? 'of no known type'}.` };
  }
  if (type === 'image/svg+xml')
    return { ok: false, reason: 'SVG is a program for the browser, not an image.' };
  return { ok: true };
}

/** May a file go out as this kind? Says which limit it breaks. */
export function maySend(kind: MediaKind, type: string | null, size: number): Verdict {
  if (size === 0) return { ok: false, reason: 'The file is empty.' };
  if (size > mediaLimits[kind]) {
    return { ok: false, reason: `WhatsApp takes ${mediaLimits[kind]} bytes for ${kind}, this has ${size}.` };
  }
  if (type !== null && programs.has(type)) return { ok: false, reason: `Programs are not sent (${type}).` };
  if (kind === 'document') return { ok: true };
  if (type === null || !outboundTypes[kind].includes(type)) {
    return {
      ok: false,
      reason: `WhatsApp takes ${outboundTypes[kind].join(', ')} as ${kind}; these bytes are ${type ?? 'of no known type'}.`,
    };
  }
  return { ok: true };
}

/**
 * What we keep of uploads, in bytes. More than WhatsApp takes: a team may keep a film of 50 MB, and is told before a
 * send is queued that WhatsApp takes 16 (`maySend`).
 */
export const storeLimits: Readonly<Record<MediaKind, number>> = { ...mediaLimits, video: 50 * megabyte };

const storedTypes: Readonly<Record<Exclude<MediaKind, 'document'>, readonly string[]>> = {
  image: [...outboundTypes.image, 'image/gif', 'image/webp'],
  video: [...outboundTypes.video, 'video/mpeg', 'video/quicktime', 'video/webm'],
  audio: [...outboundTypes.audio, 'audio/wav', 'audio/webm'],
  sticker: outboundTypes.sticker,
};

/** May an upload be kept as this kind? Says which limit it breaks. */
export function mayStore(kind: MediaKind, type: string | null, size: number): { ok: true } | Refusal {
  if (size === 0) return { ok: false, problem: 'empty', reason: 'The file is empty.' };
  if (size > storeLimits[kind]) {
    return {
      ok: false,
      problem: 'too-large',
      reason: `A file of kind ${kind} may have ${storeLimits[kind]} bytes.`,
    };
  }
  if (type !== null && programs.has(type)) {
    return { ok: false, problem: 'type', reason: `Programs are not kept (${type}).` };
  }
  if (kind === 'document') return { ok: true };
  const isSound = kind === 'audio' && holdsSound(type);
  if (type === null || !(storedTypes[kind].includes(type) || isSound)) {
    return {
      ok: false,
      problem: 'type',
      reason: `A file of kind ${kind} is one of ${storedTypes[kind].join(', ')}; these bytes are ${type ?? 'of no known type'}.`,
    };
  }
  return { ok: true };
}

/** A box that may hold sound alone: it tells video, and only what was declared tells the two apart. */
const holdsSound = (type: string | null) => type === 'video/webm' || type === 'video/mp4';

/** The kind of an upload when nobody said one. A WebP is a sticker if it is small enough for one, else an image. */
export function kindOf(type: string | null, size = 0, declared: string | null = null): MediaKind {
  if (type === 'image/webp' && size > mediaLimits.sticker) return 'image';
  if (holdsSound(type) && declaredKind(declared) === 'audio') return 'audio';
  if (type !== null) {
    for (const kinds of [outboundTypes, storedTypes]) {
      for (const [kind, types] of Object.entries(kinds)) {
        if (types.includes(type)) return kind as MediaKind;
      }
    }
  }
  return 'document';
}

/** The kind of a file that came without one: what it says it is, which its bytes must then be. */
export function declaredKind(declared: string | null | undefined): MediaKind {
  const family = plainType(declared)?.split('/')[0];
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'document';
}

/** WhatsApp writes base64 in webhooks and hex in its API; both may be padded, upper case, or nonsense. */
export function hexSha256(value: string | null | undefined): string | null {
  if (!value) return null;
  if (/^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === 32 ? bytes.toString('hex') : null;
}
