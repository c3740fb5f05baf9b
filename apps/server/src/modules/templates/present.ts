import { type TemplateDefinition, templateText, templateVariables } from '@chaski/contracts';
import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import { listNumbers } from '../numbers/index.ts';
import { openVersionsOf } from './read.ts';
import type { TemplateRow, VersionRow } from './rows.ts';

const problemBody = z
  .object({
    code: z.number().int().describe('WhatsApp’s code; 2388… are those of templates.'),
    title: z.string(),
    message: z.string(),
  })
  .nullable();

const draftBody = z
  .object({
    n: z.number().int(),
    state: z
      .enum(['draft', 'submitting', 'unknown', 'refused', 'submitted', 'seen'])
      .describe(
        'draft: written here · submitting, unknown: on its way, the answer is awaited or got lost · refused: WhatsApp ' +
          'said no, see problem · submitted: WhatsApp has it · seen: WhatsApp showed it, nobody wrote it here.',
      ),
    category: z.string(),
    parameterFormat: z.enum(['POSITIONAL', 'NAMED']),
    messageSendTtlSeconds: z.number().int().nullable(),
    components: z.array(z.unknown()),
    problem: problemBody,
    createdAt: z.string(),
    updatedAt: z.string(),
    submittedAt: z.string().nullable(),
    author: z.object({ kind: z.string(), id: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'TemplateVersion' });
export const versionBody = draftBody;

const parameterBody = z
  .object({
    key: z
      .string()
      .describe('How values are named: header, body.1, body.first_name, button.0, card.0.body.1.'),
    kind: z
      .string()
      .describe('text, image, video, document, location, product, url, code, coupon_code, products, time'),
    label: z.string(),
    example: z.string().nullable(),
  })
  .meta({ id: 'TemplateParameter' });

export const templateBody = z
  .object({
    id: z.string(),
    providerTemplateId: z.string().nullable().describe('WhatsApp’s id (S1’s wa_template_code).'),
    accountId: z.string(),
    numbers: z
      .array(z.object({ id: z.string(), verifiedName: z.string(), displayPhoneNumber: z.string() }))
      .describe('Numbers it can be sent from: those of its account.'),
    name: z.string(),
    language: z.string(),
    category: z.string().describe('MARKETING, UTILITY, AUTHENTICATION; UNKNOWN until WhatsApp lists it.'),
    previousCategory: z.string().nullable(),
    announcedCategory: z.string().nullable().describe('WhatsApp said that it will be this one in a day.'),
    status: z
      .string()
      .describe(
        'DRAFT: WhatsApp does not have it. APPROVED can be sent; the others are WhatsApp’s words too.',
      ),
    rejectedReason: z.string().nullable(),
    quality: z.string().describe('GREEN, YELLOW, RED, UNKNOWN'),
    parameterFormat: z.enum(['POSITIONAL', 'NAMED']),
    messageSendTtlSeconds: z.number().int().nullable(),
    components: z.array(z.unknown()).describe('As WhatsApp writes them.'),
    preview: z.string().describe('Text of the body, with its placeholders.'),
    variables: z.array(z.string()).describe('Placeholders of header and body: numbers or names.'),
    variableCount: z.number().int().describe('Everything that a send fills in, buttons and cards too.'),
    parameters: z.array(parameterBody),
    draft: draftBody.nullable().describe('What is written and not yet taken by WhatsApp.'),
    deleting: z.boolean(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Template' });

export type TemplateBody = z.infer<typeof templateBody>;

/** Reads what the presenting of these rows needs, once: numbers of their accounts, open versions. */
export async function templatePresenter(
  tx: TenantTx,
  rows: readonly TemplateRow[],
): Promise<(row: TemplateRow) => TemplateBody> {
  const numbers = await listNumbers(tx, { limit: 1_000, after: null, only: null });
  const drafts = await openVersionsOf(
    tx,
    rows.map(({ id }) => id),
  );
  return (row) => {
    const draft = drafts.get(row.id);
    const parameters = templateVariables(row);
    return {
      id: row.id,
      providerTemplateId: row.providerTemplateId,
      accountId: row.accountId,
      numbers: numbers
        .filter(({ accountId }) => accountId === row.accountId)
        .map(({ id, verifiedName, displayPhoneNumber }) => ({ id, verifiedName, displayPhoneNumber })),
      name: row.name,
      language: row.language,
      category: row.category,
      previousCategory: row.previousCategory,
      announcedCategory: row.correctCategory,
      status: row.status,
      rejectedReason: row.rejectedReason,
      quality: row.quality,
      parameterFormat: row.parameterFormat,
      messageSendTtlSeconds: row.messageSendTtlSeconds,
      components: row.components,
      preview: templateText(row as TemplateDefinition),
      variables: [
        ...new Set(
          parameters.flatMap(({ part, name, card }) =>
            card === null && (part === 'header' || part === 'body') && name !== null ? [name] : [],
          ),
        ),
      ],
      variableCount: parameters.length,
      parameters: parameters.map(({ key, kind, label, example }) => ({ key, kind, label, example })),
      draft: draft ? presentVersion(draft) : null,
      deleting: row.deletingAt !== null,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    };
  };
}

export function presentVersion(version: VersionRow): z.infer<typeof versionBody> {
  return {
    n: version.n,
    state: version.state,
    category: version.category,
    parameterFormat: version.parameterFormat,
    messageSendTtlSeconds: version.messageSendTtlSeconds,
    components: version.components,
    problem: version.problem,
    createdAt: version.createdAt.toISOString(),
    updatedAt: version.updatedAt.toISOString(),
    submittedAt: version.submittedAt?.toISOString() ?? null,
    author: version.author,
  };
}
