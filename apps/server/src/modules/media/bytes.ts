import type { FastifyReply } from 'fastify';
import type { Blobs, ByteRange } from '../../platform/blobs/index.ts';
import { AppError, errors } from '../../platform/errors.ts';
import { mediaHeaders } from './headers.ts';
import type { MediaRow } from './read.ts';

/**
 * One range of a `Range` header (RFC 9110 §14): null = send everything (none asked, several asked, or not
 * understood), 'none' = asked for what is not there. Pure.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'none' | null {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return null;
  if (from === '') {
    const last = Number(to);
    return last === 0 || size === 0 ? 'none' : { start: Math.max(0, size - last), end: size - 1 };
  }
  const start = Number(from);
  if (to !== '' && Number(to) < start) return null;
  if (start >= size) return 'none';
  return { start, end: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}

/** Bytes, whole or a range: players seek in films, and downloads go on where they broke off. */
export async function sendBytes(
  blobs: Blobs,
  media: MediaRow,
  asked: { range?: string | undefined; ifRange?: string | string[] | undefined },
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (media.state !== 'stored' || media.blobKey === null) {
    throw errors.conflict('media_not_stored', `This file is ${media.state}, there is nothing to show.`, {
      state: media.state,
      reason: media.reason,
    });
  }
  const etag = `"${media.sha256}"`;
  const fresh = asked.ifRange === undefined || asked.ifRange === etag;
  const range = fresh ? rangeOf(asked.range, media.size ?? 0) : null;
  if (range === 'none') {
    reply.header('content-range', `bytes */${media.size}`);
    throw new AppError('range_not_satisfiable', 416, `The file has ${media.size} bytes.`, {
      size: media.size,
    });
  }
  const blob = await blobs.get(media.blobKey, range ?? undefined);
  if (!blob) throw errors.notFound('file', { id: media.id });
  reply.headers({ ...mediaHeaders(media), 'accept-ranges': 'bytes', etag });
  if (range) {
    reply.status(206).headers({
      'content-range': `bytes ${range.start}-${range.end}/${blob.size}`,
      'content-length': String(range.end - range.start + 1),
    });
  } else reply.header('content-length', String(blob.size));
  return reply.send(blob.stream);
}
