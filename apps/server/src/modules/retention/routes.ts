import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { type Http, type HttpApp, inTenant } from '../../platform/http/index.ts';
import { countOldFiles } from '../media/index.ts';
import { countOldMessages } from '../messages/index.ts';
import { readWorkspace } from '../workspaces/index.ts';
import { keepingOf, monthsBefore } from './rules.ts';

export interface RetentionRoutesDeps {
  db: Database;
  gate: Http['gate'];
  /** What the installation keeps at most; null: nothing is said. */
  mostMonths: number | null;
  rawDays: number;
}

const months = z.number().int().min(1).max(120);
const asked = z.coerce.number().int().min(1).max(120).optional();

const keeping = z.object({
  messageMonths: z.number().int().nullable(),
  mediaMonths: z.number().int().nullable(),
});
const retentionBody = z
  .object({
    own: keeping.describe("The workspace's own word (its settings); null: none."),
    holds: keeping.describe('What holds, with the bound of the installation; null: for ever.'),
    mostMonths: months.nullable().describe('The bound of the installation.'),
    rawDays: z.number().int().describe('Bodies of webhooks are kept so long, for all workspaces.'),
  })
  .meta({ id: 'Retention' });
/** A count walks over what it counts; nobody decides otherwise for knowing more than "more than 100,000". */
const mostCounted = 100_001;
const counted = z
  .number()
  .int()
  .max(mostCounted)
  .describe('Counted to 100001, which says: more than 100000.');
const previewBody = z
  .object({
    messages: counted,
    files: counted,
    bytes: z.number().int().describe('Of the files that were counted.'),
  })
  .meta({ id: 'RetentionPreview' });

/** /v1/retention: how long is kept what was said. Set with the workspace's settings. */
export function retentionRoutes({
  db,
  gate,
  mostMonths,
  rawDays,
}: RetentionRoutesDeps): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.get(
      '/v1/retention',
      {
        onRequest: gate('workspace:read'),
        schema: { tags: ['workspace'], response: { 200: retentionBody } },
      },
      async (request) => {
        const { settings } = await inTenant(db, request, readWorkspace);
        return {
          own: settings.retention,
          holds: keepingOf(settings.retention, mostMonths),
          mostMonths,
          rawDays,
        };
      },
    );

    app.get(
      '/v1/retention/preview',
      {
        onRequest: gate('workspace:write'),
        schema: {
          tags: ['workspace'],
          description: 'What would be deleted now if so many months were kept.',
          querystring: z.strictObject({ messageMonths: asked, mediaMonths: asked }),
          response: { 200: previewBody },
        },
      },
      async (request) => {
        const { messageMonths, mediaMonths } = request.query;
        const would = keepingOf(
          { messageMonths: messageMonths ?? null, mediaMonths: mediaMonths ?? null },
          mostMonths,
        );
        return inTenant(db, request, async (tx) => {
          const before = (kept: number) => monthsBefore(tx.now(), kept);
          const files =
            would.mediaMonths === null
              ? { files: 0, bytes: 0 }
              : await countOldFiles(tx, before(would.mediaMonths), mostCounted);
          return {
            messages:
              would.messageMonths === null
                ? 0
                : await countOldMessages(tx, before(would.messageMonths), mostCounted),
            ...files,
          };
        });
      },
    );
  };
}
