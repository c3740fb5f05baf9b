/** What others know about a template: told by those who stand above, passed in where routes are registered. */
import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import type { TemplateRow } from './rows.ts';

/** Messages of a day (UTC) to a country, as WhatsApp's pricing objects name them. */
export interface PricedLine {
  day: string;
  category: string;
  type: string;
  country: string | null;
  n: number;
}

export const costBody = z
  .object({
    currency: z.string(),
    micros: z.number().int().describe('Millionths of the currency.'),
    unpriced: z.number().int().describe('Messages that the rate card of their day has no price for.'),
  })
  .meta({ id: 'Cost' });
export type Cost = z.infer<typeof costBody>;

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
    told: z
      .object({
        sent: z.number().int(),
        delivered: z.number().int(),
        read: z.number().int(),
        clicked: z.number().int().describe('Taps on buttons.'),
        costMicros: z.number().int().nullable().describe('Millionths of the account’s currency, about.'),
        toldAt: z.iso.datetime(),
      })
      .nullable()
      .describe(
        'What WhatsApp itself counted on these days (UTC), whoever sent it; null: it says nothing. The account confirms template insights once in WhatsApp Manager.',
      ),
    costs: z
      .array(costBody)
      .describe('By the rate cards that the operator loaded, one for each currency. Empty: there is none.'),
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
  ): Promise<Omit<z.infer<typeof statisticsBody>, 'costs' | 'told'> & { priced: PricedLine[] }>;
  /** What messages cost, by the cards as they are now. */
  prices(): Promise<(lines: readonly PricedLine[]) => Cost[]>;
  /** Newest first. */
  uses(tx: TenantTx, template: TemplateRow, page: Slice<{ id: string }>): Promise<z.infer<typeof useBody>[]>;
}
