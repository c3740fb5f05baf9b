import type { TenantTx, Tx } from '../../platform/db/index.ts';
import type { AccountId, WorkspaceId } from '../../platform/ids.ts';
import { templateByName, templatesOfWorkspace } from './queries.ts';

export interface TemplateRow {
  id: string;
  workspaceId: WorkspaceId;
  accountId: AccountId;
  name: string;
  language: string;
  /** MARKETING | UTILITY | AUTHENTICATION | UNKNOWN */
  category: string;
  /** APPROVED, PAUSED, REJECTED, … | UNKNOWN */
  status: string;
  providerTemplateId: string | null;
  components: unknown[];
  updatedAt: Date;
}

interface TemplateRecord {
  id: string;
  workspace_id: string;
  account_id: string;
  name: string;
  language: string;
  category: string;
  status: string;
  provider_template_id: string | null;
  components: unknown[];
  updated_at: Date;
  [column: string]: unknown;
}

function toTemplate(row: TemplateRecord): TemplateRow {
  return {
    id: row.id,
    workspaceId: row.workspace_id as WorkspaceId,
    accountId: row.account_id as AccountId,
    name: row.name,
    language: row.language,
    category: row.category,
    status: row.status,
    providerTemplateId: row.provider_template_id,
    components: row.components,
    updatedAt: row.updated_at,
  };
}

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

/** All templates of the workspace, or of one account, by name and language. */
export async function templatesOf(tx: TenantTx, accountId: string | null = null): Promise<TemplateRow[]> {
  const rows = await tx.query<TemplateRecord>(templatesOfWorkspace, [tx.workspaceId, accountId]);
  return rows.map(toTemplate);
}
