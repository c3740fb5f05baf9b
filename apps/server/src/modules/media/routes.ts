import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { systemActor } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type Http, type HttpApp, idempotent, inTenant, principalOf } from '../../platform/http/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { readWorkspace } from '../workspaces/index.ts';
import { sendBytes } from './bytes.ts';
import { deleteMedia } from './delete.ts';
import type { MediaDeps } from './fetch.ts';
import { mediaBody, present } from './present.ts';
import { fetchAgain, getMedia, type MediaRow } from './read.ts';
import { maxSeconds, signPath, verifyPath } from './signed-url.ts';
import { uploadRoutes } from './upload-routes.ts';

export interface MediaRoutesDeps extends MediaDeps {
  gate: Http['gate'];
  /** Signs short-lived addresses; at least 32 bytes, the same in every process. */
  urlKey: Uint8Array | string;
}

const oneFile = z.strictObject({ id: z.uuid() });

/** /v1/media */
export function mediaRoutes(deps: MediaRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, blobs, gate, urlKey } = deps;

  return async (app) => {
    app.get(
      '/v1/media/:id',
      {
        onRequest: gate('media:read'),
        schema: { tags: ['media'], description: 'The bytes.', params: oneFile },
      },
      async (request, reply) => {
        const media = await inTenant(db, request, (tx) => getMedia(tx, tx.workspaceId, request.params.id));
        refuseOthersFile(principalOf(request).numberIds, media);
        return sendBytes(blobs, media, askedOf(request), reply);
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
        refuseOthersFile(principalOf(request).numberIds, media);
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
        refuseOthersFile(principalOf(request).numberIds, media);
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
        const media = await db.withTenant(w as WorkspaceId, systemActor, async (tx) => {
          // The address outlives the one who asked for it by some minutes.
          if ((await readWorkspace(tx)).status === 'suspended') throw errors.workspaceSuspended();
          return getMedia(tx, w, id);
        });
        return sendBytes(blobs, media, askedOf(request), reply);
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
        refuseOthersFile(principalOf(request).numberIds, await getMedia(tx, tx.workspaceId, id));
        return { status: 202, body: present(await fetchAgain(tx, id)) };
      }),
    );

    app.delete(
      '/v1/media/:id',
      {
        onRequest: gate('media:write'),
        schema: {
          tags: ['media'],
          description: 'Removes the bytes and the name. Messages that show the file say that it was deleted.',
          params: oneFile,
          response: { 200: mediaBody },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const { id } = request.params;
          refuseOthersFile(principalOf(request).numberIds, await getMedia(tx, tx.workspaceId, id));
          return present(await deleteMedia(tx, id));
        }),
    );

    await app.register(uploadRoutes(deps));
  };
}

const askedOf = ({ headers }: FastifyRequest) => ({ range: headers.range, ifRange: headers['if-range'] });

/** A key that may use some numbers only sees the files of those, and files of no number. */
export function refuseOthersFile(numberIds: readonly string[] | null, media: MediaRow): void {
  if (numberIds !== null && media.numberId !== null && !numberIds.includes(media.numberId)) {
    throw errors.notFound('file', { id: media.id });
  }
}
