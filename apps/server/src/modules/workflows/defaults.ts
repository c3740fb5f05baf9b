import type { TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId, type WorkflowId } from '../../platform/ids.ts';
import { changeWorkflow, insertDefaults, type WorkflowRecord, workflowsOf } from './queries.ts';

/** S4's text. */
export const defaultText = 'thanks for reaching us\n- team {{workspace.name}}';

/** What is said outside business hours. Date and time by the clock of the hours: they need no language. */
export const defaultAwayText =
  'Thanks for your message. We are closed now and answer when we open again: {{opens.date}} {{opens.time}}.\n- team {{workspace.name}}';

/** Each message is answered (S4's way), or the first of a day, or the first since the conversation was last closed. */
export const oncePers = ['message', 'day', 'conversation'] as const;
type OncePer = (typeof oncePers)[number];

export interface WorkflowRow {
  id: WorkflowId;
  workspaceId: string;
  /** null = the workspace's own */
  numberId: string | null;
  name: string;
  isDefault: boolean;
  isActive: boolean;
  aiEnabled: boolean;
  kind: 'auto-reply';
  text: string;
  /** How often a person hears `text`. */
  oncePer: OncePer;
  /** Instead of `text`, once while it is closed. Without business hours it never is. */
  awayText: string;
  awayActive: boolean;
  createdAt: Date;
}

/**
 * Makes the default workflows that are missing: the workspace's own and, where one is named, the number's. Answers the
 * number's default (or the workspace's), for `numbers.default_workflow_id`.
 */
export async function ensureDefaults(tx: Tx, workspaceId: string, numberId?: string): Promise<WorkflowRow> {
  const places = [null, ...(numberId === undefined ? [] : [numberId])];
  await tx.execute(insertDefaults, [
    workspaceId,
    places.map(() => newId(tx.now().getTime())),
    places,
    places.map(() => 'Automatic reply'),
    JSON.stringify({ text: defaultText }),
    tx.now().toISOString(),
  ]);
  const all = (await tx.query<WorkflowRecord & Record<string, unknown>>(workflowsOf, [workspaceId])).map(
    toWorkflow,
  );
  const mine = all.find((w) => w.isDefault && w.numberId === (numberId ?? null));
  if (!mine) throw errors.databaseBusy({ reason: 'default workflow' });
  return mine;
}

/** All workflows of the workspace, its own first. */
export async function listWorkflows(tx: TenantTx): Promise<WorkflowRow[]> {
  const rows = await tx.query<WorkflowRecord & Record<string, unknown>>(workflowsOf, [tx.workspaceId]);
  return rows.map(toWorkflow);
}

/** Changes an automatic reply's name and texts, or switches it, its word outside business hours or its AI on and off. */
export async function setAutoReply(
  tx: TenantTx,
  id: string,
  change: {
    name?: string | undefined;
    text?: string | undefined;
    oncePer?: OncePer | undefined;
    isActive?: boolean | undefined;
    aiEnabled?: boolean | undefined;
    awayText?: string | undefined;
    awayActive?: boolean | undefined;
  },
): Promise<WorkflowRow> {
  for (const path of ['text', 'awayText'] as const) {
    const text = change[path];
    if (text !== undefined && (text.trim() === '' || text.length > 4096))
      throw errors.invalidRequest([{ path, message: 'A reply has 1 to 4,096 characters.' }]);
  }
  const before = (await listWorkflows(tx)).find((workflow) => workflow.id === id);
  const [row] = await tx.query<WorkflowRecord & Record<string, unknown>>(changeWorkflow, [
    tx.workspaceId,
    id,
    change.isActive ?? null,
    change.text ?? null,
    change.name ?? null,
    change.aiEnabled ?? null,
    change.awayText ?? null,
    change.awayActive ?? null,
    change.oncePer ?? null,
  ]);
  if (!row || !before) throw errors.notFound('workflow', { id });
  const after = toWorkflow(row);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'workflow.updated',
      data: { workflowId: id, numberId: after.numberId, isActive: after.isActive },
      audit: { target: { kind: 'workflow', id }, before: settingsOf(before), after: settingsOf(after) },
    },
  ]);
  return after;
}

/** What may be changed of it. Its text is the workspace's own words to everybody, no conversation. */
function settingsOf(row: WorkflowRow): Record<string, unknown> {
  const { name, text, oncePer, isActive, aiEnabled, awayText, awayActive } = row;
  return { name, text, oncePer, isActive, aiEnabled, awayText, awayActive };
}

export function toWorkflow(row: WorkflowRecord): WorkflowRow {
  const definition = row.definition as Record<'text' | 'oncePer' | 'awayText' | 'awayActive', unknown> | null;
  return {
    id: row.id as WorkflowId,
    workspaceId: row.workspace_id,
    numberId: row.number_id,
    name: row.name,
    isDefault: row.is_default,
    isActive: row.is_active,
    aiEnabled: row.ai_enabled,
    kind: 'auto-reply',
    text: typeof definition?.text === 'string' ? definition.text : defaultText,
    oncePer: oncePers.find((one) => one === definition?.oncePer) ?? 'message',
    awayText: typeof definition?.awayText === 'string' ? definition.awayText : defaultAwayText,
    awayActive: definition?.awayActive !== false,
    createdAt: row.created_at,
  };
}
