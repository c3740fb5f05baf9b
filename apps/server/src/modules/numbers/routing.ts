import type { BusinessHours } from '@chaski/contracts';
import type { SystemTx, Tx } from '../../platform/db/index.ts';
import type { AccountId, AppId, NumberId, WorkflowId, WorkspaceId } from '../../platform/ids.ts';
import { hoursOf } from './hours.ts';
import { accountsByRef, activeRoutes, routesById, routesByPhoneNumberId } from './queries.ts';
import { limitScopeOf } from './rules.ts';

/** What a batch must know about a number, read in one statement for all numbers of the batch. */
export interface NumberRoute {
  workspaceId: WorkspaceId;
  numberId: NumberId;
  accountId: AccountId;
  /** The app whose secret must have verified a body before its items count for this number. */
  appId: AppId;
  accountRef: string | null;
  /** Scope of business-scoped user ids: the portfolio, or the account where the portfolio was never told. */
  portfolioScope: string;
  /** Of the messaging limit. */
  limitScope: string;
  status: 'pending' | 'active' | 'refused' | 'suspended';
  workspaceStatus: 'active' | 'suspended';
  hasWindow: boolean;
  provider: string;
  phoneNumberId: string;
  displayPhoneNumber: string;
  mps: number;
  defaultWorkflowId: WorkflowId | null;
  isDefault: boolean;
  /** Its own; null: the workspace's. */
  businessHours: BusinessHours | null;
  /** Not null: the account's token died; deliveries wait. */
  pausedReason: string | null;
}

/** An account as the inbound door needs it, for items that name no number. */
export interface AccountRoute {
  workspaceId: WorkspaceId;
  accountId: AccountId;
  appId: AppId;
  accountRef: string;
  portfolioScope: string;
}

interface RouteRecord {
  workspace_id: string;
  number_id: string;
  account_id: string;
  app_id: string;
  account_ref: string | null;
  portfolio_ref: string;
  told_portfolio: string | null;
  status: NumberRoute['status'];
  workspace_status: NumberRoute['workspaceStatus'];
  has_window: boolean;
  provider: string;
  phone_number_id: string;
  display_phone_number: string;
  mps: number;
  default_workflow_id: string | null;
  is_default: boolean;
  business_hours: unknown;
  paused_reason: string | null;
}

function toRoute(row: RouteRecord): NumberRoute {
  return {
    workspaceId: row.workspace_id as WorkspaceId,
    numberId: row.number_id as NumberId,
    accountId: row.account_id as AccountId,
    appId: row.app_id as AppId,
    accountRef: row.account_ref,
    portfolioScope: row.portfolio_ref === '' ? row.account_id : row.portfolio_ref,
    limitScope: limitScopeOf(row),
    status: row.status,
    workspaceStatus: row.workspace_status,
    hasWindow: row.has_window,
    provider: row.provider,
    phoneNumberId: row.phone_number_id,
    displayPhoneNumber: row.display_phone_number,
    mps: row.mps,
    defaultWorkflowId: row.default_workflow_id as WorkflowId | null,
    isDefault: row.is_default,
    businessHours: hoursOf(row.business_hours),
    pausedReason: row.paused_reason,
  };
}

/** Whose numbers were when somebody last asked, in this process: for what may be guessed, never for what is decided. */
const lastSeen = new Map<string, Pick<NumberRoute, 'workspaceId' | 'portfolioScope'>>();
const mostSeen = 10_000;

/** A guess at what `routesFor` is about to say; null where it never said anything. */
export function guessRoute(
  phoneNumberId: string,
): Pick<NumberRoute, 'workspaceId' | 'portfolioScope'> | null {
  return lastSeen.get(phoneNumberId) ?? null;
}

/** Routes by WhatsApp's phone number id; an unknown one is missing from the map. */
export async function routesFor(
  tx: SystemTx,
  phoneNumberIds: readonly string[],
): Promise<Map<string, NumberRoute>> {
  const wanted = [...new Set(phoneNumberIds)];
  if (wanted.length === 0) return new Map();
  const rows = await tx.query<RouteRecord & Record<string, unknown>>(routesByPhoneNumberId, [wanted]);
  const routes = new Map(rows.map((row) => [row.phone_number_id, toRoute(row)]));
  if (lastSeen.size > mostSeen) lastSeen.clear();
  for (const [id, { workspaceId, portfolioScope }] of routes)
    lastSeen.set(id, { workspaceId, portfolioScope });
  return routes;
}

/** Routes by our own number ids, for verbs that start from a conversation or a message. */
export async function routesByNumberId(
  tx: Tx,
  refs: readonly { workspaceId: string; numberId: string }[],
): Promise<Map<string, NumberRoute>> {
  if (refs.length === 0) return new Map();
  const wanted = [...new Map(refs.map((ref) => [ref.numberId, ref])).values()];
  const rows = await tx.query<RouteRecord & Record<string, unknown>>(routesById, [
    wanted.map((ref) => ref.workspaceId),
    wanted.map((ref) => ref.numberId),
  ]);
  return new Map(rows.map((row) => [row.number_id, toRoute(row)]));
}

/** The installation's only active number; null when there is none, or more than one: then nobody may guess. */
export async function onlyActiveNumber(tx: SystemTx): Promise<NumberRoute | null> {
  const rows = await tx.query<RouteRecord & Record<string, unknown>>(activeRoutes);
  return rows.length === 1 ? toRoute(rows[0]!) : null;
}

/** Accounts by WhatsApp's account id. Several only where workspaces share the simulator's account. */
export async function accountRoutesFor(
  tx: SystemTx,
  accountRefs: readonly string[],
): Promise<Map<string, AccountRoute[]>> {
  const wanted = [...new Set(accountRefs)];
  const found = new Map<string, AccountRoute[]>();
  if (wanted.length === 0) return found;
  const rows = await tx.query<{
    workspace_id: string;
    account_id: string;
    app_id: string;
    account_ref: string;
    portfolio_ref: string;
  }>(accountsByRef, [wanted]);
  for (const row of rows) {
    const route: AccountRoute = {
      workspaceId: row.workspace_id as WorkspaceId,
      accountId: row.account_id as AccountId,
      appId: row.app_id as AppId,
      accountRef: row.account_ref,
      portfolioScope: row.portfolio_ref === '' ? row.account_id : row.portfolio_ref,
    };
    const list = found.get(row.account_ref);
    if (list) list.push(route);
    else found.set(row.account_ref, [route]);
  }
  return found;
}
