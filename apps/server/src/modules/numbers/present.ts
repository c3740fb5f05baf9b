import { businessHours } from '@chaski/contracts';
import { z } from 'zod';
import type { NoticeRow, NumberRow } from './read.ts';

export const numberBody = z
  .object({
    id: z.string(),
    phoneNumberId: z.string().describe("WhatsApp's id of the number."),
    displayPhoneNumber: z.string(),
    verifiedName: z.string(),
    status: z.enum(['pending', 'active', 'refused', 'suspended']),
    statusReason: z.string().nullable().describe('Why it was refused or suspended.'),
    statusBy: z
      .enum(['operator', 'workspace'])
      .nullable()
      .describe('Who decided last. What the operator suspended, the workspace cannot wake.'),
    isDefault: z.boolean().describe('Used by every send that names no number.'),
    hasWindow: z.boolean().describe('Whether the 24-hour service window applies.'),
    mps: z.number().int().describe('Messages per second.'),
    provider: z.string(),
    isSimulated: z.boolean().describe('It lives in the simulator.'),
    defaultWorkflowId: z.string().nullable(),
    marketingRoute: z
      .enum(['messages', 'marketing_messages'])
      .describe("Where its marketing templates go: as everything, or over WhatsApp's address for marketing."),
    businessHours: businessHours.nullable().describe("Its own; null: the workspace's."),
    providerState: z.record(z.string(), z.unknown()).describe('What WhatsApp told: quality, limits, bans.'),
    account: z.object({
      id: z.string(),
      ref: z.string().nullable(),
      name: z.string(),
      appId: z.string(),
      graphVersion: z.string(),
      pausedReason: z.string().nullable().describe('Not null: deliveries wait for a new token.'),
    }),
    createdAt: z.string(),
  })
  .meta({ id: 'Number' });

export function presentNumber(row: NumberRow): z.infer<typeof numberBody> {
  return {
    id: row.id,
    phoneNumberId: row.phoneNumberId,
    displayPhoneNumber: row.displayPhoneNumber,
    verifiedName: row.verifiedName,
    status: row.status,
    statusReason: row.statusReason,
    statusBy: row.statusBy,
    isDefault: row.isDefault,
    hasWindow: row.hasWindow,
    mps: row.mps,
    provider: row.provider,
    isSimulated: row.account.isSimulated,
    defaultWorkflowId: row.defaultWorkflowId,
    marketingRoute: row.marketingRoute,
    businessHours: row.businessHours,
    providerState: row.providerState,
    account: {
      id: row.accountId,
      ref: row.account.ref,
      name: row.account.name,
      appId: row.account.appId,
      graphVersion: row.account.graphVersion,
      pausedReason: row.account.pausedReason,
    },
    createdAt: row.createdAt.toISOString(),
  };
}

export const noticeBody = z
  .object({
    id: z.string(),
    field: z.string(),
    about: z.string(),
    accountId: z.string().nullable(),
    numberId: z.string().nullable().describe('null = about the account, or about nothing we know.'),
    value: z.record(z.string(), z.unknown()),
    at: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: 'Notice' });

export function presentNotice(row: NoticeRow): z.infer<typeof noticeBody> {
  return { ...row, at: row.at.toISOString(), createdAt: row.createdAt.toISOString() };
}
