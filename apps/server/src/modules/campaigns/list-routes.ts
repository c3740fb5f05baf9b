import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Blobs } from '../../platform/blobs/index.ts';
import { errors } from '../../platform/errors.ts';
import { type HttpApp, idempotent, inTenant } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { maxListBytes } from '../contacts/index.ts';
import { headOf, type ListHead } from './audience.ts';
import { attachList } from './create.ts';
import { exampleOf } from './example.ts';
import { campaignBody, exampleBody, presentCampaign, presentExample } from './present.ts';
import type { CampaignRoutesDeps } from './routes.ts';

interface StoredList extends ListHead {
  key: string;
  sha256: string;
}

/** What the audience brings: GET /v1/campaigns/{id}/example, and POST …/list with a parser of its own: a list is no JSON. */
export function campaignListRoutes({ db, gate, blobs }: CampaignRoutesDeps): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.get(
      '/v1/campaigns/:id/example',
      {
        onRequest: gate('campaigns:read'),
        schema: {
          tags: ['campaigns'],
          description:
            'What the audience can fill variables with, before there is a plan: the columns of the list and the first person with a number.',
          params: z.strictObject({ id: z.uuid() }),
          response: { 200: exampleBody },
        },
      },
      async (request) =>
        presentExample(await exampleOf((fn) => inTenant(db, request, fn), blobs, request.params.id)),
    );

    app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      await scope.register(multipart, {
        limits: { fileSize: maxListBytes + 1, files: 1, fields: 5, parts: 6 },
      });
      scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
      scope.post(
        '/v1/campaigns/:id/list',
        {
          onRequest: gate('campaigns:write'),
          bodyLimit: maxListBytes + 64 * 1024,
          schema: {
            tags: ['campaigns'],
            operationId: 'campaigns.uploadList',
            description:
              'The audience as a list: the body itself (text/csv), or multipart with a part `file`; UTF-8, UTF-16 or Windows-1252, up to 32 MB. Its columns can fill variables.',
            consumes: ['text/csv', 'multipart/form-data'],
            params: z.strictObject({ id: z.uuid() }),
            response: {
              200: campaignBody.extend({
                headers: z.array(z.string()),
                phoneColumn: z.string().nullable().describe('null: say it in audience.phoneColumn.'),
              }),
            },
          },
        },
        idempotent(
          db,
          async (tx, request, stored: StoredList) => {
            const { id } = request.params as { id: string };
            const row = await attachList(tx, id, stored.key, stored.phoneColumn);
            const { headers, phoneColumn } = stored;
            return {
              status: 200,
              body: { ...presentCampaign(row, tx.actor), headers, phoneColumn },
            };
          },
          (request) => store(blobs, request as FastifyRequest),
          {
            fingerprint: ({ sha256 }) => ({ sha256 }),
            discard: ({ key }) => blobs.delete(key),
          },
        ),
      );
    });
  };
}

/** First the bytes, then the row that names them. */
async function store(blobs: Blobs, request: FastifyRequest): Promise<StoredList> {
  const hash = createHash('sha256');
  const key = newId();
  let size = 0;
  async function* hashed(bytes: AsyncIterable<Uint8Array>) {
    for await (const part of bytes) {
      size += part.length;
      if (size > maxListBytes) throw errors.tooLarge(maxListBytes);
      hash.update(part);
      yield part;
    }
  }
  await blobs.put(key, hashed(await bytesOf(request)));
  try {
    const blob = await blobs.get(key);
    if (!blob || size === 0) throw errors.unprocessable('empty_list', 'The list is empty.');
    try {
      return { key, sha256: hash.digest('hex'), ...(await headOf(blob.stream)) };
    } finally {
      blob.stream.destroy();
    }
  } catch (error) {
    await blobs.delete(key);
    throw error;
  }
}

async function bytesOf(request: FastifyRequest): Promise<AsyncIterable<Uint8Array>> {
  if (!request.isMultipart()) {
    const bytes = request.body as Readable | undefined;
    if (!bytes) throw errors.invalidRequest([{ path: 'body', message: 'Send the list as the body.' }]);
    return bytes;
  }
  const part = await request.file();
  if (!part) throw errors.invalidRequest([{ path: 'file', message: 'Send the list as the part `file`.' }]);
  return part.file;
}
