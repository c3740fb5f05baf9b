import { z } from 'zod';
import { displayName } from './index.ts';
import type { ContactRow, IdentityRow } from './queries.ts';
import type { ConsentHistoryRow } from './queries-read.ts';

export const contactBody = z
  .object({
    id: z.string(),
    displayName: z.string(),
    name: z.string().nullable().describe('What the team calls them.'),
    profileName: z.string().nullable(),
    username: z.string().nullable(),
    phone: z.string().nullable().describe('Digits; null for people who share only a user id.'),
    country: z.string().nullable(),
    blocked: z.boolean(),
    optOut: z.object({
      status: z.boolean(),
      at: z.string().nullable(),
      source: z.string().nullable(),
      keyword: z.string().nullable(),
      scope: z.enum(['all', 'marketing']).nullable(),
    }),
    marketingStoppedAt: z.string().nullable().describe("The person's own choice in WhatsApp."),
    identityConflict: z.boolean(),
    lastSeenAt: z.string().nullable(),
    createdAt: z.string(),
  })
  .meta({ id: 'Contact' });

export const contactDetails = contactBody
  .extend({
    identities: z.array(
      z.object({
        kind: z.enum(['phone', 'bsuid', 'parent_bsuid']),
        value: z.string(),
        scope: z.string(),
        supersededAt: z.string().nullable(),
      }),
    ),
    consents: z.array(
      z.object({
        action: z.enum(['opt-out', 'opt-in']),
        scope: z.enum(['all', 'marketing']),
        source: z.string(),
        keyword: z.string().nullable(),
        evidence: z.string().nullable().describe('Provider id of the message that said it.'),
        at: z.string(),
      }),
    ),
  })
  .meta({ id: 'ContactDetails' });

const iso = (at: Date | null) => at?.toISOString() ?? null;

export function presentContact(row: ContactRow, userId: string | null = null): z.infer<typeof contactBody> {
  return {
    id: row.id,
    displayName: displayName(row, userId),
    name: row.name,
    profileName: row.profileName,
    username: row.username,
    phone: row.phone,
    country: row.country,
    blocked: row.blockedAt !== null,
    optOut: {
      status: row.optedOut,
      at: iso(row.optedOutAt),
      source: row.optOutSource,
      keyword: row.optOutKeyword,
      scope: row.optOutScope,
    },
    marketingStoppedAt: iso(row.marketingStoppedAt),
    identityConflict: row.identityConflict,
    lastSeenAt: iso(row.lastSeenAt),
    createdAt: row.createdAt.toISOString(),
  };
}

export function presentDetails(
  row: ContactRow,
  identities: readonly IdentityRow[],
  consents: readonly ConsentHistoryRow[],
): z.infer<typeof contactDetails> {
  const userId = identities.find((one) => one.kind === 'bsuid' && one.supersededAt === null)?.value ?? null;
  return {
    ...presentContact(row, userId),
    identities: identities.map((one) => ({
      kind: one.kind,
      value: one.value,
      scope: one.scope,
      supersededAt: iso(one.supersededAt),
    })),
    consents: consents.map((one) => ({
      action: one.action,
      scope: one.scope,
      source: one.source,
      keyword: one.keyword,
      evidence: one.evidence,
      at: one.at.toISOString(),
    })),
  };
}
