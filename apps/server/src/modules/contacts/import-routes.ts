import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Blobs } from '../../platform/blobs/index.ts';
import { errors } from '../../platform/errors.ts';
import {
  byTime,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  sliceOf,
} from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { listAttributes } from './attributes.ts';
import { type ImportOptions, importOptions, maxListBytes, previewList, startImport } from './import.ts';
import { csvLine } from './list-text.ts';
import { importBody, presentImport, previewBody } from './present-import.ts';
import { type ProblemRow, selectImport, selectImports, selectProblems } from './queries-import.ts';
import type { ContactRoutesDeps } from './routes.ts';

const oneImport = z.strictObject({ id: z.uuid() });
const query = z.strictObject({
  options: z
    .string()
    .max(8_000)
    .optional()
    .describe(
      'JSON: `{encoding, delimiter, country, mapping: {heading: field}}`; what is left out is guessed.',
    ),
});
const description =
  'The list as the body (text/csv), or multipart with a part `file`; UTF-8, UTF-16 or Windows-1252, up to 32 MB.';

/** /v1/contacts/import. Parsers of their own: a list is no JSON. */
export function importRoutes(deps: ContactRoutesDeps & { blobs: Blobs }): (app: HttpApp) => Promise<void> {
  const { db, gate, blobs } = deps;
  return async (app) => {
    app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      await scope.register(multipart, {
        limits: { fileSize: maxListBytes + 1, files: 1, fields: 5, parts: 6 },
      });
      scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

      scope.post(
        '/v1/contacts/import/preview',
        {
          onRequest: gate('contacts:import'),
          bodyLimit: maxListBytes + 64 * 1024,
          schema: {
            tags: ['contacts'],
            description: `What an import would make of a list; changes nothing. ${description}`,
            consumes: ['text/csv', 'multipart/form-data'],
            querystring: query,
            response: { 200: previewBody },
          },
        },
        async (request) => {
          const options = optionsOf(request.query as z.infer<typeof query>);
          const bytes = await bytesOf(request as FastifyRequest);
          // No transaction waits for the bytes: they come as slowly as somebody sends them.
          return previewList(await inTenant(db, request, listAttributes), counted(bytes), options);
        },
      );

      scope.post(
        '/v1/contacts/import',
        {
          onRequest: gate('contacts:import'),
          bodyLimit: maxListBytes + 64 * 1024,
          schema: {
            tags: ['contacts'],
            description: `Starts an import: contacts are made and changed, nobody is opted in or removed. ${description}`,
            consumes: ['text/csv', 'multipart/form-data'],
            querystring: query,
            response: { 202: importBody },
          },
        },
        idempotent(
          db,
          async (tx, _request, stored: StoredList) => ({
            status: 202,
            body: presentImport(await startImport(tx, stored.key, stored.options), []),
          }),
          (request) => store(blobs, request as FastifyRequest),
          {
            fingerprint: ({ sha256, options }) => ({ sha256, options }),
            discard: ({ key }) => blobs.delete(key),
          },
        ),
      );
    });

    app.get(
      '/v1/contacts/imports',
      {
        onRequest: gate('contacts:import'),
        schema: {
          tags: ['contacts'],
          querystring: listQuery,
          response: { 200: listOf(importBody) },
        },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) => selectImports(tx, sliceOf(request.query, byTime)));
        return page(
          rows,
          limit,
          (row) => [row.createdAt.toISOString(), row.id],
          (row) => presentImport(row, []),
        );
      },
    );

    app.get(
      '/v1/contacts/imports/:id',
      {
        onRequest: gate('contacts:import'),
        schema: { tags: ['contacts'], params: oneImport, response: { 200: importBody } },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const { id } = request.params;
          const row = await selectImport(tx, id);
          if (!row) throw errors.notFound('import', { id });
          return presentImport(row, await selectProblems(tx, id, { row: 0, field: '' }, 100));
        }),
    );

    app.get(
      '/v1/contacts/imports/:id/report',
      {
        onRequest: gate('contacts:import'),
        schema: {
          tags: ['contacts'],
          description: 'Every row that was left out or taken without something, as CSV.',
          params: oneImport,
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const next = (after: Pick<ProblemRow, 'row' | 'field'>) =>
          inTenant(db, request, async (tx) => {
            if (!(await selectImport(tx, id))) throw errors.notFound('import', { id });
            return selectProblems(tx, id, after, 1_000);
          });
        const first = await next({ row: 0, field: '' });
        reply.headers({
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename="import-${id}.csv"`,
        });
        return reply.send(Readable.from(report(first, next)));
      },
    );
  };
}

async function* report(
  first: ProblemRow[],
  next: (after: ProblemRow) => Promise<ProblemRow[]>,
): AsyncGenerator<string> {
  yield `\ufeff${csvLine(['row', 'field', 'reason', 'skipped'])}`;
  for (let rows = first; rows.length > 0; rows = await next(rows.at(-1)!)) {
    for (const row of rows) yield csvLine([String(row.row), row.field, row.reason, String(row.skipped)]);
  }
}

interface StoredList {
  key: string;
  sha256: string;
  options: ImportOptions;
}

/** First the bytes, then the row that names them: a row without its file could never be read. */
async function store(blobs: Blobs, request: FastifyRequest): Promise<StoredList> {
  const options = optionsOf(request.query as z.infer<typeof query>);
  const hash = createHash('sha256');
  const key = newId();
  let size = 0;
  async function* hashed(bytes: AsyncIterable<Uint8Array>) {
    for await (const part of counted(bytes)) {
      hash.update(part);
      size += part.length;
      yield part;
    }
  }
  await blobs.put(key, hashed(await bytesOf(request)));
  if (size === 0) {
    await blobs.delete(key);
    throw errors.unprocessable('empty_list', 'The list is empty.');
  }
  return { key, sha256: hash.digest('hex'), options };
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

async function* counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const part of bytes) {
    size += part.length;
    if (size > maxListBytes) throw errors.tooLarge(maxListBytes);
    yield part;
  }
}

function optionsOf({ options }: z.infer<typeof query>): ImportOptions {
  if (options === undefined) return {};
  try {
    return importOptions.parse(JSON.parse(options));
  } catch (error) {
    const problems =
      error instanceof z.ZodError
        ? error.issues.map((issue) => ({
            path: ['query', 'options', ...issue.path].join('.'),
            message: issue.message,
          }))
        : [{ path: 'query.options', message: 'This is no JSON.' }];
    throw errors.invalidRequest(problems);
  }
}
