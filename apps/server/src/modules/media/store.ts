import { createHash } from 'node:crypto';
import type { Blobs } from '../../platform/blobs/index.ts';
import type { TenantTx } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { type MediaId, newId } from '../../platform/ids.ts';
import { storableText } from '../../platform/storable.ts';
import { insertStored } from './queries.ts';
import { getMedia, type MediaRow } from './read.ts';
import { kindOf, type MediaKind, mayStore, plainType, type Refusal, storeLimits } from './rules.ts';
import { looked, typeOf } from './sniff.ts';

/** A file on its way in, as a stream: 100 MB of one request must not be 100 MB of memory. */
export interface IncomingFile {
  bytes: AsyncIterable<Uint8Array>;
  declaredType: string | null;
  filename: string | null;
  /** What its bytes are, unless the caller wants it as something else (an image as a document). */
  kind?: MediaKind | undefined;
}

/** A file whose bytes are stored and which has no row yet. */
export interface StoredFile {
  id: MediaId;
  kind: MediaKind;
  declaredType: string | null;
  type: string | null;
  size: number;
  sha256: string;
  filename: string | null;
}

/**
 * Stores the bytes while they arrive, counted and hashed on the way; what is too large ends at its limit. First the
 * bytes, then the row: a row without bytes would promise a file that is not there; bytes without a row are only space.
 * Errors: 413 `media_too_large`, 415 `media_type_not_allowed`, 400 for an empty file.
 */
export async function storeBytes(
  deps: { blobs: Blobs; now: () => Date },
  file: IncomingFile,
): Promise<StoredFile> {
  const incoming = file.bytes[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let headSize = 0;
  let ended = false;
  while (headSize < looked && !ended) {
    const next = await incoming.next();
    if (next.done) ended = true;
    else {
      head.push(next.value);
      headSize += next.value.length;
    }
  }
  const type = await typeOf(Buffer.concat(head), file.declaredType);
  const kind = file.kind ?? kindOf(type, headSize, file.declaredType);
  refuse(mayStore(kind, type, headSize), kind, type);

  const hash = createHash('sha256');
  let size = 0;
  async function* counted(): AsyncIterable<Uint8Array> {
    const pass = (part: Uint8Array) => {
      size += part.length;
      if (size > storeLimits[kind]) refuse(mayStore(kind, type, size), kind, type);
      hash.update(part);
      return part;
    };
    for (const part of head) yield pass(part);
    if (ended) return;
    for (;;) {
      const next = await incoming.next();
      if (next.done) return;
      yield pass(next.value);
    }
  }
  const id = newId<MediaId>(deps.now().getTime());
  await deps.blobs.put(id, counted());
  return {
    id,
    kind,
    declaredType: plainType(file.declaredType),
    type,
    size,
    sha256: hash.digest('hex'),
    filename: storableText(file.filename ?? '', 240) || null,
  };
}

function refuse(verdict: { ok: true } | Refusal, kind: MediaKind, type: string | null): void {
  if (verdict.ok) return;
  const limit = storeLimits[kind];
  switch (verdict.problem) {
    case 'too-large':
      throw new AppError('media_too_large', 413, verdict.reason, { kind, limit });
    case 'type':
      throw new AppError('media_type_not_allowed', 415, verdict.reason, { kind, type });
    case 'empty':
      throw new AppError('invalid_request', 400, verdict.reason, {
        problems: [{ path: 'file', message: verdict.reason }],
      });
  }
}

/** The row of a stored file that will be sent. */
export async function keepUpload(tx: TenantTx, file: StoredFile): Promise<MediaRow> {
  await tx.execute(insertStored, [
    tx.workspaceId,
    file.id,
    file.kind,
    file.declaredType,
    file.type,
    file.size,
    file.sha256,
    file.filename,
    file.id,
    tx.now().toISOString(),
  ]);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'media.uploaded',
      data: { mediaId: file.id, kind: file.kind, size: file.size },
      audit: {
        target: { kind: 'media', id: file.id },
        after: { kind: file.kind, type: file.type, size: file.size, sha256: file.sha256 },
      },
    },
  ]);
  return getMedia(tx, tx.workspaceId, file.id);
}
