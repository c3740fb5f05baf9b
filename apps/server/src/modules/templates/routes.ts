import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { type Http, type HttpApp, idempotent, inTenant } from '../../platform/http/index.ts';
import { getNumber } from '../numbers/index.ts';
import { requestSync } from './follow.ts';
import { type TemplateRow, templatesOf } from './read.ts';

const templateBody = z
  .object({
    id: z.string(),
    providerTemplateId: z.string().nullable(),
    accountId: z.string(),
    name: z.string(),
    language: z.string(),
    category: z.string().describe('MARKETING, UTILITY, AUTHENTICATION; UNKNOWN until WhatsApp lists it.'),
    status: z.string().describe('APPROVED can be sent; the others are WhatsApp’s words too.'),
    components: z.array(z.unknown()).describe('As WhatsApp writes them.'),
    preview: z.string().describe('Text of the body, with its placeholders.'),
    variables: z.array(z.string()).describe('Placeholders of header and body: numbers or names.'),
    updatedAt: z.string(),
  })
  .meta({ id: 'Template' });

function present(row: TemplateRow): z.infer<typeof templateBody> {
  return {
    id: row.id,
    providerTemplateId: row.providerTemplateId,
    accountId: row.accountId,
    name: row.name,
    language: row.language,
    category: row.category,
    status: row.status,
    components: row.components,
    preview: textsOf(row.components, ['BODY']).join('\n'),
    variables: variablesOf(row.components),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function textsOf(components: readonly unknown[], kinds: readonly string[]): string[] {
  return components.flatMap((component) => {
    const { type, text } = component as { type?: unknown; text?: unknown };
    return kinds.includes(String(type).toUpperCase()) && typeof text === 'string' ? [text] : [];
  });
}

/** In the order they stand: `{{1}}`, `{{first_name}}`. */
function variablesOf(components: readonly unknown[]): string[] {
  const found = textsOf(components, ['HEADER', 'BODY']).flatMap((text) =>
    Array.from(text.matchAll(/\{\{\s*([\w.-]+)\s*\}\}/g), ([, name]) => name ?? ''),
  );
  return [...new Set(found)];
}

/** /v1/templates */
export function templateRoutes({
  db,
  gate,
}: {
  db: Database;
  gate: Http['gate'];
}): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.get(
      '/v1/templates',
      {
        onRequest: gate('templates:read'),
        schema: {
          tags: ['templates'],
          description: 'All of them: an account may have 6,000, a list of their words is one answer.',
          querystring: z.strictObject({
            numberId: z.uuid().optional().describe('Those that can be sent from this number.'),
            status: z.string().max(40).optional(),
            language: z.string().max(20).optional(),
            q: z.string().max(200).optional().describe('Part of the name or the text.'),
          }),
          response: { 200: z.object({ data: z.array(templateBody) }) },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const { numberId, status, language, q } = request.query;
          const account = numberId === undefined ? null : (await getNumber(tx, numberId)).accountId;
          const wanted = q?.toLowerCase();
          const data = (await templatesOf(tx, account))
            .map(present)
            .filter(
              (one) =>
                (status === undefined ? one.status !== 'DELETED' : one.status === status.toUpperCase()) &&
                (language === undefined || one.language === language) &&
                (wanted === undefined || `${one.name} ${one.preview}`.toLowerCase().includes(wanted)),
            );
          return { data };
        }),
    );

    app.post(
      '/v1/templates/sync',
      {
        onRequest: gate('templates:write'),
        schema: {
          tags: ['templates'],
          description:
            'Asks WhatsApp for the lists anew. Answers at once; `templates.synced` tells when it is done.',
          body: z.strictObject({}).nullish(),
          response: { 202: z.object({ accounts: z.number().int() }) },
        },
      },
      idempotent(db, async (tx) => {
        const accounts = await requestSync(tx, tx.workspaceId);
        await emit(tx, [
          {
            workspaceId: tx.workspaceId,
            name: 'templates.sync_requested',
            data: { accounts },
            audit: { target: { kind: 'templates', id: null }, after: { accounts } },
          },
        ]);
        return { status: 202, body: { accounts } };
      }),
    );
  };
}
