import { z } from 'zod';
import type { AccountRow } from './account.ts';
import type { AccountDeps } from './account-check.ts';

export const accountBody = z
  .object({
    id: z.string(),
    provider: z.enum(['cloud', 'ycloud', 'simulator']).describe('How its numbers reach WhatsApp.'),
    name: z.string(),
    ref: z.string().nullable().describe("WhatsApp's id of the account."),
    portfolioRef: z.string().nullable().describe('Id of the business portfolio.'),
    appId: z
      .string()
      .nullable()
      .describe('The Meta app that signs its webhooks; null: YCloud signs per account.'),
    graphVersion: z.string(),
    hasToken: z.boolean().describe('Whether it holds credentials. They are written, never shown.'),
    tokenIn: z
      .enum(['database', 'aws'])
      .nullable()
      .describe('Where they lie: sealed in the database, or in AWS Secrets Manager. Null: it holds none.'),
    hasWebhookSecret: z.boolean().describe('YCloud: whether the secret of its endpoint is known.'),
    pausedReason: z.string().nullable().describe('Not null: deliveries wait for a new token.'),
    webhookUrl: z
      .string()
      .nullable()
      .describe('Where its webhooks arrive; null while this installation has no public address.'),
    webhooksSubscribed: z.boolean().describe('Whether the provider said that it sends webhooks here.'),
    webhooksSubscribedAt: z.string().nullable(),
    webhooksProblem: z.string().nullable().describe('Why it could not be subscribed, or not asked.'),
    numbers: z.array(
      z.object({
        id: z.string(),
        phoneNumberId: z.string(),
        displayPhoneNumber: z.string(),
        verifiedName: z.string(),
        status: z.enum(['pending', 'active', 'refused', 'suspended']),
        statusReason: z.string().nullable(),
      }),
    ),
    createdAt: z.string(),
  })
  .meta({ id: 'Account' });

/** Where the webhooks of an account arrive: YCloud's at an address of its own, Meta's where its app says. */
export function webhookAddressOf(base: (isSimulated: boolean) => string): AccountDeps['addressOf'] {
  return ({ webhookKey, isSimulated }) => {
    const start = base(isSimulated).replace(/\/+$/, '');
    if (start === '') return null;
    return webhookKey === null ? `${start}/webhooks/cloud` : `${start}/webhooks/ycloud/${webhookKey}`;
  };
}

export function presentAccount(
  row: AccountRow,
  addressOf: AccountDeps['addressOf'],
): z.infer<typeof accountBody> {
  return {
    id: row.id,
    provider: row.isSimulated && row.provider === 'cloud' ? 'simulator' : row.provider,
    name: row.name,
    ref: row.ref,
    portfolioRef: row.portfolioRef === '' ? null : row.portfolioRef,
    appId: row.provider === 'ycloud' ? null : row.appId,
    graphVersion: row.graphVersion,
    hasToken: row.hasToken,
    tokenIn: row.tokenIn,
    hasWebhookSecret: row.hasWebhookSecret,
    pausedReason: row.pausedReason,
    webhookUrl: addressOf(row),
    webhooksSubscribed: row.webhooksSubscribedAt !== null,
    webhooksSubscribedAt: row.webhooksSubscribedAt?.toISOString() ?? null,
    webhooksProblem: row.webhooksProblem,
    numbers: row.numbers,
    createdAt: row.createdAt.toISOString(),
  };
}
