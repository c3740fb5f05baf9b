/**
 * What a file must be. Source: Meta "Media" (supported types and sizes).
 */
import { invalid, missing, needObject, needUrl, optionalText } from './checks.ts';
import type { JsonObject } from './json.ts';

export type MediaKind = 'image' | 'video' | 'audio' | 'document' | 'sticker';

const MB = 1024 * 1024;

/** kind → types and the largest size in bytes. Stickers: 100 KB still, 500 KB animated; the larger is used before the bytes are seen. */
export const MEDIA: Record<MediaKind, { types: readonly string[]; max: number }> = {
  image: { types: ['image/jpeg', 'image/png'], max: 5 * MB },
  video: { types: ['video/mp4', 'video/3gpp'], max: 16 * MB },
  audio: { types: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'], max: 16 * MB },
  sticker: { types: ['image/webp'], max: 500 * 1024 },
  document: {
    types: [
      'text/plain',
      'application/pdf',
      'application/msword',
      'application/vnd.ms-excel',
      'application/vnd.ms-powerpoint',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    ],
    max: 100 * MB,
  },
};

export const KINDS = Object.keys(MEDIA) as MediaKind[];

export function isMediaKind(kind: string): kind is MediaKind {
  return Object.hasOwn(MEDIA, kind);
}

/** `audio/ogg; codecs=opus` → `audio/ogg` */
export function bareType(mimeType: string): string {
  return (mimeType.split(';')[0] ?? '').trim().toLowerCase();
}

/** Which kind accepts this type when uploaded, or null. */
export function kindOf(mimeType: string): MediaKind | null {
  return KINDS.find((kind) => MEDIA[kind].types.includes(bareType(mimeType))) ?? null;
}

/** What the first bytes say; null when they say nothing. */
export function sniff(bytes: Uint8Array): string | null {
  const at = (offset: number, text: string) =>
    Buffer.from(bytes.subarray(offset, offset + text.length)).toString('latin1') === text;
  if (at(0, '\xff\xd8\xff')) return 'image/jpeg';
  if (at(0, '\x89PNG')) return 'image/png';
  if (at(0, 'RIFF') && at(8, 'WEBP')) return 'image/webp';
  if (at(0, 'GIF8')) return 'image/gif';
  if (at(0, '%PDF')) return 'application/pdf';
  if (at(0, 'OggS')) return 'audio/ogg';
  return null;
}

/** A VP8X header with the animation bit. */
export function isAnimated(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(12, 16)).toString('latin1') === 'VP8X' && ((bytes[20] ?? 0) & 2) !== 0;
}

/** A place in a message where a file is used. */
export interface MediaUse {
  kind: MediaKind;
  id: string | null;
  link: string | null;
  path: string;
}

/** `{ id } | { link }` under `parent[kind]`; exactly one. */
export function checkMedia(parent: JsonObject, kind: string, path: string): MediaUse {
  if (!isMediaKind(kind)) throw invalid(`${path} is no media.`);
  const media = needObject(parent, kind, path);
  const id = optionalText(media, 'id', `${path}.id`, 200) ?? null;
  const link = optionalText(media, 'link', `${path}.link`, 2048) ?? null;
  if (!id && !link) throw missing(`${path}.id or ${path}.link`);
  if (id && link) throw invalid(`${path}: give either id or link, not both.`);
  if (link) needUrl(media, 'link', `${path}.link`, 2048);
  if (kind === 'image' || kind === 'video' || kind === 'document')
    optionalText(media, 'caption', `${path}.caption`, 1024);
  else if (media.caption !== undefined) throw invalid(`${path}.caption is not allowed for ${kind}.`);
  if (kind === 'document') optionalText(media, 'filename', `${path}.filename`, 240);
  if (media.voice !== undefined && typeof media.voice !== 'boolean')
    throw invalid(`${path}.voice must be a boolean.`);
  return { kind, id, link, path };
}
