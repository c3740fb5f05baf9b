import { z } from 'zod';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { type Http, type HttpApp, inTenant, principalOf } from '../../platform/http/index.ts';
import { limitsFor, planBody } from './plans.ts';
import { countMembersOf } from './quota.ts';
import { monthOf, readMonths } from './usage.ts';

export interface UsageRoutesDeps {
  db: Database;
  gate: Http['gate'];
  /** What modules above this one keep for a workspace. */
  standing(tx: TenantTx): Promise<{ numbers: number; contacts: number; files: number; fileBytes: number }>;
}

const counts = z.record(z.string(), z.number().int()).describe('`messages.sent` and what else is counted.');
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
    months: z.array(z.object({ month: z.string(), counts })).describe('The newest first, 12 at most.'),
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
          response: { 200: usageBody },
        },
      },
      async (request) => {
        const plan = await limitsFor(db, principalOf(request).workspaceId);
        return inTenant(db, request, async (tx) => {
          const month = monthOf(tx.now());
          const months = await readMonths(tx, 12);
          const members = await countMembersOf(tx, tx.workspaceId);
          const { numbers, contacts, files, fileBytes } = await standing(tx);
          const sent = months.find((one) => one.month === month)?.counts['messages.sent'] ?? 0;
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
            months,
          };
        });
      },
    );
  };
}
