import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { errors } from '../../platform/errors.ts';
import { type HttpApp, idempotent } from '../../platform/http/index.ts';
import { mediaBody, present } from './present.ts';
import type { MediaRoutesDeps } from './routes.ts';
import { type MediaKind, mediaKinds, mediaLimits } from './rules.ts';
import { type IncomingFile, keepUpload, type StoredFile, storeBytes } from './store.ts';

const query = z.strictObject({
  kind: z.enum(mediaKinds).optional(),
  filename: z.string().max(240).optional(),
});

/** POST /v1/media, with parsers of its own: no JSON limit and no JSON parser touches a file. */
export function uploadRoutes(deps: MediaRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, blobs, gate } = deps;
  return async (app) => {
    await parseUploads(app, mediaLimits.document);
    app.post(
      '/v1/media',
      {
        onRequest: gate('media:write'),
        config: { limits: ['points'] },
        bodyLimit: mediaLimits.document + 64 * 1024,
        schema: {
          tags: ['media'],
          description:
            'One file: multipart with a part `file` (a field `kind` in front of it), or the bytes as the body. The kind is found by content; say kind=document to send an image or video as a file.',
          consumes: ['multipart/form-data', 'application/octet-stream'],
          querystring: query,
          response: { 201: mediaBody },
        },
      },
      idempotent(
        db,
        async (tx, _request, stored: StoredFile) => ({
          status: 201,
          body: present(await keepUpload(tx, stored)),
        }),
        async (request) =>
          storeBytes({ blobs, now: () => db.clock.now() }, await incomingFile(request as FastifyRequest)),
        {
          fingerprint: ({ kind, filename, sha256 }) => ({ kind, filename, sha256 }),
          discard: ({ id }) => blobs.delete(id),
        },
      ),
    );
  };
}

/** Bodies of this scope are files of at most so many bytes; one byte more is read, so that the limit can be named. */
export async function parseUploads(app: HttpApp, longest: number): Promise<void> {
  app.removeAllContentTypeParsers();
  await app.register(multipart, {
    limits: { fileSize: longest + 1, files: 1, fields: 5, fieldSize: 1_000, parts: 6 },
  });
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

/** The file of a request: its part `file`, or its body. */
export async function incomingFile(request: FastifyRequest): Promise<IncomingFile> {
  const { kind, filename = null } = request.query as z.infer<typeof query>;
  if (!request.isMultipart()) {
    const bytes = request.body as Readable | undefined;
    if (!bytes) throw errors.invalidRequest([{ path: 'body', message: 'Send the bytes of the file.' }]);
    return { bytes, declaredType: request.headers['content-type'] ?? null, filename, kind };
  }
  const part = await request.file();
  if (!part) throw errors.invalidRequest([{ path: 'file', message: 'Send the file as the part `file`.' }]);
  return {
    bytes: part.file,
    declaredType: part.mimetype,
    filename: filename ?? (part.filename || null),
    kind: kind ?? kindField(part.fields.kind),
  };
}

function kindField(field: unknown): MediaKind | undefined {
  if (typeof field !== 'object' || field === null || !('value' in field)) return undefined;
  const said = z.enum(mediaKinds).safeParse(field.value);
  if (said.success) return said.data;
  throw errors.invalidRequest([{ path: 'kind', message: `Use one of ${mediaKinds.join(', ')}.` }]);
}
