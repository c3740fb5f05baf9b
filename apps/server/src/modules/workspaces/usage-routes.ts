import { z } from 'zod';
import type { Database, TenantTx, Tx } from '../../platform/db/index.ts';
import { type Http, type HttpApp, inTenant, principalOf } from '../../platform/http/index.ts';
import { limitsFor, planBody } from './plans.ts';
import { countMembersOf } from './quota.ts';
import { monthOf, readMonths, readNumbers } from './usage.ts';

export interface UsageRoutesDeps {
  db: Database;
  gate: Http['gate'];
  /** What modules above this one keep for a workspace. */
  standing(tx: TenantTx): Promise<{ numbers: number; contacts: number; files: number; fileBytes: number }>;
}

const counts = z
  .record(z.string(), z.number().int())
  .describe(
    'What was counted: `messages.received`, `messages.sent`, and of these by category `messages.sent.service`, `.utility`, `.marketing`, `.authentication`.',
  );
/** What a workspace and the operator see alike. */
export const usageParts = {
  months: z.array(z.object({ month: z.string(), counts })).describe('The newest first, 12 at most.'),
  numbers: z
    .object({ month: z.string(), data: z.array(z.object({ numberId: z.string(), counts })) })
    .describe('By number, of the month that was asked for, else the running one.'),
};

export const usageQuery = z.strictObject({
  month: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'Write it like 2026-11.')
    .optional()
    .describe('Of which month numbers are shown.')
    .meta({ examples: ['2026-11'] }),
});

/** The counters behind both: a few hundred rows however many messages there were. */
export async function usageOf(
  tx: Tx,
  workspaceId: string,
  { month: asked, only }: { month?: string | undefined; only: readonly string[] | null },
) {
  const month = asked === undefined ? monthOf(tx.now()) : `${asked}-01`;
  const numbers = await readNumbers(tx, workspaceId, month);
  return {
    months: await readMonths(tx, workspaceId, 12),
    numbers: {
      month,
      data: only === null ? numbers : numbers.filter(({ numberId }) => only.includes(numberId)),
    },
  };
}

const quota = z.object({
  limit: z.number().int().nullable().describe('null = no limit.'),
  used: z.number().int(),
  left: z.number().int().nullable(),
});

const usageBody = z
  .object({
    month: z.string().describe('The first day of the running month, UTC.'),
    plan: planBody,
    quotas: z.object({ messagesPerMonth: quota, numbers: quota, members: quota, contacts: quota }),
    storage: z.object({ files: z.number().int(), bytes: z.number().int() }),
    ...usageParts,
  })
  .meta({ id: 'Usage' });

const quotaOf = (limit: number | null, used: number): z.infer<typeof quota> => ({
  limit,
  used,
  left: limit === null ? null : Math.max(0, limit - used),
});

/** GET /v1/usage: what a workspace used, and what its plan leaves. By day, number and person: /v1/analytics. */
export function usageRoutes({ db, gate, standing }: UsageRoutesDeps): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.get(
      '/v1/usage',
      {
        onRequest: gate('usage:read'),
        schema: {
          tags: ['workspace'],
          description: 'What was used, by month, and what the plan leaves. By day and number: /v1/analytics.',
          querystring: usageQuery,
          response: { 200: usageBody },
        },
      },
      async (request) => {
        const plan = await limitsFor(db, principalOf(request).workspaceId);
        return inTenant(db, request, async (tx) => {
          const month = monthOf(tx.now());
          const used = await usageOf(tx, tx.workspaceId, {
            month: request.query.month,
            only: principalOf(request).numberIds,
          });
          const members = await countMembersOf(tx, tx.workspaceId);
          const { numbers, contacts, files, fileBytes } = await standing(tx);
          const sent = used.months.find((one) => one.month === month)?.counts['messages.sent'] ?? 0;
          return {
            month,
            plan,
            quotas: {
              messagesPerMonth: quotaOf(plan.messagesPerMonth, sent),
              numbers: quotaOf(plan.numbers, numbers),
              members: quotaOf(plan.members, members),
              contacts: quotaOf(plan.contacts, contacts),
            },
            storage: { files, bytes: fileBytes },
            ...used,
          };
        });
      },
    );
  };
}
