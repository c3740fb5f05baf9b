import type { BusinessHours } from '@chaski/contracts';
import type { Statement, TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { Slice } from '../../platform/http/index.ts';
import type { AccountId, AppId, NumberId, WorkflowId, WorkspaceId } from '../../platform/ids.ts';
import { hoursOf } from './hours.ts';
import { noticesPage, numberByDefault, numberById, numbersPage, workspaceNoticesPage } from './queries.ts';
import { limitScopeOf } from './rules.ts';

export interface NumberRow {
  id: NumberId;
  workspaceId: WorkspaceId;
  accountId: AccountId;
  provider: string;
  phoneNumberId: string;
  displayPhoneNumber: string;
  verifiedName: string;
  status: 'pending' | 'active' | 'refused' | 'suspended';
  statusReason: string | null;
  statusBy: 'operator' | 'workspace' | null;
  isDefault: boolean;
  hasWindow: boolean;
  mps: number;
  defaultWorkflowId: WorkflowId | null;
  /** Where its marketing templates go. */
  marketingRoute: 'messages' | 'marketing_messages';
  /** Its own; null: the workspace's. */
  businessHours: BusinessHours | null;
  /** What WhatsApp told: quality, name, limits, restrictions. */
  providerState: Record<string, unknown>;
  createdAt: Date;
  account: {
    /** It lives in the simulator. */
    isSimulated: boolean;
    ref: string | null;
    portfolioRef: string;
    /** Of the messaging limit. */
    limitScope: string;
    name: string;
    appId: AppId;
    graphVersion: string;
    pausedReason: string | null;
  };
}

export interface NumberRecord {
  id: string;
  workspace_id: string;
  account_id: string;
  provider: string;
  phone_number_id: string;
  display_phone_number: string;
  verified_name: string;
  status: NumberRow['status'];
  status_reason: string | null;
  status_by: NumberRow['statusBy'];
  is_default: boolean;
  has_window: boolean;
  mps: number;
  default_workflow_id: string | null;
  marketing_route: NumberRow['marketingRoute'];
  business_hours: unknown;
  provider_state: Record<string, unknown>;
  created_at: Date;
  is_simulated: boolean;
  account_ref: string | null;
  portfolio_ref: string;
  told_portfolio: string | null;
  account_name: string;
  app_id: string;
  graph_version: string;
  paused_reason: string | null;
  [column: string]: unknown;
}

export function toNumber(row: NumberRecord): NumberRow {
  return {
    id: row.id as NumberId,
    workspaceId: row.workspace_id as WorkspaceId,
    accountId: row.account_id as AccountId,
    provider: row.provider,
    phoneNumberId: row.phone_number_id,
    displayPhoneNumber: row.display_phone_number,
    verifiedName: row.verified_name,
    status: row.status,
    statusReason: row.status_reason,
    statusBy: row.status_by,
    isDefault: row.is_default,
    hasWindow: row.has_window,
    mps: row.mps,
    defaultWorkflowId: row.default_workflow_id as WorkflowId | null,
    marketingRoute: row.marketing_route,
    businessHours: hoursOf(row.business_hours),
    providerState: row.provider_state,
    createdAt: row.created_at,
    account: {
      isSimulated: row.is_simulated,
      ref: row.account_ref,
      portfolioRef: row.portfolio_ref,
      limitScope: limitScopeOf(row),
      name: row.account_name,
      appId: row.app_id as AppId,
      graphVersion: row.graph_version,
      pausedReason: row.paused_reason,
    },
  };
}

/** Throws `not_found`: a number of another workspace is none. */
export async function getNumber(tx: TenantTx, id: string): Promise<NumberRow> {
  const number = await findNumber(tx, tx.workspaceId, id);
  if (!number) throw errors.notFound('number', { id });
  return number;
}

export async function findNumber(tx: Tx, workspaceId: string, id: string): Promise<NumberRow | null> {
  const [row] = await tx.query<NumberRecord>(numberById, [workspaceId, id]);
  return row ? toNumber(row) : null;
}

/** The number of every send that names none; null only while the workspace has no number. */
export async function defaultNumber(tx: TenantTx): Promise<NumberRow | null> {
  const [row] = await tx.query<NumberRecord>(numberByDefault, [tx.workspaceId]);
  return row ? toNumber(row) : null;
}

/** Oldest first. `only` limits the list to the numbers that a key may use. */
export async function listNumbers(
  tx: TenantTx,
  page: Partial<Slice> & { only?: readonly string[] | null } = {},
): Promise<NumberRow[]> {
  const rows = await tx.query<NumberRecord>(numbersPage, [
    tx.workspaceId,
    page.only ?? null,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit ?? 100,
    page.offset ?? 0,
  ]);
  return rows.map(toNumber);
}

export interface NoticeRow {
  id: string;
  field: string;
  about: string;
  accountId: string | null;
  numberId: NumberId | null;
  value: Record<string, unknown>;
  at: Date;
  createdAt: Date;
}

/** What WhatsApp said about a number and about its account, newest first. */
export async function listNotices(tx: TenantTx, numberId: string, page: Slice): Promise<NoticeRow[]> {
  const number = await getNumber(tx, numberId);
  return noticesOf(tx, noticesPage, [tx.workspaceId, number.id, number.accountId], page);
}

/**
 * Everything WhatsApp said about the workspace's accounts and numbers, also what names neither, newest first. `only`
 * limits it to certain numbers and their accounts.
 */
export function listWorkspaceNotices(
  tx: TenantTx,
  only: readonly string[] | null,
  page: Slice,
): Promise<NoticeRow[]> {
  return noticesOf(tx, workspaceNoticesPage, [tx.workspaceId, only], page);
}

async function noticesOf(
  tx: TenantTx,
  query: Statement,
  about: readonly unknown[],
  page: Slice,
): Promise<NoticeRow[]> {
  const rows = await tx.query<{
    id: string;
    field: string;
    about: string;
    account_id: string | null;
    number_id: string | null;
    value: Record<string, unknown>;
    at: Date;
    created_at: Date;
  }>(query, [...about, page.after?.at ?? null, page.after?.id ?? null, page.limit, page.offset ?? 0]);
  return rows.map((row) => ({
    id: row.id,
    field: row.field,
    about: row.about,
    accountId: row.account_id,
    numberId: row.number_id as NumberId | null,
    value: row.value,
    at: row.at,
    createdAt: row.created_at,
  }));
}
