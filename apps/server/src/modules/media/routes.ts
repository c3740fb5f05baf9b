import multipart from '@fastify/multipart';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Actor } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type Http, type HttpApp, idempotent, inTenant, principalOf } from '../../platform/http/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import type { MediaDeps } from './fetch.ts';
import { mediaHeaders } from './headers.ts';
import { fetchAgain, getMedia, type MediaRow } from './read.ts';
import { type MediaKind, mediaKinds, mediaLimits } from './rules.ts';
import { maxSeconds, signPath, verifyPath } from './signed-url.ts';
import { storeUpload } from './upload.ts';

export interface MediaRoutesDeps extends MediaDeps {
  gate: Http['gate'];
  /** Signs short-lived addresses; at least 32 bytes, the same in every process. */
  urlKey: Uint8Array | string;
}

const oneFile = z.strictObject({ id: z.uuid() });

const mediaBody = z
  .object({
    id: z.string(),
    direction: z.enum(['in', 'out']),
    kind: z.enum(mediaKinds),
    state: z.enum(['waiting', 'stored', 'failed', 'refused']),
    reason: z.string().nullable().describe('Why it failed or was refused.'),
    type: z.string().nullable().describe('By content; null until stored and for unknown bytes.'),
    size: z.number().nullable(),
    sha256: z.string().nullable(),
    filename: z.string().nullable(),
    numberId: z.string().nullable(),
    messageId: z.string().nullable(),
    createdAt: z.string(),
    storedAt: z.string().nullable(),
  })
  .meta({ id: 'Media' });

function present(row: MediaRow): z.infer<typeof mediaBody> {
  return {
    id: row.id,
    direction: row.direction,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    type: row.type,
    size: row.size,
    sha256: row.state === 'stored' ? row.sha256 : null,
    filename: row.filename,
    numberId: row.numberId,
    messageId: row.messageId,
    createdAt: row.createdAt.toISOString(),
    storedAt: row.storedAt?.toISOString() ?? null,
  };
}

const system: Actor = { kind: 'system', id: null, role: 'system' };

/** /v1/media */
export function mediaRoutes(deps: MediaRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, blobs, gate, urlKey } = deps;

  async function sendBytes(reply: FastifyReply, media: MediaRow): Promise<FastifyReply> {
    if (media.state !== 'stored' || media.blobKey === null) {
      throw errors.conflict('media_not_stored', `This file is ${media.state}, there is nothing to show.`, {
        state: media.state,
        reason: media.reason,
      });
    }
    const blob = await blobs.get(media.blobKey);
    if (!blob) throw errors.notFound('file', { id: media.id });
    return reply.headers({ ...mediaHeaders(media), 'content-length': String(blob.size) }).send(blob.stream);
  }

  return async (app) => {
    app.get(
      '/v1/media/:id',
      {
        onRequest: gate('media:read'),
        schema: { tags: ['media'], description: 'The bytes.', params: oneFile },
      },
      async (request, reply) => {
        const media = await inTenant(db, request, (tx) => getMedia(tx, tx.workspaceId, request.params.id));
        mayUse(principalOf(request).numberIds, media);
        return sendBytes(reply, media);
      },
    );

    app.get(
      '/v1/media/:id/info',
      {
        onRequest: gate('media:read'),
        schema: { tags: ['media'], params: oneFile, response: { 200: mediaBody } },
      },
      async (request) => {
        const media = await inTenant(db, request, (tx) => getMedia(tx, tx.workspaceId, request.params.id));
        mayUse(principalOf(request).numberIds, media);
        return present(media);
      },
    );

    app.get(
      '/v1/media/:id/url',
      {
        onRequest: gate('media:read'),
        schema: {
          tags: ['media'],
          description: 'An address that needs no key and ends after at most five minutes.',
          params: oneFile,
          querystring: z.strictObject({
            seconds: z.coerce.number().int().min(1).max(maxSeconds).default(maxSeconds),
          }),
          response: { 200: z.object({ url: z.string(), expiresAt: z.string() }) },
        },
      },
      async (request) => {
        const media = await inTenant(db, request, (tx) => getMedia(tx, tx.workspaceId, request.params.id));
        mayUse(principalOf(request).numberIds, media);
        const signed = signPath(
          urlKey,
          { workspaceId: media.workspaceId, mediaId: media.id },
          db.clock.now(),
          request.query.seconds,
        );
        return { url: signed.path, expiresAt: signed.expiresAt.toISOString() };
      },
    );

    app.get(
      '/v1/media/:id/content',
      {
        schema: {
          tags: ['media'],
          params: oneFile,
          querystring: z.strictObject({
            w: z.uuid(),
            exp: z.coerce.number().int().positive(),
            sig: z.string().min(1).max(100),
          }),
        },
      },
      async (request, reply) => {
        const { w, exp, sig } = request.query;
        const { id } = request.params;
        if (!verifyPath(urlKey, { workspaceId: w, mediaId: id, exp, sig }, db.clock.now())) {
          throw errors.forbidden(
            'This address has ended or is not ours. Ask /v1/media/{id}/url for a new one.',
          );
        }
        const media = await db.withTenant(w as WorkspaceId, system, (tx) => getMedia(tx, w, id));
        return sendBytes(reply, media);
      },
    );

    app.post(
      '/v1/media/:id/fetch',
      {
        onRequest: gate('media:write'),
        schema: {
          tags: ['media'],
          description: 'Fetches a file that failed once more.',
          params: oneFile,
          body: z.strictObject({}).nullish(),
          response: { 202: mediaBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { id } = request.params as z.infer<typeof oneFile>;
        mayUse(principalOf(request).numberIds, await getMedia(tx, tx.workspaceId, id));
        return { status: 202, body: present(await fetchAgain(tx, id)) };
      }),
    );

    // Bodies that are files: parsers of their own, so that no JSON limit and no JSON parser touches them.
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      await scope.register(multipart, {
        limits: { fileSize: mediaLimits.document, files: 1, fields: 5, fieldSize: 1_000, parts: 6 },
      });
      scope.addContentTypeParser(
        '*',
        { parseAs: 'buffer', bodyLimit: mediaLimits.document },
        (_request, body, done) => done(null, body),
      );
      const upload = scope as unknown as HttpApp;
      upload.post(
        '/v1/media',
        {
          onRequest: gate('media:write'),
          bodyLimit: mediaLimits.document + 64 * 1024,
          schema: {
            tags: ['media'],
            description:
              'One file: multipart with a part `file`, or the bytes as the body. The kind is found by content; say kind=document to send an image or video as a file.',
            consumes: ['multipart/form-data', 'application/octet-stream'],
            querystring: z.strictObject({
              kind: z.enum(mediaKinds).optional(),
              filename: z.string().max(240).optional(),
            }),
            response: { 201: mediaBody },
          },
        },
        async (request, reply) => {
          const { workspaceId, actor } = principalOf(request);
          let kind: MediaKind | undefined = request.query.kind;
          let filename = request.query.filename ?? null;
          let bytes: Uint8Array;
          let declaredType: string | null;
          if (request.isMultipart()) {
            const part = await request.file();
            if (!part) {
              throw errors.invalidRequest([{ path: 'file', message: 'Send the file as the part `file`.' }]);
            }
            bytes = await readPart(part);
            declaredType = part.mimetype;
            filename ??= part.filename || null;
            const field = part.fields.kind;
            if (kind === undefined && field && 'value' in field) {
              const said = z.enum(mediaKinds).safeParse(field.value);
              if (!said.success) {
                throw errors.invalidRequest([
                  { path: 'kind', message: `Use one of ${mediaKinds.join(', ')}.` },
                ]);
              }
              kind = said.data;
            }
          } else {
            if (!Buffer.isBuffer(request.body) || request.body.length === 0) {
              throw errors.invalidRequest([{ path: 'body', message: 'Send the bytes of the file.' }]);
            }
            bytes = request.body;
            declaredType = request.headers['content-type'] ?? null;
          }
          const media = await storeUpload(
            deps,
            { workspaceId, actor },
            { bytes, declaredType, filename, kind },
          );
          return reply.status(201).send(present(media));
        },
      );
    });
  };
}

async function readPart(part: { toBuffer(): Promise<Buffer> }): Promise<Buffer> {
  try {
    return await part.toBuffer();
  } catch (error) {
    if ((error as { code?: string }).code === 'FST_REQ_FILE_TOO_LARGE') {
      throw errors.tooLarge(mediaLimits.document);
    }
    throw error;
  }
}

/** A key that may use some numbers only sees the files of those, and files of no number. */
function mayUse(numberIds: readonly string[] | null, media: MediaRow): void {
  if (numberIds !== null && media.numberId !== null && !numberIds.includes(media.numberId)) {
    throw errors.notFound('file', { id: media.id });
  }
}
