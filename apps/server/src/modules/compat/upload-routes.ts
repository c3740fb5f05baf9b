import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Blobs } from '../../platform/blobs/index.ts';
import { AppError, errors } from '../../platform/errors.ts';
import { type HttpApp, idempotent, inTenant, principalOf } from '../../platform/http/index.ts';
import {
  deleteMedia,
  getMedia,
  incomingFile,
  keepUpload,
  mediaBody,
  parseUploads,
  presentMedia,
  refuseOthersFile,
  type StoredFile,
  signPath,
  storeBytes,
} from '../media/index.ts';
import { hidden } from './hidden.ts';
import type { CompatDeps } from './routes.ts';
import { fileAt, pathOf } from './rules.ts';

const megabyte = 1024 * 1024;

/** Where S3 takes less than the native address does. */
const smaller: Partial<Record<StoredFile['kind'], number>> = {
  document: 10 * megabyte,
  audio: 15 * megabyte,
};
/** S3's largest: a video. */
const longest = 50 * megabyte;

const stored = z.object({
  success: z.literal(true),
  id: z.string(),
  path: z.string(),
  signedUrl: z.string(),
  expiresAt: z.string(),
  media: mediaBody,
});
const byPath = z.strictObject({ path: z.string().min(1).max(300) });
const oneFile = z.strictObject({ id: z.uuid() });

/** S3's files: one up, an address for five minutes, gone. */
export async function uploadRoutes(app: HttpApp, deps: CompatDeps): Promise<void> {
  const { db, gate, blobs, auth, urlKey } = deps;

  const signed = (workspaceId: string, mediaId: string) => {
    const { path, expiresAt } = signPath(urlKey, { workspaceId, mediaId }, db.clock.now());
    return { signedUrl: `${auth.links.publicUrl()}${path}`, expiresAt: expiresAt.toISOString() };
  };

  app.get(
    '/api/upload/signed-url',
    {
      onRequest: gate('media:read'),
      config: { limits: ['api'] },
      schema: hidden({ querystring: byPath }),
    },
    async (request) => {
      const { numberIds } = principalOf(request);
      const id = fileAt(request.query.path);
      const media = await inTenant(db, request, (tx) => getMedia(tx, tx.workspaceId, id));
      refuseOthersFile(numberIds, media);
      return { success: true, path: pathOf(media.id), ...signed(media.workspaceId, media.id) };
    },
  );

  const remove = (request: FastifyRequest, id: string) =>
    inTenant(db, request, async (tx) => {
      refuseOthersFile(principalOf(request).numberIds, await getMedia(tx, tx.workspaceId, id));
      await deleteMedia(tx, id);
      return { success: true, path: pathOf(id) };
    });
  const removal = { onRequest: gate('media:write'), config: { limits: ['api'] } };
  app.delete('/api/upload/media/:id', { ...removal, schema: hidden({ params: oneFile }) }, (request) =>
    remove(request as FastifyRequest, request.params.id),
  );
  app.delete('/api/upload/media', { ...removal, schema: hidden({ querystring: byPath }) }, (request) =>
    remove(request as FastifyRequest, fileAt(request.query.path)),
  );

  await app.register(async (scope) => {
    await parseUploads(scope as unknown as HttpApp, longest);
    (scope as unknown as HttpApp).post(
      '/api/upload/media',
      {
        onRequest: gate('media:write'),
        config: { limits: ['uploads', 'points'] },
        bodyLimit: longest + 64 * 1024,
        schema: hidden({ consumes: ['multipart/form-data'], response: { 201: stored } }),
      },
      idempotent(
        db,
        async (tx, _request, file: StoredFile) => {
          const media = await keepUpload(tx, file);
          const place = { id: media.id, path: pathOf(media.id) };
          return {
            status: 201,
            body: {
              success: true,
              ...place,
              ...signed(media.workspaceId, media.id),
              media: presentMedia(media),
            },
          };
        },
        (request) => storeSmall(deps, blobs, request as FastifyRequest),
        {
          fingerprint: ({ kind, filename, sha256 }) => ({ kind, filename, sha256 }),
          discard: ({ id }) => blobs.delete(id),
        },
      ),
    );
  });
}

/** The bytes, within S3's figures where those are the smaller ones. */
async function storeSmall({ db }: CompatDeps, blobs: Blobs, request: FastifyRequest): Promise<StoredFile> {
  if (!request.isMultipart()) {
    throw errors.invalidRequest([
      { path: 'file', message: 'Send multipart/form-data with the part `file`.' },
    ]);
  }
  const incoming = await incomingFile(request);
  // A small WebP is a sticker natively; S3 knows images only.
  const kind = incoming.kind ?? (incoming.declaredType === 'image/webp' ? ('image' as const) : undefined);
  const file = await storeBytes({ blobs, now: () => db.clock.now() }, { ...incoming, kind });
  const limit = smaller[file.kind];
  if (limit === undefined || file.size <= limit) return file;
  await blobs.delete(file.id);
  throw new AppError(
    'media_too_large',
    413,
    `A file of kind ${file.kind} may have ${limit} bytes at this address; POST /v1/media takes larger ones.`,
    { kind: file.kind, limit },
  );
}
