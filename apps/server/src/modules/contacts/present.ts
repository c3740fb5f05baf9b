import { consentPurposes, consentScopes, consentStates } from '@chaski/contracts';
import { z } from 'zod';
import { type AttributeRow, attributeTypes } from './attributes.ts';
import { displayName } from './index.ts';
import type { LabelRow } from './labels.ts';
import type { NoteRow } from './notes.ts';
import type { ContactRow, IdentityRow } from './queries.ts';
import type { ConsentHistoryRow } from './queries-consent.ts';
import { consentOf, standingWords } from './rules-consent.ts';

export const contactBody = z
  .object({
    id: z.string(),
    displayName: z.string(),
    name: z.string().nullable().describe('What the team calls them.'),
    profileName: z.string().nullable(),
    username: z.string().nullable(),
    phone: z.string().nullable().describe('Digits; null for people who share only a user id.'),
    country: z.string().nullable(),
    email: z.string().nullable(),
    company: z.string().nullable(),
    language: z.string().nullable(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    labels: z.array(z.object({ id: z.uuid(), name: z.string(), colour: z.string() })),
    blocked: z.boolean(),
    optOut: z.object({
      status: z.boolean(),
      at: z.string().nullable(),
      source: z.string().nullable(),
      keyword: z.string().nullable(),
      scope: z.enum(consentScopes).nullable(),
    }),
    marketingStoppedAt: z.string().nullable().describe("The person's own choice in WhatsApp."),
    consent: z
      .object({
        service: z.enum(consentStates),
        utility: z.enum(consentStates),
        marketing: z.enum(consentStates),
      })
      .describe('What each purpose stands at: the newest word about it, WhatsApp’s own preference included.'),
    identityConflict: z.boolean(),
    mergedInto: z
      .uuid()
      .nullable()
      .describe('Of a contact that was merged away: the one that stands for it.'),
    lastSeenAt: z.string().nullable(),
    createdAt: z.string(),
    updatedAt: z.string(),
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
    purposes: z
      .array(
        z.object({
          purpose: z.enum(consentPurposes),
          state: z.enum(consentStates),
          source: z.string().nullable(),
          keyword: z.string().nullable(),
          proof: z.string().nullable(),
          at: z.string().nullable(),
        }),
      )
      .describe('Each purpose with the word by which it stands where it stands.'),
    consents: z.array(
      z.object({
        action: z.enum(['opt-out', 'opt-in']),
        scope: z.enum(consentScopes),
        source: z.string(),
        keyword: z.string().nullable(),
        proof: z.string().nullable().describe('What shows it: WhatsApp’s id of the message, a form, a list.'),
        at: z.string(),
      }),
    ),
  })
  .meta({ id: 'ContactDetails' });

const iso = (at: Date | null) => at?.toISOString() ?? null;

const shortLabel = ({ id, name, colour }: LabelRow) => ({ id, name, colour });

export function presentContact(
  row: ContactRow,
  labels: readonly LabelRow[],
  userId: string | null = null,
): z.infer<typeof contactBody> {
  return {
    id: row.id,
    displayName: displayName(row, userId),
    name: row.name,
    profileName: row.profileName,
    username: row.username,
    phone: row.phone,
    country: row.country,
    email: row.email,
    company: row.company,
    language: row.language,
    attributes: row.attributes,
    labels: labels.map(shortLabel),
    blocked: row.blockedAt !== null,
    optOut: {
      status: row.optedOut,
      at: iso(row.optedOutAt),
      source: row.optOutSource,
      keyword: row.optOutKeyword,
      scope: row.optOutScope,
    },
    marketingStoppedAt: iso(row.marketingStoppedAt),
    consent: {
      service: consentOf(row, 'service'),
      utility: consentOf(row, 'utility'),
      marketing: consentOf(row, 'marketing'),
    },
    identityConflict: row.identityConflict,
    mergedInto: row.mergedInto,
    lastSeenAt: iso(row.lastSeenAt),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function presentDetails(
  row: ContactRow,
  labels: readonly LabelRow[],
  identities: readonly IdentityRow[],
  consents: readonly ConsentHistoryRow[],
): z.infer<typeof contactDetails> {
  const userId = identities.find((one) => one.kind === 'bsuid' && one.supersededAt === null)?.value ?? null;
  const shown = presentContact(row, labels, userId);
  const words = standingWords(consents, shown.consent);
  return {
    ...shown,
    identities: identities.map((one) => ({
      kind: one.kind,
      value: one.value,
      scope: one.scope,
      supersededAt: iso(one.supersededAt),
    })),
    purposes: consentPurposes.map((purpose) => {
      const word = words[purpose];
      return {
        purpose,
        state: shown.consent[purpose],
        source: word?.source ?? null,
        keyword: word?.keyword ?? null,
        proof: word?.proof ?? null,
        at: iso(word?.at ?? null),
      };
    }),
    consents: consents.map((one) => ({
      action: one.action,
      scope: one.scope,
      source: one.source,
      keyword: one.keyword,
      proof: one.proof,
      at: one.at.toISOString(),
    })),
  };
}

export const labelBody = z
  .object({ id: z.uuid(), name: z.string(), colour: z.string(), createdAt: z.string() })
  .meta({ id: 'Label' });

export const presentLabel = (row: LabelRow): z.infer<typeof labelBody> => ({
  ...shortLabel(row),
  createdAt: row.createdAt.toISOString(),
});

export const attributeBody = z
  .object({
    key: z.string(),
    label: z.string(),
    type: z.enum(attributeTypes),
    choices: z.array(z.string()),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'ContactAttribute' });

export const presentAttribute = (row: AttributeRow): z.infer<typeof attributeBody> => ({
  key: row.key,
  label: row.label,
  type: row.type,
  choices: row.choices,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export const noteBody = z
  .object({
    id: z.uuid(),
    contactId: z.uuid(),
    text: z.string(),
    author: z.object({ kind: z.string(), id: z.string().nullable() }),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'ContactNote' });

export const presentNote = (row: NoteRow): z.infer<typeof noteBody> => ({
  id: row.id,
  contactId: row.contactId,
  text: row.text,
  author: { kind: row.authorKind, id: row.authorId },
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
