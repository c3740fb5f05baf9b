import { Readable } from 'node:stream';
import type { SegmentFilter } from '@chaski/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { type HttpApp, inTenant, type Slice } from '../../platform/http/index.ts';
import { type AttributeRow, listAttributes } from './attributes.ts';
import { type LabelRow, labelsOf } from './labels.ts';
import { csvLine } from './list-text.ts';
import type { ContactRow } from './queries.ts';
import { selectContactList } from './queries-read.ts';
import { type ContactRoutesDeps, contactFilters, filterOf } from './routes.ts';

const pageRows = 1_000;
const fixed = [
  'id',
  'phone',
  'name',
  'profileName',
  'email',
  'company',
  'language',
  'country',
  'labels',
  'optOut',
  'optedOutAt',
  'blocked',
  'createdAt',
  'lastSeenAt',
] as const;

/** GET /v1/contacts/export: a list that our own import, and every spreadsheet, reads. */
export function exportRoutes(deps: ContactRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/contacts/export',
      {
        onRequest: gate('contacts:export'),
        schema: {
          tags: ['contacts'],
          description: 'Contacts as CSV (UTF-8 with BOM), newest first; filters as in the list.',
          querystring: z.strictObject(contactFilters),
        },
      },
      async (request, reply) => {
        const { filter, definitions } = await inTenant(db, request, async (tx) => {
          await noted(tx);
          return { filter: await filterOf(tx, request.query), definitions: await listAttributes(tx) };
        });
        reply.headers({
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': 'attachment; filename="contacts.csv"',
        });
        // A page is a transaction: a slow reader holds no snapshot open.
        const next = (after: Slice['after']) =>
          inTenant(db, request as FastifyRequest, (tx) => readPage(tx, filter, after));
        return reply.send(Readable.from(lines(definitions, next)));
      },
    );
  };
}

/** Whole lists leave the house: the audit says who took one. */
function noted(tx: TenantTx): Promise<void> {
  return emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'contacts.exported',
      data: {},
      audit: { target: { kind: 'contacts', id: null } },
    },
  ]);
}

interface Page {
  rows: ContactRow[];
  labels: Map<string, LabelRow[]>;
}

async function readPage(tx: TenantTx, filter: SegmentFilter, after: Slice['after']): Promise<Page> {
  const rows = await selectContactList(tx, filter, { limit: pageRows, after });
  return {
    rows,
    labels: await labelsOf(
      tx,
      rows.map((row) => row.id),
    ),
  };
}

async function* lines(
  definitions: readonly AttributeRow[],
  next: (after: Slice['after']) => Promise<Page>,
): AsyncGenerator<string> {
  yield `\ufeff${csvLine([...fixed, ...definitions.map((one) => one.key)])}`;
  let after: Slice['after'] = null;
  for (;;) {
    const { rows, labels }: Page = await next(after);
    yield rows.map((row) => csvLine(cellsOf(row, labels.get(row.id) ?? [], definitions))).join('');
    const last = rows.at(-1);
    if (!last || rows.length < pageRows) return;
    after = { at: last.createdAt.toISOString(), id: last.id };
  }
}

function cellsOf(
  row: ContactRow,
  labels: readonly LabelRow[],
  definitions: readonly AttributeRow[],
): string[] {
  return [
    row.id,
    row.phone === null ? '' : `+${row.phone}`,
    row.name ?? '',
    row.profileName ?? '',
    row.email ?? '',
    row.company ?? '',
    row.language ?? '',
    row.country ?? '',
    labels.map((label) => label.name).join('; '),
    row.optedOut ? 'yes' : '',
    row.optedOutAt?.toISOString() ?? '',
    row.blockedAt ? 'yes' : '',
    row.createdAt.toISOString(),
    row.lastSeenAt?.toISOString() ?? '',
    ...definitions.map((one) => String(row.attributes[one.key] ?? '')),
  ];
}
