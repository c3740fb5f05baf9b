/** Writing templates here: nothing of it is at WhatsApp before it is submitted. */
import type { TemplateDefinition } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { type AccountId, newId } from '../../platform/ids.ts';
import { storableJson } from '../../platform/storable.ts';
import { deleteDraft, renameTemplate } from './queries.ts';
import { dropOpenVersion, lastVersionRow, saveVersion } from './queries-versions.ts';
import { getTemplate, openVersionsOf, templateFor } from './read.ts';
import { type TemplateRow, toVersion, type VersionRecord, type VersionRow, wholeSecond } from './rows.ts';
import { saveRows } from './save.ts';

/** What a draft says; everything but name and language may change after it was submitted. */
export type DraftContent = Pick<
  TemplateDefinition,
  'category' | 'parameterFormat' | 'messageSendTtlSeconds' | 'components'
>;

/** A new template of an account, as a draft. */
export async function createTemplate(
  tx: TenantTx,
  accountId: string,
  definition: TemplateDefinition,
  from: string | null = null,
): Promise<TemplateRow> {
  const known = await templateFor(tx, accountId, definition.name, definition.language);
  if (known && known.status !== 'DELETED') throw taken(known);
  const now = tx.now();
  // A name that WhatsApp has forgotten is free again; its old row and versions are the new one's past.
  const [row] = await saveRows(tx, [
    {
      id: known?.id ?? newId(now.getTime()),
      workspaceId: tx.workspaceId,
      accountId: accountId as AccountId,
      name: definition.name,
      language: definition.language,
      status: 'DRAFT',
      providerTemplateId: null,
      quality: 'UNKNOWN',
      rejectedReason: null,
      previousCategory: null,
      correctCategory: null,
      createdAt: now,
      updatedAt: wholeSecond(now),
      deletingAt: null,
      ...contentOf(definition),
    },
  ]);
  const made = row as TemplateRow;
  await writeVersion(tx, made, await lastVersion(tx, made.id), definition);
  await told(tx, from === null ? 'template.created' : 'template.duplicated', made, null, { from });
  return made;
}

/** A draft's next words. One that WhatsApp has keeps what it says there until the change is submitted and approved. */
export async function editTemplate(
  tx: TenantTx,
  id: string,
  given: { [K in keyof TemplateDefinition]?: TemplateDefinition[K] | undefined },
): Promise<TemplateRow> {
  const before = await getTemplate(tx, id, 'lock');
  const last = await lastVersion(tx, id);
  refuseInFlight(last);
  const isDraft = before.status === 'DRAFT';
  const { name = before.name, language = before.language } = given;
  if (!isDraft && (name !== before.name || language !== before.language))
    throw errors.conflict(
      'template_name_fixed',
      'WhatsApp has this template; its name and language stay. Duplicate it under another name.',
    );
  if (!isDraft && !editable.has(before.status))
    throw errors.conflict(
      'template_not_editable',
      `WhatsApp changes templates that are approved, rejected or paused; this one is ${before.status.toLowerCase()}.`,
      { status: before.status },
    );
  if (before.status === 'APPROVED' && given.category !== undefined && given.category !== before.category)
    throw errors.conflict(
      'template_category_fixed',
      'The category of an approved template stays. Duplicate it to use another.',
    );
  const base = last && isOpen(last) ? last : before;
  const content: DraftContent = {
    category: given.category ?? base.category,
    parameterFormat: given.parameterFormat ?? base.parameterFormat,
    messageSendTtlSeconds:
      given.messageSendTtlSeconds === undefined ? base.messageSendTtlSeconds : given.messageSendTtlSeconds,
    components: given.components ?? base.components,
  };
  if (isDraft && (name !== before.name || language !== before.language)) {
    const other = await templateFor(tx, before.accountId, name, language);
    if (other) throw taken(other);
    await tx.execute(renameTemplate, [tx.workspaceId, id, name, language]);
  }
  const after: TemplateRow = isDraft ? { ...before, name, language, ...contentOf(content) } : before;
  if (isDraft) await saveRows(tx, [after]);
  await writeVersion(tx, after, last, content);
  await told(tx, 'template.edited', after, before);
  return after;
}

/** A copy under another name, in another language or for another account; samples of WhatsApp's own do not travel. */
export async function duplicateTemplate(
  tx: TenantTx,
  id: string,
  to: { name?: string | undefined; language?: string | undefined; accountId?: string | undefined },
): Promise<TemplateRow> {
  const from = await getTemplate(tx, id);
  const last = await lastVersion(tx, id);
  // What was written here still has its samples as files of ours.
  const base = last?.author ? last : from;
  return createTemplate(
    tx,
    to.accountId ?? from.accountId,
    {
      name: to.name ?? from.name,
      language: to.language ?? from.language,
      category: from.category,
      parameterFormat: base.parameterFormat,
      messageSendTtlSeconds: base.messageSendTtlSeconds,
      components: base.components.map(withoutAddresses),
    },
    id,
  );
}

/** The change that is not at WhatsApp yet is forgotten; a template that never was there goes with it. */
export async function discardDraft(tx: TenantTx, id: string): Promise<void> {
  const before = await getTemplate(tx, id, 'lock');
  const last = await lastVersion(tx, id);
  refuseInFlight(last);
  if (before.status === 'DRAFT') await tx.execute(deleteDraft, [tx.workspaceId, id]);
  else if (last && isOpen(last)) await tx.execute(dropOpenVersion, [tx.workspaceId, id, last.n]);
  else throw errors.conflict('no_draft', 'There is no change of this template that waits to be submitted.');
  await told(tx, 'template.draft_discarded', before, before);
}

const editable: ReadonlySet<string> = new Set(['APPROVED', 'REJECTED', 'PAUSED']);

export const isOpen = ({ state }: Pick<VersionRow, 'state'>): boolean =>
  state === 'draft' || state === 'refused' || isInFlight({ state });

const isInFlight = ({ state }: Pick<VersionRow, 'state'>): boolean =>
  state === 'submitting' || state === 'unknown';

export function refuseInFlight(version: VersionRow | null): void {
  if (version && isInFlight(version))
    throw errors.conflict(
      'template_submitting',
      'This template is on its way to WhatsApp; wait for the answer, or submit it again.',
      { state: version.state },
    );
}

export async function lastVersion(tx: TenantTx, id: string): Promise<VersionRow | null> {
  const [row] = await tx.query<VersionRecord>(lastVersionRow, [tx.workspaceId, id]);
  if (row) return toVersion(row);
  return (await openVersionsOf(tx, [id])).get(id) ?? null;
}

async function writeVersion(
  tx: TenantTx,
  row: TemplateRow,
  last: VersionRow | null,
  content: DraftContent,
): Promise<void> {
  const n = last === null ? 1 : isOpen(last) ? last.n : last.n + 1;
  const { category, parameterFormat, messageSendTtlSeconds, components } = contentOf(content);
  await tx.execute(saveVersion, [
    tx.workspaceId,
    row.id,
    n,
    category,
    parameterFormat,
    messageSendTtlSeconds,
    storableJson(components),
    tx.now().toISOString(),
    tx.actor.kind,
    tx.actor.id,
  ]);
}

function contentOf(
  content: DraftContent,
): Pick<TemplateRow, 'category' | 'parameterFormat' | 'messageSendTtlSeconds' | 'components'> {
  return {
    category: content.category,
    parameterFormat: content.parameterFormat ?? 'POSITIONAL',
    messageSendTtlSeconds: content.messageSendTtlSeconds ?? null,
    components: [...content.components],
  };
}

function taken(known: TemplateRow) {
  return errors.conflict(
    'template_exists',
    `The account has a template ${known.name} in ${known.language}.`,
    { templateId: known.id },
  );
}

/** WhatsApp lists samples as addresses, and takes none as a sample. */
function withoutAddresses(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAddresses);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const isAddress = key === 'header_handle' && Array.isArray(inner) && /^https?:/.test(String(inner[0]));
      return isAddress ? [] : [[key, withoutAddresses(inner)]];
    }),
  );
}

async function told(
  tx: TenantTx,
  name: string,
  row: TemplateRow,
  before: TemplateRow | null,
  more: Record<string, unknown> = {},
): Promise<void> {
  const facts = (one: TemplateRow) => ({ name: one.name, language: one.language, category: one.category });
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { templateId: row.id, accountId: row.accountId, ...facts(row), ...more },
      audit: {
        target: { kind: 'template', id: row.id },
        before: before && facts(before),
        after: facts(row),
      },
    },
  ]);
}
