import { campaignPatch, campaignStates } from '@chaski/contracts';
import { z } from 'zod';
import type { Blobs } from '../../platform/blobs/index.ts';
import type { Database } from '../../platform/db/index.ts';
import {
  byTime,
  type Http,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  principalOf,
  sliceOf,
} from '../../platform/http/index.ts';
import { messageBody, presentMessage } from '../messages/index.ts';
import { cancelCampaign, pauseByHand, resumeCampaign, retryCampaign } from './control.ts';
import { convert } from './convert.ts';
import {
  createCampaign,
  duplicateCampaign,
  getCampaign,
  planNow,
  removeCampaign,
  updateCampaign,
} from './create.ts';
import { approveCampaign, launchCampaign, rejectCampaign } from './launch.ts';
import { campaignBody, presentCampaign } from './present.ts';
import { type CampaignRow, selectCampaigns } from './queries.ts';
import type { LinkBase } from './rules-links.ts';
import { testSend } from './test-send.ts';

export interface CampaignRoutesDeps {
  db: Database;
  gate: Http['gate'];
  blobs: Blobs;
  /** What short links begin with. */
  links(): LinkBase;
}

const tags = ['campaigns'];
const one = z.strictObject({ id: z.uuid() });
const nothing = z.strictObject({}).nullish();
const states = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(campaignStates)).min(1))
  .optional()
  .describe('One or several, with commas.');

/** /v1/campaigns: what is written, started and stopped. Lists and reports are in report-routes.ts. */
export function campaignRoutes(deps: CampaignRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate, links } = deps;
  return async (app) => {
    app.get(
      '/v1/campaigns',
      {
        onRequest: gate('campaigns:read'),
        schema: {
          tags,
          description: 'Newest first.',
          querystring: listQuery.extend({
            state: states,
            q: z.string().max(200).optional().describe('Part of the name.'),
            parentId: z.uuid().optional().describe('The turns of a recurring campaign.'),
          }),
          response: { 200: listOf(campaignBody) },
        },
      },
      async (request) => {
        const { limit, state, q, parentId } = request.query;
        const { numberIds, actor } = principalOf(request);
        const rows = await inTenant(db, request, (tx) =>
          selectCampaigns(
            tx,
            { states: state ?? null, words: q ?? null, parentId: parentId ?? null, numberIds },
            sliceOf(request.query, byTime),
          ),
        );
        return page(
          rows,
          limit,
          (row) => [row.createdAt.toISOString(), row.id],
          (row) => presentCampaign(row, actor),
        );
      },
    );

    app.post(
      '/v1/campaigns',
      {
        onRequest: gate('campaigns:write'),
        schema: {
          tags,
          description: 'A draft: audience, message and schedule may come later.',
          body: campaignPatch.extend({ name: z.string().trim().min(1).max(200) }),
          response: { 201: campaignBody },
        },
      },
      idempotent(db, async (tx, request) => ({
        status: 201,
        body: presentCampaign(
          await createCampaign(tx, request.body as z.infer<typeof campaignPatch> & { name: string }),
          tx.actor,
        ),
      })),
    );

    app.get(
      '/v1/campaigns/:id',
      {
        onRequest: gate('campaigns:read'),
        schema: { tags, params: one, response: { 200: campaignBody } },
      },
      async (request) =>
        presentCampaign(
          await inTenant(db, request, (tx) => getCampaign(tx, request.params.id)),
          principalOf(request).actor,
        ),
    );

    app.patch(
      '/v1/campaigns/:id',
      {
        onRequest: gate('campaigns:write'),
        schema: {
          tags,
          description:
            'Changes a draft; of a paused campaign what has not gone (message, schedule, options). Parts are replaced whole. An approval is gone with it.',
          params: one,
          body: campaignPatch,
          response: { 200: campaignBody },
        },
      },
      async (request) =>
        presentCampaign(
          await inTenant(db, request, (tx) => updateCampaign(tx, request.params.id, request.body)),
          principalOf(request).actor,
        ),
    );

    app.delete(
      '/v1/campaigns/:id',
      {
        onRequest: gate('campaigns:write'),
        schema: { tags, description: 'A draft only.', params: one, response: { 204: z.null() } },
      },
      async (request, reply) => {
        await inTenant(db, request, (tx) => removeCampaign(tx, request.params.id));
        return reply.status(204).send(null);
      },
    );

    /** A change of state: nothing in the body, the campaign in the answer. */
    const verb = (
      name: string,
      action: 'campaigns:write' | 'campaigns:approve',
      description: string,
      act: (tx: Parameters<typeof planNow>[0], id: string) => Promise<CampaignRow>,
      status: 200 | 202 = 200,
    ) =>
      app.post(
        `/v1/campaigns/:id/${name}`,
        {
          onRequest: gate(action),
          schema: {
            tags,
            description,
            params: one,
            body: nothing,
            response: { [status]: campaignBody },
          },
        },
        idempotent(db, async (tx, request) => ({
          status,
          body: presentCampaign(await act(tx, (request.params as z.infer<typeof one>).id), tx.actor),
        })),
      );

    verb('duplicate', 'campaigns:write', 'A new draft with the same words.', duplicateCampaign);
    verb(
      'plan',
      'campaigns:write',
      'Freezes who gets what and when, behind the answer: `plan.state` goes from waiting to ready, and the event campaign.planned (or campaign.plan_failed) tells.',
      planNow,
      202,
    );
    verb(
      'launch',
      'campaigns:write',
      'Starts it: at once, at its time, or when a second person approved it (workspace setting campaignApproval).',
      launchCampaign,
    );
    verb('approve', 'campaigns:approve', 'The second person’s yes.', approveCampaign);
    verb('pause', 'campaigns:write', 'Takes effect within a second.', pauseByHand);
    verb(
      'resume',
      'campaigns:write',
      'Goes on behind the last who was queued. What paused it may pause it again.',
      resumeCampaign,
    );
    verb('cancel', 'campaigns:write', 'For good: who waits gets nothing.', cancelCampaign);

    app.post(
      '/v1/campaigns/:id/reject',
      {
        onRequest: gate('campaigns:approve'),
        schema: {
          tags,
          description: 'Back to whoever wrote it, with the reason.',
          params: one,
          body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
          response: { 200: campaignBody },
        },
      },
      idempotent(db, async (tx, request) => ({
        status: 200,
        body: presentCampaign(
          await rejectCampaign(
            tx,
            (request.params as z.infer<typeof one>).id,
            (request.body as { reason: string }).reason,
          ),
          tx.actor,
        ),
      })),
    );

    app.post(
      '/v1/campaigns/:id/retry',
      {
        onRequest: gate('campaigns:write'),
        schema: {
          tags,
          description: 'Only those that failed, once more; 131049 not before its day is over.',
          params: one,
          body: z
            .strictObject({
              reasons: z.array(z.string().max(60)).min(1).max(50).optional().describe('Left out: all.'),
            })
            .nullish(),
          response: { 200: campaignBody.extend({ retried: z.number().int() }) },
        },
      },
      idempotent(db, async (tx, request) => {
        const { row, retried } = await retryCampaign(
          tx,
          (request.params as z.infer<typeof one>).id,
          (request.body as { reasons?: string[] } | null | undefined)?.reasons ?? null,
        );
        return { status: 200, body: { ...presentCampaign(row, tx.actor), retried } };
      }),
    );

    app.post(
      '/v1/campaigns/:id/test',
      {
        onRequest: gate('campaigns:write'),
        schema: {
          tags,
          description:
            'One message as the campaign would send it, to a phone of your own. No report counts it.',
          params: one,
          body: z.strictObject({
            to: z
              .string()
              .regex(/^\+?[\d\s().-]{6,30}$/, { error: 'Use a phone number with country code.' })
              .meta({ examples: ['+16505551234'] }),
            n: z.number().int().min(1).optional().describe('Filled as for this line of the plan.'),
          }),
          response: { 202: messageBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { to, n } = request.body as { to: string; n?: number };
        const { numberIds } = principalOf(request);
        const { id } = request.params as z.infer<typeof one>;
        const sent = await testSend(tx, id, to, n ?? null, numberIds, links());
        return { status: 202, body: presentMessage(sent) };
      }),
    );

    app.post(
      '/v1/campaigns/:id/conversions',
      {
        onRequest: gate('campaigns:write'),
        schema: {
          tags,
          description: 'Somebody did what the campaign was for. The last word about a person counts.',
          params: one,
          body: z.strictObject({
            contactId: z.uuid(),
            name: z
              .string()
              .trim()
              .min(1)
              .max(100)
              .meta({ examples: ['purchase'] }),
            value: z.number().min(0).max(1_000_000_000).optional(),
            currency: z
              .string()
              .regex(/^[A-Z]{3}$/, 'Use three capital letters, such as USD.')
              .optional(),
            at: z.iso.datetime().optional(),
          }),
          response: { 201: z.object({ ok: z.literal(true) }) },
        },
      },
      idempotent(db, async (tx, request) => {
        await convert(
          tx,
          (request.params as z.infer<typeof one>).id,
          request.body as Parameters<typeof convert>[2],
        );
        return { status: 201, body: { ok: true } };
      }),
    );
  };
}
