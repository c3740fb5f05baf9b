/** What others know about a template: told by those who stand above, passed in where routes are registered. */
import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import type { TemplateRow } from './rows.ts';

export const statisticsBody = z
  .object({
    queued: z.number().int(),
    sent: z.number().int().describe('WhatsApp took them, delivered and read ones too.'),
    delivered: z.number().int(),
    read: z.number().int(),
    failed: z.number().int(),
    billed: z
      .array(
        z.object({
          category: z.string(),
          type: z.string().describe('regular, free_customer_service, free_entry_point'),
          billable: z.boolean(),
          messages: z.number().int(),
        }),
      )
      .describe(
        'From the pricing that WhatsApp’s statuses carry: what the account is billed for, by category.',
      ),
  })
  .meta({ id: 'TemplateStatistics' });

export const useBody = z
  .object({
    kind: z.string().describe('campaign, workflow'),
    id: z.string(),
    name: z.string(),
    state: z.string(),
  })
  .meta({ id: 'TemplateUse' });

export interface TemplateReports {
  statistics(
    tx: TenantTx,
    template: Pick<TemplateRow, 'accountId' | 'name' | 'language'>,
    range: { from: Date; to: Date },
  ): Promise<z.infer<typeof statisticsBody>>;
  /** One for each kind of user. */
  uses: readonly ((tx: TenantTx, template: TemplateRow) => Promise<z.infer<typeof useBody>[]>)[];
}
