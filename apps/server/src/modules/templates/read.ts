import type { TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { Slice } from '../../platform/http/index.ts';
import { isId } from '../../platform/ids.ts';
import {
  lockTemplateById,
  templateById,
  templateByName,
  templateComponents,
  templateStateRows,
  templatesOfWorkspace,
  templatesPage,
} from './queries.ts';
import { openVersions, versionsPage } from './queries-versions.ts';
import {
  type TemplateRecord,
  type TemplateRow,
  toTemplate,
  toVersion,
  type VersionRecord,
  type VersionRow,
} from './rows.ts';

/** One template, or null for one that WhatsApp never told us about. */
export async function templateFor(
  tx: Tx,
  accountId: string,
  name: string,
  language: string,
): Promise<TemplateRow | null> {
  const workspaceId = tx.scope === 'tenant' ? tx.workspaceId : null;
  const [row] = await tx.query<TemplateRecord>(templateByName, [accountId, name, language, workspaceId]);
  return row ? toTemplate(row) : null;
}

/** Throws `not_found`: one of another workspace is none. */
export async function getTemplate(
  tx: TenantTx,
  id: string,
  how: 'read' | 'lock' = 'read',
): Promise<TemplateRow> {
  const [row] = isId(id)
    ? await tx.query<TemplateRecord>(how === 'lock' ? lockTemplateById : templateById, [tx.workspaceId, id])
    : [];
  if (!row) throw errors.notFound('template', { templateId: id });
  return toTemplate(row);
}

/** All templates of the workspace, or of one account, by name and language. */
export async function templatesOf(tx: TenantTx, accountId: string | null = null): Promise<TemplateRow[]> {
  const rows = await tx.query<TemplateRecord>(templatesOfWorkspace, [tx.workspaceId, accountId]);
  return rows.map(toTemplate);
}

export interface TemplateFilter {
  accountId: string | null;
  status?: string | undefined;
  language?: string | undefined;
  category?: string | undefined;
  q?: string | undefined;
}

/** By name and language, after (name, language, id); deleted ones only when asked for. */
export async function listTemplates(
  tx: TenantTx,
  filter: TemplateFilter,
  { limit, after, offset = 0 }: Slice<readonly [string, string, string]>,
): Promise<TemplateRow[]> {
  const rows = await tx.query<TemplateRecord>(templatesPage, [
    tx.workspaceId,
    filter.accountId,
    filter.status?.toUpperCase() ?? null,
    filter.language ?? null,
    filter.category ?? null,
    filter.q ?? null,
    ...(after ?? [null, null, null]),
    limit,
    offset,
  ]);
  return rows.map(toTemplate);
}

/** What is being worked on, by template: one each at most. */
export async function openVersionsOf(tx: TenantTx, ids: readonly string[]): Promise<Map<string, VersionRow>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<VersionRecord>(openVersions, [tx.workspaceId, ids]);
  return new Map(rows.map((row) => [row.template_id, toVersion(row)]));
}

/** Newest first. */
export async function listVersions(
  tx: TenantTx,
  templateId: string,
  { limit, after, offset = 0 }: Slice<number>,
): Promise<VersionRow[]> {
  const rows = await tx.query<VersionRecord>(versionsPage, [
    tx.workspaceId,
    templateId,
    after,
    limit,
    offset,
  ]);
  return rows.map(toVersion);
}

/** A template as a message names it. */
export interface TemplateRef {
  workspaceId: string;
  accountId: string;
  name: string;
  language: string;
}

const columnsOf = (asked: readonly TemplateRef[]) => [
  asked.map((one) => one.workspaceId),
  asked.map((one) => one.accountId),
  asked.map((one) => one.name),
  asked.map((one) => one.language),
];

export interface TemplateState {
  workspace_id: string;
  account_id: string;
  name: string;
  language: string;
  status: string;
  category: string;
  /** Null: not known, or WhatsApp's own words. */
  body: string | null;
}

/** For the send policy: what holds of these templates now; those that nobody told us about are missing. */
export function templateStates(tx: Tx, asked: readonly TemplateRef[]): Promise<TemplateState[]> {
  if (asked.length === 0) return Promise.resolve([]);
  return tx.query<TemplateState & Record<string, unknown>>(templateStateRows, columnsOf(asked));
}

/** What these templates say now, for whoever shows what was sent; those that nobody told us about are missing. */
export async function templateWords(
  tx: Tx,
  asked: readonly TemplateRef[],
): Promise<(TemplateRef & { components: unknown[] })[]> {
  if (asked.length === 0) return [];
  const rows = await tx.query<
    Omit<TemplateState, 'status' | 'category' | 'body'> & { components: unknown[] } & Record<string, unknown>
  >(templateComponents, columnsOf(asked));
  return rows.map((row) => ({
    workspaceId: row.workspace_id,
    accountId: row.account_id,
    name: row.name,
    language: row.language,
    components: row.components,
  }));
}
